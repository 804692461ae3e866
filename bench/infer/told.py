"""What a laboratory says of its measurement, and the worlds that are left to explain a trace with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.ceiling.untold.prior import LABORATORY, Prior
from bench.errors import BenchError, unknown
from bench.infer.others import OTHERS
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory

PURE, CARBONATE = "pure water", "carbonate"
"""Names of the worlds that the laboratory draws."""
WORLDS = {"water": PURE, "carbonate": CARBONATE, **{other.short: other.name for other in OTHERS}}
"""Worlds that are averaged, as options name them and as answers do."""
CARBONATE_UM = (3.0, 300.0)
"""Ends of the log-uniform prior of carbonate [uM]: air leaves some 10 uM at pH 6 to 7."""
CALIBRATED_PH = 1e-3
"""Standard deviation that is left of the offset and of the recorded initial pH by a calibration [pH]."""
CALIBRATED_DRIFT = 1e-7
"""And of the drift [pH/s]."""

MOST_DECIMALS = 4
"""A pH with more is not rounded."""


@dataclass(frozen=True)
class Told:
    """What is told of a measurement; what is not is integrated out.

    Parameters
    ----------
    noise_sd : float or None
        Standard deviation of the noise [pH].
    lag_s : float or None
        Time constant of the electrode [s].
    offset_sd : float or None
        Standard deviation of a constant offset [pH].
    carbonate_uM : float or None
        Carbonate in the water before mixing [uM]; 0 for none.
    calibrated : bool
        Whether offset, drift and initial pH are known, from buffers before and after.
    prior : Prior
        Of E0 and k_d.
    weighed : tuple of str
        Worlds that may be, of the keys of ``WORLDS``.

    Raises
    ------
    BenchError
        A value outside its range, or a world that is none.

    Examples
    --------
    >>> Told(carbonate_uM=0.0).names
    ['pure water', 'buffer', 'slow CO2', 'air']
    """

    noise_sd: float | None = None
    lag_s: float | None = None
    offset_sd: float | None = None
    carbonate_uM: float | None = None  # the field's unit
    calibrated: bool = False
    prior: Prior = LABORATORY
    weighed: tuple[str, ...] = tuple(WORLDS)

    def __post_init__(self) -> None:
        ranges = {"noise_sd": (1e-4, 1.0), "lag_s": (0.0, 1e3), "offset_sd": (0.0, 1.0), "carbonate_uM": (0.0, 1e4)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise BenchError(f"told '{name}': value must be between {low:g} and {high:g}, got {value:g}. Mend it.")
        for name in self.weighed:
            if name not in WORLDS:
                raise unknown("world", name, WORLDS)
        if not self.names:
            raise BenchError("told 'worlds': at least one must be left, got none. Name one beside carbonate.")

    @property
    def water(self) -> str:
        """Name of the world in which nothing is unknown but what every laboratory has."""
        return f"carbonate {self.carbonate_uM:g} uM" if self.carbonate_uM else PURE

    @property
    def chemistry(self) -> World:
        """Chemistry of that world, which the others differ from."""
        return replace(TEMPERATURE_CORRECTED, carbonate_uM=self.carbonate_uM or 0.0)

    @property
    def names(self) -> list[str]:
        """Names of the worlds that are left; a carbonate that is told is in all of them."""
        left = [name for name in WORLDS if name in self.weighed and (name != "carbonate" or self.carbonate_uM is None)]
        return [self.water if name == "water" else WORLDS[name] for name in left]

    @property
    def left_out(self) -> list[str]:
        """Names of the worlds that are said not to be."""
        return [WORLDS[name] for name in WORLDS if name not in self.weighed]

    def laboratory_of(self, traces: Traces) -> Laboratory:
        """Distribution of what may be the matter with a trace, in pure water.

        Parameters
        ----------
        traces : Traces
            A single case.

        Returns
        -------
        Laboratory
            What was told in it is certain.
        """
        time_s = traces.time_s[0]
        return self.laboratory(float(time_s[-1]), float(np.median(np.diff(time_s))), written_step(traces.ph[0]))

    def laboratory(self, prefix_s: float, interval_s: float, step_ph: float) -> Laboratory:
        """Distribution of what may be the matter with a trace, in pure water.

        Parameters
        ----------
        prefix_s, interval_s : float
            Length and interval [s].
        step_ph : float
            Step in which the pH is written [pH].

        Returns
        -------
        Laboratory
            What was told in it is certain.
        """
        told: dict[str, Any] = {"step_ph": step_ph}
        if self.noise_sd is not None:
            told |= {"noise_sd": self.noise_sd, "noise_factor": 1.0}
        if self.lag_s is not None:
            told |= {"lag_s": self.lag_s, "longest_lag_s": self.lag_s}
        if self.calibrated:
            told |= {
                "offset_sd": CALIBRATED_PH,
                "initial_ph_sd": CALIBRATED_PH,
                "drift_sd_per_s": CALIBRATED_DRIFT,
            }
        if self.offset_sd is not None:
            told |= {"offset_sd": self.offset_sd}
        return Laboratory(prefix_s, interval_s, **told)


def with_carbonate(laboratory: Laboratory) -> Laboratory:
    """A laboratory whose water holds carbonate.

    Parameters
    ----------
    laboratory : Laboratory
        Without.

    Returns
    -------
    Laboratory
        With an amount that nobody knows.
    """
    least, most = CARBONATE_UM
    return replace(laboratory, least_carbonate_uM=least, most_carbonate_uM=most)


def written_step(ph: Array) -> float:
    """Step in which a pH was written down.

    Parameters
    ----------
    ph : array, shape (sample,)
        As read.

    Returns
    -------
    float
        1, 0.1 ... 0.0001; 0 where no decimal is the last.

    Examples
    --------
    >>> written_step(np.array([7.0, 7.25])), written_step(np.array([7.0, 7.123456]))
    (0.01, 0.0)
    """
    steps = (10.0**-decimals for decimals in range(MOST_DECIMALS + 1))
    return next((step for step in steps if np.allclose(ph / step, np.round(ph / step), rtol=0.0, atol=1e-6)), 0.0)
