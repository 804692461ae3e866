import pytest

import commands._run.asked


@pytest.fixture(scope="module")
def folder(invoke, tmp_path_factory):
    out = tmp_path_factory.mktemp("plots")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands._run.asked, "write_board", lambda findings: [out / "board.md"])
        assert invoke("--task", "shift_10s", "--model", "mean", "--preset", "quick", "--out", out).exit_code == 0
    return out


def test_pictures_of_a_run_are_written(invoke, folder):
    result = invoke("plot", "--task", "shift_10s", "--model", "mean", "--out", folder)
    assert result.exit_code == 0, result.stderr
    picture = folder / "plots" / "shift_10s_mean_quick_0.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert result.stdout.strip().endswith("shift_10s_mean_quick_0.png")


@pytest.mark.parametrize(
    ("task", "row", "options", "step"),
    [
        ("shift_10", "mean", (), "with seed 0, got none. Did you mean 'shift_10s'?"),
        ("shift_10s", "maen", (), "with seed 0, got none. Scored on shift_10s: bayes, mean."),
        ("shift_10s", "means", (), "with seed 0, got none. Did you mean 'mean'?"),
        ("prefix_60s", "mean", (), "with seed 0, got none. Scored tasks: shift_10s."),
        ("shift_10s", "mean", ("--seed", "3"), "with seed 3, got none. Scored on shift_10s: bayes, mean."),
        (
            "shift_10s",
            "mean",
            ("--preset", "full"),
            "with seed 0, preset full, got none. Scored on shift_10s: bayes, mean.",
        ),
    ],
)
def test_what_has_no_score_names_what_has_one(invoke, folder, task, row, options, step):
    result = invoke("plot", "--task", task, "--model", row, "--out", folder, *options)
    assert result.exit_code == 2
    assert result.stderr == f"error: folder '{folder}': records must hold a score of {row} on {task} {step}\n"


def test_a_folder_without_scores_is_refused(invoke, tmp_path):
    result = invoke("plot", "--task", "shift_10s", "--model", "mean", "--out", tmp_path)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: folder '{tmp_path}': must hold scores, got none. Run a task, or name a folder with --out.\n",
    )
