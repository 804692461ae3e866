"""What one measured trace says: estimates with intervals, what of them is known, and whether they leave the prior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.posterior import Posterior, exact_posterior
from bench.errors import BenchError
from bench.infer.fit import Fit, fit_trace
from bench.world.acquisition import SHORTEST_LAG_S, Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.quantities import E0, INITIAL_PH, KNOWN, TARGETS
from bench.world.simulator import simulate_ph

LEVELS = (0.5, 0.9)
"""Probabilities of the intervals."""
UNKNOWN = 0.1
"""Below this share of the prior's variance explained, a target counts as not identifiable."""
OUTSIDE = 13.8
"""Gain in chi-square, of two parameters, that chance gives one trace in a thousand."""
TOLERANCE = 0.1
"""Share of an interval by which samples may be off the grid of an acquisition."""


@dataclass(frozen=True)
class Probe:
    """What is known of the electrode.

    Parameters
    ----------
    noise_sd : float
        Standard deviation of the noise [pH].
    lag_s : float
        Time constant of a first-order electrode [s]; 0 for none.
    offset_sd : float
        Standard deviation of an unknown constant offset [pH]; 0 for none.
    """

    noise_sd: float = 0.01
    lag_s: float = 0.0
    offset_sd: float = 0.0


@dataclass(frozen=True, eq=False)
class Inference:
    """The exact posterior of one trace, and the best fit that it is judged by.

    Parameters
    ----------
    traces : Traces
        The single case.
    acquisition : Acquisition
        How it was measured.
    world : World
        Chemistry that it is explained with.
    posterior : Posterior
        Of the single case.
    fit, boxed : Fit
        Least squares over all E0 and k_d from 0 on, and within the prior.
    """

    traces: Traces
    acquisition: Acquisition
    world: World
    posterior: Posterior
    fit: Fit
    boxed: Fit

    @property
    def mean(self) -> Array:
        """Posterior means of E0 [g/L] and k_d [1/s], shape (2,)."""
        return np.asarray(self.posterior.mean[0])

    @property
    def sd(self) -> Array:
        """Posterior standard deviations, shape (2,)."""
        return np.asarray(self.posterior.sd[0])

    @cached_property
    def intervals(self) -> dict[float, Array]:
        """Probability to the ends of both targets' intervals, shape (2, 2), as much outside below as above."""
        of = self.posterior.marginals.quantile
        return {level: np.stack([of(0.5 - level / 2)[0], of(0.5 + level / 2)[0]], axis=1) for level in LEVELS}

    @property
    def explained(self) -> Array:
        """Share of the prior's variance that the trace removes, shape (2,): 0 nothing is learnt, 1 all is known."""
        prior = np.array([(quantity.high - quantity.low) ** 2 / 12.0 for quantity in TARGETS])
        return np.asarray(1.0 - self.sd**2 / prior)

    def every(self, interval_s: float) -> Acquisition:
        """How the same electrode would measure at another interval.

        Parameters
        ----------
        interval_s : float
            Sampling interval [s].

        Returns
        -------
        Acquisition
            Of the same length.
        """
        return replace(self.acquisition, interval_s=interval_s)

    @property
    def rises(self) -> bool:
        """Whether the best fit rises by more than the noise of one sample: otherwise no reaction is to be seen."""
        return rise_of(self.traces, self.fit, self.world) > self.acquisition.noise_sd

    @property
    def step_ph(self) -> float:
        """Step in which the trace was written down [pH]; 0 where too few values repeat to tell."""
        values = np.unique(self.traces.ph[0])
        return float(np.diff(values).min()) if 1 < len(values) <= len(self.traces.ph[0]) / 2 else 0.0

    @property
    def beyond_prior(self) -> tuple[str, ...]:
        """Targets whose best value lies outside the prior, by more than noise."""
        gain = (self.boxed.chi_square - self.fit.chi_square) / max(1.0, self.fit.reduced)
        if gain < OUTSIDE:
            return ()
        return tuple(
            quantity.name
            for quantity, value, least in zip(TARGETS, self.fit.targets, (TARGETS[E0].low, 0.0), strict=True)
            if not least <= value <= quantity.high  # no trace can tell k_d at the low end of its prior from 0
        )

    @property
    def unusual(self) -> tuple[str, ...]:
        """Known inputs outside the prior, which no model was trained on; a constant one is not counted."""
        return tuple(
            quantity.name
            for quantity, value in zip(KNOWN, self.traces.known[0], strict=True)
            if quantity.low < quantity.high and not quantity.low <= value <= quantity.high
        )


