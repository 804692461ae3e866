import numpy as np
import pytest

from bench.errors import BenchError
from bench.infer.design import Design, designs, expect

KNOWN, TARGETS = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([0.5, 2.5e-3])


def sd_of(*arguments, **options):
    return expect(Design(*arguments, **options), KNOWN, TARGETS).share_sd


def test_ageing_tells_more_of_k_d_than_any_longer_run_and_calibration_more_than_none():
    short, long = sd_of(30.0, 0.3)[1], sd_of(600.0, 6.0)[1]
    calibrated, aged = sd_of(600.0, 6.0, calibrated=True)[1], sd_of(30.0, 0.3, aged_s=300.0)[1]
    assert short > 0.6 > long > 0.3 > calibrated > 0.1 > aged  # 141, 36, 18 and 1.8 %


def test_nuisances_cost_and_the_sd_is_never_above_the_prior():
    expected = expect(Design(60.0, 1.0), KNOWN, TARGETS)
    assert (expected.told_share_sd < expected.share_sd).all()
    assert expected.share_sd[1] < np.log(2e4) / np.sqrt(12.0)


def test_an_electrode_that_is_calibrated_is_in_every_design():
    assert all(design.calibrated for design in designs(calibrated=True))
    assert len(designs(calibrated=False)) == 2 * len(designs(calibrated=True))


def test_a_target_of_nothing_is_refused():
    with pytest.raises(BenchError, match=r"plan 'targets': values must be above 0, got 0. Say what you expect."):
        expect(Design(30.0, 1.0), KNOWN, np.array([0.5, 0.0]))
