"""Command line of the benchmark: ``python run_bench.py --help``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

VERBS = {
    "With a trace of your own": {
        "infer": "E0 and k_d from your own pH trace, and what can be known.",
        "plan": "Before measuring: what each design would tell.",
    },
    "With a model (without a verb: run it on tasks)": {
        "new": "Write a working plugin to start from.",
        "check": "Does a plugin keep the contract, and how to mend it.",
        "diagnose": "What is wrong with a model that works, and what to change.",
        "compare": "What moved between two rows, runs or commits, and is it noise.",
        "plot": "What a row saw on a task, how it was trained, what it answered.",
        "inputs": "What repairs a sampling shift: learner, input or training.",
        "audit": "What each fault of the seed audit costs, and each repair brings.",
    },
    "With results": {
        "board": "Make tables, pictures and page again from stored records.",
        "score": "Score stored predictions again, without training.",
        "redraw": "Score stored fits on fresh test draws, without training.",
        "export": "Write scores, or the cases of a task, for other programs.",
        "ceiling": "The smallest error that a prefix and an interval allow.",
        "statistics": "How often one of two equal rows stands above the other.",
    },
    "For who maintains the suite": {
        "publish": "Run the published plan and write the board made from it.",
        "release": "Check that the published board can be released.",
        "documents": "Make the documents' pictures and the table of tasks again.",
        "time": "What everything costs, beside what a user would otherwise pick.",
        "worker": "Take jobs of a run on a Dask cluster, until stopped.",
    },
}
"""Who asks, to the verbs that answer and a line of help; ``commands/VERB.py`` is imported when the verb is called."""


GREETING = """\
Early inference bench: how much enzyme is at work, and how fast does it die?

Three things to do:

  python run_bench.py infer docs/example_trace.csv   E0 and k_d from a pH trace
  python run_bench.py --task shift_10s               one method of each kind
  python run_bench.py new my_model                   a model of your own

All verbs: python run_bench.py --help
The published board: leaderboard/site/index.html, opened in a browser
"""


@contextmanager
def packages_named() -> Iterator[None]:
    """Name a package that is not installed in one sentence."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("bench", "commands", "leaderboard"):
            raise
        print(
            f"error: package '{error.name}': it must be installed for this Python, got none. "
            "Run 'source .venv/bin/activate', or install the locks as README.md says.",
            file=sys.stderr,
        )
        raise SystemExit(2) from error


with packages_named():
    import typer

    from commands._shared.verbs import OPTIONS, verb_group
    from commands.run import run

app = typer.Typer(cls=verb_group(VERBS, GREETING), **OPTIONS)
app.callback(invoke_without_command=True)(run)

if __name__ == "__main__":
    with packages_named():
        app()
