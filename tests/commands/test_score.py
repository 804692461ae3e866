from dataclasses import asdict

from bench.run.record import Record, append_records
from bench.run.store import sole_run
from bench.task import PRESETS

RECORD = Record("shift_10s", "", "tcn", "tcn", {}, 0, "quick", asdict(PRESETS["quick"]), "failed", "", "", "", 1)


def test_a_folder_without_scores_has_nothing_to_score(invoke, tmp_path):
    append_records(tmp_path, [RECORD])
    result = invoke("score", "--out", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "0 cells scored again, none trained.\n")


def test_a_folder_that_a_run_holds_is_left_alone(invoke, tmp_path):
    append_records(tmp_path, [RECORD])
    with sole_run(tmp_path):
        result = invoke("score", "--out", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: folder '{tmp_path}': runs must be one at a time, got another in progress. "
        "Wait for its end, or name another folder with --out.\n"
    )
