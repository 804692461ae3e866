"""Other scales of the pH channel (items B2 and #7): z-scores, in place of fixed scales."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.arrays import Array
from bench.cases import Traces
from models._faults.time_scale import EPSILON, standardized
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class GlobalPh(Encoder):
    """The pH less its mean over all training samples, over their standard deviation: the study's normalization."""

    ph_mean: float = 0.0
    ph_sd: float = 1.0

    def fitted(self, traces: Traces) -> Encoder:
        """Take the scales from the training traces; see ``Encoder``."""
        ph = traces.ph[traces.valid]
        return replace(super().fitted(traces), ph_mean=float(ph.mean()), ph_sd=float(ph.std()) + EPSILON)

    def ph(self, traces: Traces) -> Array:
        """Give pH in standard deviations of the training samples, shape (B, T)."""
        return (traces.ph - self.ph_mean) / self.ph_sd


@dataclass(frozen=True, eq=False)
class SequencePh(Encoder):
    """The pH of each trace less its own mean, over its own standard deviation: level and amplitude are gone."""

    def ph(self, traces: Traces) -> Array:
        """Give pH in standard deviations of the trace, shape (B, T)."""
        return standardized(traces.ph, traces.valid)
