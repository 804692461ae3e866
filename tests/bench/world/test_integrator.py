# Slow CO2 and air: check values, an independent ODE in which the pH is a root, electrode, derivatives, posterior.
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured, draw_parameters
from bench.errors import BenchError, DomainError
from bench.world import integrator
from bench.world.acquisition import Acquisition, lagged_ph
from bench.world.buffers import Buffer
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED, World
from bench.world.quantities import TARGETS
from bench.world.simulator import exposure_of_ph, ph_and_derivatives, simulate_ph

WORLD = TEMPERATURE_CORRECTED
SLOW, HALF, BICARBONATE = (replace(WORLD, co2_share=share) for share in (1.0, 0.5, 0.0))
AIR, BOTH = replace(WORLD, kla_per_s=3e-4), replace(WORLD, co2_share=1.0, kla_per_s=3e-4)
WET = replace(FIXED_25C, co2_share=0.3, kla_per_s=1e-3, carbonate_uM=50.0, ammonium_uM=20.0, buffer=Buffer("Tris", 0.1))
WET_AIR = replace(WET, co2_share=None)
WORLDS = {"CO2": SLOW, "half": HALF, "HCO3": BICARBONATE, "air": AIR, "both": BOTH, "wet": WET, "wet air": WET_AIR}
EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
KNOWN, TARGET = [[50.0, 0.25, 30.0, 7.0, 0.2]], [[0.5, 1e-3]]
TIMES = np.array([0.0, 0.3, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 2000.0])


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (SLOW, (7.8253156, 8.5496099, 8.7226822, 8.8036558, 8.9497526, 9.0088549)),
        (HALF, (7.7160684, 8.4607055, 8.6765455, 8.7789558, 8.9450414, 9.0086503)),
        (BICARBONATE, (7.5698903, 8.3394402, 8.6180921, 8.7514943, 8.9403634, 9.0084586)),
        (AIR, (7.5848796, 8.3380341, 8.6141743, 8.7465884, 8.9325876, 8.9901178)),
        (BOTH, (7.8252707, 8.5489172, 8.7207499, 8.8006256, 8.9434559, 8.9918202)),
    ],
    ids=["CO2", "half", "HCO3", "air", "both"],
)
def test_ph_is_that_of_another_solver(world, expected):
    ph = simulate_ph([1.0, 10.0, 30.0, 60.0, 300.0, 2000.0], KNOWN, TARGET, world)
    np.testing.assert_allclose(ph[0], expected, rtol=0, atol=3e-7)


def exact(reaction_of, known, E0, k_d, world, time_s=TIMES, lag_s=0.0):
    """PH, and carbon and ions, by LSODA over extent, [HCO3-] + [CO3--] and carbon lost, the pH a root at every step."""
    held = {"N0": world.ammonium_uM * 1e-6, "C0": world.carbonate_uM * 1e-6}
    if world.buffer:
        held |= {"BT": world.buffer.total_mM * 1e-3, "KB": float(world.buffer.constant(known[2]))}
    r = reaction_of(known, FIXED_25C.name if world.fixed else WORLD.name, **held)
    T = known[2] + 273.15
    k_water = math.exp(1246.98 - 6.19e4 / T - 183.0 * math.log(T))
    k_OH_Kw = math.exp(-930.13 + 3.10e4 / T + 140.9 * math.log(T))
    CO2_air = 420e-6 * math.exp(-58.0931 + 90.5069 * (100 / T) + 22.2940 * math.log(T / 100))

    def carbon(ph, xi, ions, lost):
        H, total = 10.0**-ph, r.C0 + xi - lost
        if world.co2_share is None:
            dissolved = total / (1 + r.K1 / H + r.K1 * r.K2 / H**2)
            HCO3 = dissolved * r.K1 / H
            return dissolved, HCO3, HCO3 * r.K2 / H
        HCO3 = ions * H / (H + r.K2)
        return total - ions, HCO3, ions - HCO3

    def weak(ph, xi, ions, lost):
        H = 10.0**-ph
        _, HCO3, CO3 = carbon(ph, xi, ions, lost)
        ammonium = (r.N0 + 2 * xi) * H / (H + r.Ka)
        return H - r.Kw / H + ammonium - HCO3 - 2 * CO3 - r.BT * r.KB / (H + r.KB)

    H0 = 10.0**-r.initial_ph
    ions_at_0 = r.C0 * (1 - 1 / (1 + r.K1 / H0 + r.K1 * r.K2 / H0**2))
    strong = -weak(r.initial_ph, 0.0, ions_at_0, 0.0)

    def ph_of(y):
        return brentq(lambda ph: weak(ph, *y[:3]) + strong, 2.0, 13.0, xtol=1e-14, rtol=1e-14)

    def slopes(t, y):
        ph = ph_of(y)
        turnover = r.rate(y[0], ph, E0 * math.exp(-k_d * t))
        CO2, HCO3, _ = carbon(ph, *y[:3])
        hydrated = (k_water + k_OH_Kw * 10.0**ph) * (CO2 - HCO3 * 10.0**-ph / r.K1)
        ions = 0.0 if world.co2_share is None else (1 - world.co2_share) * turnover + hydrated
        return [
            turnover,
            ions,
            world.kla_per_s * (CO2 - CO2_air),
            (ph - r.initial_ph - y[3]) / lag_s if lag_s else 0.0,
        ]

    solution = solve_ivp(
        slopes, (0, time_s[-1]), [0, ions_at_0, 0, 0], "LSODA", t_eval=time_s, rtol=1e-11, atol=[1e-17] * 3 + [1e-12]
    )
    return r.initial_ph + solution.y[3] if lag_s else np.array([ph_of(y) for y in solution.y.T])


