import numpy as np
import pytest

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.comparison.evidence import Evidence, leaks
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.sparse_leaks import is_sparse, sparse_leaks
from leaderboard.tables import tables

DENSE, SPARSE, SPARSEST = Acquisition(30.0, 0.3), Acquisition(30.0, 1.0), Acquisition(30.0, 10.0)
TASKS = {
    task.name: task
    for task in (
        Task("in_distribution", "as trained", (DENSE,), DENSE),
        Task("shift_1s", "fewer samples", (DENSE,), SPARSE),
        Task("shift_10s", "fewest samples", (DENSE,), SPARSEST),
        Task("matched_10s", "trained on few samples", (SPARSEST,), SPARSEST),
    )
}
ROWS = ("gru", "tcn(width=16)", "tcn(width=32)")
N_CASES = 400


@pytest.fixture
def evidence_of(record_of):
    """Evidence of rows on tasks; the errors of `tcn` are those of the ceiling, less a share of each in k_d."""

    def build(names, share, rows=ROWS):
        evidence = {}
        for number, name in enumerate(names):
            draw = np.random.default_rng(number)
            sizes = {"train": 64, "valid": 16, "test": N_CASES}
            records = [record_of(row, task=name, model=row.partition("(")[0], sizes=sizes) for row in rows]
            (table,) = tables(records)
            exact = draw.standard_normal((N_CASES, 2))
            errors = {}
            for row in rows:
                own = exact + 0.3 * draw.standard_normal((1, N_CASES, 2))
                if row.startswith("tcn"):
                    own[..., 1] = (1.0 - share) * exact[:, 1] + 0.3 * draw.standard_normal(N_CASES)
                errors[row] = own**2
            evidence[table.place] = Evidence(table, np.zeros((N_CASES, 2)), errors, exact**2)
        return evidence

    return build


def test_a_gain_too_small_for_one_row_on_one_task_is_found_over_all_of_a_plugin(evidence_of):
    evidence = evidence_of(["in_distribution", "shift_1s", "shift_10s", "matched_10s"], 0.07)
    assert leaks(list(evidence.values())) == [()] * 4
    ((place, (alarm,)),) = sparse_leaks(evidence, TASKS).items()
    assert place[0] == "shift_1s"
    assert alarm.startswith("Leak alarm: the rows of `tcn` beat the exact posterior in k_d over all sparse tasks (p = ")
    assert alarm.endswith("or for a wrong ceiling.")


def test_an_honest_plugin_raises_no_alarm(evidence_of):
    assert sparse_leaks(evidence_of(["shift_1s", "shift_10s"], 0.0), TASKS) == {}


@pytest.mark.parametrize("names", [["in_distribution"], ["matched_10s"], []])
def test_tasks_that_are_as_dense_as_the_training_say_nothing(evidence_of, names):
    assert sparse_leaks(evidence_of(names, 0.5), TASKS) == {}


def test_without_a_ceiling_or_a_known_task_there_is_no_alarm(evidence_of):
    evidence = evidence_of(["shift_1s"], 0.5)
    assert sparse_leaks(evidence, {}) == {}
    bare = {place: Evidence(each.table, each.truth, each.errors, None) for place, each in evidence.items()}
    assert sparse_leaks(bare, TASKS) == {}


def test_sparse_is_what_has_fewer_samples_than_some_training_trace():
    assert {name: is_sparse(task) for name, task in TASKS.items()} == {
        "in_distribution": False,
        "shift_1s": True,
        "shift_10s": True,
        "matched_10s": False,
    }
    assert is_sparse(Task("mixed", "of all kinds", (DENSE, SPARSEST), SPARSEST))


def test_the_alarm_stands_among_those_of_its_table(evidence_of):
    evidence = evidence_of(["shift_1s", "shift_10s"], 0.07)
    findings = Findings((), None, TASKS, {})
    findings.__dict__.update(evidence=evidence, tables=tuple(each.table for each in evidence.values()))
    assert [(place[0], len(said)) for place, said in findings.alarms.items()] == [("shift_1s", 1), ("shift_10s", 0)]
