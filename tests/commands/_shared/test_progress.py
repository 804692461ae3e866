import io
import re
from types import SimpleNamespace

import pytest
from rich.console import Console

import commands._shared.progress as progress_module
from bench.run.record import Record
from commands._shared.progress import LINE_EVERY_S, CeilingProgress, RunProgress

CELLS = [SimpleNamespace(key=(task, "tcn", 0, "tiny")) for task in ("dense", "sparse")]
JOB = SimpleNamespace(label="tcn on 2 tasks, seed 0", key="0123", cells=CELLS)


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(value=100.0)
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now.value)
    return now


@pytest.fixture
def shown(clock):
    """Progress of two cells on something that is no terminal, and what it has printed."""
    file = io.StringIO()
    with RunProgress(Console(file=file), 2, 10.0) as progress:
        yield progress, lambda: file.getvalue().splitlines()


def record(**changes):
    values = dict.fromkeys(("task_digest", "source_digest", "cases_digest"), "")
    values |= {"task": "dense", "row": "tcn", "model": "tcn", "settings": {}, "seed": 0, "preset": "tiny", "sizes": {}}
    return Record(**(values | {"status": "ok", "message": "", "metric_version": 1} | changes))


def test_lines_of_one_job_are_some_seconds_apart(shown, clock):
    progress, lines = shown
    for step in range(4):
        progress.report(JOB, 0.25 * step, f"epoch {step}")
        clock.value += 0.4 * LINE_EVERY_S
    assert lines() == [
        "     0 s  tcn on 2 tasks, seed 0: epoch 0",
        "     6 s  tcn on 2 tasks, seed 0: epoch 3, about 2 s left",
    ]


def test_what_the_first_step_took_to_compile_is_not_expected_of_the_others(shown, clock):
    progress, lines = shown
    for fraction, took_s in ((0.0, 20.0), (0.025, 6.0), (0.05, 0.0)):
        progress.report(JOB, fraction, "training")
        clock.value += took_s
    assert [line.partition("training")[2] for line in lines()] == ["", "", ", about 3.8 min left"]


def test_a_ceiling_that_takes_long_says_how_long(clock):
    file = io.StringIO()
    with CeilingProgress(Console(file=file)) as progress:
        for task in ("laboratory_60s", "laboratory_600s"):
            for share in (0.1, 0.2, 0.3):
                progress.report(task, share)
                clock.value += 0.9 * LINE_EVERY_S
    assert file.getvalue().splitlines() == [
        "exact ceiling of laboratory_60s: 30%, about 32 s left",
        "exact ceiling of laboratory_600s: 20%, about 36 s left",
    ]


def test_a_finished_cell_shows_its_scores(shown):
    progress, lines = shown
    scores = {"E0_g_per_L": {"r2": 0.98765}, "k_d_per_s": {"r2": -0.5}}
    progress.done(record(scores=scores, fit_s=312.0))
    progress.done(record(scores={"E0_g_per_L": {"r2": "undefined"}}, seed=1))
    assert lines() == [
        "     0 s  [1/2] tcn on dense, seed 0: ok, R2(E0) 0.988, R2(k_d) -0.500, fitted in 5.2 min",
        "     0 s  [2/2] tcn on dense, seed 1: ok, ",
    ]


@pytest.mark.parametrize(
    ("message", "tail"), [("first\nlast\n", ": last"), ("", ""), (" \n", "")], ids=["lines", "none", "blank"]
)
def test_a_cell_without_scores_shows_the_last_line_of_its_message(shown, message, tail):
    progress, lines = shown
    progress.done(record(status="failed", message=message))
    assert lines() == [f"     0 s  [1/2] tcn on dense, seed 0: failed{tail}"]


def test_a_terminal_is_shown_bars():
    file = io.StringIO()
    with RunProgress(Console(file=file, force_terminal=True, width=120), 2, 10.0) as progress:
        progress.report(JOB, 0.5, "epoch 5 [of 10]")
        progress.report(JOB, float("nan"), "epoch 6")
        progress.report(JOB, 1.0, "predicting dense")
        progress.done(record())
    assert "[1/2] tcn on dense, seed 0: ok" in file.getvalue()
    assert "10 s expected" in file.getvalue()
    assert "\x1b[" in file.getvalue()


def test_a_bar_stays_until_the_last_cell_of_its_job_is_done():
    file = io.StringIO()
    with RunProgress(Console(file=file, force_terminal=True, width=120), 2, 10.0) as progress:
        progress.report(JOB, 1.0, "predicting dense")
        progress.done(record())
        assert [bar.visible for bar in progress.bars] == [True, True]
        progress.done(record(task="sparse"))
        assert [bar.visible for bar in progress.bars] == [True, False]


@pytest.mark.parametrize("width", [80, 200])
def test_the_time_that_is_left_is_never_cut(clock, width):
    file = io.StringIO()
    job = SimpleNamespace(label="gradient_boosting_exposure on 12 tasks, seed 0", key="0123", cells=CELLS)
    with RunProgress(Console(file=file, force_terminal=True, width=width), 2, 600.0) as progress:
        progress.report(job, 0.25, "epoch 12 of 60, validation loss 0.1234")
        progress._progress.refresh()
    last = [line for line in file.getvalue().splitlines() if "gradient_boosting" in line][-1]
    assert re.search(r"\d:\d\d:\d\d.*(\d:\d\d:\d\d|-:--:--)", last)


def test_an_estimate_that_has_been_overrun_is_corrected(clock):
    with RunProgress(Console(file=io.StringIO(), force_terminal=True, width=120), 4, 10.0) as progress:
        said = lambda: progress.bars[0].fields["doing"]  # noqa: E731
        assert said() == "10 s expected"
        clock.value += 30.0
        progress.report(JOB, 0.5, "epoch 1")
        assert said() == "over 10 s"
        progress.done(record())
        assert said() == "over 10 s, about 90 s left"
