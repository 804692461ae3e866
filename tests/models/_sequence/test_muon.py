import pytest
import torch
from torch import nn

from models._sequence.muon import BatchedMuon, MatrixMuon, MuonTraining

both = pytest.mark.parametrize("kind", [MatrixMuon, BatchedMuon])


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(3, 6, 4), nn.Flatten(), nn.Linear(6, 2))


def stepped(kind: type, net: nn.Module, learning_rate: float, weight_decay: float = 0.0) -> list[torch.Tensor]:
    before = [p.detach().clone() for p in net.parameters()]
    optimizer = kind(net, learning_rate, weight_decay)
    optimizer.zero_grad()
    (net(torch.ones(5, 3, 4)) ** 2).sum().backward()
    optimizer.step()
    return [p.detach() - b for p, b in zip(net.parameters(), before, strict=True)]


@both
def test_a_step_of_a_convolution_is_near_orthogonal_as_a_matrix(kind):
    step = stepped(kind, network(), 0.1)[0].flatten(1)
    singular = torch.linalg.svdvals(step / step.norm() * min(step.shape) ** 0.5)
    strong = singular[singular > 0.1]
    assert len(strong) >= 1
    assert strong.max() / strong.min() < 2.0


@both
def test_every_parameter_moves(kind):
    assert all(step.abs().max() > 0 for step in stepped(kind, network(), 0.1))


@both
def test_the_learning_rate_of_the_groups_is_obeyed(kind):
    net = network()
    optimizer = kind(net, 0.1, 0.0)
    before = [p.detach().clone() for p in net.parameters()]
    (net(torch.ones(5, 3, 4)) ** 2).sum().backward()
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    optimizer.step()
    assert all(p.equal(b) for p, b in zip(net.parameters(), before, strict=True))


@both
def test_weights_decay_and_biases_do_not(kind):
    net = network()
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    before = [p.detach().clone() for p in net.parameters()]
    kind(net, 0.1, 0.5).step()
    for p, b in zip(net.parameters(), before, strict=True):
        expected = 0.95 * b if b.ndim > 1 else b
        torch.testing.assert_close(p.detach(), expected)


def test_a_batched_step_is_that_of_torch_but_for_its_rounding():
    first, second = (
        torch.cat([s.flatten() for s in stepped(k, network(), 0.1, 0.01)]) for k in (MatrixMuon, BatchedMuon)
    )
    assert torch.nn.functional.cosine_similarity(first, second, dim=0) > 0.999
    assert float(first.norm() / second.norm()) == pytest.approx(1.0, abs=0.02)


def test_training_by_muon_has_the_settings_of_its_row():
    optimizer = MuonTraining(learning_rate=0.02, weight_decay=0.3).optimizer(network())
    assert [optimizer.param_groups[0][name] for name in ("lr", "weight_decay")] == [0.02, 0.3]
