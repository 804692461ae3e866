# The usual loop solves the same reaction to the same error: otherwise its cost would compare with nothing.
import numpy as np
import pytest

from bench.draw import draw_parameters
from bench.timing import seconds_on_cores
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.kinetics import pack_cases
from bench.world.simulator import simulate_ph
from commands._peers.chemistry import balance, ph_of_extent, simulate
from commands._timing.simulation import ERROR_PH, TIME_S

KNOWN, TARGETS = draw_parameters("timing", range(10))
PACKED = pack_cases(KNOWN, TEMPERATURE_CORRECTED)


def test_the_usual_loop_agrees_with_the_simulator_to_the_error_that_is_asked_of_everybody():
    looped = [simulate(TIME_S, case, *targets) for case, targets in zip(PACKED, TARGETS, strict=True)]
    np.testing.assert_allclose(looped, simulate_ph(TIME_S, KNOWN, TARGETS), rtol=0, atol=2 * ERROR_PH)


@pytest.mark.parametrize("ph", [7.6, 8.5, 8.9])
def test_the_root_solve_inverts_the_charge_balance(ph):
    gained, brought = balance(ph, PACKED[0])
    assert ph_of_extent(gained / brought, PACKED[0]) == pytest.approx(ph, abs=1e-10)


def test_all_cores_see_every_case_once():
    seen = []
    seconds_on_cores(lambda numbers: seen.extend(numbers.tolist()) or sum(range(100_000)), np.arange(50))
    assert sorted(set(seen)) == list(range(50))
    assert len(seen) == 6 * 50
