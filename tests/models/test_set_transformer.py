import numpy as np
import pytest
import torch

from models._sequence.encoder import Encoded
from models.set_transformer import MODEL


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return MODEL.network(4, 5, 4).eval()


def encoded(n_samples: int) -> Encoded:
    generator = torch.Generator().manual_seed(1)
    valid = torch.ones(3, n_samples, dtype=torch.bool)
    samples = torch.randn(3, 4, n_samples, generator=generator)
    return Encoded(samples, valid, torch.randn(3, 5, generator=generator), np.full(3, n_samples))


@torch.no_grad()
def test_samples_are_a_set():
    cases = encoded(20)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(2))
    shuffled = Encoded(cases.samples[:, :, order], cases.valid, cases.known, cases.lengths)
    torch.testing.assert_close(network()(shuffled), network()(cases), atol=1e-5, rtol=0)


@torch.no_grad()
def test_padding_is_not_attended_to():
    cases = encoded(20)
    samples = torch.nn.functional.pad(cases.samples, (0, 6), value=9.0)
    padded = Encoded(samples, torch.nn.functional.pad(cases.valid, (0, 6)), cases.known, cases.lengths)
    torch.testing.assert_close(network()(padded), network()(cases), atol=1e-5, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("n_samples", [1, 4, 201])
def test_any_number_of_samples_is_answered(n_samples):
    assert network()(encoded(n_samples)).isfinite().all()
