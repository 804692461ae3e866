"""Least squares on one trace, and what in its residuals noise does not explain: a lag, an offset, a wrong start.

Each suspect is one more parameter; whether it helps is an F test, which holds whatever the noise is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from bench.arrays import Array
from bench.cases import Traces
from bench.world.acquisition import Acquisition, lagged_ph
from bench.world.equilibria import World
from bench.world.quantities import INITIAL_PH, TARGETS
from bench.world.simulator import DOMAIN, simulate_ph

WIDEST = (50.0, 0.5)
"""Ends of E0 [g/L] and k_d [1/s] in a fit that the prior does not bound; at 0.5 1/s an enzyme is dead in seconds."""
STEP = 1e-4
"""Step of the differences, as a share of each parameter's scale: their error is far below any noise."""
CHANCE = 0.01
"""Chance that a sound trace is called doubtful."""

LAG, OFFSET, INITIAL, START, NOISE = "lag", "offset", "initial pH", "start", "noise"
"""What may be wrong with a trace."""


@dataclass(frozen=True)
class Suspect:
    """One thing that may be wrong, as a parameter of the fit.

    Parameters
    ----------
    name : str
        What it is.
    low, high : float
        Its range [s or pH].
    first : float
        Where the search begins.
    """

    name: str
    low: float
    high: float
    first: float


SUSPECTS = (
    Suspect(LAG, 0.01, 60.0, 1.0),
    Suspect(OFFSET, -1.0, 1.0, 0.0),
    Suspect(INITIAL, -1.0, 1.0, 0.0),
    Suspect(START, -60.0, 60.0, 0.0),
)


@dataclass(frozen=True, eq=False)
class Fit:
    """A least-squares fit of one trace.

    Parameters
    ----------
    targets : array, shape (2,)
        E0 [g/L] and k_d [1/s].
    residual : array, shape (sample,)
        Measured minus fitted, in standard deviations of the noise.
    n_free : int
        Samples less parameters, at least 1.
    suspect : float
        Value of the further parameter, where there is one.
    """

    targets: Array
    residual: Array
    n_free: int
    suspect: float = 0.0

    @property
    def chi_square(self) -> float:
        """Sum of squared residuals."""
        return float(self.residual @ self.residual)

    @property
    def reduced(self) -> float:
        """Sum of squared residuals a degree of freedom: 1 where the noise is what it was said to be."""
        return self.chi_square / self.n_free


@dataclass(frozen=True)
class Doubt:
    """Something that noise does not explain.

    Parameters
    ----------
    what : str
        ``lag``, ``offset``, ``initial pH``, ``start`` or ``noise``.
    value : float
        What would explain it: a lag or a delay of the start [s], an offset or a correction of the initial pH [pH], a
        standard deviation of the noise [pH].
    p : float
        Chance of as much in a sound trace, over all that was tried.
    """

    what: str
    value: float
    p: float


def fit_trace(
    traces: Traces,
    acquisition: Acquisition,
    world: World,
    suspect: Suspect | None = None,
    *,
    within_prior: bool = False,
) -> Fit:
    """Fit E0 and k_d to one trace by least squares.

    Parameters
    ----------
    traces : Traces
        A single case.
    acquisition : Acquisition
        Its noise, lag and offset; the offset is a parameter that is drawn to 0.
    world : World
        Chemistry.
    suspect : Suspect, optional
        A further parameter.
    within_prior : bool
        Whether to keep E0 and k_d within the prior.

    Returns
    -------
    Fit
        The best of a few starts.
    """
    low, high = np.zeros(2), np.array(WIDEST)
    if within_prior:
        low, high = (np.array([getattr(quantity, end) for quantity in TARGETS]) for end in ("low", "high"))
    scale = np.array([quantity.high - quantity.low for quantity in TARGETS])
    starts = [np.array([e, k]) for e in (0.2, 0.8) for k in (1e-3, 4e-3)]
    if suspect is not None:
        low, high, scale = np.append(low, suspect.low), np.append(high, suspect.high), np.append(scale, 1.0)
        starts = [np.append(start, suspect.first) for start in starts]
    if acquisition.offset_sd > 0:
        low, high = np.append(low, -2.0), np.append(high, 2.0)
        scale = np.append(scale, acquisition.offset_sd)
        starts = [np.append(start, 0.0) for start in starts]

    def residual(z: Array) -> Array:
        return _residual(z * scale, traces, acquisition, world, suspect)

    def slopes(z: Array) -> Array:
        here = residual(z)
        return np.stack([(residual(z + STEP * unit) - here) / STEP for unit in np.eye(len(z))], axis=1)

    found = [optimize.least_squares(residual, start / scale, slopes, (low / scale, high / scale)) for start in starts]
    best = min(found, key=lambda each: float(each.cost))
    z = np.asarray(best.x) * scale
    n_parameters = len(z) - (acquisition.offset_sd > 0)
    residuals = np.asarray(best.fun)
    return Fit(z[:2], residuals, max(1, len(traces.ph[0]) - n_parameters), float(z[2]) if suspect else 0.0)


