"""What the exact posterior attains at any length and interval, computed when the page is published, and kept."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd

from bench.ceiling.posterior import exact_posterior
from bench.compiled import ROOT
from bench.draw import TEST_STREAM, draw_measured
from bench.run.origin.sources import sources_of
from bench.task import PRESETS
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGET_NAMES

GRID_FILE = "leaderboard/site/attainable.csv"
LENGTHS_S = (10.0, 15.0, 20.0, 30.0, 40.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0)
INTERVALS_S = (0.15, 0.25, 0.3, 0.5, 0.6, 1.0, 2.0, 2.5, 4.0, 5.0, 10.0, 20.0)
"""Those that can be asked for, and half and twice of them."""
N_CASES = PRESETS["standard"].test
"""The test cases of the published board: at a pair that a task measures, the number is that of its ceiling."""


def attainable_digest() -> str:
    """Digest of what the grid is computed with; versions of libraries round otherwise, and do not count."""
    members = [("ceiling/posterior.py", "exact_posterior"), ("draw.py", "draw_measured")]
    content = [sources_of(ROOT / "bench" / path, member).content for path, member in members]
    asked = [LENGTHS_S, INTERVALS_S, N_CASES, TEMPERATURE_CORRECTED.as_dict()]
    return hashlib.sha256(json.dumps([content, asked], sort_keys=True).encode()).hexdigest()[:16]


def compute_attainable() -> str:
    """Compute the grid as text: minutes of one core."""
    lines = []
    for length in LENGTHS_S:
        for interval in (each for each in INTERVALS_S if each <= length):
            acquisition = Acquisition(length, interval)
            measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, TEST_STREAM, range(N_CASES))
            mean = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED).mean
            rmse = np.sqrt(np.mean((mean - targets.values) ** 2, axis=0))
            lines.append([length, interval, acquisition.n_samples, *(float(f"{each:.5g}") for each in rmse)])
    columns = ["prefix_s", "interval_s", "n_samples", *(f"{name}_rmse" for name in TARGET_NAMES)]
    return f"# {attainable_digest()}\n" + pd.DataFrame(lines, columns=columns).to_csv(index=False)


def kept_attainable(root: Path = ROOT) -> str:
    """Grid that is kept, as text; nothing where it was computed with other sources, or never."""
    path = root / GRID_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text if text.startswith(f"# {attainable_digest()}\n") else ""


def read_attainable(text: str) -> list[list[float]]:
    r"""Lines of a grid: length, interval, samples, errors of E0 [g/L] and k_d [1e-3 1/s].

    Examples
    --------
    >>> columns = "prefix_s,interval_s,n_samples,E0_g_per_L_rmse,k_d_per_s_rmse"
    >>> read_attainable(f"# 5e\n{columns}\n30.0,1.0,31,0.0075,0.001\n")
    [[30.0, 1.0, 31.0, 0.0075, 1.0]]
    """
    grid = pd.read_csv(io.StringIO(text), comment="#") if text else pd.DataFrame()
    return [[*line[:4], round(1e3 * line[4], 6)] for line in grid.to_numpy(dtype=float).tolist()]
