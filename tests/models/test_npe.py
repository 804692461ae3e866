from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bench.conformance.subject import FEW, TRAINING
from bench.contract import Context
from bench.draw import draw_cases
from bench.task import Task
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from models import npe

TASK = Task("example", "can it be done", (TRAINING,), TRAINING)
needs_sbi = pytest.mark.skipif(find_spec("sbi") is None, reason="sbi is an extra: requirements-npe.lock")


def test_without_sbi_it_cannot_and_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(npe, "find_spec", lambda name: None)
    assert npe.MODEL.cannot(TASK, FEW) == (
        "the package sbi is not installed; run 'pip install -r requirements-npe.lock' and try again"
    )


def test_with_sbi_it_can(monkeypatch):
    monkeypatch.setattr(npe, "find_spec", lambda name: object())
    assert npe.MODEL.cannot(TASK, FEW) is None


@needs_sbi
@pytest.mark.slow
def test_its_posterior_stays_within_the_prior_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train, valid = (draw_cases((TRAINING,), TEMPERATURE_CORRECTED, f"npe/{part}", 64) for part in ("train", "valid"))
    model = replace(npe.MODEL, epochs=1, copies=1)
    answer = model.fit(train, valid, Context(0, (TRAINING,), TEMPERATURE_CORRECTED)).predict(valid.traces)
    low, high = (np.array([getattr(target, end) for target in TARGETS]) for end in ("low", "high"))
    assert ((answer.mean >= low) & (answer.mean <= high)).all()
    assert (answer.sd > 0).all()
    assert (answer.sd < high - low).all()
    assert list(tmp_path.iterdir()) == []


def test_draws_that_all_press_against_an_end_of_the_prior_still_have_a_width():
    class Pressed:
        def net(self, inputs):
            ends = torch.tensor([target.high for target in TARGETS])
            inverse = SimpleNamespace(inv=lambda base: ends.expand(len(base), len(inputs), -1))
            return SimpleNamespace(transform=inverse)

    traces = draw_cases((TRAINING,), TEMPERATURE_CORRECTED, "npe/pressed", 3).traces
    answer = npe.NpePredictor(Pressed(), np.zeros(1), np.ones(1), 0, None).predict(traces)
    width = np.array([target.high - target.low for target in TARGETS])
    assert answer.mean == pytest.approx(np.tile([target.high for target in TARGETS], (3, 1)))
    assert (answer.mean <= [target.high for target in TARGETS]).all()
    assert answer.samples.shape == (3, 2**npe.LOG2_DRAWS, 2)
    assert answer.sd == pytest.approx(np.tile(width * npe.NARROWEST, (3, 1)))


def test_epochs_are_compared_by_cases_that_it_does_not_learn_from():
    train, valid = (draw_cases((TRAINING,), TEMPERATURE_CORRECTED, f"npe/{part}", 8) for part in ("train", "valid"))
    model, generator = npe.Npe(copies=2), np.random.default_rng(0)
    (seen, targets), (seen_valid, targets_valid) = (model._seen(cases, generator) for cases in (train, valid))
    assert seen.shape == seen_valid.shape == (3 * 8, seen.shape[1])
    np.testing.assert_array_equal(targets, np.tile(train.targets.values, (3, 1)))
    assert not {tuple(row) for row in targets} & {tuple(row) for row in targets_valid}