def cases(n_cases):
    return draw_parameters("tests/integrator", range(n_cases))


def largest_error(reaction_of, known, targets, world):
    ph = simulate_ph(TIMES, known, targets, world)
    return np.abs(ph - [exact(reaction_of, *pair, world) for pair in zip(known, *targets.T, strict=True)]).max()


@EVERY_WORLD
def test_simulator_agrees_with_tight_ode_solution(reaction_of, world):
    # The charge balance is a root there and a state here: charge, nitrogen and carbon are conserved to 1e-6 pH.
    assert largest_error(reaction_of, *cases(2), world) < 1e-6


@pytest.mark.slow
@EVERY_WORLD
def test_simulator_agrees_with_tight_ode_solution_over_the_prior(reaction_of, world):
    assert largest_error(reaction_of, *cases(30), world) < 1e-6


@pytest.mark.parametrize("world", [SLOW, WET_AIR], ids=["CO2", "wet air"])
def test_electrode_agrees_with_tight_ode_solution(reaction_of, world):
    known, targets = cases(1)
    time_s = TIMES[None, :7]
    shown = lagged_ph(time_s, time_s < 50.0, known, targets, world, 2.0)
    expected = exact(reaction_of, known[0], *targets[0], world, TIMES[:6], lag_s=2.0)
    np.testing.assert_allclose(shown[0, :6], expected, rtol=0, atol=1e-6)
    assert shown[0, 6] == 0


@pytest.mark.parametrize("world", [replace(WORLD, kla_per_s=1e-12), replace(WET, co2_share=None, kla_per_s=1e-12)])
def test_air_that_is_not_exchanged_leaves_the_closed_vessel(world):
    known, targets = cases(50)
    closed = simulate_ph(TIMES, known, targets, replace(world, kla_per_s=0.0))
    np.testing.assert_allclose(simulate_ph(TIMES, known, targets, world), closed, rtol=0, atol=1e-6)


def test_times_may_come_in_any_order():
    known, targets = cases(3)
    mixed = [7, 2, 0, 5]
    there = simulate_ph(TIMES[[*mixed, -1]], known, targets, SLOW)
    assert np.array_equal(there[:, :-1], simulate_ph(TIMES, known, targets, SLOW)[:, mixed])


def test_derivatives_near_the_closed_vessel_are_those_in_closed_form():
    known, targets = cases(10)
    _, closed = ph_and_derivatives(TIMES, known, targets, WORLD)
    _, open_ = ph_and_derivatives(TIMES, known, targets, replace(WORLD, kla_per_s=1e-12))
    worst = np.abs(closed).max(axis=1, keepdims=True)
    np.testing.assert_allclose(open_ / worst, closed / worst, rtol=0, atol=3e-4)


@pytest.mark.parametrize("world", [SLOW, AIR], ids=["CO2", "air"])
def test_posterior_is_that_of_a_brute_grid(world):
    acquisition = Acquisition(60.0, 2.0)
    measured, _ = draw_measured(acquisition, world, "tests/integrator", range(1))
    posterior = exact_posterior(measured, acquisition, world)
    mean, sd = posterior.mean[0], posterior.sd[0]
    low, high = (np.array([getattr(quantity, end) for quantity in TARGETS]) for end in ("low", "high"))
    begin, width = np.maximum(mean - 6 * sd, low), np.minimum(mean + 6 * sd, high) - np.maximum(mean - 6 * sd, low)
    fractions = (np.arange(60) + 0.5) / 60
    grid = begin + width * np.stack(np.meshgrid(fractions, fractions), axis=-1).reshape(-1, 2)
    ph = simulate_ph(measured.time_s[0], np.repeat(measured.known, len(grid), axis=0), grid, world)
    log_weight = -0.5 * ((measured.ph - ph) ** 2).sum(axis=1) / acquisition.noise_sd**2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    np.testing.assert_allclose((mean - weight @ grid) / sd, 0, atol=0.01)
    np.testing.assert_allclose(sd, np.sqrt(weight @ (grid - weight @ grid) ** 2), rtol=0.01)
    forecast, band = posterior.predictive_ph(TIMES, measured.known, world)
    ph = simulate_ph(TIMES, np.repeat(measured.known, len(grid), axis=0), grid, world)
    np.testing.assert_allclose(forecast[0], weight @ ph, rtol=0, atol=1e-4)
    np.testing.assert_allclose(band[0], np.sqrt(weight @ (ph - weight @ ph) ** 2), rtol=0, atol=1e-4)


@pytest.mark.parametrize("world", [SLOW, AIR], ids=["CO2", "air"])
def test_exposure_does_not_exist(world):
    with pytest.raises(BenchError) as error:
        exposure_of_ph([[8.0]], KNOWN, world)
    assert str(error.value) == (
        "world 'temperature_corrected': CO2 must be hydrated at once and the vessel closed for pH to be a function of "
        "the exposure, got slow CO2 or air. Use simulate_ph."
    )


def test_a_time_that_takes_too_many_steps_is_refused():
    with pytest.raises(DomainError) as error:
        simulate_ph([1e12], KNOWN, TARGET, SLOW)
    assert str(error.value) == (
        f"case 0 'integration': steps must be at most {integrator.MAX_STEPS}, got more. Ask for earlier times."
    )


def test_activity_is_not_told_together_with_slow_carbon():
    with pytest.raises(BenchError) as error:
        World("mine", activity=True, kla_per_s=1e-3)
    assert str(error.value) == (
        "world 'mine': activity must be False with slow CO2 or air, got True. Leave out one of them."
    )
