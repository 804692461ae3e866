"""Temporal convolutional network on pH, time and dt channels: the sound pipeline that the audit starts from.

Tuning: 12 trials on 1,024 validation cases of ``in_distribution``, among them those that settled normalization and pH
scale for all networks; best validation loss 0.1891 (R2 0.9989 for E0, 0.632 for k_d) in 88 CPU seconds. Four times
the epochs lower that loss by 17 %, to 0.1574 (k_d 0.693): the row is limited by its budget. Tables: docs/networks.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from models._sequence.encoder import Encoder
from models.tcn import Tcn


@dataclass(frozen=True)
class TcnDt(Tcn):
    """TCN that is told the interval before every sample; network and settings are those of ``tcn``."""

    family = "learned"
    trained_at = "one"

    def encoder(self) -> Encoder:
        """Stage 1: pH, time and dt channels."""
        return Encoder(("ph", "rise", "time", "dt"))


MODEL = TcnDt()
