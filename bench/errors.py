"""Errors that the suite raises on purpose.

Every message reads ``<where> '<which>': <what> must be <expected>, got <value>. <next step>``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """A request that cannot be carried out, with one sentence that says what to do next."""


class DomainError(BenchError, ValueError):
    """A physical quantity outside the domain in which the simulator is defined."""


class PluginError(BenchError):
    """A model plugin that breaks its contract."""


class ContradictionError(BenchError):
    """A file that says otherwise than the record that names it."""


class BenchWarning(UserWarning):
    """Something that was passed over, which no one should learn later; the command line prints its one sentence."""


def unknown(where: str, which: str, known: Iterable[str]) -> BenchError:
    """Build the error for a name that does not exist, naming those that do and the closest.

    Examples
    --------
    >>> print(unknown("task", "shift_10", ["shift_1s", "shift_10s"]))
    task 'shift_10': name must be one of shift_10s, shift_1s, got 'shift_10'. Did you mean 'shift_10s'?
    """
    names = sorted(known)
    close = difflib.get_close_matches(which, names, n=1, cutoff=0.5)
    step = f"Did you mean '{close[0]}'?" if close else "Run with --list to see what each one is."
    return BenchError(f"{where} '{which}': name must be one of {', '.join(names)}, got '{which}'. {step}")
