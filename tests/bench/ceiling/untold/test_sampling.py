import numpy as np
import pytest

from bench.ceiling.untold.likelihood import N_LINEAR
from bench.ceiling.untold.mixture import Mixture
from bench.ceiling.untold.sampling import Group, learn


def test_no_group_learns_from_its_own_draws():
    first = Mixture(
        np.ones(1), np.zeros((1, 2)), 9.0 * np.eye(2)[None], np.zeros((1, N_LINEAR)), np.zeros((1, 2, N_LINEAR))
    )
    groups = [Group(first) for _ in range(3)]
    generator = np.random.default_rng(0)
    for middle, group in zip((6.0, 0.0, 0.0), groups, strict=True):
        group.z = middle + 0.1 * generator.standard_normal((200, 2))
        group.beta, group.log_target = np.zeros((200, N_LINEAR)), np.zeros(200)
        group.of_first = group.of_learners = np.ones(200)
    learn(groups)
    means = [float(group.learner.weight @ group.learner.means[:, 0]) for group in groups]
    assert means[0] == pytest.approx(0.0, abs=0.1)  # its own lie at 6
    assert min(means[1:]) > 1.0
