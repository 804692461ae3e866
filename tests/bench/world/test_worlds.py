# Worlds whose water holds something at t = 0: check values, an independent ODE, conservation, inverse, derivatives.
from dataclasses import replace

import numpy as np
import pytest

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured, draw_parameters
from bench.errors import BenchError
from bench.world.acquisition import Acquisition
from bench.world.buffers import Buffer
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED, World, world_from_dict
from bench.world.quantities import TARGETS
from bench.world.simulator import exposure_of_ph, ph_and_derivatives, simulate_ph

WORLD = TEMPERATURE_CORRECTED
CARBONATE, AMMONIUM = replace(WORLD, carbonate_uM=10.0), replace(WORLD, ammonium_uM=100.0)
HEPES, TRIS = (replace(WORLD, buffer=Buffer(name, 10.0)) for name in ("HEPES", "Tris"))
ALL_AT_ONCE = replace(FIXED_25C, carbonate_uM=300.0, ammonium_uM=10.0, buffer=Buffer("phosphate", 0.05))
WORLDS = {"carbonate": CARBONATE, "ammonium": AMMONIUM, "HEPES": HEPES, "Tris": TRIS, "all at once": ALL_AT_ONCE}
EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
TIMES = np.array([0.0, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 2000.0])


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (WORLD, (7.5872379, 8.3414925, 8.6184050, 8.7515768, 8.9403760, 9.0084587)),
        (CARBONATE, (7.1560319, 8.1679441, 8.5513928, 8.7116037, 8.9268581, 9.0033068)),
        (replace(WORLD, carbonate_uM=50.0), (7.0341909, 7.4004380, 8.2214519, 8.5433783, 8.8747140, 8.9832740)),
        (AMMONIUM, (7.1904132, 7.7761137, 8.1428989, 8.3605066, 8.7410644, 8.9184582)),
        (HEPES, (7.0001394, 7.0013863, 7.0041071, 7.0080623, 7.0349801, 7.1090347)),
        (TRIS, (7.0002715, 7.0026947, 7.0079519, 7.0155226, 7.0649904, 7.1868328)),
    ],
    ids=["ideal", "carbonate 10 uM", "carbonate 50 uM", "ammonium", "HEPES", "Tris"],
)
def test_ph_is_that_of_another_solver(world, expected):
    ph = simulate_ph([1.0, 10.0, 30.0, 60.0, 300.0, 2000.0], [[50.0, 0.25, 30.0, 7.0, 0.2]], [[0.5, 1e-3]], world)
    np.testing.assert_allclose(ph[0], expected, rtol=0, atol=1e-7)


def cases(n_cases):
    return draw_parameters("tests/worlds", range(n_cases))


def reactions(reaction_of, known, world):
    base = FIXED_25C.name if world.fixed else WORLD.name
    for inputs in known:
        held = {"N0": world.ammonium_uM * 1e-6, "C0": world.carbonate_uM * 1e-6}
        if world.buffer:
            held |= {"BT": world.buffer.total_mM * 1e-3, "KB": float(world.buffer.constant(inputs[2]))}
        yield reaction_of(inputs, base, **held)


def largest_error(reaction_of, known, targets, world):
    ph = simulate_ph(TIMES, known, targets, world)
    pairs = zip(reactions(reaction_of, known, world), targets, strict=True)
    return np.abs(ph - [reaction.trace(TIMES, *truth, "LSODA") for reaction, truth in pairs]).max()


@EVERY_WORLD
def test_simulator_agrees_with_tight_ode_solution(reaction_of, world):
    assert largest_error(reaction_of, *cases(2), world) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("T_C", [0.0, 60.0])
@pytest.mark.parametrize("initial_ph", [4.0, 6.5, 8.0])
def test_simulator_agrees_with_tight_ode_solution_at_the_ends_of_the_domain(reaction_of, T_C, initial_ph):
    ends = [(S, E0, k_d) for S in (0.01, 1000.0) for E0 in (1e-3, 100.0) for k_d in (0.0, 1.0)]
    known = np.array([[S, 0.2, T_C, initial_ph, 0.2] for S, _, _ in ends])
    targets = np.array([[E0, k_d] for _, E0, k_d in ends])
    much = replace(WORLD, carbonate_uM=1e5, ammonium_uM=1e6, buffer=Buffer("Tris", 1000.0))
    for world in (*WORLDS.values(), much):
        assert largest_error(reaction_of, known, targets, world) < 1e-6


@EVERY_WORLD
def test_nitrogen_carbon_and_charge_are_conserved(reaction_of, world):
    known, targets = cases(3)
    time_s = TIMES[1:]
    traces = simulate_ph(time_s, known, targets, world)
    for reaction, truth, trace in zip(reactions(reaction_of, known, world), targets, traces, strict=True):
        for extent, ph in zip(reaction.extents(time_s, *truth, "LSODA"), trace, strict=True):
            # What the water held, and two nitrogen and one carbon an extent, must carry the charge of that pH.
            charge_of_1e_6_pH = abs(reaction.charge(ph + 1e-6, extent) - reaction.charge(ph, extent))
            assert abs(reaction.charge(ph, extent)) < charge_of_1e_6_pH


