import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.world import kinetics
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED, WORLDS
from bench.world.kinetics import (
    charge_per_extent,
    equilibrium_ph,
    exposure_density,
    exposure_per_ph,
    extent_of_ph,
    pack_cases,
    strong_ions,
)

CASES = st.builds(
    lambda S0, t, ph, world: pack_cases(np.array([[S0, 0.2, t, ph, 0.2]]), WORLDS[world])[0],
    st.floats(1, 1000),
    st.floats(0, 60),
    st.floats(4, 8),
    st.sampled_from(sorted(WORLDS)),
)
CASE = pack_cases(np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), TEMPERATURE_CORRECTED)[0]


@pytest.mark.parametrize("world", [TEMPERATURE_CORRECTED, FIXED_25C], ids=lambda world: world.name)
def test_packed_case_holds_the_published_constants(reaction_of, world):
    for known in ([50.0, 0.25, 30.0, 7.0, 0.2], [10.0, 0.5, 0.0, 4.0, 0.2], [1000.0, 0.05, 60.0, 8.0, 0.2]):
        r = reaction_of(known, world.name)
        expected = [r.urea, r.initial_ph, r.k, r.p1, r.p2, r.a, r.b, r.Kw, r.Ka, r.K1, r.K2, 0, 0, 0, 1, 0, 0, 0]
        np.testing.assert_allclose(pack_cases(np.array([known]), world)[0], expected, rtol=1e-9)


def test_product_inhibition_knots_are_the_published_ones(reaction_of):
    knots = dict(zip(kinetics.K_P_PH.tolist(), kinetics.K_P_M.tolist(), strict=True))
    assert knots == {
        6.25: 0.1785,
        6.50: 0.1194,
        7.00: 0.0693,
        7.50: 0.0386,
        8.00: 0.0311,
        8.50: 0.0327,
        8.75: 0.0298,
        9.00: 0.0310,
    }


@given(case=CASES, ph=st.floats(3, 11))
def test_derivatives_of_charge_per_extent_agree_with_central_differences(case, ph):
    h = 1e-5
    _, first, second = charge_at(ph, case)
    up, down = (charge_at(ph + sign * h, case) for sign in (1, -1))
    assert first == pytest.approx((up[0] - down[0]) / (2 * h), rel=1e-5, abs=1e-8)
    assert second == pytest.approx((up[1] - down[1]) / (2 * h), rel=1e-5, abs=1e-8)


@given(case=CASES, share=st.floats(0.0, 0.99))
def test_derivatives_of_the_extent_agree_with_central_differences(case, share):
    start, end = case[kinetics.PH0], equilibrium_ph(case)
    ph, h = start + share * (end - start), 1e-5 * (1 - share) * (end - start)
    _, first, second = extent_at(ph, case)
    up, down = (extent_at(ph + sign * h, case) for sign in (1, -1))
    assert first == pytest.approx((up[0] - down[0]) / (2 * h), rel=1e-5)
    assert second == pytest.approx((up[1] - down[1]) / (2 * h), rel=1e-4, abs=1e-7 * abs(first))


@given(case=CASES, extent=st.floats(-9, 0).map(lambda exponent: 10**exponent))
def test_extent_is_the_one_whose_charge_balance_gives_the_ph(reaction_of, case, extent):
    reaction = type(reaction_of([1, 1, 1, 1, 1], "fixed_25C"))(*case[: kinetics.DH_A])
    assert extent_at(reaction.ph(extent), case)[0] == pytest.approx(extent, rel=1e-7, abs=1e-18)


@pytest.mark.parametrize("ph", [6.3, 6.8, 7.2, 7.7, 8.2, 8.6, 8.8])
def test_exposure_density_is_that_of_the_rate_law(reaction_of, ph):
    known = [50.0, 0.25, 30.0, 6.0, 0.2]
    case = pack_cases(np.array([known]), TEMPERATURE_CORRECTED)[0]
    reaction = reaction_of(known, "temperature_corrected")
    extent, slope, _ = extent_at(ph, case)
    g, _, urea, extent_slope = density(ph, case)
    assert g == pytest.approx(slope / reaction.rate(extent, reaction.ph(extent), 1.0), rel=1e-9)
    assert urea == pytest.approx(0.050 - extent, rel=1e-12)
    assert extent_slope == slope


@pytest.mark.parametrize("ph", [5.0, 6.3, 6.8, 7.2, 7.7, 8.2, 8.6, 8.8])
def test_derivative_of_the_exposure_density_agrees_with_central_differences(ph):
    h = 1e-5
    up, down = (density(ph + sign * h, CASE)[0] for sign in (1, -1))
    assert density(ph, CASE)[1] == pytest.approx((up - down) / (2 * h), rel=1e-6)


@given(case=CASES)
def test_equilibrium_ph_is_where_the_products_carry_no_charge(case):
    ph = equilibrium_ph(case)
    below, at, above = (charge_at(x, case)[0] for x in (ph - 1e-9, ph, ph + 1e-9))
    assert below > 0 > above
    assert abs(at) < 1e-12


def density(ph, case):
    """``exposure_density`` on the segment of K_P that holds the pH; ``exposure_per_ph`` must agree with it."""
    start = strong_ions(case)
    segment = np.searchsorted(kinetics.K_P_PH, ph, side="right")
    if segment == 0:
        return exposure_density(ph, case, start, kinetics.K_P_M[0], 0.0)
    rise, run = (np.diff(knots)[segment - 1] for knots in (kinetics.K_P_M, kinetics.K_P_PH))
    K_P_at_0 = kinetics.K_P_M[segment] - rise / run * kinetics.K_P_PH[segment]
    assert exposure_per_ph(ph, case, start, K_P_at_0, rise / run) == pytest.approx(
        exposure_density(ph, case, start, K_P_at_0, rise / run)[0], rel=1e-14
    )
    return exposure_density(ph, case, start, K_P_at_0, rise / run)


def charge_at(ph, case):
    """Charge per extent and its derivatives at a pH."""
    return charge_per_extent(10.0**-ph, case)


def extent_at(ph, case):
    """Extent and its derivatives at a pH."""
    return extent_of_ph(ph, case, strong_ions(case))
