import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.draw import draw_parameters
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED, WORLDS
from bench.world.quantities import KNOWN, TARGETS
from bench.world.simulator import exposure_and_slope, exposure_of_ph, ph_and_derivatives, simulate_ph

KNOWN_CASE = [50.0, 0.25, 30.0, 7.0, 0.2]
TIMES = np.unique(np.concatenate([np.linspace(0, 60, 21), np.linspace(60, 2000, 40)]))
BOTH_WORLDS = pytest.mark.parametrize("world", [TEMPERATURE_CORRECTED, FIXED_25C], ids=lambda world: world.name)

DOMAIN_CASES = st.tuples(
    st.floats(-6, 3).map(lambda exponent: 10**exponent),
    st.just(0.2),
    st.floats(0, 60),
    st.floats(4, 8),
    st.just(0.2),
).map(list)
LOADS = st.floats(0, 100)
LOSSES = st.floats(0, 1)
WORLD_VALUES = st.sampled_from(list(WORLDS.values()))


def prior_cases(n_cases):
    return draw_parameters("tests/simulator", range(n_cases))


def prior_corners():
    ends = [sorted({quantity.low, quantity.high}) for quantity in (*KNOWN, *TARGETS)]
    ends[1] = [0.25]  # the powder does not enter the reaction
    corners = np.array(list(itertools.product(*ends)))
    return corners[:, :5], corners[:, 5:]


def exposures(time_s, targets):
    E0, k_d = targets[:, :1], targets[:, 1:]
    return E0 * -np.expm1(-k_d * time_s) / k_d


def largest_error(reaction_of, known, targets, world, method="DOP853"):
    ph = simulate_ph(TIMES, known, targets, world)
    exact = [
        reaction_of(inputs, world.name).trace(TIMES, *truth, method)
        for inputs, truth in zip(known, targets, strict=True)
    ]
    return np.abs(ph - exact).max()


@BOTH_WORLDS
@pytest.mark.parametrize("method", ["DOP853", "LSODA"])
def test_simulator_agrees_with_tight_ode_solution_over_the_prior(reaction_of, world, method):
    known, targets = prior_cases(12)
    assert largest_error(reaction_of, known, targets, world, method) < 1e-6


@pytest.mark.slow
@pytest.mark.smoke
@BOTH_WORLDS
def test_simulator_agrees_with_tight_ode_solution_in_the_corners_of_the_prior(reaction_of, world):
    random, corners = prior_cases(28), prior_corners()
    known, targets = (np.concatenate(pair) for pair in zip(random, corners, strict=True))
    assert len(known) == 60
    assert largest_error(reaction_of, known, targets, world) < 1e-6


@pytest.mark.slow
@BOTH_WORLDS
def test_simulator_agrees_with_tight_ode_solution_at_the_ends_of_the_domain(reaction_of, world):
    ends = itertools.product([0.01, 1000.0], [0.2], [0.0, 60.0], [4.0, 6.5, 8.0], [0.2], [1e-3, 100.0], [0.0, 1.0])
    cases = np.array(list(ends))
    assert largest_error(reaction_of, cases[:, :5], cases[:, 5:], world, "LSODA") < 1e-6


@BOTH_WORLDS
def test_nitrogen_carbon_and_charge_are_conserved_along_a_trace(reaction_of, world):
    known, targets = prior_cases(6)
    time_s = [10.0, 60.0, 600.0, 2000.0]
    for inputs, truth, trace in zip(known, targets, simulate_ph(time_s, known, targets, world), strict=True):
        reaction = reaction_of(inputs, world.name)
        for extent, ph in zip(reaction.extents(time_s, *truth), trace, strict=True):
            # Nitrogen and carbon that the ODE made (2 and 1 an extent) must carry the charge that the pH implies.
            charge_of_1e_6_pH = abs(reaction.charge(ph + 1e-6, extent) - reaction.charge(ph, extent))
            assert abs(reaction.charge(ph, extent)) < charge_of_1e_6_pH