def fitted_ph(fit: Fit, time_s: Array, known: Array, acquisition: Acquisition, world: World) -> Array:
    """PH that a fit without suspects shows at other times, as the electrode would.

    Parameters
    ----------
    fit : Fit
        The fit.
    time_s : array, shape (sample,)
        Times [s], increasing from 0.
    known : array, shape (1, 5)
        Known inputs.
    acquisition : Acquisition
        Lag and offset of the electrode.
    world : World
        Chemistry.

    Returns
    -------
    array, shape (sample,)
        PH without noise.
    """
    traces = Traces.of(time_s, np.zeros((1, len(time_s))), known)
    offset = float(fit.residual[-1]) * acquisition.offset_sd  # 0 where none is known of
    return _ph(fit.targets, traces, acquisition, world, {OFFSET: offset})


def doubts(traces: Traces, acquisition: Acquisition, world: World, fit: Fit) -> list[Doubt]:
    """Say what in the residuals of a fit noise does not explain, the likeliest cause first.

    Parameters
    ----------
    traces : Traces
        A single case.
    acquisition : Acquisition
        How it was measured, as far as is known.
    world : World
        Chemistry.
    fit : Fit
        Its best fit without suspects.

    Returns
    -------
    list of Doubt
        Suspects that improve the fit by more than chance, after Holm over all of them; then the noise, where the
        residuals are larger or smaller than it allows. Nothing for a sound trace.
    """
    n_free = fit.n_free - 1
    found = []
    for suspect in SUSPECTS if len(traces.ph[0]) > 4 else ():
        if (suspect.name == LAG and acquisition.lag_s > 0) or (suspect.name == OFFSET and acquisition.offset_sd > 0):
            continue
        other = fit_trace(traces, acquisition, world, suspect)
        gain = max(fit.chi_square - other.chi_square, 0.0)
        found.append(Doubt(suspect.name, other.suspect, float(stats.f.sf(gain * n_free / other.chi_square, 1, n_free))))
    found = sorted((each for each in _adjusted(found) if each.p < CHANCE), key=lambda each: each.p)
    residual = fit.residual[: len(traces.ph[0])]
    p = 2.0 * min(stats.chi2.cdf(fit.chi_square, fit.n_free), stats.chi2.sf(fit.chi_square, fit.n_free))
    if p < CHANCE and not found:
        noise_sd = acquisition.noise_sd * float(np.sqrt(residual @ residual / fit.n_free))
        found.append(Doubt(NOISE, noise_sd, float(p)))
    return found


def _residual(values: Array, traces: Traces, acquisition: Acquisition, world: World, suspect: Suspect | None) -> Array:
    """Residuals in standard deviations, with those of the offset behind."""
    extra = {suspect.name: float(values[2])} if suspect else {}
    offset = float(values[-1]) if acquisition.offset_sd > 0 else 0.0
    ph = _ph(values[:2], traces, acquisition, world, extra) + offset
    residual = (traces.ph[0] - ph) / acquisition.noise_sd
    return np.append(residual, offset / acquisition.offset_sd) if acquisition.offset_sd > 0 else residual


def _ph(targets: Array, traces: Traces, acquisition: Acquisition, world: World, extra: Mapping[str, float]) -> Array:
    """Fitted pH of one trace."""
    known = traces.known.copy()
    low, high = DOMAIN[INITIAL_PH]
    known[0, INITIAL_PH] = np.clip(known[0, INITIAL_PH] + extra.get(INITIAL, 0.0), low, high)
    time_s = np.maximum(traces.time_s - extra.get(START, 0.0), 0.0)
    lag_s = extra.get(LAG, acquisition.lag_s)
    if lag_s > 0:
        ph = lagged_ph(time_s, traces.valid, known, targets[None], world, lag_s)
    else:
        ph = simulate_ph(time_s, known, targets[None], world)
    return np.asarray(ph[0]) + extra.get(OFFSET, 0.0)


def _adjusted(found: list[Doubt]) -> list[Doubt]:
    """Doubts with p adjusted for their number (Bonferroni: a handful, and none is hard to see)."""
    return [Doubt(each.what, each.value, min(1.0, each.p * len(found))) for each in found]
