import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import FIXED_25C
from leaderboard.comparison.shifts import Shift, line_of, remedies_text, shift_grid, shifts_of
from leaderboard.tables import tables

FINE, COARSE = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
RESAMPLED = Acquisition(30.0, 10.0, resample_interval_s=0.3)
SHIFT = Shift("shift", "base", ("matched", "mixed", "resampled"))


def tasks_of(**acquisitions):
    return {name: Task(name, "why", train, test) for name, (train, test) in acquisitions.items()}


TASKS = tasks_of(
    base=((FINE,), FINE),
    shift=((FINE,), COARSE),
    matched=((COARSE,), COARSE),
    mixed=((FINE, COARSE), COARSE),
    resampled=((FINE,), RESAMPLED),
    longer=((FINE,), Acquisition(60.0, 0.3)),
    noisy=((FINE,), Acquisition(30.0, 0.3, noise_sd=0.03)),
) | {"other_world": Task("other_world", "why", (FINE,), COARSE, test_world=FIXED_25C)}


def test_grid_holds_the_tasks_that_move_the_interval_only():
    assert shift_grid(TASKS) == {(30.0, 0.3): "base", (30.0, 10.0): "shift"}


def test_grid_of_no_tasks_is_empty():
    assert shift_grid({}) == {}


def test_shift_has_the_tasks_with_the_same_test_traces_as_remedies():
    assert shifts_of(TASKS) == [SHIFT]


def test_shift_without_remedy_or_base_is_none():
    assert shifts_of({name: TASKS[name] for name in ("base", "shift")}) == []
    assert shifts_of({name: TASKS[name] for name in ("shift", "mixed")}) == []


@pytest.fixture
def tables_of(record_of):
    def build(**ratios):
        cells = [
            record_of("tcn", task=task, ceiling={name: {"rmse_ratio": ratio} for name in ("E0_g_per_L", "k_d_per_s")})
            for task, ratio in ratios.items()
        ]
        return {table.task: table for table in tables(cells)}

    return build


def test_remedies_show_the_share_of_the_loss_that_they_recover(tables_of):
    by_task = tables_of(base=1.0, shift=4.0, matched=1.0, mixed=2.0, resampled=8.0)
    meaning, first, second = remedies_text([SHIFT], by_task)
    assert first.splitlines() == [
        "| E0, row | `base` | `shift` | `matched` | `mixed` | `resampled` |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| `tcn` | 1.00 | 4.00 | 1.00 (100 %) | 2.00 (50 %) | 8.00 (worse) |",
    ]
    assert second.startswith("| k_d, row |")
    assert "1.2" in meaning


def test_where_nothing_was_lost_no_share_is_given(tables_of):
    text = remedies_text([SHIFT], tables_of(base=1.0, shift=1.1, matched=1.0))[1]
    assert text.splitlines()[-1] == "| `tcn` | 1.00 | 1.10 | 1.00 |"


def test_remedy_that_a_row_lacks_is_a_dash(tables_of, record_of):
    by_task = tables_of(base=1.0, shift=4.0)
    (by_task["matched"],) = tables([record_of("tcn", status="cannot", task="matched")])
    assert remedies_text([SHIFT], by_task)[1].splitlines()[-1] == "| `tcn` | 1.00 | 4.00 | - |"


def test_remedies_of_a_shift_that_was_not_run_are_not_shown(tables_of):
    assert remedies_text([SHIFT], tables_of(base=1.0, shift=4.0)) == []
    assert remedies_text([SHIFT], tables_of(shift=4.0, matched=1.0)) == []
    assert remedies_text([], {}) == []


def test_row_with_several_fresh_lines_has_no_single_one(record_of):
    (table,) = tables([record_of("tcn"), record_of("tcn", 1, source_digest="new"), record_of("gru")])
    assert line_of(table, "tcn") is None
    assert line_of(table, "gru").row == "gru"
    assert line_of(table, "nls") is None