@BOTH_WORLDS
def test_exhausted_urea_holds_the_ph_of_complete_hydrolysis(reaction_of, world):
    known = [[20.0, 0.2, 40.0, 7.0, 0.2]]
    ph = simulate_ph([1e6, 1e7, 1e12], known, [[1.0, 0.0]], world)[0]
    assert ph[0] == ph[1] == ph[2]
    reaction = reaction_of(known[0], world.name)
    assert ph[0] == pytest.approx(reaction.ph(reaction.urea), abs=1e-9)


@BOTH_WORLDS
@pytest.mark.parametrize("known", [[1e-6, 0.2, 30, 7, 0.2], [0.01, 0.2, 60, 8, 0.2], [1000, 0.2, 0, 4, 0.2]])
def test_initial_ph_at_time_zero_and_without_enzyme(known, world):
    active = simulate_ph([0.0], [known], [[1.0, 1e-3]], world)
    absent = simulate_ph([0.0, 30.0, 1e9], [known], [[0.0, 1e-3]], world)
    np.testing.assert_allclose(np.append(active, absent), known[3], rtol=0, atol=1e-14)


def test_ph_is_continuous_as_the_loss_vanishes():
    ph = [simulate_ph([30.0, 2000.0], [KNOWN_CASE], [[0.5, k_d]])[0] for k_d in (0.0, 1e-300, 1e-12)]
    assert np.array_equal(ph[0], ph[1])
    np.testing.assert_allclose(ph[2], ph[0], rtol=0, atol=1e-8)


@given(known=DOMAIN_CASES, E0=LOADS, k_d=LOSSES, world=WORLD_VALUES)
def test_ph_rises_with_time_over_the_domain(known, E0, k_d, world):
    ph = simulate_ph([0.0, 0.1, 1.0, 10.0, 100.0, 1e4, 1e7], [known], [[E0, k_d]], world)
    assert np.isfinite(ph).all()
    assert (np.diff(ph) >= -1e-12).all()


@given(known=DOMAIN_CASES, low=LOADS, high=LOADS, k_d=LOSSES, world=WORLD_VALUES)
def test_ph_rises_with_the_enzyme_load_over_the_domain(known, low, high, k_d, world):
    loads = [[min(low, high), k_d], [max(low, high), k_d]]
    less, more = simulate_ph([1.0, 30.0, 2000.0], [known, known], loads, world)
    assert (more >= less - 1e-12).all()


@given(known=DOMAIN_CASES, E0=st.floats(0.01, 10), k_d=st.floats(1e-6, 0.1), time_s=st.floats(0.1, 1e4))
def test_ph_depends_on_the_exposure_only(known, E0, k_d, time_s):
    exposure = E0 * -np.expm1(-k_d * time_s) / k_d
    with_loss = simulate_ph([time_s], [known], [[E0, k_d]])
    without = simulate_ph([exposure], [known], [[1.0, 0.0]])
    np.testing.assert_allclose(with_loss, without, rtol=0, atol=1e-10)


def test_powder_mass_and_volume_do_not_enter_the_reaction():
    other = [50.0, 0.5, 30.0, 7.0, 3.0]
    first, second = simulate_ph(TIMES, [KNOWN_CASE, other], [[0.5, 1e-3]] * 2)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("target", [0, 1], ids=["E0_g_per_L", "k_d_per_s"])
@pytest.mark.parametrize("values", [[0.5, 1e-3], [1.25, 5e-3], [0.05, 1e-5]])
def test_derivatives_agree_with_central_differences(values, target):
    time_s = [1.0, 10.0, 60.0, 2000.0]
    step = np.eye(2)[target] * np.array([1e-4, 1e-6])[target]
    up, down = (simulate_ph(time_s, [KNOWN_CASE], [values + sign * step]) for sign in (1, -1))
    _, derivatives = ph_and_derivatives(time_s, [KNOWN_CASE], [values])
    np.testing.assert_allclose(derivatives[0, :, target], (up - down)[0] / (2 * step[target]), rtol=1e-4)


