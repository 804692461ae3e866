"""What was read from a file of one trace, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench.laboratory.trace import FILLED, LabTrace
from commands._shared.options import say
from commands._shared.terminal import Console


def known_as_read(trace: LabTrace) -> dict[str, dict[str, Any]]:
    """Value and source of every known input that somebody gave."""
    return {
        name: {"value": trace.known[name], "source": source}
        for name, source in trace.sources.items()
        if source != FILLED
    }


def say_read(console: Console, path: Path, trace: LabTrace) -> None:
    """Print what was read, and where it stood."""
    time_s = trace.time_s
    interval_s = float(np.median(np.diff(time_s)))
    say(console, f"{path.name}: {len(time_s)} samples, {time_s[-1]:.4g} s @ {interval_s:.3g} s")
    values = [f"{name} {each['value']:.4g} ({each['source']})" for name, each in known_as_read(trace).items()]
    say(console, f"known: {', '.join(values)}")
    for note in trace.notes:
        say(console, f"note: {note}")
