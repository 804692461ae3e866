"""``tcn_dt`` with pH as a z-score within each trace: its level and amplitude are gone."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.ph_scale import SequencePh
from models._sequence.encoder import Encoder
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class PhSequenceZ(TcnDt):
    """TCN that sees the shape of the trace alone."""

    def encoder(self) -> Encoder:
        """Stage 1: z-score of pH within the trace."""
        return SequencePh(("ph", "time", "dt"))


MODEL = PhSequenceZ()
