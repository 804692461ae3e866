"""Temporal convolutional network on pH, time and dt channels: the sound pipeline that the audit starts from.

Tuning: none of its own. It has the settings of ``tcn``, so that the two differ in the dt channel alone. At twice the
learning rate one fit had 1.68 / 1.140 times the exact posterior's RMSE of E0 / k_d on 1,024 fresh validation cases,
where ``tcn`` had 1.99 / 1.096. Table: docs/networks.md.
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
