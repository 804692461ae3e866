import pytest

from bench.compiled import ROOT
from bench.run.scores.ceiling import CEILING
from leaderboard.published.store import read_published
from leaderboard.site import attainable
from leaderboard.site.attainable import kept_attainable, read_attainable


def test_what_is_attainable_is_that_of_the_boards_own_ceiling():
    grid = {(length, interval): errors for length, interval, _, *errors in read_attainable(kept_attainable())}
    ceilings = {each.task: each for each in read_published(ROOT / "leaderboard" / "records") if each.row == CEILING}
    pairs = {"in_distribution": (30.0, 0.3), "shift_1s": (30.0, 1.0), "shift_10s_prefix_60s": (60.0, 10.0)}
    for task, pair in pairs.items():
        scores = ceilings[task].scores
        of_board = [scores["E0_g_per_L"]["rmse"], 1e3 * scores["k_d_per_s"]["rmse"]]
        assert grid[pair] == pytest.approx(of_board, rel=1e-4)


def test_a_grid_of_other_sources_is_not_used(tmp_path, monkeypatch):
    path = tmp_path / attainable.GRID_FILE
    path.parent.mkdir(parents=True)
    path.write_text(f"# {attainable.attainable_digest()}\nprefix_s\n")
    assert kept_attainable(tmp_path)
    monkeypatch.setattr(attainable, "N_CASES", 7)
    assert kept_attainable(tmp_path) == ""
    assert kept_attainable(tmp_path / "elsewhere") == ""
    assert read_attainable("") == []


def test_a_grid_is_computed_pair_by_pair(monkeypatch):
    for name, value in {"LENGTHS_S": (10.0,), "INTERVALS_S": (5.0, 10.0, 20.0), "N_CASES": 3}.items():
        monkeypatch.setattr(attainable, name, value)
    grid = read_attainable(attainable.compute_attainable())
    assert [each[:3] for each in grid] == [[10.0, 5.0, 3.0], [10.0, 10.0, 2.0]]
