"""``nll_plain`` on ``tcn_dt_subsampled``, which learns by a likelihood as well."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.losses import PlainNll
from models._sequence.loss import Loss
from models.tcn_dt_subsampled import TcnDtSubsampled


@dataclass(frozen=True)
class SubsampledNllPlain(TcnDtSubsampled):
    """TCN on cells of time: plain likelihood, no bounds."""

    def loss(self) -> Loss:
        """Stage 4: plain likelihood, no bounds."""
        return PlainNll()


MODEL = SubsampledNllPlain()
