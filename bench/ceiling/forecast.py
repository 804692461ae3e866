"""What the parameters are for: the pH of the whole reaction, forecast from predicted targets."""

from __future__ import annotations

import numpy as np

from bench.arrays import Array
from bench.world.equilibria import World
from bench.world.quantities import TARGETS
from bench.world.simulator import simulate_ph

REFERENCE_TIME_S = np.arange(0.0, 2000.0 + 5.0, 5.0)
"""The grid on which forecasts are compared, whatever the sampling of the trace."""


def true_ph(known: Array, truth: Array, world: World) -> Array:
    """True noise-free pH on the reference grid.

    Parameters
    ----------
    known, truth : array, shape (case, 5) and (case, 2)
        The cases.
    world : World
        Chemistry that they live in.

    Returns
    -------
    array, shape (case, 401)
        PH every 5 s to 2000 s.
    """
    return simulate_ph(REFERENCE_TIME_S, known, truth, world)


def forecast_ph(known: Array, predicted: Array, world: World) -> tuple[Array, int]:
    """Forecast the pH from predicted targets, clipped to the prior.

    Parameters
    ----------
    known, predicted : array, shape (case, 5) and (case, 2)
        Known inputs and predicted targets.
    world : World
        Chemistry of the training cases, which is all that a model knows.

    Returns
    -------
    ph : array, shape (case, 401)
        Forecast on the reference grid.
    n_clipped : int
        Cases with a target outside the prior.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> known = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> ph, n_clipped = forecast_ph(known, np.array([[0.5, -1.0]]), TEMPERATURE_CORRECTED)
    >>> ph.shape, n_clipped
    ((1, 401), 1)
    """
    low = np.array([quantity.low for quantity in TARGETS])
    high = np.array([quantity.high for quantity in TARGETS])
    clipped = np.clip(predicted, low, high)
    n_clipped = int((clipped != predicted).any(axis=1).sum())
    return simulate_ph(REFERENCE_TIME_S, known, clipped, world), n_clipped


def forecast_scores(truth: Array, forecast: Array) -> dict[str, float]:
    """Score forecasts on the reference grid.

    Parameters
    ----------
    truth, forecast : array, shape (case, 401)
        True and forecast pH.

    Returns
    -------
    dict
        ``ph_rmse`` pooled over cases and times, and the median and 95th percentile over cases of each case's RMSE.

    Examples
    --------
    >>> forecast_scores(np.zeros((2, 401)), np.full((2, 401), 0.1))["ph_rmse"].__round__(6)
    0.1
    """
    per_case = np.sqrt(np.mean((forecast - truth) ** 2, axis=1))
    return {
        "ph_rmse": float(np.sqrt(np.mean(per_case**2))),
        "ph_rmse_median": float(np.median(per_case)),
        "ph_rmse_p95": float(np.quantile(per_case, 0.95)),
    }
