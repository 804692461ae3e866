import shutil
import subprocess

import pytest

import commands._run.asked
import commands.compare
from bench.run.record import read_records
from leaderboard.published.store import publish_cells

TASKS = ("shift_10s", "shift_1s", "2 tasks")


@pytest.fixture(scope="module")
def run(invoke, tmp_path_factory):
    """A run of two rows on two tasks."""
    out = tmp_path_factory.mktemp("compare") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
        result = invoke(
            *("--task", "shift_10s", "--task", "shift_1s", "--model", "mean", "--model", "ridge"),
            *("--preset", "quick", "--seeds", "2", "--out", out),
        )
    assert result.exit_code == 0, result.stderr
    return out


def test_two_rows_are_compared_on_every_task(invoke, run):
    result = invoke("compare", "mean", "ridge", "--out", run)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("A = mean, B = ridge\nridge against mean, 2 seeds")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[:2] for line in lines if line and line[0] in ("shift_10s", "shift_1s")] == [
        [task, target] for task in ("shift_10s", "shift_1s") for target in ("E0", "k_d")
    ]
    assert "Of 6 comparisons B is better in " in result.stdout


def test_two_folders_with_the_same_cells_are_the_same(invoke, run, tmp_path):
    shutil.copytree(run, tmp_path / "copy")
    result = invoke("compare", run, tmp_path / "copy")
    assert result.stdout == (
        f"A = {run}, B = {tmp_path / 'copy'}\n"
        "Of 12 comparisons B is better in 0 and worse in 0; 0 are within noise, 12 the same to the last bit.\n"
    )


def test_only_what_moved_is_shown_when_asked(invoke, run):
    everything, moved = (invoke("compare", "mean", "ridge", "--out", run, *more) for more in ((), ("--moved",)))
    assert " noise" not in moved.stdout.replace("within noise", "")
    assert len(moved.stdout.splitlines()) <= len(everything.stdout.splitlines())
    assert moved.stdout.splitlines()[-1] == everything.stdout.splitlines()[-1]


def test_programs_get_every_move_with_its_verdict(invoke, run, values_of):
    values = values_of(invoke("compare", "mean", "ridge", "--out", run, "--json"))
    assert (values["first"], values["second"], values["cases_only"]) == ("mean", "ridge", False)
    assert [move["task"] for move in values["moves"]] == [name for name in TASKS for _ in range(2)]
    assert {move["target"] for move in values["moves"]} == {"E0_g_per_L", "k_d_per_s"}
    assert values["moves"][-1]["r2"] is None
    moved = values_of(invoke("compare", "mean", "ridge", "--out", run, "--json", "--moved"))["moves"]
    assert moved == [move for move in values["moves"] if move["verdict"] in ("better", "worse")]


@pytest.fixture
def repository(run, tmp_path, monkeypatch):
    """A repository with two commits of published records: one row, then both."""
    root = tmp_path / "repository"
    records = root / "leaderboard" / "records"
    root.mkdir()

    def git(*arguments):
        settings = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-b", "main")
    git("commit", "--allow-empty", "-m", "nothing")
    cells = read_records(run)
    for rows in (("bayes", "mean"), ("ridge",)):
        publish_cells([record for record in cells if record.row in rows], run, records)
        git("add", ".")
        git("commit", "-m", "records")
    monkeypatch.setattr(commands.compare, "ROOT", root)
    monkeypatch.setattr(commands.compare, "PUBLISHED", records)
    return root


def test_two_commits_are_compared_from_git(invoke, repository):
    result = invoke("compare", "HEAD~1", "HEAD")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (
        "A = HEAD~1, B = HEAD\n"
        "Cells only in HEAD: ridge (4).\n"
        "Of 6 comparisons B is better in 0 and worse in 0; 0 are within noise, 6 the same to the last bit.\n"
    )


def test_a_commit_and_a_folder_are_compared(invoke, repository, run):
    result = invoke("compare", "HEAD", run)
    assert result.exit_code == 0, result.stderr
    assert "Of 12 comparisons B is better in " in result.stdout


def test_a_commit_without_records_is_refused(invoke, repository):
    result = invoke("compare", "HEAD~2", "HEAD")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: commit 'HEAD~2': must hold leaderboard/records, got none. Name a later one.\n",
    )


def test_a_name_that_is_nothing_is_refused(invoke, run):
    result = invoke("compare", "mean", "rigde", "--out", run)
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: compare 'rigde': name must be a row of {run}, a folder of records or a commit, got none of them. "
        "Did you mean 'ridge'?\n"
    )
    result = invoke("compare", "--out", run, "--", "-x", "HEAD")
    assert result.stderr == (
        f"error: compare '-x': name must be a row of {run}, a folder of records or a commit, got none of them. "
        "Rows there: bayes, mean, ridge.\n"
    )


def test_the_ceiling_and_a_row_without_scores_are_refused(invoke, run, hostile, tmp_path, monkeypatch):
    assert invoke("compare", "mean", "bayes", "--out", run).stderr == (
        "error: compare 'bayes': it must be a row, got the ceiling. "
        "The board gives every row's ratio to it; name a row.\n"
    )
    out = tmp_path / "run"
    monkeypatch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
    rows = ("--model", "mean", "--model", "behaves", "--model", "raises")
    invoke("--task", "shift_10s", *rows, "--models", hostile, "--preset", "quick", "--out", out)
    assert invoke("compare", "mean", "raises", "--out", out, "--models", hostile).stderr == (
        "error: compare 'raises': it must have scores, got failed. Mend it and run it again.\n"
    )
    assert invoke("compare", "mean", "behaves", "--out", out).stderr == (
        "error: compare 'behaves': its scores must be fresh, got stale: plugin not found. "
        "Give its folder with --models.\n"
    )


def test_a_row_beside_a_folder_is_refused(invoke, run):
    assert invoke("compare", "mean", run, "--out", run).stderr == (
        f"error: compare 'mean': it must stand beside another row of {run}, got a folder or a commit. "
        "Name two rows, or two runs.\n"
    )


def test_a_folder_without_records_is_refused(invoke, run, tmp_path):
    assert invoke("compare", run, tmp_path).stderr == (
        f"error: folder '{tmp_path}': must hold records, got none. Run a task with --out {tmp_path} first.\n"
    )
