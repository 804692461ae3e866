"""The distribution ``laboratory``: a trace with everything that is wrong with real ones, each case with its own.

The sample times are those of the acquisition. Of every case are drawn: the electrode's time constant, the moment of
mixing, the time that mixing takes, an offset, a drift, the size of the noise, outliers, and what the beaker really
held where the protocol says something a little different; the reading is written down in steps. With ``water`` it
holds carbonate as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.errors import BenchError
from bench.seeding import Stream
from bench.world.acquisition import Acquisition
from bench.world.quantities import INITIAL_PH, SUBSTRATE, TEMPERATURE


@dataclass(frozen=True)
class Laboratory(Acquisition):
    """How a trace is measured where nothing is exact; what is an acquisition's own is documented there.

    Parameters
    ----------
    noise_sd : float
        Middle of the standard deviation of the noise, which is log-uniform [pH].
    offset_sd : float
        Standard deviation of a constant offset [pH].
    noise_factor : float
        The noise lies between its middle divided and multiplied by this.
    longest_lag_s : float
        The electrode's time constant is uniform between ``lag_s`` and this [s].
    start_sd_s : float
        Standard deviation of the moment of mixing, 0 by the protocol's clock [s].
    longest_ramp_s : float
        Mixing is first order; its time constant is uniform up to this [s].
    drift_sd_per_s : float
        Standard deviation of the drift [pH/s].
    step_ph : float
        The reading is rounded to multiples of this [pH]; 0 for none.
    outlier_fraction, outlier_sd : float
        Chance that a sample is an outlier, and the standard deviation of what is added to it [pH].
    initial_ph_sd, substrate_share_sd, temperature_sd_C : float
        Standard deviations of what the beaker held about what was recorded: initial pH, share of the substrate,
        temperature [degree C].
    least_carbonate_uM, most_carbonate_uM : float
        The carbonate at the beginning is log-uniform between these [uM]; both 0 for none.

    Raises
    ------
    BenchError
        A value outside its range.

    Examples
    --------
    >>> Laboratory(30.0, 0.3).label
    '30 s @ 0.3 s, laboratory'
    """

    noise_sd: float = math.sqrt(0.003 * 0.03)
    offset_sd: float = 0.03
    noise_factor: float = math.sqrt(10.0)
    longest_lag_s: float = 5.0
    start_sd_s: float = 1.0
    longest_ramp_s: float = 3.0
    drift_sd_per_s: float = 1e-5
    step_ph: float = 0.01
    outlier_fraction: float = 0.01
    outlier_sd: float = 0.1
    initial_ph_sd: float = 0.03
    substrate_share_sd: float = 0.015
    temperature_sd_C: float = 0.4  # the field's unit
    least_carbonate_uM: float = 0.0  # the field's unit
    most_carbonate_uM: float = 0.0  # the field's unit

    def __post_init__(self) -> None:
        super().__post_init__()
        ranges = {
            "noise_factor": (1.0, 100.0),
            "longest_lag_s": (self.lag_s, 1e3),
            "start_sd_s": (0.0, 100.0),
            "longest_ramp_s": (0.0, 1e3),
            "drift_sd_per_s": (0.0, 1e-2),
            "step_ph": (0.0, 1.0),
            "outlier_fraction": (0.0, 0.5),
            "outlier_sd": (0.0, 10.0),
            "initial_ph_sd": (0.0, 0.3),
            "substrate_share_sd": (0.0, 0.2),
            "temperature_sd_C": (0.0, 5.0),
            "least_carbonate_uM": (0.0, 1e5),
            "most_carbonate_uM": (self.least_carbonate_uM, 1e5),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise BenchError(
                    f"laboratory '{name}': value must be between {low:g} and {high:g}, got {value:g}. Mend the task."
                )
        if self.most_carbonate_uM > 0 and self.least_carbonate_uM == 0:
            raise BenchError(
                "laboratory 'least_carbonate_uM': value must be above 0 where there is carbonate, got 0. Mend the task."
            )

    @property
    def label(self) -> str:
        """Short text such as ``600 s @ 4 s, laboratory, carbonate 3 to 300 uM``."""
        plain = Acquisition(self.prefix_s, self.interval_s, 0.01, self.jitter_s, self.drop_fraction)
        carbonate = f"carbonate {self.least_carbonate_uM:g} to {self.most_carbonate_uM:g} uM"
        what = "laboratory" if self.start_sd_s > 0 else f"{100 * self.outlier_fraction:g} % outliers"
        return ", ".join([plain.label, what, *[carbonate] * (self.most_carbonate_uM > 0)])


@dataclass(frozen=True, eq=False)
class Circumstances:
    """What was the matter with each of some traces.

    Parameters
    ----------
    known : array, shape (case, 5)
        What the beaker held, where the protocol has something a little different.
    lag_s, start_s, ramp_s : array, shape (case,)
        Time constant of the electrode, moment of mixing, time constant of mixing [s].
    offset, noise_sd : array, shape (case,)
        Constant offset and standard deviation of the noise [pH].
    drift_per_s : array, shape (case,)
        Drift [pH/s].
    carbonate_uM : array, shape (case,)
        Carbonate at the beginning [uM].
    """

    known: Array
    lag_s: Array
    start_s: Array
    ramp_s: Array
    offset: Array
    noise_sd: Array
    drift_per_s: Array
    carbonate_uM: Array  # the field's unit


def draw_circumstances(laboratory: Laboratory, recorded: Array, stream_name: str, numbers: range) -> Circumstances:
    """Draw what is the matter with some traces.

    Parameters
    ----------
    laboratory : Laboratory
        Their distribution.
    recorded : array, shape (case, 5)
        Known inputs as the protocol has them; the beaker's scatter about them.
    stream_name : str
        Name of the random streams.
    numbers : range
        Case numbers in those streams; the same draws reach the same case in every laboratory.

    Returns
    -------
    Circumstances
        One a case.

    Examples
    --------
    >>> recorded = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> drawn = draw_circumstances(Laboratory(30.0, 0.3), recorded, "example", range(1))
    >>> bool(0 <= drawn.lag_s[0] <= 5), bool(drawn.known[0, 3] != 7.0)
    (True, True)
    """
    generators = Stream(f"{stream_name}/laboratory").cases(numbers)
    normal = np.reshape([g.standard_normal(9) for g in generators], (len(numbers), 9))
    offset = np.array([g.standard_normal() for g in Stream(f"{stream_name}/offset").cases(numbers)])
    share = 0.5 * np.vectorize(math.erfc)(-math.sqrt(0.5) * normal[:, :4])  # uniform
    known = recorded.copy()
    known[:, INITIAL_PH] += laboratory.initial_ph_sd * normal[:, 4]
    known[:, SUBSTRATE] *= np.exp(laboratory.substrate_share_sd * normal[:, 5])
    known[:, TEMPERATURE] += laboratory.temperature_sd_C * normal[:, 6]
    carbonate_uM = np.zeros(len(numbers))
    if laboratory.most_carbonate_uM > 0:
        ratio = laboratory.most_carbonate_uM / laboratory.least_carbonate_uM
        carbonate_uM = laboratory.least_carbonate_uM * ratio ** share[:, 3]
    return Circumstances(
        known=known,
        lag_s=laboratory.lag_s + (laboratory.longest_lag_s - laboratory.lag_s) * share[:, 0],
        start_s=laboratory.start_sd_s * normal[:, 7],
        ramp_s=laboratory.longest_ramp_s * share[:, 1],
        offset=laboratory.offset_sd * offset,
        noise_sd=laboratory.noise_sd * laboratory.noise_factor ** (2.0 * share[:, 2] - 1.0),
        drift_per_s=laboratory.drift_sd_per_s * normal[:, 8],
        carbonate_uM=carbonate_uM,
    )
