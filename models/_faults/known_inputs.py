"""Known inputs that do not reach the network (items B2 and E3); use without the channel ``rise``, which holds one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.world.quantities import INITIAL_PH
from models._sequence.encoder import Encoder


@dataclass(frozen=True, eq=False)
class WithoutInitialPh(Encoder):
    """The other four known inputs."""

    def known(self, traces: Traces) -> Array:
        """Known inputs but the initial pH, shape (B, K)."""
        return np.delete(traces.known, INITIAL_PH, axis=1)


@dataclass(frozen=True, eq=False)
class WithoutKnown(Encoder):
    """No known input at all."""

    def known(self, traces: Traces) -> Array:
        """Nothing, shape (B, 0)."""
        return traces.known[:, :0]
