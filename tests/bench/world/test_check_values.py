# Published and independently computed numbers, which need constants of mixed temperatures: columns of a packed case
# are replaced and the kernels called.
import math

import numpy as np
import pytest
from phreeqpython import PhreeqPython
from scipy.optimize import brentq

from bench.world import kinetics
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, exposure_at, ph_at, unit_exposure

F_AT_25C = (9.07, 5.62, 0.373, 0.564)
F_AT_40C = (9.58, 5.15, 0.542, 0.769)


def published_case(f, Kw, initial_pH):
    """20 mM urea, k(T) at 40 C, carbonate and ammonium constants of ``fixed_25C``."""
    case = kinetics.pack_cases(np.array([[20.0, 0.2, 40.0, initial_pH, 0.2]]), FIXED_25C)[0]
    case[[kinetics.P1, kinetics.P2, kinetics.A, kinetics.B]] = f
    case[kinetics.KW] = Kw
    return case


def whole_curve(case):
    curve = np.empty((N_ROWS, MAX_NODES))
    n, ph_eq = build_curve(case, case[kinetics.PH0], math.inf, math.inf, curve)
    return curve, n, ph_eq


def ph_after_a_day(case, E0, k_d):
    return ph_at(E0 * unit_exposure(86400.0, k_d)[0], *whole_curve(case), 0)[0]


@pytest.mark.parametrize(
    ("f", "Kw", "seconds"),
    [(F_AT_25C, 1e-14, 251086.3), (F_AT_40C, 10**-13.54, 191288.7)],
    ids=["f at 25 C", "f at 40 C"],
)
def test_time_to_hydrolyse_all_but_a_millionth_of_the_urea(f, Kw, seconds):
    case = published_case(f, Kw, 7.36)
    curve, n, ph_eq = whole_curve(case)
    nearly_all = (1 - 1e-6) * case[kinetics.S0]
    ph = brentq(lambda x: extent_at(x, case) - nearly_all, case[kinetics.PH0], ph_eq - 1e-6, xtol=1e-14)
    assert exposure_at(ph, curve, n, ph_eq, 0)[0] / 0.5 == pytest.approx(seconds, abs=0.05)


def test_ph_and_ammonia_after_a_day_with_constants_of_40_degrees():
    case = published_case(F_AT_40C, 10**-13.54, 7.31)
    ph = ph_after_a_day(case, 0.5, 0.0)
    assert ph == pytest.approx(9.191, abs=5e-4)
    assert 2e3 * extent_at(ph, case) == pytest.approx(38.97, abs=5e-3)


def test_ph_after_a_day_with_an_enzyme_that_is_lost():
    case = published_case(F_AT_25C, 1e-14, 7.36)
    assert ph_after_a_day(case, 0.0126514, 1.91438e-3) == pytest.approx(8.634, abs=5e-4)


def test_ph_of_twenty_millimolar_ammonia_and_half_as_much_carbon_dioxide():
    case = kinetics.pack_cases(np.array([[10.0, 0.2, 25.0, 7.0, 0.2]]), TEMPERATURE_CORRECTED)[0]

    def charge(ph):  # no strong ions
        H = 10.0**-ph
        return H - case[kinetics.KW] / H + 0.010 * kinetics.charge_per_extent(10.0**-ph, case)[0]

    ideal = brentq(charge, 4.0, 13.0, xtol=1e-13)
    assert ideal == pytest.approx(9.1858, abs=5e-5)
    # PHREEQC has activity coefficients, which the simulator leaves out: 0.027 pH here.
    solution = phreeqc_solution(25.0, ammonia_mM=20.0, carbon_mM=10.0)
    assert solution.pH == pytest.approx(9.2127, abs=5e-5)


@pytest.mark.parametrize("temperature_C", [0.0, 20.0, 25.0, 40.0, 60.0])
def test_equilibrium_constants_agree_with_phreeqc(temperature_C):
    solution = phreeqc_solution(temperature_C, ammonia_mM=1e-3, carbon_mM=1e-3)
    a = {name: solution.activity(name, units="mol") for name in ("H+", "OH-", "NH4+", "NH3", "CO2", "HCO3-", "CO3-2")}
    ours = TEMPERATURE_CORRECTED.constants(temperature_C)
    found = [
        a["H+"] * a["OH-"],
        a["H+"] * a["NH3"] / a["NH4+"],
        a["H+"] * a["HCO3-"] / a["CO2"],
        a["H+"] * a["CO3-2"] / a["HCO3-"],
    ]
    np.testing.assert_allclose(np.log10(found), np.log10([ours.Kw, ours.Ka_NH4, ours.K1, ours.K2]), atol=1e-4)


def phreeqc_solution(temperature_C, ammonia_mM, carbon_mM):
    # Initial totals of these oxidation states: added as a reaction they would be oxidised to N2 and CH4.
    recipe = {"units": "mmol/kgw", "temp": temperature_C, "pH": "8.0 charge", "N(-3)": ammonia_mM, "C(4)": carbon_mM}
    return PhreeqPython(database="phreeqc.dat").add_solution(recipe)


def extent_at(ph, case):
    """Extent at a pH [mol/L]."""
    return kinetics.extent_of_ph(ph, case, kinetics.strong_ions(case))[0]
