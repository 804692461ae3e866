"""``ph_sequence_z`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.ph_scale import SequencePh
from models._sequence.encoder import Encoder
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledPhSequenceZ(TcnDtSubsampled):
    """TCN that sees the shape of the trace alone."""

    def encoder(self) -> Encoder:
        """Stage 1: z-score of pH within the trace."""
        return SequencePh(("ph", "time", "dt"))


MODEL = SubsampledPhSequenceZ()
