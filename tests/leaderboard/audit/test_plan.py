from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.run.catalogue import files_in, rows_in
from leaderboard.audit.plan import HOLDS, LIKELIHOOD, SOUND, TASKS, rows, trained, variants

ROOT = Path(__file__).resolve().parents[3]


MODELS = ROOT / "models"
BOARD = {SOUND, HOLDS, LIKELIHOOD, "tcn"}
"""Rows of the board that stand for variants."""


def test_every_variant_has_its_row_in_the_table_and_every_row_its_variant():
    planned = set(rows(variants(SOUND))) | set(rows(variants(HOLDS)))
    assert planned - BOARD == set(rows_in(MODELS / "_faults" / "rows.py"))


def test_rows_of_the_board_that_stand_for_variants_exist():
    assert set(files_in([MODELS])) >= BOARD


def test_tasks_of_the_audit_exist():
    assert {variant.decides.task for variant in trained()} <= set(TASKS)
    assert all((ROOT / "tasks" / f"{task}.py").is_file() for task in TASKS)


def test_bases_are_rows_that_are_run():
    planned = rows(variants(SOUND))
    assert all(variant.base in planned for variant in trained())


def test_each_place_of_the_ten_most_likely_causes_has_one_variant():
    places = [variant.place for variant in trained() if variant.place]
    assert sorted(places) == [1, 2, 3, 5, 6, 7, 9, 10]  # 4 is a metric, and 8 the same line of code as 2


def test_on_the_other_base_every_variant_is_compared_with_it():
    moved = variants(HOLDS)
    assert {v.base for v in moved} == {HOLDS}
    assert all(v.row.startswith("subsampled_") for v in moved)
    assert not any(v.removed for v in moved)


def test_a_variant_that_does_not_exist_names_the_closest():
    with pytest.raises(BenchError, match=r"^variant 'edge_pading': .*Did you mean 'edge_padding'\?$"):
        variants(SOUND, ["edge_pading"])


def test_a_base_that_does_not_exist_is_refused():
    with pytest.raises(BenchError) as error:
        variants("gru")
    assert str(error.value).startswith("base 'gru': name must be one of tcn_dt, tcn_dt_subsampled, got 'gru'.")
