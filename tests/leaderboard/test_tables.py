import random

import pytest

from bench.run.record import STATUSES
from leaderboard.tables import tables


def rows(table):
    return [line.row for line in table.lines]


def test_table_orders_floor_then_models_by_error_then_ceiling(record_of):
    cells = [record_of(row, error=error) for row, error in (("tcn", 0.2), ("bayes", 0.01), ("mean", 1), ("gru", 0.05))]
    (table,) = tables([*cells, record_of("ridge", status="failed")])
    assert rows(table) == ["mean", "gru", "tcn", "ridge", "bayes"]


def test_table_does_not_depend_on_the_order_of_records(record_of):
    cells = [record_of(row, seed) for row in ("mean", "tcn", "gru") for seed in range(3)]
    cells += [record_of("nls", seed, "cannot", message="why") for seed in range(3)]
    shuffled = cells.copy()
    random.Random(5).shuffle(shuffled)
    assert tables(shuffled) == tables(cells)


def test_presets_are_never_mixed(record_of):
    found = tables([record_of("tcn"), record_of("tcn", seed=1), record_of("tcn", preset="full", error=0.9)])
    assert [(table.preset, [len(line.scored) for line in table.lines]) for table in found] == [
        ("full", [1]),
        ("quick", [2]),
    ]


def test_sizes_are_never_mixed(record_of):
    found = tables([record_of("tcn"), record_of("tcn", seed=1, sizes={"train": 9, "valid": 9, "test": 40})])
    assert [table.title for table in found] == [
        "in_distribution: quick, 9 training, 9 validation, 40 test cases",
        "in_distribution: quick, 1,024 training, 256 validation, 40 test cases",
    ]


@pytest.mark.parametrize(
    "change", [{"settings": {"epochs": 3}}, {"source_digest": "new"}, {"task_digest": "t2"}, {"metric_version": 2}]
)
def test_seeds_that_differ_in_more_than_the_seed_are_not_averaged(record_of, change):
    (table,) = tables([record_of("tcn"), record_of("tcn", seed=1), record_of("tcn", seed=2, **change)])
    assert sorted(len(line.scored) for line in table.lines) == [1, 2]
    assert {line.note[:6] for line in table.lines} == {"1 of 2", "2 of 2"}


def test_stale_cells_are_not_averaged_with_fresh_ones_and_come_after_them(record_of):
    old = record_of("tcn", seed=1, error=0.001)
    (table,) = tables([record_of("tcn"), old, record_of("gru", error=0.5)], {old.cell: ("source", "task")})
    assert [(line.row, line.stale) for line in table.lines] == [("tcn", ()), ("gru", ()), ("tcn", ("source", "task"))]


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "ok"])
def test_every_cell_without_a_score_is_told_with_its_status_and_reason(record_of, status):
    cells = [record_of("tcn"), *(record_of("tcn", seed, status, message="why\nmore") for seed in (1, 2))]
    (table,) = tables(cells)
    assert table.unscored == [("tcn", "1, 2", status, "why")]
    assert table.lines[0].status == f"1 ok, 2 {status}"


def test_cell_without_a_score_is_told_once_beside_several_lines(record_of):
    cells = [record_of("tcn"), record_of("tcn", seed=1, source_digest="new"), record_of("tcn", 2, "failed")]
    (table,) = tables(cells)
    assert len(table.lines) == 2
    assert len(table.unscored) == 1


def test_no_records_give_no_tables():
    assert tables([]) == []
