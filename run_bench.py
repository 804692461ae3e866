"""Command line of the benchmark: ``python run_bench.py --help``."""

import sys

try:
    import typer

    from commands.audit import audit
    from commands.board import board
    from commands.ceiling import ceiling
    from commands.check import check
    from commands.compare import compare
    from commands.documents import documents
    from commands.export import export
    from commands.infer import infer
    from commands.new import new
    from commands.plot import plot
    from commands.publish import publish
    from commands.redraw import redraw
    from commands.release import release
    from commands.run import run
    from commands.score import score
    from commands.statistics import statistics
    from commands.time import time
    from commands.worker import worker
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] in ("bench", "commands", "leaderboard"):
        raise
    print(
        f"error: package '{error.name}': it must be installed for this Python, got none. "
        "Run 'source .venv/bin/activate', or install the locks as README.md says.",
        file=sys.stderr,
    )
    raise SystemExit(2) from error

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None)
app.callback(invoke_without_command=True)(run)
app.command()(audit)
app.command()(board)
app.command()(ceiling)
app.command()(check)
app.command()(compare)
app.command()(documents)
app.command()(export)
app.command()(infer)
app.command()(new)
app.command()(plot)
app.command()(publish)
app.command()(redraw)
app.command()(release)
app.command()(score)
app.command()(statistics)
app.command()(time)
app.command()(worker)

if __name__ == "__main__":
    app()