def test_derivatives_agree_with_one_sided_differences_where_the_loss_is_zero():
    time_s, h = [10.0, 60.0, 2000.0], 1e-6
    at_0, at_h, at_2h = (simulate_ph(time_s, [KNOWN_CASE], [[0.5, k_d]])[0] for k_d in (0.0, h, 2 * h))
    _, derivatives = ph_and_derivatives(time_s, [KNOWN_CASE], [[0.5, 0.0]])
    np.testing.assert_allclose(derivatives[0, :, 1], (4 * at_h - 3 * at_0 - at_2h) / (2 * h), rtol=1e-5)


def test_derivatives_without_enzyme_are_those_of_the_first_trace_of_it():
    h = 1e-7
    _, derivatives = ph_and_derivatives([10.0], [KNOWN_CASE], [[0.0, 1e-3]])
    rise = simulate_ph([10.0], [KNOWN_CASE], [[h, 1e-3]])[0, 0] - 7.0
    np.testing.assert_allclose(derivatives[0, 0], [rise / h, 0.0], rtol=1e-4)


def test_derivatives_vanish_at_time_zero_and_are_finite_past_the_end():
    ph, derivatives = ph_and_derivatives([0.0, 1e12], [KNOWN_CASE], [[0.5, 0.0]])
    assert ph[0, 0] == pytest.approx(7.0, abs=1e-14)
    assert np.array_equal(derivatives[0], np.zeros((2, 2)))


@BOTH_WORLDS
def test_ph_beside_derivatives_is_the_simulated_ph_bit_for_bit(world):
    known, targets = prior_cases(20)
    ph, _ = ph_and_derivatives(TIMES[1:], known, targets, world)
    assert np.array_equal(ph, simulate_ph(TIMES[1:], known, targets, world))


@BOTH_WORLDS
def test_inverse_undoes_forward(world):
    known, targets = prior_cases(40)
    truth = exposures(TIMES, targets)
    found, slope = exposure_and_slope(simulate_ph(TIMES, known, targets, world), known, world)
    assert (np.abs(found - truth) < 1e-6 * slope).all()  # within 1e-6 pH
    np.testing.assert_allclose(found, truth, rtol=2e-6, atol=1e-12)


def test_slope_of_the_inverse_is_the_reciprocal_of_the_forward_slope():
    ph, derivatives = ph_and_derivatives([1.0, 30.0, 600.0], [KNOWN_CASE], [[0.5, 0.0]])
    _, slope = exposure_and_slope(ph, [KNOWN_CASE])
    np.testing.assert_allclose(slope * derivatives[..., 0], [[1.0, 30.0, 600.0]], rtol=1e-5)


def test_exposure_below_the_initial_ph_follows_the_same_reaction_backwards(reaction_of):
    reaction = reaction_of(KNOWN_CASE, "temperature_corrected")
    ph = np.array([[6.99, 6.9, 6.5, 6.0, 5.0]])
    backwards = [reaction.ph(reaction.extent_at_exposure(u)) for u in exposure_of_ph(ph, [KNOWN_CASE])[0]]
    np.testing.assert_allclose(backwards, ph[0], rtol=0, atol=1e-6)


@BOTH_WORLDS
def test_exposure_rises_with_ph_and_is_continuous_at_the_initial_ph(world):
    known, _ = prior_corners()
    known = known[::4]
    ph = np.linspace(1.0, 7.5, 1301)
    exposure, slope = exposure_and_slope(np.tile(ph, (len(known), 1)), known, world)
    assert (np.diff(exposure) > 0).all()
    assert (slope > 0).all()
    near = known[:, 3:4] + np.array([[-1e-9, 0.0, 1e-9]])
    exposure, slope = exposure_and_slope(near, known, world)
    assert (exposure[:, 1] == 0).all()
    np.testing.assert_allclose(exposure[:, 2] - exposure[:, 0], 2e-9 * slope[:, 1], rtol=1e-5)


