from dataclasses import replace

import numpy as np
import pytest

from bench.run.record import read_arrays, read_records, write_arrays
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.runs import Side, compare_rows, compare_runs
from leaderboard.comparison.standing import against

TASKS = ("in_distribution", "shift_1s")
ERRORS = {"gru": 0.05, "tcn": 0.2, "ridge": 0.21}


@pytest.fixture
def run_of(beside_ceiling, folder_of):
    """A run with given errors of its rows: ``run_of("old", {"gru": 0.05})``."""

    def build(name, errors, stale=None, **changes):
        records = beside_ceiling(errors, TASKS, **changes)
        folder = folder_of(records, name, examples=False)
        return Side(name, Findings.of(records, folder, stale=stale))

    return build


def verdicts(compared, **wanted):
    return {
        (move.task, move.target): move.verdict
        for move in compared.moves
        if all(getattr(move, name) == value for name, value in wanted.items())
    }


def test_a_row_that_errs_four_times_as_much_is_worse(run_of):
    compared = compare_rows(run_of("run", ERRORS), "gru", "tcn")
    assert set(verdicts(compared).values()) == {"worse"}
    assert set(verdicts(compare_rows(run_of("again", ERRORS), "tcn", "gru")).values()) == {"better"}
    for move in compared.moves:
        assert move.found.low < 4.0 < move.found.high
        assert (move.row, move.n_seeds) == ("tcn against gru", 3)
    assert [move.task for move in compared.moves] == [*np.repeat(TASKS, 2), "2 tasks", "2 tasks"]


def test_rows_that_differ_by_chance_are_within_noise(run_of):
    compared = compare_rows(run_of("run", ERRORS), "tcn", "ridge")
    assert set(verdicts(compared).values()) == {"noise"}
    for move in compared.moves:
        assert move.found.low < 1.0 < move.found.high


def test_several_tasks_together_are_compared_on_shared_cases_among_all_comparisons(run_of):
    run = run_of("run", {"gru": 0.05, "tcn": 0.2})
    blocks = []
    for row in ("gru", "tcn"):
        cells = [
            [read_arrays(run.findings.predictions.folder / f"predictions/{t}-{row}-{s}.npz") for t in TASKS]
            for s in range(3)
        ]
        blocks.append([[(cell["mean"] - cell["truth"])[:, 0] ** 2 for cell in seed] for seed in cells])
    moves = compare_rows(run, "gru", "tcn").moves
    move = next(each for each in moves if (each.task, each.target) == ("2 tasks", "E0_g_per_L"))
    assert move.found == against(*np.array(blocks), len(moves))
    assert move.r2 is None


def test_two_equal_runs_are_the_same_to_the_last_bit(run_of):
    compared = compare_runs(run_of("old", ERRORS), run_of("new", ERRORS))
    assert set(verdicts(compared).values()) == {"same"}
    assert compared.notes == ()
    assert {move.row for move in compared.moves} == set(ERRORS)


def test_only_the_row_that_moved_is_said_to_have_moved(run_of):
    compared = compare_runs(run_of("old", ERRORS), run_of("new", ERRORS | {"tcn": 0.05}))
    assert set(verdicts(compared, row="tcn").values()) == {"better"}
    assert set(verdicts(compared, row="gru").values()) == {"same"}
    move = next(each for each in compared.moves if each.row == "tcn")
    assert move.found.ratio == pytest.approx(0.25)
    assert move.r2[0] < move.r2[1]


def test_what_changed_beside_the_scores_is_told(run_of):
    old = run_of("old", ERRORS)
    new = run_of("new", {"gru": 0.05, "tcn": 0.2, "nls": 0.05})
    records = []
    for record in new.findings.records:
        if record.row == "gru" and record.seed == 0 and record.task == "shift_1s":
            record = replace(record, status="timeout", prediction_file="", scores={})
        records.append(replace(record, versions={"numpy": "2.3.0"}, source_digest="new source"))
    compared = compare_runs(old, Side("new", replace(new.findings, records=tuple(records))))
    assert compared.notes == (
        "Cells only in old: ridge (6).",
        "Cells only in new: nls (6).",
        "gru on shift_1s, seed 0, quick: ok became timeout.",
        "Changed source: bayes, gru, tcn.",
        "Libraries: numpy 2.2.0 became 2.3.0.",
    )
    assert {move.n_seeds for move in compared.moves if move.row == "gru" and move.task == "shift_1s"} == {2}


def test_other_test_cases_are_not_compared_case_by_case(run_of):
    old, new = run_of("old", ERRORS), run_of("new", ERRORS)
    folder = new.findings.predictions.folder
    for record in read_records(folder):
        path = folder / record.prediction_file
        arrays = read_arrays(path)
        write_arrays(path, arrays | {"truth": arrays["truth"] + 1e-9})
    compared = compare_runs(old, Side("new", Findings.of(read_records(folder), folder)))
    assert compared.moves == ()
    assert compared.notes == tuple(
        f"{task}, quick: other test cases, so nothing can be said case by case." for task in TASKS
    )


def test_stale_and_missing_predictions_are_left_out_and_told(run_of):
    run = run_of("run", {"gru": 0.05, "tcn": 0.2})
    stale = {
        record.cell: ("source",) for record in run.findings.records if record.row == "tcn" and record.task == "shift_1s"
    }
    compared = compare_rows(Side("run", replace(run.findings, stale=stale)), "gru", "tcn")
    assert {move.task for move in compared.moves} == {"in_distribution"}
    assert compared.notes == ("shift_1s, quick: no fresh predictions of tcn.",)


def test_one_seed_is_marked(run_of):
    assert compare_rows(run_of("run", ERRORS, n_seeds=1), "gru", "tcn").cases_only
    assert not compare_rows(run_of("more", ERRORS, n_seeds=2), "gru", "tcn").cases_only


def test_rows_that_are_not_there_give_nothing(run_of):
    compared = compare_rows(run_of("run", ERRORS), "gru", "none")
    assert compared.moves == ()
