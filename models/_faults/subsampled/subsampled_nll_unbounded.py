"""``nll_unbounded`` on ``tcn_dt_subsampled``, which learns by a likelihood as well."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import UnboundedNll
from models._sequence.loss import Loss
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledNllUnbounded(TcnDtSubsampled):
    """TCN on cells of time: no bounds of the variance."""

    def loss(self) -> Loss:
        """Stage 4: no bounds of the variance."""
        return UnboundedNll()


MODEL = SubsampledNllUnbounded()