@given(known=DOMAIN_CASES, world=WORLD_VALUES)
def test_exposure_rises_with_ph_from_half_a_unit_below_the_initial_one_over_the_domain(known, world):
    ph = np.linspace(known[3] - 0.5, 13.0, 400)
    exposure, slope = (values[0] for values in exposure_and_slope(ph[None], [known], world))
    reached = np.isfinite(exposure)
    assert (np.diff(exposure[reached]) > 0).all()
    assert (exposure[~reached] == np.inf).all()
    assert (np.diff(reached.astype(int)) <= 0).all()
    assert (slope > 0).all()


@given(known=DOMAIN_CASES, world=WORLD_VALUES)
def test_curve_from_ph_1_to_the_exhausted_urea_can_be_tabulated_over_the_domain(known, world):
    known = [1000.0, *known[1:]]  # the longest curves
    exposure = exposure_of_ph([[1.0, 14.0]], [known], world)
    assert np.isfinite(exposure[0, 0])
    assert exposure[0, 1] == np.inf


def test_longest_curve_of_the_domain_can_be_tabulated():
    assert exposure_of_ph([[1.0, 14.0]], [[1000.0, 0.2, 0.0, 7.21, 0.2]])[0, 1] == np.inf


@BOTH_WORLDS
def test_batch_is_a_loop_over_cases_bit_for_bit(world):
    known, targets = prior_cases(25)
    ph, derivatives = ph_and_derivatives(TIMES, known, targets, world)
    exposure = exposure_of_ph(ph, known, world)
    for case in range(25):
        one = slice(case, case + 1)
        one_ph, one_derivatives = ph_and_derivatives(TIMES, known[one], targets[one], world)
        assert np.array_equal(one_ph[0], ph[case])
        assert np.array_equal(one_derivatives[0], derivatives[case])
        assert np.array_equal(exposure_of_ph(ph[one], known[one], world)[0], exposure[case])
    assert np.array_equal(simulate_ph(TIMES, known, targets, world), ph)


def test_one_row_of_times_or_one_a_case_give_the_same():
    known, targets = prior_cases(5)
    assert np.array_equal(
        simulate_ph(TIMES, known, targets), simulate_ph(np.tile(TIMES, (5, 1)), known, targets, TEMPERATURE_CORRECTED)
    )
    rows = np.arange(15.0).reshape(5, 3)
    each = np.concatenate(
        [simulate_ph(row, [inputs], [truth]) for row, inputs, truth in zip(rows, known, targets, strict=True)]
    )
    np.testing.assert_allclose(simulate_ph(rows, known, targets), each, rtol=0, atol=0)


def test_times_may_come_in_any_order_and_repeat():
    known, targets = prior_cases(5)
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(len(TIMES)), 2))
    ph, derivatives = ph_and_derivatives(TIMES, known, targets)
    assert np.array_equal(simulate_ph(TIMES[order], known, targets), ph[:, order])
    mixed_ph, mixed_derivatives = ph_and_derivatives(TIMES[order], known, targets)
    assert np.array_equal(mixed_ph, ph[:, order])
    assert np.array_equal(mixed_derivatives, derivatives[:, order])
    exposure = exposure_of_ph(ph, known)
    assert np.array_equal(exposure_of_ph(ph[:, order], known), exposure[:, order])


def test_inputs_are_not_changed():
    known, targets = prior_cases(3)
    inputs = [TIMES.copy(), known.copy(), targets.copy()]
    ph, _ = ph_and_derivatives(TIMES, known, targets)
    before = ph.copy()
    exposure_of_ph(ph, known)
    for after, original in zip([TIMES, known, targets, ph], [*inputs, before], strict=True):
        assert np.array_equal(after, original)
