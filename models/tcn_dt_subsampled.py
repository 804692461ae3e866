"""Temporal convolutional network on pH, time and dt channels, trained on random sub-samplings of its own traces.

The remedy that a dt channel alone is not: in every step each trace is seen whole, or at another interval, or with
samples dropped, down to four of them. The network of ``tcn_dt`` is given means over 32 cells of time in place of
samples, so that a cell means the same time at any sampling.

Tuning: 4 trials with the network that ``tcn_dt`` had before (patches, kernel 3) on 1,024 validation cases of 30 s, R2
of E0 / k_d measured every 0.3 s, 1 s and 10 s. Sub-sampling alone, AdamW, 100 epochs (ended by patience after half of
them): 0.9933 / -0.011, 0.9905 / -0.014, 0.9554 / 0.000. On cells of time, AdamW, 80 epochs: 0.9996 / 0.134, 0.9993 /
0.111, 0.9949 / 0.002. The same by Muon, 40 epochs: 0.9998 / 0.656, 0.9994 / 0.366, 0.9958 / 0.008. The chosen 60
epochs were tried on 60 s alone: 0.9998 / 0.926, 0.9995 / 0.797, 0.9965 / 0.242. With the network of today, a seed
that is not published and 1,024 fresh validation cases: 0.9997 / 0.652, 0.9994 / 0.337, 0.9956 / 0.003, in 83 CPU
seconds of a crowded machine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from models._sequence.network import SequenceNetwork
from models._sequence.subsampled import BatchedSubsampledTraining, SubsampledModel
from models._sequence.time_cells import OnTimeCells, TimeCells
from models._sequence.training import Training
from models.tcn_dt import TcnDt


@dataclass(frozen=True)
class TcnDtSubsampled(TcnDt, SubsampledModel):
    """``tcn_dt`` on cells of time, trained on sub-samplings by a likelihood.

    Parameters
    ----------
    learning_rate, weight_decay, batch_size, epochs, min_epoch_steps, warmup_fraction, clip_norm, patience
        See ``Training``.
    width, n_blocks, dropout
        See ``TemporalConvolution``; 4 blocks and what comes before them see 32 cells.
    n_cells, grading
        See ``TimeCells``.
    """

    family = "learned"
    trained_at = "many"

    learning_rate: float = 1e-2
    epochs: int = 60
    n_blocks: int = 4
    n_cells: int = 32
    grading: float = 1.5

    def network(self, n_channels: int, n_known: int, n_outputs: int) -> SequenceNetwork:
        """Stage 3: the network of ``tcn_dt`` on cells of time."""
        cells = TimeCells(self.encoder().channels.index("time"), self.n_cells, self.grading)
        return OnTimeCells(super().network(n_channels, n_known, n_outputs), cells)

    def training(self) -> Training:
        """Stage 5: the loop on sub-samplings, with this model's settings."""
        settings = {field.name: getattr(self, field.name) for field in fields(Training)}
        return BatchedSubsampledTraining(**settings, channels=self.encoder().channels)


MODEL = TcnDtSubsampled()
