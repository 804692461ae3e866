import numpy as np
import pytest
from scipy.optimize import minimize

from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, K_D
from bench.world.simulator import simulate_ph
from models import linear_exposure, map, nls
from models._least_squares import HIGH, LOW, prior_sd

SPARSE = Acquisition(30.0, 10.0)


def answered(module, acquisition, traces):
    return module.MODEL.fit(None, None, Context(0, (acquisition,), TEMPERATURE_CORRECTED)).predict(traces)


def test_the_answer_is_the_mode_of_likelihood_times_prior():
    traces = draw_cases((SPARSE,), TEMPERATURE_CORRECTED, "map", 5).traces
    answers, middle = answered(map, SPARSE, traces).mean, 0.5 * (LOW + HIGH)
    width = prior_sd(middle)[K_D]
    for i, answer in enumerate(answers):

        def cost(z, i=i):
            residual = simulate_ph(traces.time_s[[i]], traces.known[[i]], [LOW + z * (HIGH - LOW)]) - traces.ph[i]
            return ((residual / SPARSE.noise_sd) ** 2).sum() + ((LOW + z * (HIGH - LOW) - middle)[K_D] / width) ** 2

        found = minimize(cost, (answer - LOW) / (HIGH - LOW), bounds=[(0, 1), (0, 1)], options={"ftol": 1e-15})
        assert found.x == pytest.approx((answer - LOW) / (HIGH - LOW), abs=2e-4)


@pytest.mark.parametrize("module", [map, linear_exposure])
def test_the_prior_keeps_what_a_sparse_trace_leaves_open_near_its_middle(module):
    cases = draw_cases((SPARSE,), TEMPERATURE_CORRECTED, "map", 200)
    spread = {
        m: np.sqrt(((answered(m, SPARSE, cases.traces).mean - cases.targets.values) ** 2).mean(axis=0))
        for m in (module, nls)
    }
    assert spread[module][K_D] < 0.7 * spread[nls][K_D]
    assert spread[module][E0] < spread[nls][E0]
