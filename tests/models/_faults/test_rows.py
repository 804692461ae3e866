# Every row of the audit is its base with one stage, or one setting, replaced; and every one can be fitted.
import os
import pickle
import shutil
import zlib
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bench.compiled import ROOT
from bench.contract import Context
from bench.draw import draw_cases
from bench.errors import BenchError
from bench.run.catalogue import rows_in
from bench.run.engine import check_settings
from bench.run.loading import load_model
from bench.run.origin import sources, statements
from bench.run.origin.sources import source_digest, sources_of
from bench.run.plan import Plugin
from bench.task import Sizes
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from models._faults.as_found import AsFound, SeededAsFound
from models.tcn_dt import TcnDt
from models.tcn_dt_nll import TcnDtNll
from models.tcn_dt_subsampled import TcnDtSubsampled

TABLE = Path(__file__).resolve().parents[3] / "models" / "_faults" / "rows.py"
STAGES = ("encoder", "scaler", "network", "loss", "training", "fit")
TRAIN = (Acquisition(30.0, 0.3),)
ROWS = rows_in(TABLE)
SEVERAL = ("as_found", "as_found_repaired")
"""Rows that are meant to differ in more than one thing."""


def base_of(name):
    if name.startswith("subsampled_"):
        return TcnDtSubsampled
    if name.startswith("as_found"):
        return AsFound
    return TcnDtNll if name.startswith("nll_") else TcnDt


def what_differs(model, base):
    """Stages that a model answers otherwise than its base, and settings with another value."""
    stages = [stage for stage in STAGES if getattr(type(model), stage) is not getattr(base, stage)]
    settings = [f.name for f in fields(base) if getattr(model, f.name, None) != getattr(base(), f.name)]
    return stages + settings


@pytest.mark.parametrize("name", [name for name in ROWS if name not in SEVERAL])
def test_a_row_differs_from_its_base_in_one_thing(name):
    model = load_model(TABLE, {}, name)
    # The seeded split is no setting of the pipeline as found: its fit is the base's own, and takes no repeat.
    assert len([each for each in what_differs(model, base_of(name)) if each != "repeat"]) == 1


def test_the_pipeline_as_found_differs_from_the_sound_one_in_every_stage_but_scaler_and_loss():
    model = load_model(TABLE, {}, "as_found")
    assert what_differs(model, TcnDt) == [
        *("encoder", "network", "training", "fit"),
        *("learning_rate", "epochs", "clip_norm", "patience"),
    ]


def test_the_repaired_pipeline_keeps_what_the_seed_audit_calls_correct():
    model = load_model(TABLE, {}, "as_found_repaired")
    assert what_differs(model, SeededAsFound) == ["encoder", "network", "clip_norm"]


def test_a_stage_follows_the_settings_of_its_row():
    model = load_model(TABLE, {"learning_rate": 1e-4, "width": 8}, "plateau_schedule")
    assert model.training().learning_rate == 1e-4
    assert load_model(TABLE, {"width": 8}, "as_found_no_dropout").network(2, 5, 2).embed.out_channels == 8
    assert load_model(TABLE, {"width": 8}, "receptive_field_29").network(2, 5, 2).network.embed.out_features == 8
    assert load_model(TABLE, {}, "adamw").training().learning_rate == 2e-3


def test_a_child_loads_a_row_open_and_under_seal_and_refuses_a_setting_that_it_has_not():
    check_settings([Plugin(TABLE, {"width": 8}, "as_found_masked")], Sizes(8, 4, 4, 1), sealed=True)
    with pytest.raises(BenchError) as caught:
        check_settings([Plugin(TABLE, {"widht": 8}, "as_found_masked")], Sizes(8, 4, 4, 1))
    assert str(caught.value).startswith(
        "setting of as_found_masked 'widht': name must be one of batch_size, clip_norm,"
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """The table in a copy of the checkout, its text, and the digests of three rows."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("bench", "models"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    table = root / TABLE.relative_to(ROOT)
    with pytest.MonkeyPatch.context() as patch:
        for module in (sources, statements):
            patch.setattr(module, "ROOT", root)
        digests = {name: source_digest(table, name) for name in ("patience_10", "ph_sequence_z", "receptive_field_29")}
        yield table, table.read_text(encoding="utf-8"), digests


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("patience_10 = row(TcnDt, patience=10)", "patience_10 = row(TcnDt, patience=11)", {"patience_10"}),
        ("SequencePh(NO_RISE))\ninitial", "SequencePh(ALL))\ninitial", {"ph_sequence_z"}),
        ("return LastWindow(network, 29)", "return LastWindow(network, 30)", {"receptive_field_29"}),
        ("(frozen=True)(type(", "(frozen=True, order=True)(type(", None),
    ],
    ids=["a setting", "an encoder", "what some rows call", "what all rows call"],
)
def test_a_changed_line_makes_stale_what_it_makes_and_no_other_row(copied, old, new, stale):
    table, text, before = copied
    assert len(set(before.values())) == len(before)
    assert text.count(old) == 1
    table.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(table, ns=(0, zlib.crc32(new.encode())))  # a time of its own, however coarse the clock
    sources_of.cache_clear()
    assert {name for name in before if source_digest(table, name) != before[name]} == (stale or set(before))


@pytest.fixture(scope="module")
def cases():
    return draw_cases(TRAIN, TEMPERATURE_CORRECTED, "train", 24), draw_cases(TRAIN, TEMPERATURE_CORRECTED, "valid", 8)


@pytest.fixture(scope="module")
def tests():
    return [draw_cases((Acquisition(30.0, dt),), TEMPERATURE_CORRECTED, "test", 5).traces for dt in (0.3, 1.0, 10.0)]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] + [pytest.mark.smoke] * (name == "as_found")) for name in ROWS],
)
def test_a_row_is_fitted_stored_and_asked_one_at_a_time_as_in_a_batch(name, cases, tests):
    model = replace(load_model(TABLE, {}, name), epochs=1, min_epoch_steps=1)
    fitted = pickle.loads(pickle.dumps(model.fit(*cases, Context(0, TRAIN, TEMPERATURE_CORRECTED))))
    for traces in tests:
        answer = fitted.predict(traces).mean
        assert np.isfinite(answer).all()
        one = fitted.predict(traces.take(slice(2, 3))).mean
        np.testing.assert_allclose(one, answer[2:3], rtol=1e-4, atol=1e-6)