def rise_of(traces: Traces, fit: Fit, world: World = TEMPERATURE_CORRECTED) -> float:
    """How far the pH rises over a trace by a fit of it.

    Parameters
    ----------
    traces : Traces
        A single case.
    fit : Fit
        Of that case.
    world : World
        Chemistry of the fit.

    Returns
    -------
    float
        From the initial pH to the last sample [pH].
    """
    ph = simulate_ph(traces.time_s[:, -1:], traces.known, fit.targets[None], world)
    return float(ph[0, 0] - traces.known[0, INITIAL_PH])


def infer(traces: Traces, probe: Probe | None = None, world: World = TEMPERATURE_CORRECTED) -> Inference:
    """Infer E0 and k_d from one measured trace, by the exact posterior.

    Parameters
    ----------
    traces : Traces
        A single case.
    probe : Probe, optional
        The electrode; noise of 0.01 pH, no lag and no offset without it.
    world : World
        Chemistry to explain it with.

    Returns
    -------
    Inference
        The posterior and what it can be judged by.

    Raises
    ------
    BenchError
        More than one case, or an electrode that cannot be.

    Examples
    --------
    >>> from bench.draw import draw_measured
    >>> measured, targets = draw_measured(Acquisition(60.0, 0.3), TEMPERATURE_CORRECTED, "example", range(1))
    >>> inference = infer(measured)
    >>> bool((abs(inference.mean - targets.values[0]) < 5 * inference.sd).all())
    True
    """
    if traces.n_cases != 1:
        raise BenchError(f"infer 'traces': number must be 1, got {traces.n_cases}. Give one trace at a time.")
    acquisition = _acquisition(traces, probe or Probe())
    posterior = exact_posterior(traces, acquisition, world)
    fit, boxed = fit_trace(traces, acquisition, world), fit_trace(traces, acquisition, world, within_prior=True)
    return Inference(traces, acquisition, world, posterior, fit, boxed)


def _acquisition(traces: Traces, probe: Probe) -> Acquisition:
    """Acquisition of a trace: its length and its usual interval."""
    for name, low, high in (("noise_sd", 1e-5, 1.0), ("lag_s", 0.0, 1e3), ("offset_sd", 0.0, 1.0)):
        value = getattr(probe, name)
        if not low <= value <= high:
            raise BenchError(f"probe '{name}': value must be between {low:g} and {high:g}, got {value:g}. Mend it.")
    time_s = traces.time_s[0]
    prefix_s = float(time_s[-1])
    interval_s = float(np.median(np.diff(time_s)))
    lag_s = probe.lag_s if probe.lag_s >= SHORTEST_LAG_S else 0.0
    return Acquisition(prefix_s, interval_s, probe.noise_sd, lag_s=lag_s, offset_sd=probe.offset_sd)


def unlike(traces: Traces, acquisitions: tuple[Acquisition, ...]) -> bool:
    """Whether a trace was measured in another way than all of some acquisitions: other length, interval or start.

    Parameters
    ----------
    traces : Traces
        A single case.
    acquisitions : tuple of Acquisition
        What it is compared with, such as those that a model was trained on.

    Returns
    -------
    bool
        True where none of them fits: its length to one interval, its steps to a tenth.

    Examples
    --------
    >>> trace = Traces.of([0.0, 10.0, 20.0, 30.0], [[7.0, 7.5, 8.0, 8.2]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> unlike(trace, (Acquisition(30.0, 0.3),)), unlike(trace, (Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)))
    (True, False)
    """
    return not any(_alike(traces.time_s[0], acquisition) for acquisition in acquisitions)


def _alike(time_s: Array, acquisition: Acquisition) -> bool:
    """Whether a trace could be of an acquisition."""
    interval_s = acquisition.interval_s
    steps = np.diff(time_s) / interval_s
    regular = bool((np.abs(steps - 1.0) <= TOLERANCE).all())
    return bool(
        regular and time_s[0] <= TOLERANCE * interval_s and abs(time_s[-1] - acquisition.prefix_s) <= 1.01 * interval_s
    )
