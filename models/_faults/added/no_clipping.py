"""``tcn_dt`` trained without clipping of gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class NoClipping(TcnDt):
    """TCN whose gradients may be of any size."""

    clip_norm: float = math.inf


MODEL = NoClipping()
