import json

import pytest

import commands.time
from bench.timing import Figure
from commands._timing import peers, scaling
from commands._timing.peers import MISSING, ask_peer


def one_part(quick):
    yield Figure("fit", "a fit", 2.0, "us", "lmfit", 9000.0 if quick else 90.0, 100.0, note="as exact")
    yield Figure("fit", "a fit", 2.0, "us", "emcee", note=MISSING)


@pytest.fixture
def timed(invoke, tmp_path, monkeypatch):
    """Call the verb with one made-up part."""
    monkeypatch.setattr(commands.time, "SECTIONS", {"fit": one_part})
    return lambda *arguments: invoke("time", "--out", tmp_path, *arguments)


def test_the_table_is_printed_and_written(timed, tmp_path):
    result = timed()
    assert result.exit_code == 0, result.stdout
    assert "fit: a fit: 2 us" in result.stdout
    page = (tmp_path / "speed.md").read_text()
    assert "| fit | a fit | 2 us | lmfit | 90 us | 45 x | >= 100 x | no | as exact |" in page
    assert f"| fit | a fit | 2 us | emcee | - | - |  |  | {MISSING} |" in page
    stored = json.loads((tmp_path / "speed.json").read_text())
    assert [(line["ratio"], line["met"]) for line in stored["figures"]] == [(45.0, False), (None, None)]


def test_quick_reaches_the_parts(timed, tmp_path):
    assert timed("--quick", "--only", "fit").exit_code == 0
    assert "4,500 x | >= 100 x | yes" in (tmp_path / "speed.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "fitt"), "part 'fitt': "),
        (("--scaling", "scor"), "curves 'scor': "),
        (("--row", "gru"), "option '--row': score curves must be asked for, got none. Add --scaling score."),
        (
            ("--scaling", "cost", "--row", "gru"),
            "option '--row': score curves must be asked for, got cost. Add --scaling score.",
        ),
    ],
)
def test_a_wrong_option_is_one_sentence(timed, arguments, message):
    result = timed(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_missing_environment_is_said_and_asks_nobody(timed, monkeypatch, tmp_path):
    for module in (peers, commands.time):
        monkeypatch.setattr(module, "peers_installed", lambda: False)
    assert ask_peer("by_lmfit", {}) is None
    assert "peers not measured: 'make peers' creates the environment of the peers." in timed().stdout


@pytest.mark.slow
def test_score_curves_train_every_size_once_and_are_drawn(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr(scaling, "LEAST_CASES", 16)
    monkeypatch.setattr(scaling, "N_VALID", 8)
    monkeypatch.setattr(scaling, "N_TEST", 12)
    monkeypatch.setattr(scaling, "_doubled", lambda most: [16, 32])
    asked = ("time", "--scaling", "score", "--row", "ridge", "--row", "mean", "--out", tmp_path)
    first = invoke(*asked)
    assert first.exit_code == 0, first.stdout
    assert "16 training cases: 2 of 2 fits to run" in first.stdout
    assert "32 training cases: 0 of 2 fits to run" in invoke(*asked).stdout
    assert (tmp_path / "scaling_score.png").stat().st_size > 10_000
    assert len((tmp_path / "scaling_score.md").read_text().splitlines()) == 2 + 2 * 2
