import pytest

import commands.inputs


@pytest.mark.slow
def test_every_learner_has_its_place_in_the_table(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr(commands.inputs, "SETTINGS", commands.inputs.SETTINGS[:3])
    monkeypatch.setattr(commands.inputs, "TASKS", ("shift_10s", "shift_15s"))
    out = tmp_path / "out"
    result = invoke("inputs", "--preset", "quick", "--seeds", "1", "--jobs", "1", "--out", str(out))
    assert result.exit_code == 0, result.output
    lines = (out / "inputs.md").read_text(encoding="utf-8").splitlines()
    assert [line.split("|")[2].strip() for line in lines if line.startswith("| linear")] == ["whole traces", "16"]
