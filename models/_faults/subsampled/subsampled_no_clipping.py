"""``no_clipping`` on ``tcn_dt_subsampled``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledNoClipping(TcnDtSubsampled):
    """TCN whose gradients may be of any size."""

    clip_norm: float = math.inf


MODEL = SubsampledNoClipping()
