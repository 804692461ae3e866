"""Command line of the benchmark: ``python run_bench.py --help``."""

import typer

from commands.board import board
from commands.ceiling import ceiling
from commands.run import run
from commands.score import score
from commands.statistics import statistics

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None)
app.callback(invoke_without_command=True)(run)
app.command()(board)
app.command()(ceiling)
app.command()(score)
app.command()(statistics)

if __name__ == "__main__":
    app()
