"""The pipeline as found with warm-up and cosine in place of the reduction on a plateau."""

from __future__ import annotations

from dataclasses import dataclass

from models._faults.as_found import AsFound, SeededAsFound
from models._sequence.training import Training


@dataclass(frozen=True)
class AsFoundCosine(AsFound):
    """With the schedule of ``tcn_dt``."""

    def training(self) -> Training:
        """Stage 5: warm-up and cosine."""
        return super(SeededAsFound, self).training()


MODEL = AsFoundCosine()
