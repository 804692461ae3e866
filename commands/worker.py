"""Start a worker of a Dask cluster from this checkout."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Annotated

import typer

from bench.errors import BenchError
from bench.run.packages import FIND_CHECKOUT
from bench.timing import n_cores
from commands._shared.options import check_address

START = FIND_CHECKOUT + "from dask.__main__ import main; main()"
"""What takes this process's place; the processes that it starts find what it finds."""


def worker(
    address: Annotated[str, typer.Argument(help="Address of the scheduler, as it prints it.", metavar="ADDRESS")],
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Jobs at a time, one process and one thread each. Default: one a core.")
    ] = None,
) -> None:
    """Take jobs of a run that was started with --cluster ADDRESS, until stopped.

    The checkout and its environment must be those of the run: a worker with other sources is given nothing, and the run
    says why. For example, on a host with four cores to spare:

      python run_bench.py worker tcp://10.0.0.1:8786 --jobs 4
    """
    check_address("worker", address)
    if importlib.util.find_spec("distributed") is None:
        raise BenchError(
            f"worker '{address}': package dask[distributed] must be installed, got none. "
            "Run 'pip install -r requirements-cluster.lock'."
        )
    n_jobs = jobs or n_cores()
    # One process a job, so that a job that takes its worker along takes no other; their memory is the run's to limit.
    options = ["--nworkers", str(n_jobs), "--nthreads", "1", "--memory-limit", "0", "--no-dashboard"]
    os.execv(sys.executable, [sys.executable, "-c", START, "worker", address, *options])
