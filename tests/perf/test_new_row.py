"""The walk-through of ``docs/submitting.md``, as a user types it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.run.record import read_records

ROOT = Path(__file__).parents[2]
WITHIN_S = 300.0


@pytest.mark.perf
def test_from_an_empty_folder_to_a_scored_row_takes_under_five_minutes(tmp_path):
    options = "--task in_distribution --model mean --model my_ridge --models my_models --preset quick"
    began = time.monotonic()
    for words in ("new my_ridge", "check my_models/my_ridge.py", options):
        line = [sys.executable, str(ROOT / "run_bench.py"), *words.split()]
        subprocess.run(line, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert {r.row: r.status for r in read_records(tmp_path / "results")} == dict.fromkeys(
        ("bayes", "mean", "my_ridge"), "ok"
    )
    assert time.monotonic() - began < WITHIN_S
