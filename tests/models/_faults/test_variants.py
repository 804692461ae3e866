# Every variant is its base with one stage, or one setting, replaced; and every one can be fitted.
import pickle
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bench.contract import Context
from bench.draw import draw_cases
from bench.run.job import load_model
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models._faults.as_found import AsFound, SeededAsFound
from models.tcn_dt import TcnDt
from models.tcn_dt_nll import TcnDtNll
from models.tcn_dt_subsampled import TcnDtSubsampled

FOLDER = Path(__file__).resolve().parents[3] / "models" / "_faults"
STAGES = ("encoder", "scaler", "network", "loss", "training", "fit")
TRAIN = (Acquisition(30.0, 0.3),)


def files(folder):
    return sorted((FOLDER / folder).glob("*.py"))


def base_of(path):
    name = path.stem
    if path.parent.name == "subsampled":
        return TcnDtSubsampled
    if path.parent.name == "removed":
        return AsFound
    return TcnDtNll if name.startswith("nll_") else TcnDt


def what_differs(model, base):
    """Stages that a model answers otherwise than its base, and settings with another value."""
    stages = [stage for stage in STAGES if getattr(type(model), stage) is not getattr(base, stage)]
    settings = [f.name for f in fields(base) if getattr(model, f.name, None) != getattr(base(), f.name)]
    return stages + settings


VARIANTS = [*files("added"), *files("removed"), *files("subsampled")]
SEVERAL = ("as_found", "as_found_repaired")
"""Rows that are meant to differ in more than one thing."""


@pytest.mark.parametrize("path", [p for p in VARIANTS if p.stem not in SEVERAL], ids=lambda path: path.stem)
def test_a_variant_differs_from_its_base_in_one_thing(path):
    model = load_model(path, {})
    # The seeded split is no setting of the pipeline as found: its fit is the base's own, and takes no repeat.
    assert len([name for name in what_differs(model, base_of(path)) if name != "repeat"]) == 1


def test_the_pipeline_as_found_differs_from_the_sound_one_in_every_stage_but_scaler_and_loss():
    model = load_model(FOLDER / "removed" / "as_found.py", {})
    assert what_differs(model, TcnDt) == [
        *("encoder", "network", "training", "fit"),
        *("learning_rate", "clip_norm", "patience"),
    ]


def test_the_repaired_pipeline_keeps_what_the_seed_audit_calls_correct():
    model = load_model(FOLDER / "removed" / "as_found_repaired.py", {})
    assert what_differs(model, SeededAsFound) == ["encoder", "network", "clip_norm"]


@pytest.fixture(scope="module")
def cases():
    return draw_cases(TRAIN, TEMPERATURE_CORRECTED, "train", 24), draw_cases(TRAIN, TEMPERATURE_CORRECTED, "valid", 8)


@pytest.fixture(scope="module")
def tests():
    return [draw_cases((Acquisition(30.0, dt),), TEMPERATURE_CORRECTED, "test", 5).traces for dt in (0.3, 1.0, 10.0)]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(p, marks=[pytest.mark.slow] + [pytest.mark.smoke] * (p.stem == "as_found"), id=p.stem)
        for p in VARIANTS
    ],
)
def test_a_variant_is_fitted_stored_and_asked_one_at_a_time_as_in_a_batch(path, cases, tests):
    model = replace(load_model(path, {}), epochs=1, min_epoch_steps=1)
    fitted = pickle.loads(pickle.dumps(model.fit(*cases, Context(0, TRAIN, TEMPERATURE_CORRECTED))))
    for traces in tests:
        answer = fitted.predict(traces).mean
        assert np.isfinite(answer).all()
        one = fitted.predict(traces.take(slice(2, 3))).mean
        np.testing.assert_allclose(one, answer[2:3], rtol=1e-4, atol=1e-6)
