"""The pipeline as found with clipping of gradients at 1."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class AsFoundClipping(AsFound):
    """With clipping."""

    clip_norm: float = TcnDt.clip_norm


MODEL = AsFoundClipping()
