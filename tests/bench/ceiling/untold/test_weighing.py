import numpy as np

from bench.ceiling.untold.fit import room_for
from bench.ceiling.untold.posterior import untold_posteriors
from bench.ceiling.untold.sampling import Beaker, values
from bench.ceiling.untold.weighing import weigh
from bench.draw import draw_parameters
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Circumstances, Laboratory
from bench.world.mixing import measure_in_laboratory, shown_ph

WATER = Laboratory(600.0, 20.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0)


def test_a_draw_is_weighed_by_what_its_beaker_would_have_shown():
    known, targets = draw_parameters("untold", range(1))
    traces = measure_in_laboratory(WATER, known, targets, TEMPERATURE_CORRECTED, "untold", range(1))
    posterior = next(untold_posteriors(traces, WATER))
    z, beta, run = posterior.sample.z, posterior.sample.beta, posterior.run
    room, value = room_for(run, z.shape[1]), values(z, run)
    beaker = Beaker(posterior.known, WATER, TEMPERATURE_CORRECTED)
    packed, held = beaker.packed(value, beta), beaker.held(beta[:, 2:])
    for row in np.argsort(-posterior.weight)[:20]:
        one = slice(row, row + 1)
        log_weight = np.zeros(1)
        weigh(z[one], beta[one], packed[one], run, room, log_weight)
        load, k_d, lag_s, start_s, ramp_s, noise_sd, carbonate_uM = value[one].T
        nothing = np.zeros(1)
        drawn = Circumstances(held[one], lag_s, start_s, ramp_s, nothing, noise_sd, nothing, carbonate_uM)
        times = run.time_s[None]
        exact = shown_ph(times, times >= 0.0, np.stack([load, k_d], axis=1), drawn, TEMPERATURE_CORRECTED)
        assert np.all(np.abs(room.other - exact) < 2e-4)
        assert np.isfinite(log_weight[0])
