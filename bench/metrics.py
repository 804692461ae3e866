"""Scores of raw predictions: per target, in physical units, pooled over the test cases."""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.errors import BenchError
from bench.world.quantities import TARGET_NAMES

METRIC_VERSION = 1
"""Raised whenever a score of the same prediction can change."""

CONSTANT_TRUTH = "undefined: the true values are all the same"

LARGEST = 1e100
"""Largest size of a value that is scored: sums of squares far beyond it are no longer finite."""


def scores(truth: Array, prediction: Array) -> dict[str, dict[str, float | str]]:
    """Score predictions, each target by itself.

    Parameters
    ----------
    truth, prediction : array, shape (case, 2)
        E0 [g/L] and k_d [1/s]; predictions as they came, not clipped.

    Returns
    -------
    dict
        Target name to ``r2``, ``rmse``, ``mae`` and ``bias`` (prediction minus truth) in the target's unit.
        ``r2`` is a sentence where the truth is constant.

    Raises
    ------
    BenchError
        Shapes that differ, or a value that is not finite or beyond ``LARGEST``.

    Examples
    --------
    >>> truth = np.array([[0.1, 1e-3], [0.2, 2e-3], [0.3, 3e-3]])
    >>> scores(truth, truth)["E0_g_per_L"]["r2"]
    1.0
    """
    if truth.shape != prediction.shape or truth.ndim != 2 or truth.shape[1] != len(TARGET_NAMES):
        raise BenchError(
            f"metrics 'prediction': shape must be {truth.shape}, as the truth, got {prediction.shape}. "
            "Give one row a case."
        )
    for which, values in (("truth", truth), ("prediction", prediction)):
        wrong = ~(np.abs(values) <= LARGEST)  # so that nan is wrong as well
        if wrong.any():
            raise BenchError(
                f"metrics '{which}': values must be finite and at most {LARGEST:g} in size, "
                f"got {values[wrong][0]}. Mark the cell instead."
            )
    return {
        name: {
            "r2": r2(truth[:, column], prediction[:, column]),
            "rmse": float(np.sqrt(np.mean((prediction[:, column] - truth[:, column]) ** 2))),
            "mae": float(np.mean(np.abs(prediction[:, column] - truth[:, column]))),
            "bias": float(np.mean(prediction[:, column] - truth[:, column])),
        }
        for column, name in enumerate(TARGET_NAMES)
    }


def r2(truth: Array, prediction: Array) -> float | str:
    """Coefficient of determination about the mean of the truth.

    Parameters
    ----------
    truth, prediction : array, shape (case,)
        One target.

    Returns
    -------
    float or str
        1 - SS_res / SS_tot, or a sentence where the truth is constant.

    Examples
    --------
    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]))
    0.0
    """
    total = float(np.sum((truth - truth.mean()) ** 2))
    if np.ptp(truth) == 0 or total == 0:  # rounding of the mean can leave the one, underflow the other
        return CONSTANT_TRUTH
    return 1.0 - float(np.sum((truth - prediction) ** 2)) / total
