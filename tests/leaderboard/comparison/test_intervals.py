import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.comparison.intervals import interval_scores, intervals_text
from leaderboard.tables import tables

FINE = Acquisition(30.0, 0.3)
TASKS = {
    name: Task(name, "why", (FINE,), test)
    for name, test in {
        "base": FINE,
        "mild": Acquisition(30.0, 1.0),
        "severe": Acquisition(30.0, 10.0),
        "noisy": Acquisition(30.0, 10.0, noise_sd=0.03),
        "longer": Acquisition(60.0, 0.3),
    }.items()
}


@pytest.fixture
def tables_of(record_of):
    def build(*tasks):
        cells = [
            record_of(row, seed=seed, task=task, error=0.02 * (number + 1) * (row == "tcn") + 0.01)
            for number, task in enumerate(tasks)
            for row, seeds in (("tcn", (0, 1)), ("bayes", (0,)))
            for seed in seeds
        ]
        return tables(cells)

    return build


def test_every_row_has_its_mean_and_range_over_seeds_at_every_interval(tables_of):
    scores = interval_scores(tables_of(*TASKS), TASKS)
    assert sorted(set(zip(scores["prefix_s"], scores["interval_s"], strict=True))) == [(30, 0.3), (30, 1), (30, 10)]
    assert (scores["low"] <= scores["r2"] + 1e-12).all()
    tcn = scores[(scores["row"] == "tcn") & (scores["target"] == "k_d_per_s")].set_index("interval_s")["r2"]
    assert tcn[0.3] > tcn[1.0] > tcn[10.0]
    assert len(scores) == 2 * 2 * 3


def test_two_intervals_are_no_curve(tables_of):
    scores = interval_scores(tables_of("base", "severe", "noisy"), TASKS)
    assert scores.empty
    assert intervals_text(scores) == []


def test_a_table_has_a_column_an_interval_and_a_line_a_row(tables_of):
    meaning, table = intervals_text(interval_scores(tables_of("severe", "base", "mild"), TASKS))
    assert meaning.startswith("R2 against the interval of the test")
    head, _, *lines = table.splitlines()
    assert head == "| 30 s, row: E0 / k_d | 0.3 s | 1 s | 10 s |"
    assert [line.split("|")[1].strip() for line in lines] == ["`tcn`", "`bayes`"]
