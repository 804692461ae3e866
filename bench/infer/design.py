"""What a measurement would tell before it is made: the Fisher information of its samples, nuisances integrated out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.prior import LABORATORY
from bench.errors import BenchError
from bench.infer.told import Told
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Circumstances, Laboratory
from bench.world.mixing import shown_ph
from bench.world.quantities import E0, INITIAL_PH, K_D, SUBSTRATE, TEMPERATURE

NOISE_SD, STEP_PH = 0.01, 0.01
"""Noise and step of the reading that are expected [pH]."""
SHARE = 0.01
"""Step of the differences, in standard deviations of the nuisances or shares of E0 and k_d."""
SET_UP_S, CALIBRATION_S = 300.0, 600.0
"""What a run and a calibration take beside the measurement [s]."""
OWN = (2, 3, 4, 5, 6)
"""Coordinates that each run has for itself, as in a joint answer: lag, start, ramp, offset, drift."""


@dataclass(frozen=True)
class Design:
    """A measurement that could be made.

    Parameters
    ----------
    length_s, interval_s : float
        Of each run [s].
    dilution : float
        The enzyme is this many times more dilute.
    calibrated : bool
        Whether offset, drift and initial pH are known from buffers.
    aged_s : float
        A second run has enzyme that was kept so long at temperature without urea [s]; 0 for no second run.

    Examples
    --------
    >>> Design(30.0, 0.3, aged_s=300.0).label
    '30 s @ 0.3 s, twice, the second aged 300 s'
    """

    length_s: float
    interval_s: float
    dilution: float = 1.0
    calibrated: bool = False
    aged_s: float = 0.0

    @property
    def label(self) -> str:
        """Short text."""
        parts = [f"{self.length_s:g} s @ {self.interval_s:g} s"]
        parts += [f"enzyme 1:{self.dilution:g}"] * (self.dilution > 1)
        parts += ["calibrated"] * self.calibrated
        parts += [f"twice, the second aged {self.aged_s:g} s"] * (self.aged_s > 0)
        return ", ".join(parts)

    @property
    def cost_s(self) -> float:
        """Time that it takes [s]."""
        n_runs = 1 + (self.aged_s > 0)
        return n_runs * (SET_UP_S + self.length_s) + self.aged_s + CALIBRATION_S * self.calibrated


@dataclass(frozen=True)
class Expected:
    """What a design would tell.

    Parameters
    ----------
    design : Design
        The design.
    share_sd : array, shape (2,)
        Expected standard deviations of E0 and k_d as shares of their values, all nuisances integrated out.
    told_share_sd : array, shape (2,)
        The same if every nuisance were known.
    """

    design: Design
    share_sd: Array
    told_share_sd: Array


def designs(calibrated: bool) -> list[Design]:
    """Designs worth a thought.

    Parameters
    ----------
    calibrated : bool
        Whether the electrode is calibrated anyhow; otherwise both are looked at.

    Returns
    -------
    list of Design
        One run of six kinds, and two short ones of which the second is aged for 5 or 15 min.
    """
    single = ((30.0, 0.3), (60.0, 0.3), (60.0, 1.0), (300.0, 1.0), (600.0, 6.0), (2000.0, 10.0))
    kinds = [(*each, 0.0) for each in single] + [
        (*each, aged_s) for each in (single[0], single[2]) for aged_s in (300.0, 900.0)
    ]
    return [
        Design(length_s, interval_s, dilution, known, aged_s)
        for known in ([True] if calibrated else [False, True])
        for dilution in (1.0, 10.0)
        for length_s, interval_s, aged_s in kinds
    ]


def expect(design: Design, known: Array, targets: Array) -> Expected:
    """Find what a design would tell, as if all were linear about the middle of the laboratory's nuisances.

    Parameters
    ----------
    design : Design
        The design.
    known : array, shape (1, 5)
        Known inputs.
    targets : array, shape (2,)
        E0 [g/L], undiluted, and k_d [1/s] that are expected.

    Returns
    -------
    Expected
        Standard deviations, with the laboratory's priors.

    Raises
    ------
    BenchError
        A target that is not above 0.

    Examples
    --------
    >>> known, targets = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]]), np.array([0.5, 1e-3])
    >>> one, two = (expect(Design(30.0, 0.3, aged_s=age), known, targets) for age in (0.0, 300.0))
    >>> bool(two.share_sd[1] < 0.2 < 0.5 < one.share_sd[1])
    True
    """
    if not (targets > 0).all():
        raise BenchError(f"plan 'targets': values must be above 0, got {targets.min():g}. Say what you expect.")
    laboratory = Told(calibrated=design.calibrated).laboratory(design.length_s, design.interval_s, STEP_PH)
    prior_sd = _prior_sd(laboratory)
    first = _slopes(design, laboratory, known, targets, 0.0)
    n, n_own = first.shape[1], len(OWN)
    rows = [np.hstack([first, np.zeros((len(first), n_own))])]
    if design.aged_s > 0:
        second = _slopes(design, laboratory, known, targets, design.aged_s)
        own = second[:, OWN]
        second[:, OWN] = 0.0
        rows.append(np.hstack([second, own]))
    slopes = np.vstack(rows) / math.hypot(NOISE_SD, STEP_PH / math.sqrt(12.0))
    information = slopes.T @ slopes
    nuisance = np.eye(n + n_own)  # slopes are per standard deviation
    nuisance[:2, :2] = np.diag(1.0 / prior_sd[:2] ** 2)
    covariance = np.linalg.inv(information + nuisance)
    told = np.linalg.inv(information[:2, :2] + nuisance[:2, :2])
    return Expected(design, np.sqrt(np.diag(covariance)[:2]), np.sqrt(np.diag(told)))


def _prior_sd(laboratory: Laboratory) -> Array:
    """Standard deviations of ln E0, ln k_d, lag, start, ramp, offset, drift, initial pH, temperature, ln substrate."""
    wide = [math.log(high / low) for low, high in (LABORATORY.E0_g_per_L, LABORATORY.k_d_per_s)]
    uniform = np.array([*wide, laboratory.longest_lag_s - laboratory.lag_s]) / math.sqrt(12.0)
    return np.array(
        [
            *uniform,
            laboratory.start_sd_s,
            laboratory.longest_ramp_s / math.sqrt(12.0),
            laboratory.offset_sd,
            laboratory.drift_sd_per_s,
            laboratory.initial_ph_sd,
            laboratory.temperature_sd_C,
            laboratory.substrate_share_sd,
        ]
    )


def _slopes(design: Design, laboratory: Laboratory, known: Array, targets: Array, aged_s: float) -> Array:
    """Changes of the reading by ln E0, ln k_d and one standard deviation of each nuisance, shape (sample, 10)."""
    sd = _prior_sd(laboratory)
    sd[:2] = 1.0
    step = SHARE * np.concatenate([np.eye(len(sd)), -np.eye(len(sd))])
    moved = step * sd
    n = len(step)
    each = np.repeat(known, n, axis=0)
    each[:, INITIAL_PH] += moved[:, 7]
    each[:, TEMPERATURE] += moved[:, 8]
    each[:, SUBSTRATE] *= np.exp(moved[:, 9])
    loads = targets * np.exp(moved[:, :2])
    loads[:, E0] *= np.exp(-loads[:, K_D] * aged_s) / design.dilution
    drawn = Circumstances(
        known=each,
        lag_s=0.5 * laboratory.longest_lag_s + moved[:, 2],
        start_s=moved[:, 3],
        ramp_s=0.5 * laboratory.longest_ramp_s + moved[:, 4],
        offset=moved[:, 5],
        noise_sd=np.full(n, NOISE_SD),
        drift_per_s=moved[:, 6],
        carbonate_uM=np.zeros(n),
    )
    time_s = np.arange(0.0, design.length_s + 0.5 * design.interval_s, design.interval_s)
    times = np.repeat(time_s[None], n, axis=0)
    shown = shown_ph(times, np.ones(times.shape, dtype=bool), loads, drawn, TEMPERATURE_CORRECTED)
    shown += drawn.offset[:, None] + drawn.drift_per_s[:, None] * times
    half = n // 2
    return np.asarray((shown[:half] - shown[half:]).T / (2.0 * SHARE))
