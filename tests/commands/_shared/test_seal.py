import csv
import os
from pathlib import Path

import pytest

import commands._run.asked
import commands._shared.running
import commands._shared.seal
from bench.run.isolation.sandbox import landlock_version
from bench.run.record import read_records
from bench.run.seal import Seal

KEY = bytes(range(32))


@pytest.fixture
def sealed(invoke, hostile, tmp_path, monkeypatch):
    """Run one row under a key file in some folder."""
    monkeypatch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
    monkeypatch.setattr(commands._shared.seal, "hide_memory", lambda: None)  # else for all tests

    def run(*options, key=tmp_path / "key", out=tmp_path / "out", models=hostile):
        key.write_bytes(KEY)
        key.chmod(0o600)
        common = ("--models", models, "--preset", "quick", "--out", out, "--task", "shift_10s")
        return invoke(*common, "--model", "behaves", "--seal", key, *options)

    return run


def test_a_sealed_run_says_so_and_its_records_carry_the_keys_sha256(sealed, tmp_path):
    result = sealed()
    assert result.exit_code == 0, result.output
    line = next(line for line in result.stdout.splitlines() if line.startswith("sealed"))
    assert line.startswith(f"sealed  key {Seal(KEY).sha256[:12]}; ")
    records = {r.row: r for r in read_records(tmp_path / "out")}
    assert {(r.sealed, r.seal_sha256) for r in records.values()} == {(True, Seal(KEY).sha256)}
    expected = f"landlock {landlock_version()}, seccomp" if landlock_version() else "none"
    assert records["behaves"].isolation == expected


def test_sealed_and_open_scores_are_never_put_into_one_folder(sealed, invoke, hostile, tmp_path):
    out = tmp_path / "out"
    opened = ("--models", hostile, "--preset", "quick", "--out", out, "--task", "shift_10s", "--model", "behaves")
    assert invoke(*opened).exit_code == 0
    before = (out / "records.jsonl").read_bytes()
    result = sealed()
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: folder '{out}': records must be of one draw of the test cases, got public ones beside those of key "
        f"{Seal(KEY).sha256[:12]}. Name another folder with --out.\n"
    )
    assert (out / "records.jsonl").read_bytes() == before


@pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock")
def test_a_key_that_a_plugin_could_read_is_refused(sealed, hostile, tmp_path):
    models = tmp_path / "models_of_mine"
    models.mkdir()
    for path in hostile.glob("*.py"):
        (models / path.name).symlink_to(path)
    (models / "behaves.py").unlink()
    (models / "behaves.py").write_text((hostile / "behaves.py").read_text())
    result = sealed(key=models / "key", models=models)
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: option '--seal': key, records and repository must lie where 'behaves' cannot read, "
        f"got {models / 'key'} in {models}. Move it, or keep plugins in a folder of their own.\n"
    )
    assert not Path(tmp_path / "out").exists()


def test_a_kernel_without_landlock_is_said_to_isolate_nothing(sealed, tmp_path, monkeypatch):
    monkeypatch.setattr(commands._shared.seal, "landlock_version", lambda: 0)
    monkeypatch.setattr("bench.run.isolation.sandbox.landlock_version", lambda: 0)
    result = sealed()
    assert result.exit_code == 0, result.output
    assert "isolation none: this kernel has no Landlock" in result.stdout
    assert {r.isolation for r in read_records(tmp_path / "out")} == {"none"}


def test_memory_is_hidden_before_any_plugin_starts(sealed, monkeypatch):
    hidden = []
    monkeypatch.setattr(commands._shared.seal, "hide_memory", lambda: hidden.append(os.getpid()))
    monkeypatch.setattr(commands._shared.running, "ceilings", lambda *arguments: hidden.append("ceilings") or [])
    monkeypatch.setattr(commands._shared.running, "run_plan", lambda *arguments, **options: (_ for _ in ()))
    sealed()
    assert hidden[:2] == [os.getpid(), "ceilings"]


def test_sealed_predictions_are_scored_and_drawn_again_with_a_key_only(sealed, invoke, hostile, tmp_path):
    out, key, other = tmp_path / "out", tmp_path / "key", tmp_path / "other"
    sealed()
    before = {r.cell: r for r in read_records(out)}
    refused = invoke("score", "--out", out)
    assert (refused.exit_code, refused.stderr) == (
        2,
        "error: prediction 'bayes on shift_10s': key must be the one with SHA-256 "
        f"{Seal(KEY).sha256[:12]}..., got none. "
        "Give its file with --seal.\n",
    )
    result = invoke("score", "--out", out, "--seal", key)
    assert result.exit_code == 0, result.output
    assert "2 cells scored again, none trained." in result.stdout
    assert {r.cell: (r.scores, r.seal_sha256) for r in read_records(out)} == {
        cell: (r.scores, r.seal_sha256) for cell, r in before.items()
    }
    redraw = ("redraw", "--models", hostile, "--out", out)
    refused = invoke(*redraw)
    assert (refused.exit_code, refused.stderr) == (
        2,
        f"error: folder '{out}': fresh draws of a sealed run must have a key, got none. "
        "Give a key file with --seal, its own or another.\n",
    )
    other.write_bytes(KEY[::-1])
    other.chmod(0o600)
    fresh = {}
    for each in (key, other):
        result = invoke(*redraw, "--seal", each)
        assert result.exit_code == 0, result.output
        assert f"sealed  key {Seal(each.read_bytes()).sha256[:12]}; " in result.stdout
        with open(out / "redraw.csv", newline="") as file:
            fresh[each] = [line["fresh"] for line in csv.DictReader(file)]
    assert fresh[other] != fresh[key]
