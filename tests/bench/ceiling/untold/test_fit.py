import numpy as np
import pytest

from bench.ceiling.untold.chains import Point
from bench.ceiling.untold.fit import objective, room_for
from bench.ceiling.untold.likelihood import DECAY, LAG, LOAD
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.prior import BENCHMARK
from bench.draw import draw_parameters
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

QUIET = Laboratory(60.0, 0.5, noise_sd=0.003, noise_factor=1.0)


@pytest.fixture(scope="module")
def posterior():
    known, targets = draw_parameters("untold", range(1, 2))
    traces = measure_in_laboratory(QUIET, known, targets, TEMPERATURE_CORRECTED, "untold", range(1, 2))
    return next(untold_posteriors(traces, QUIET, BENCHMARK))


@pytest.mark.parametrize("coordinate", [LOAD, DECAY, LAG])
def test_the_linear_nuisances_follow_a_point(posterior, coordinate):
    run, mode = posterior.run, posterior.sample.mode
    room = room_for(run, len(mode))
    point = Point.fitted(mode, posterior.sample.mode_beta, (), 10, run, room)
    settled = []
    for side in (-1.0, 1.0):
        there, beta = point.z.copy(), point.beta.copy()
        there[coordinate] += side * 0.01
        for _ in range(5):
            objective(there, beta, run, room, False)
        settled.append(beta)
    slope = (settled[1] - settled[0]) / 0.02
    assert np.allclose(point.follow[coordinate], slope, rtol=0.1, atol=0.05)


def test_draws_of_a_quiet_trace_count(posterior):
    assert posterior.ok
    assert posterior.effective_size > 0.3 * len(posterior.draws)  # 0.1 where they begin beside the conditional mode
