# Activity coefficients: PHREEQC's end points, derivatives, and an ODE whose pH is found with its ionic strength.
import math
from dataclasses import replace

import numpy as np
import pytest
from phreeqpython import PhreeqPython
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from bench.draw import draw_parameters
from bench.errors import BenchError
from bench.world import kinetics
from bench.world.activity import debye_hueckel
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.simulator import exposure_of_ph, ph_and_derivatives, simulate_ph

WORLD = replace(TEMPERATURE_CORRECTED, activity=True)
WET = replace(WORLD, carbonate_uM=100.0, ammonium_uM=500.0)
BUFFERED = {name: replace(WORLD, buffer=Buffer(name, 2.0)) for name in ("HEPES", "Tris", "phosphate")}
WORLDS = {"pure": WORLD, "wet": WET, **BUFFERED}
CHARGES = {"HEPES": (0, -1), "Tris": (1, 0), "phosphate": (-1, -2)}
TIMES = np.array([0.0, 1.0, 10.0, 60.0, 600.0, 2000.0])


@pytest.mark.parametrize("temperature_C", [20.0, 40.0])
@pytest.mark.parametrize("extent_mM", [0.01, 1.0, 10.0, 100.0])
def test_exhausted_urea_has_the_ph_of_phreeqc(temperature_C, extent_mM):
    known = np.array([[extent_mM, 0.2, temperature_C, 7.0, 0.2]])
    ph = simulate_ph([1e12], known, [[1.0, 0.0]], WORLD)[0, 0]
    strong_mM = 1e3 * kinetics.strong_ions(kinetics.pack_cases(known, WORLD)[0])
    recipe = {
        "units": "mmol/kgw",
        "temp": temperature_C,
        "pH": "8.0 charge",
        "Na" if strong_mM > 0 else "Cl": abs(strong_mM),
    }
    solution = PhreeqPython(database="phreeqc.dat").add_solution({**recipe, "N(-3)": 2 * extent_mM, "C(4)": extent_mM})
    assert ph == pytest.approx(solution.pH, abs=1e-4)


@pytest.mark.parametrize("temperature_C", [20.0, 40.0])
def test_published_end_points(temperature_C):
    expected = {20.0: (9.3260, 9.3514, 9.3948), 40.0: (8.7774, 8.8147, 8.8820)}[temperature_C]
    known = [[extent_mM, 0.2, temperature_C, 7.0, 0.2] for extent_mM in (1.0, 10.0, 100.0)]
    ph = simulate_ph([1e12], known, [[1.0, 0.0]] * 3, WORLD)
    np.testing.assert_allclose(ph[:, 0], expected, rtol=0, atol=1e-4)


