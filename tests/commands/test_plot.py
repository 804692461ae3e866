import pytest


@pytest.fixture(scope="module")
def folder(invoke, tmp_path_factory):
    out = tmp_path_factory.mktemp("plots")
    assert invoke("--task", "shift_10s", "--model", "mean", "--preset", "quick", "--out", out).exit_code == 0
    return out


def test_pictures_of_a_run_are_written(invoke, folder):
    result = invoke("plot", "--task", "shift_10s", "--model", "mean", "--out", folder)
    assert result.exit_code == 0, result.stderr
    picture = folder / "plots" / "shift_10s_mean_quick_0.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert result.stdout.strip().endswith("shift_10s_mean_quick_0.png")


def test_a_row_that_was_not_run_names_the_command_that_runs_it(invoke, folder):
    result = invoke("plot", "--task", "shift_1s", "--model", "tcn(epochs=3)", "--out", folder)
    assert result.exit_code == 2
    assert result.stderr.strip() == (
        f"error: folder '{folder}': records must hold a score of tcn(epochs=3) on shift_1s with seed 0, got none. "
        f"Run 'python run_bench.py --task shift_1s --model tcn --out {folder}' first."
    )
