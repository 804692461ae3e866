import numpy as np
import torch

from models._faults.cells import SequenceTimeCells, TimelessCells
from models._sequence.encoder import Encoded
from models._sequence.time_cells import TimeCells


def encoded_of(prefix):
    times = torch.linspace(0.0, prefix, 31)
    samples = torch.stack([torch.sin(times), times, torch.full_like(times, 0.1)])[None].float()
    return Encoded(samples, torch.ones(1, 31, dtype=torch.bool), torch.zeros(1, 5), np.array([31]))


def test_timeless_cells_hold_what_cells_hold_but_for_the_channels_dropped():
    whole, rest = TimeCells(1, 8)(encoded_of(3.0)), TimelessCells(1, 8, 1.5, (1, 2))(encoded_of(3.0))
    torch.testing.assert_close(rest[:, 0], whole[:, 0])
    assert not rest[:, 1:].any()


def test_time_within_the_trace_is_the_same_for_traces_of_every_length():
    cells = SequenceTimeCells(1, 8, 1.5)
    short, long = cells(encoded_of(1.0)), cells(encoded_of(3.0))
    torch.testing.assert_close(short[:, 1], long[:, 1], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(short[:, 1].mean(), torch.tensor(0.0), atol=1e-5, rtol=0.0)
    assert (short[:, 0] - long[:, 0]).abs().max() > 0.1
