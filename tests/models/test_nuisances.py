from dataclasses import replace

import numpy as np
import pytest

from bench.draw import draw_cases
from bench.errors import PluginError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.simulator import simulate_ph
from models._nuisances import Nuisances, shifted_world

WORLD = TEMPERATURE_CORRECTED
FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)


def cases(name, n_cases, acquisition=FINE):
    return draw_cases((acquisition,), WORLD, f"exposure/{name}", n_cases)


def test_nuisances_leave_the_other_traces_alone():
    train = cases("train", 100)
    disturbed = Nuisances(share=0.0).draw(train, WORLD, 0.01, np.random.default_rng(0))
    np.testing.assert_allclose(disturbed.traces.ph, train.traces.ph, atol=1e-9)


@pytest.mark.parametrize("acquisition", [FINE, replace(FINE, jitter_s=0.1, drop_fraction=0.3)], ids=["even", "ragged"])
def test_nuisances_keep_times_and_targets_and_move_the_ph(acquisition):
    train = cases("train", 100, acquisition)
    disturbed = Nuisances(share=1.0).draw(train, WORLD, 0.01, np.random.default_rng(0))
    np.testing.assert_array_equal(disturbed.traces.time_s, train.traces.time_s)
    np.testing.assert_array_equal(disturbed.targets.values, train.targets.values)
    moved = np.abs(disturbed.traces.ph - train.traces.ph).max(axis=1)
    assert (moved > 0.01).all()


def test_noise_that_is_put_on_has_the_variance_of_the_factor():
    train = cases("train", 1_000, replace(COARSE, noise_sd=0.0))
    only_noise = Nuisances(share=1.0, lag_s=0.1, offset_sd=0.0, pk_sd=0.0, noise_factor=4.0)
    disturbed = only_noise.draw(train, WORLD, 0.01, np.random.default_rng(0))
    # The factor f is log-uniform from 1 to 4, so the mean of f^2 - 1 is 15 / (2 ln 4) - 1.
    variance = (disturbed.traces.ph - train.traces.ph)[:, 1:].var()
    assert variance == pytest.approx(1e-4 * (15 / (2 * np.log(4)) - 1), rel=0.1)


def test_constants_that_are_not_shifted_make_the_right_world():
    train = cases("train", 10)
    same = shifted_world(WORLD, train.traces.known, np.zeros((4, 10)))
    arguments = (train.traces.time_s, train.traces.known, train.targets.values)
    np.testing.assert_array_equal(simulate_ph(*arguments, same), simulate_ph(*arguments, WORLD))


def test_a_chance_above_one_is_refused():
    message = r"^nuisances 'share': value must be between 0\.0 and 1\.0, got 1\.5\. Mend the settings\.$"
    with pytest.raises(PluginError, match=message):
        Nuisances(share=1.5)
