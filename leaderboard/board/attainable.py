"""What is attainable: the exact posterior's own scores on a task, in words."""

from __future__ import annotations

import math

from bench.run.record import Record
from leaderboard.cells import score_of
from leaderboard.tables import Table
from leaderboard.wording import SHOWN, Shown, error_text, r2_text

NOBODY = 0.1
"""Below this R2 of the exact posterior, a target counts as unknowable; the prior mean is then an honest answer."""
KNOWN = 0.9
"""From this R2 of the exact posterior on, a target counts as determined."""
FAR = 5.0
"""Standard errors between observed and implied R2 that are no accident, few boards having a thousand of them."""


def attainable(table: Table) -> tuple[str, ...]:
    """Say what the exact posterior reaches on a task, one sentence a target."""
    ceiling = table.ceiling
    if ceiling is None:
        return ()
    return tuple(sentence for shown in SHOWN for sentence in _sentences(ceiling, shown))


def _sentences(record: Record, shown: Shown) -> list[str]:
    """What the exact posterior reaches of one target."""
    value = score_of(record, shown.name, "r2")
    if isinstance(value, str):
        return [f"{shown.symbol}: R2 of the exact posterior is {value}."]
    stated = record.ceiling.get(shown.name, {})
    error, implied, implied_error = (
        float(stated[key]) if key in stated else None for key in ("r2_error", "r2_implied", "r2_implied_error")
    )
    reached = r2_text(value) if error is None else error_text(value, error)
    best = value if implied is None else implied
    if best < NOBODY:
        text = (
            f"the exact posterior itself reaches R2 {reached} here: nobody can know {shown.symbol} from these samples"
        )
    elif best < KNOWN:
        text = f"the exact posterior reaches R2 {reached} here: these samples tell a part of {shown.symbol}, not more"
    else:
        text = f"the exact posterior reaches R2 {reached} here: these samples determine {shown.symbol}"
    if implied is None or implied_error is None or error is None:
        return [f"{shown.symbol}: {text}."]
    found = [f"{shown.symbol}: {text} (its variance implies {error_text(implied, implied_error)})."]
    distance = abs(value - implied) / math.hypot(error, implied_error) if error + implied_error > 0 else 0.0
    if distance > FAR:
        found.append(
            f"Warning: observed and implied R2 of {shown.symbol} are {distance:.0f} standard errors apart; "
            "the ceiling of this task cannot be trusted."
        )
    return found
