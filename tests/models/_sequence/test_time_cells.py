import numpy as np
import pytest
import torch

from bench.cases import Traces, concatenate
from models._sequence.encoder import Encoded, Encoder
from models._sequence.temporal_convolution import TemporalConvolution
from models._sequence.time_cells import OnTimeCells, TimeCells

KNOWN = [[50.0, 0.25, 30.0, 7.0, 0.2]]
CHANNELS = ("ph", "rise", "time", "dt")


def encoded(*times_s) -> Encoded:
    traces = concatenate([Traces.of(np.array(t), 7 + 0.05 * np.array(t)[None], KNOWN) for t in times_s])
    return Encoder(CHANNELS).fitted(traces).encode(traces)


def test_a_straight_line_gives_the_same_cells_however_it_was_sampled():
    every, sparse, irregular = np.linspace(0, 30, 101), [0, 10, 20, 30], [0, 0.4, 7.0, 7.1, 30]
    cells = TimeCells(2, 16)(encoded(every, sparse, irregular))
    torch.testing.assert_close(cells[1:, :3], cells[:1, :3].expand(2, -1, -1), atol=1e-5, rtol=0)
    middles = 30 * 0.5 * ((np.arange(16) / 16) ** 1.5 + (np.arange(1, 17) / 16) ** 1.5)
    np.testing.assert_allclose(cells[0, 1].numpy(), 0.05 * middles, atol=1e-5)


def test_cells_average_the_lines_between_samples():
    generator = np.random.default_rng(0)
    traces = Traces.of(np.sort(generator.random(20)) * 30, 7 + generator.random((1, 20)), KNOWN)
    samples = Encoder(CHANNELS).fitted(traces).encode(traces)
    fine = np.linspace(traces.time_s.min(), traces.time_s.max(), 200_001)
    line = np.interp(fine, traces.time_s[0], traces.ph[0] - 7.0)
    expected = [part.mean() for part in np.array_split(line, 8)]
    np.testing.assert_allclose(TimeCells(2, 8, grading=1.0)(samples)[0, 1].numpy(), expected, atol=1e-3)


def test_padding_is_not_seen():
    alone, together = encoded([0, 1, 2, 5]), encoded([0, 1, 2, 5], np.linspace(0, 30, 40))
    torch.testing.assert_close(TimeCells(2, 8)(together)[:1], TimeCells(2, 8)(alone))


def test_one_sample_spans_no_time_and_gives_zeros():
    assert TimeCells(2, 4)(encoded([0.0])).eq(0).all()


@pytest.mark.parametrize("n", [1, 4, 101])
def test_a_network_on_cells_answers_traces_of_any_length(n):
    network = OnTimeCells(TemporalConvolution(4, 5, 2, n_blocks=4), TimeCells(2, 16)).eval()
    answer = network(encoded(0.3 * np.arange(n)))
    assert answer.shape == (1, 2)
    assert answer.isfinite().all()
