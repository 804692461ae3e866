import numpy as np

from bench.contract import Context
from bench.draw import draw_cases
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models import nls, nls_scipy
from models._least_squares import HIGH, LOW


def test_means_and_standard_deviations_agree_with_nls():
    acquisition = Acquisition(30.0, 1.0)
    cases = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "nls-scipy", 30)
    context = Context(0, (acquisition,), TEMPERATURE_CORRECTED)
    slow, fast = (module.MODEL.fit(cases, cases, context).predict(cases.traces) for module in (nls_scipy, nls))
    np.testing.assert_allclose(slow.mean / (HIGH - LOW), fast.mean / (HIGH - LOW), atol=1e-5)
    np.testing.assert_allclose(slow.sd / (HIGH - LOW), fast.sd / (HIGH - LOW), atol=1e-5)


def test_every_trace_that_is_simulated_is_counted():
    acquisition = Acquisition(30.0, 10.0)
    cases = draw_cases((acquisition,), TEMPERATURE_CORRECTED, "nls-scipy", 1)
    predictor = nls_scipy.MODEL.fit(cases, cases, Context(0, (acquisition,), TEMPERATURE_CORRECTED))
    predictor.predict(cases.traces)
    assert predictor.simulator_calls > 2 * len(predictor.starts)