def exact(reaction_of, known, E0, k_d, world):
    """PH by LSODA over the extent; at every step pH and ionic strength are roots, one within the other."""
    r = reaction_of(known, TEMPERATURE_CORRECTED.name)
    A, B = (float(each) for each in debye_hueckel(known[2]))
    N0, C0 = world.ammonium_uM * 1e-6, world.carbonate_uM * 1e-6
    BT, KB, acid, base = 0.0, 1.0, 0, 0
    if world.buffer:
        BT, KB = world.buffer.total_mM * 1e-3, float(world.buffer.constant(known[2]))
        acid, base = CHARGES[world.buffer.name]

    def gamma(charge, size, strength):
        root = math.sqrt(strength)
        return 10 ** (-A * charge**2 * root / (1 + B * size * root)) if charge else 10 ** (0.1 * strength)

    def ions(ph, xi, strength):
        """Concentrations and charges."""
        g = {name: gamma(z, size, strength) for name, z, size in (
            ("H", 1, 9.0), ("OH", -1, 3.5), ("NH4", 1, 2.5), ("HCO3", -1, 5.4), ("CO3", -2, 5.4), ("CO2", 0, 0.0)
        )}  # fmt: skip
        a = 10.0**-ph
        NH3_per_NH4 = r.Ka * g["NH4"] / (g["CO2"] * a)
        HCO3_per_CO2 = r.K1 * g["CO2"] / (g["HCO3"] * a)
        CO3_per_CO2 = r.K1 * r.K2 * g["CO2"] / (g["CO3"] * a * a)
        CO2 = (C0 + xi) / (1 + HCO3_per_CO2 + CO3_per_CO2)
        ratio = KB * gamma(acid, 5.4, strength) / (gamma(base, 5.4, strength) * a)
        return [
            (a / g["H"], 1),
            (r.Kw / (a * g["OH"]), -1),
            ((N0 + 2 * xi) / (1 + NH3_per_NH4), 1),
            (CO2 * HCO3_per_CO2, -1),
            (CO2 * CO3_per_CO2, -2),
            (BT / (1 + ratio), acid),
            (BT * ratio / (1 + ratio), base),
        ]

    def charge(ph, xi, strong):
        """Charge at the ionic strength that is made, found by plain iteration."""
        strength, last = 1e-3, -1.0
        while abs(strength - last) > 1e-16 + 1e-14 * strength:
            last, found = strength, ions(ph, xi, strength)
            total = sum(c * z for c, z in found)
            strength = 0.5 * (sum(c * z * z for c, z in found) + abs(total if strong is None else strong))
        return total + (strong or 0.0)

    strong = -charge(r.initial_ph, 0.0, None)

    def ph_of(xi):
        if xi <= 0:
            return r.initial_ph
        return brentq(charge, r.initial_ph - 1e-3, 11.0, args=(xi, strong), xtol=1e-13, rtol=1e-13)

    def inhibited(xi, ph):
        plain, with_ammonium = (1 + (held + 2 * xi) / np.interp(ph, *K_P) for held in (0.0, N0))
        return plain / with_ammonium

    K_P = kinetics.K_P_PH, kinetics.K_P_M

    def slopes(t, y):
        ph = ph_of(y[0])
        return [r.rate(y[0], ph, E0 * math.exp(-k_d * t)) * inhibited(y[0], ph)]

    solution = solve_ivp(slopes, (0, TIMES[-1]), [0.0], "LSODA", t_eval=TIMES, rtol=1e-10, atol=1e-17)
    return np.array([ph_of(xi) for xi in solution.y[0]])


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_simulator_agrees_with_tight_ode_solution(reaction_of, world):
    known, targets = draw_parameters("tests/activity", range(1))
    ph = simulate_ph(TIMES, known, targets, world)
    np.testing.assert_allclose(ph[0], exact(reaction_of, known[0], *targets[0], world), rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_simulator_agrees_with_tight_ode_solution_over_the_prior(reaction_of, world):
    known, targets = draw_parameters("tests/activity/more", range(8))
    ph = simulate_ph(TIMES, known, targets, world)
    expected = [exact(reaction_of, *case, world) for case in zip(known, *targets.T, strict=True)]
    np.testing.assert_allclose(ph, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_derivatives_of_the_extent_agree_with_central_differences(world):
    case = kinetics.pack_cases(np.array([[50.0, 0.2, 30.0, 6.6, 0.2]]), world)[0]
    start, end = kinetics.strong_ions(case), kinetics.equilibrium_ph(case)
    for share in (0.05, 0.4, 0.8, 0.99):
        ph, h = 6.6 + share * (end - 6.6), 1e-4 * (1 - share)
        down, at, up = (kinetics.extent_of_ph(ph + sign * h, case, start) for sign in (-1, 0, 1))
        assert at[1] == pytest.approx((up[0] - down[0]) / (2 * h), rel=1e-6)
        assert at[2] == pytest.approx((up[1] - down[1]) / (2 * h), rel=1e-5)


def test_exposure_is_the_inverse_and_derivatives_are_those_of_differences():
    known, targets = draw_parameters("tests/activity", range(20))
    ph, derivatives = ph_and_derivatives(TIMES[:5], known, targets, WORLD)
    exposure = targets[:, :1] * -np.expm1(-targets[:, 1:] * TIMES[:4]) / targets[:, 1:]
    np.testing.assert_allclose(exposure_of_ph(ph[:, :4], known, WORLD), exposure, rtol=1e-4, atol=1e-6)
    step = 1e-4 * targets[:, 0]
    up, down = (simulate_ph(TIMES[:5], known, targets + sign * step[:, None] * [1, 0], WORLD) for sign in (1, -1))
    np.testing.assert_allclose(derivatives[:, :, 0] * step[:, None], (up - down) / 2, rtol=1e-3, atol=1e-8)


def test_little_is_changed_in_a_prefix_and_little_at_the_end():
    known, targets = draw_parameters("tests/activity", range(200))
    times = [10.0, 30.0, 60.0, 2000.0]
    moved = np.median(simulate_ph(times, known, targets, WORLD) - simulate_ph(times, known, targets), axis=0)
    assert np.abs(moved[:3]).max() < 2e-3
    assert 0 < moved[3] < 1e-2


@pytest.mark.parametrize("name", sorted(CHARGES))
@pytest.mark.parametrize("temperature_C", [0.0, 60.0])
def test_curves_at_the_ends_of_the_domain_rise_to_the_exhausted_solution(name, temperature_C):
    known = np.array([[S, 0.2, temperature_C, ph, 0.2] for S in (1e-3, 10.0, 1000.0) for ph in (4.0, 6.5, 8.0)])
    world = replace(WORLD, carbonate_uM=1e5, ammonium_uM=1e6, buffer=Buffer(name, 100.0))
    for each in (WORLD, world):
        ph = simulate_ph([0.0, 1.0, 100.0, 1e5, 1e9], known, np.tile([1.0, 1e-3], (len(known), 1)), each)
        assert (np.diff(ph) >= -1e-12).all()


def test_a_stronger_buffer_than_the_law_is_made_for_is_refused():
    with pytest.raises(BenchError) as error:
        replace(WORLD, buffer=Buffer("Tris", 200.0))
    assert str(error.value) == (
        "world 'temperature_corrected': buffer.total_mM with activity must be between 0 and 100, got 200.0. "
        "Mend the world."
    )