@EVERY_WORLD
def test_exposure_is_the_inverse_of_the_simulator(world):
    known, targets = cases(100)
    ph = simulate_ph(TIMES, known, targets, world)
    exposure = targets[:, :1] * -np.expm1(-targets[:, 1:] * TIMES) / targets[:, 1:]
    read = exposure_of_ph(np.nextafter(ph, 0.0), known, world)
    close = np.abs(
        simulate_ph(1.0 + 0.0 * known[:, :1], known, np.c_[read[:, 1:2], 0 * read[:, :1]], world) - ph[:, 1:2]
    )
    assert close.max() < 1e-6
    np.testing.assert_allclose(read[:, :6], exposure[:, :6], rtol=1e-4, atol=1e-6)


@EVERY_WORLD
def test_derivatives_agree_with_central_differences(world):
    known, targets = cases(20)
    _, derivatives = ph_and_derivatives(TIMES, known, targets, world)
    for column in range(2):
        step = 1e-4 * targets[:, column]
        up, down = targets.copy(), targets.copy()
        up[:, column] += step
        down[:, column] -= step
        change = simulate_ph(TIMES, known, up, world) - simulate_ph(TIMES, known, down, world)
        scale = targets[:, column, None]
        np.testing.assert_allclose(
            derivatives[:, :, column] * scale, change / (2 * step[:, None]) * scale, rtol=1e-3, atol=2e-3
        )


@EVERY_WORLD
def test_posterior_is_that_of_a_brute_grid(world):
    acquisition = Acquisition(60.0, 1.0)
    measured, _ = draw_measured(acquisition, world, "tests/worlds", range(1))
    posterior = exact_posterior(measured, acquisition, world)
    ends = [
        np.clip(posterior.mean[0, i] + 7 * posterior.sd[0, i] * np.array([-1, 1]), TARGETS[i].low, TARGETS[i].high)
        for i in range(2)
    ]
    E0, k_d = (np.linspace(*end, 201)[:-1] + np.ptp(end) / 400 for end in ends)
    grid = np.stack(np.meshgrid(E0, k_d), axis=-1).reshape(-1, 2)
    ph = simulate_ph(measured.time_s[0], np.repeat(measured.known, len(grid), axis=0), grid, world)
    log_weight = -0.5 * ((measured.ph - ph) ** 2).sum(axis=1) / acquisition.noise_sd**2
    weight = np.exp(log_weight - log_weight.max())
    mean = weight @ grid / weight.sum()
    sd = np.sqrt(weight @ (grid - mean) ** 2 / weight.sum())
    np.testing.assert_allclose((posterior.mean[0] - mean) / sd, 0, atol=0.01)
    np.testing.assert_allclose(posterior.sd[0], sd, rtol=0.01)


def test_a_case_may_have_its_own_carbonate():
    known, targets = cases(3)
    each = [0.0, 10.0, 300.0]
    together = simulate_ph(TIMES, known, targets, replace(WORLD, carbonate_uM=np.array(each)))
    for case, amount in enumerate(each):
        alone = simulate_ph(TIMES, known[case, None], targets[case, None], replace(WORLD, carbonate_uM=amount))
        assert together[case].tolist() == alone[0].tolist()


@EVERY_WORLD
def test_world_is_rebuilt_from_its_dictionary(world):
    assert world_from_dict(world.as_dict()) == world
    assert world.as_dict() != WORLD.as_dict()


def test_dictionary_of_todays_worlds_holds_what_it_held():
    assert WORLD.as_dict() == {"name": "temperature_corrected", "fixed": None}
    assert set(FIXED_25C.as_dict()) == {"name", "fixed"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Buffer("Hepes", 10.0),
            "buffer 'Hepes': name must be one of HEPES, Tris, phosphate, got 'Hepes'. "
            "Name one of them, or leave the buffer out.",
        ),
        (
            lambda: Buffer("Tris", np.nan),
            "buffer 'Tris': total_mM must be between 0 and 1000, got nan. Mend the world.",
        ),
        (
            lambda: World("mine", carbonate_uM=-1.0),
            "world 'mine': carbonate_uM must be between 0 and 100000, got -1.0. Mend the world.",
        ),
        (
            lambda: World("mine", ammonium_uM=np.array([1.0, np.inf])),
            "world 'mine': ammonium_uM must be between 0 and 1000000, got inf. Mend the world.",
        ),
        (
            lambda: World("mine", co2_share=1.5),
            "world 'mine': co2_share must be between 0 and 1, got 1.5. Mend the world.",
        ),
        (
            lambda: World("mine", kla_per_s=np.nan),
            "world 'mine': kla_per_s must be between 0 and 10, got nan. Mend the world.",
        ),
    ],
)
def test_values_outside_their_range_are_refused_in_one_sentence(make, message):
    with pytest.raises(BenchError) as error:
        make()
    assert str(error.value) == message


@pytest.mark.parametrize(("name", "pK"), [("HEPES", 7.564), ("Tris", 8.072), ("phosphate", 7.198)])
def test_constant_of_a_buffer_at_25_degrees_is_the_published_one(name, pK):
    assert -np.log10(Buffer(name, 1.0).constant(25.0)) == pytest.approx(pK, abs=1e-12)
