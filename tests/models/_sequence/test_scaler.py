from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.cases import Targets
from bench.errors import PluginError
from models._sequence.scaler import TargetScaler, column_scale


@given(arrays(np.float64, (7, 2), elements=st.floats(1e-5, 1.25)))
def test_scaling_and_back_gives_the_physical_values(values):
    targets = Targets(values)
    scaler = TargetScaler().fitted(targets)
    np.testing.assert_allclose(scaler.physical(scaler.scaled(targets)), values, rtol=1e-12, atol=1e-15)


def test_scaled_training_targets_have_mean_0_and_standard_deviation_1():
    targets = Targets(np.random.default_rng(0).uniform([0.05, 1e-5], [1.25, 5e-3], (50, 2)))
    scaled = TargetScaler().fitted(targets).scaled(targets)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_a_constant_column_keeps_its_unit_in_spite_of_rounding():
    assert column_scale(np.full((1000, 1), 0.2)).tolist() == [1.0]
    assert column_scale(np.full((10, 1), 0.0)).tolist() == [1.0]


def test_standard_deviations_are_scaled_without_the_mean():
    scaler = TargetScaler().fitted(Targets(np.array([[0.1, 1e-3], [0.5, 3e-3]])))
    np.testing.assert_allclose(scaler.physical_sd(np.ones((1, 2))), [[0.2, 1e-3]])


def test_targets_of_another_order_are_an_error_that_names_both_orders():
    scaler = TargetScaler().fitted(Targets(np.array([[0.1, 1e-3], [0.5, 3e-3]])))
    swapped = SimpleNamespace(values=np.array([[1e-3, 0.1]]), names=("k_d_per_s", "E0_g_per_L"))
    with pytest.raises(PluginError) as caught:
        scaler.scaled(swapped)
    assert str(caught.value) == (
        "scaler 'names': order must be ('E0_g_per_L', 'k_d_per_s'), got ('k_d_per_s', 'E0_g_per_L'). "
        "Reorder the columns."
    )


def test_a_scaler_without_statistics_cannot_scale():
    with pytest.raises(PluginError) as caught:
        TargetScaler().physical(np.zeros((1, 2)))
    assert str(caught.value) == (
        "scaler 'mean': statistics must be fitted, got none. Call fitted(training targets) first."
    )
