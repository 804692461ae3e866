"""Prints what becomes of every misbehaving plugin, open and under seal: ``python tests/hostile/_table.py``.

With names, only of those: ``python tests/hostile/_table.py reports "ends loops"``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.run.child import Limits  # noqa: E402
from bench.run.engine import run_plan  # noqa: E402
from bench.run.plan import Plugin, make_plan  # noqa: E402
from bench.run.record import Record, read_records  # noqa: E402
from bench.run.scores.ceiling import ceilings  # noqa: E402  # found only once the checkout is on the path
from bench.run.seal import Seal  # noqa: E402
from bench.task import Sizes, Task  # noqa: E402
from bench.world.acquisition import Acquisition  # noqa: E402

DENSE = Acquisition(3.0, 0.3)
TASK = Task("dense", "as trained", (DENSE,), DENSE)
SIZES = Sizes(48, 16, 96, 1)
TIME_LIMIT_S, PATIENCE_S, MEMORY_LIMIT_MB = 5.0, 60.0, 600.0
"""Limits of plugins that are to meet theirs, and time for the others, which a busy machine makes slow."""
KEY = bytes(range(32))
EXPECTED = {
    "raises": {"where": {"fit": "failed", "memory": "out_of_memory", "exit": "failed"}},
    "ends": {
        "how": {
            "exit": "failed",
            "segfault": "failed",
            "realtime": "failed",
            "closes": "failed",
            "orphans": "failed",
            "prints": "failed",
            "allocates": "out_of_memory",
            "holds": "out_of_memory",
            "loops": "timeout",
            "ignores": "timeout",
            "forks": "timeout",
            "daemon": "timeout",
            "flees": "timeout",
        }
    },
    "reports": {"": {"": "failed"}},
    "plain": {"": {"": "ok"}},
    "delays": {"late": {"array": "failed", "prediction": "ok"}},
    "remembers": {"": {"": "ok"}},
    "compares": {"": {"": "invalid_output"}},
    "reads": {"": {"": "failed"}},
    "answers": {
        "kind": {
            "nan": "invalid_output",
            "columns": "failed",
            "swapped": "failed",
            "text": "invalid_output",
            "symlink": "invalid_output",
            "hardlink": "invalid_output",
            "fifo": "invalid_output",
            "pickle": "invalid_output",
            "undeclared": "invalid_output",
            "mutates": "ok",
        }
    },
    "spoils_folder": {
        "what": {"traces": "ok", "folder": "failed", "store": "invalid_output", "sparse": "invalid_output"}
    },
    "reaches": {
        "how": dict.fromkeys(("system_v", "attribute", "prlimit", "chmod", "mptcp", "listen"), "ok, failed"),
    },
    "cheats": {
        "how": dict.fromkeys(("seeds", "key", "truth", "posterior", "memory", "objects", "forges"), "ok"),
    },
}
"""Plugin to its setting, if it has one, to its values, and how each must end; open and sealed where they differ."""


def run_alone(
    out: Path, plugin: str, settings: dict[str, Any], limits: Limits, seal: Seal | None
) -> tuple[Record, float]:
    """Run one row: its record, and the seconds it took, drawing of cases included."""
    sha256 = seal.sha256 if seal else ""
    plan = make_plan([TASK], [Plugin(HERE / f"{plugin}.py", settings)], [0], "tiny", SIZES, [], seal=sha256)
    best = {record.task: record for record in ceilings(plan.cells, read_records(out), out, seal)}
    began = time.monotonic()
    (record,) = run_plan(plan, best, out, 1, limits, lambda *progress: None, seal=seal)
    return record, time.monotonic() - began


def score(record: Record) -> str:
    """R2 of both targets."""
    return " / ".join(f"{record.scores[target]['r2']:.3f}" for target in record.scores) or "-"


def main() -> None:
    """Print the table as Markdown."""
    print("| plugin | expected | open | sealed | s over limit, open and sealed | R2 open | R2 sealed |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        os.environ["TMPDIR"] = tempfile.tempdir = name
        key = Path(name) / "key"
        key.write_bytes(KEY)
        for plugin, ways in EXPECTED.items():
            for field, statuses in ways.items():
                for way, expected in statuses.items():
                    if len(sys.argv) > 1 and not {plugin, f"{plugin} {way}"} & set(sys.argv[1:]):
                        continue
                    settings = {field: way} if field else {}
                    limits = Limits(TIME_LIMIT_S if expected == "timeout" else PATIENCE_S, MEMORY_LIMIT_MB)
                    key.chmod(0o600)
                    opened, took_s = run_alone(Path(name) / "open", plugin, settings, limits, None)
                    key.chmod(0o600)
                    sealed, sealed_s = run_alone(Path(name) / "sealed", plugin, settings, limits, Seal(KEY))
                    over = "-"
                    if expected == "timeout":
                        over = f"{took_s - limits.time_s:.1f}, {sealed_s - limits.time_s:.1f}"
                    cells = [f"`{plugin}` {way}".strip(), expected, opened.status, sealed.status, over]
                    print(f"| {' | '.join([*cells, score(opened), score(sealed)])} |", flush=True)
                    wanted = expected.split(", ")
                    if [opened.status, sealed.status] != [wanted[0], wanted[-1]]:
                        print(f"not as expected: {opened.message} / {sealed.message}")
                    if left := psutil.Process().children(recursive=True):
                        print(f"processes left: {left}")


if __name__ == "__main__":
    main()
