from pathlib import Path

import pytest

import commands.documents
from commands._shared.options import published_tasks
from commands.documents import BLOCK, COMMAND, N_CASES, TASKS_PAGE, task_table
from leaderboard.published.marked import fill

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kept():
    """Lines of the table of tasks as it stands in the documents."""
    text = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    lines = text.partition(f"<!-- begin: {BLOCK},")[2].partition(f"<!-- end: {BLOCK} -->")[0].splitlines()
    assert text == fill(text, TASKS_PAGE, COMMAND, {BLOCK: "\n".join(lines[2:-1])})
    return lines[2:-1]


def without_attainable(lines):
    return [[cell for place, cell in enumerate(line.split(" | ")) if place != 4] for line in lines]


def test_the_table_of_tasks_is_what_the_tasks_say(kept):
    expected = without_attainable(task_table(published_tasks().values(), n_cases=10))
    assert without_attainable(kept) == expected, "Run `python run_bench.py documents`."


@pytest.mark.slow
def test_the_attainable_scores_of_the_documents_are_those_of_the_posterior(kept):
    assert kept == task_table(published_tasks().values(), N_CASES), "Run `python run_bench.py documents`."


def test_everything_is_written_where_it_is_asked_for(invoke, monkeypatch, tmp_path, undrawn):
    tasks = {name: task for name, task in published_tasks().items() if name == "shift_10s"}
    monkeypatch.setattr(commands.documents, "published_tasks", lambda: tasks)
    monkeypatch.setattr(commands.documents, "draw_ceiling", lambda: commands.documents.draw_problem(twins))
    twins = commands.documents.example_twins()
    result = invoke("documents", "--to", tmp_path, "--cases", 10)
    assert result.exit_code == 0, result.output
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert found == {"tasks.md", "pictures/problem.png", "pictures/ceiling.png", "pictures/architecture.svg"}
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "problem.png",
        "ceiling.png",
        "architecture.svg",
        "tasks.md",
    ]
    line = (tmp_path / "tasks.md").read_text().splitlines()[4]
    assert line.startswith("| `shift_10s` | yes | 30 s @ 0.3 s | 30 s @ 10 s | 0.99")
    assert line.endswith(" | sampling shift, severe: 4 samples |")


def test_a_block_that_the_page_of_real_traces_has_not_is_refused(invoke):
    result = invoke("documents", "--real", "real curve")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: block 'real curve': name must be one of declared error, real curves,")
