"""Asking a peer: a script of ``commands/_peers`` in the environment that ``make peers`` creates."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.timing import SECONDS, Figure
from commands._peers.exchange import Arrays

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
MISSING = "not measured: 'make peers' creates the environment of the peers"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
TIME_LIMIT_S = 900.0


def peers_installed() -> bool:
    """Say whether the environment of the peers is there."""
    return PYTHON.exists()


def beside_peer(
    figure: Figure, script: str, given: Arrays, least_ratio: float, note: Callable[[Arrays], str]
) -> Figure:
    """Put the cost of a peer, with what is aimed at and said of it, beside ours."""
    answer = ask_peer(script, given)
    if answer is None:
        return replace(figure, note=MISSING)
    cost = float(answer["seconds"]) / SECONDS[figure.unit]
    return replace(figure, peer_value=cost, least_ratio=least_ratio, note=note(answer))


def ask_peer(script: str, given: Arrays) -> Arrays | None:
    """Have a peer answer; None where its environment is missing."""
    if not peers_installed():
        return None
    with tempfile.TemporaryDirectory(prefix="peer-") as name:
        source, target = Path(name) / "given.npz", Path(name) / "answer.npz"
        np.savez(source, allow_pickle=False, **given)
        ended = subprocess.run(
            [PYTHON, "-W", "ignore", "-m", f"commands._peers.{script}", source, target],
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        if ended.returncode:
            last = (ended.stderr.strip().splitlines() or ["nothing printed"])[-1]
            raise BenchError(f"peer '{script}': script must end well, got: {last}. Run 'make peers' again.")
        with np.load(target, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
