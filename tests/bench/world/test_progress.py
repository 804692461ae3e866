import itertools
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from bench.world import progress
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.kinetics import K_P_M, K_P_PH, PH0, exposure_density, pack_cases, strong_ions
from bench.world.progress import N_ROWS, Q, U, build_curve, exposure_at, locate, ph_at, unit_exposure

CASE = pack_cases(np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), TEMPERATURE_CORRECTED)[0]


@given(t=st.floats(1e-6, 1e6), k_d=st.floats(-12, 2).map(lambda exponent: 10**exponent))
def test_unit_exposure_and_its_derivative_agree_with_fifty_digits(t, k_d):
    with localcontext(prec=50):
        T, K = Decimal(t), Decimal(k_d)
        decay = (-K * T).exp()
        phi = (1 - decay) / K
        slope = (T * decay - phi) / K
        expected = float(phi), float(slope)
    assert unit_exposure(t, k_d) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("t", [0.0, 1.0, 1e6])
def test_unit_exposure_without_loss_is_the_time(t):
    assert unit_exposure(t, 0.0) == (t, -t * t / 2)


def test_unit_exposure_does_not_jump_between_its_two_expressions():
    below, above = (unit_exposure(1.0, k_d) for k_d in (np.nextafter(1e-2, 0), 1e-2))
    assert below == pytest.approx(above, rel=1e-11)


@given(
    steps=st.lists(st.floats(1e-3, 1.0), min_size=1, max_size=40),
    share=st.floats(-0.2, 1.2),
    start=st.integers(0, 45),
)
def test_located_panel_holds_the_value_wherever_the_search_begins(steps, share, start):
    grid = np.concatenate([[0.0], np.cumsum(steps)])
    n, x = len(grid), share * grid[-1]
    expected = min(max(int(np.searchsorted(grid, x, side="right")) - 1, 0), n - 2)
    assert locate(np.append(grid, [-1.0, -1.0]), n, x, start) == expected


def curve_of(case, u_stop=math.inf, ph_stop=math.inf, ph_start=None, build=build_curve):
    curve = np.full((N_ROWS, progress.MAX_NODES), np.nan)
    n, ph_eq = build(case, case[PH0] if ph_start is None else ph_start, u_stop, ph_stop, curve)
    return curve, n, ph_eq


def test_curve_ends_just_past_what_was_asked_for():
    whole, n_whole, _ = curve_of(CASE)
    by_exposure, n, _ = curve_of(CASE, u_stop=10.0)
    assert by_exposure[U, n - 2] < 10.0 <= by_exposure[U, n - 1]
    assert n < n_whole
    assert np.array_equal(by_exposure[U, :n], whole[U, :n])
    by_ph, n, ph_eq = curve_of(CASE, ph_stop=8.0)
    nodes = ph_eq - 1.0 / by_ph[Q, :n]
    assert nodes[-2] < 8.0 <= nodes[-1] + 1e-12


def test_curve_has_a_node_on_every_knot_of_the_product_inhibition():
    curve, n, ph_eq = curve_of(CASE, ph_start=5.0)
    nodes = ph_eq - 1.0 / curve[Q, :n]
    for knot in [6.25, 6.5, 7.0, 7.5, 8.0, 8.5, 8.75, 9.0]:
        assert np.abs(nodes - knot).min() < 1e-13
    assert np.abs(curve[U, :n]).min() == 0


def test_too_many_nodes_are_reported_and_not_written_past_the_end():
    curve = np.zeros((N_ROWS, 12))
    n, _ = build_curve(CASE, 7.0, math.inf, math.inf, np.ascontiguousarray(curve[:, :10]))
    assert n == -1


@pytest.mark.parametrize("ph", [7.4, 8.2, 8.7, 8.9])
def test_exposure_at_a_ph_is_the_quadrature_of_its_density(ph):
    expected = exact_exposure([7.0, *(knot for knot in K_P_PH if 7.0 < knot < ph), ph])
    assert exposure_at(ph, *curve_of(CASE), 0)[0] == pytest.approx(expected, rel=1e-6)


def test_quadrature_converges_with_the_sixth_power_of_the_step(monkeypatch):
    errors = []
    exact = exact_exposure([7.0, 7.5, 8.0])
    for step in (2.0, 1.0):
        monkeypatch.setattr(progress, "STEP", step)
        curve, n, ph_eq = curve_of(CASE, ph_stop=8.0, build=build_curve.py_func)
        at_knot = np.abs(ph_eq - 1.0 / curve[Q, :n] - 8.0).argmin()
        errors.append(abs(curve[U, at_knot] - exact))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(6.0, abs=0.7)


def exact_exposure(ends):
    """Exposure between the first and the last pH, integrated from knot to knot of K_P."""
    return sum(
        quad(lambda x, low=low: density_from(low, x), low, high, epsabs=0, epsrel=1e-13)[0]
        for low, high in itertools.pairwise(ends)
    )


def density_from(knot, ph):
    """``exposure_density`` on the segment of K_P that begins at or below a pH."""
    left = np.searchsorted(K_P_PH, knot, side="right") - 1
    slope = np.append(np.diff(K_P_M) / np.diff(K_P_PH), 0.0)[left]
    return exposure_density(ph, CASE, strong_ions(CASE), K_P_M[left] - slope * K_P_PH[left], slope)[0]


def test_ph_and_exposure_are_inverse_and_their_slopes_are_the_density():
    whole = curve_of(CASE)
    for u in np.geomspace(1e-3, 2500.0, 100):  # 1.25 g/L for 2000 s
        ph, slope, _ = ph_at(u, *whole, 0)
        back, inverse_slope, _ = exposure_at(ph, *whole, 0)
        density = density_from(ph, ph)
        assert back - u == pytest.approx(0.0, abs=1e-6 * density)
        assert slope == pytest.approx(1.0 / density, rel=1e-5)
        assert inverse_slope == pytest.approx(density, rel=1e-5)


def test_past_the_end_the_ph_is_held_and_the_exposure_infinite():
    curve, n, ph_eq = curve_of(CASE)
    end = ph_at(curve[U, n - 1], curve, n, ph_eq, 0)
    past = ph_at(2 * curve[U, n - 1], curve, n, ph_eq, 0)
    assert past[0] == end[0]
    assert end[1] > 0
    assert past[1] == 0
    for ph in (end[0] + 1e-9, ph_eq, 13.0):
        assert exposure_at(ph, curve, n, ph_eq, 0)[:2] == (math.inf, math.inf)
