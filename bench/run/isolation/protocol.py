"""Events of a child: JSON lines, checked, since a plugin can write to the pipe as well."""

from __future__ import annotations

import json
from typing import Any

LONGEST_EVENT = 16_000_000
"""Bytes of the longest event that a child may send."""
FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "described": {"settings": (dict,), "cannot": (dict,)},
    "progress": {"fraction": (int, float), "message": (str,)},
    "fitted": {"n_parameters": (int, type(None)), "simulator_calls": (int,), "history": (list,)},
    "predicted": {"simulator_calls": (int,)},
}
"""What the events carry."""


def parse_event(line: bytes) -> dict[str, Any]:
    """Read one event.

    Examples
    --------
    >>> parse_event(b'{"event": "ready"}')
    {'event': 'ready'}
    """
    try:
        event: dict[str, Any] = json.loads(line)
        if b"\\ud" in line:  # half a character, as of a file name that is no text, could be neither printed nor written
            event = json.loads(json.dumps(event, ensure_ascii=False).encode(errors="replace"))
        carried = FIELDS.get(event["event"], {})
        whole = all(isinstance(event[field], kinds) for field, kinds in carried.items())
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("the line is no event") from error
    if not (whole and _parts_are_right(event)):
        raise ValueError("a value of the event is of another type")
    return event


def _parts_are_right(event: dict[str, Any]) -> bool:
    """Whether the lists and dictionaries of an event hold what they should."""
    if event["event"] == "described":
        return all(reason is None or isinstance(reason, str) for reason in event["cannot"].values())
    if event["event"] == "fitted":
        epochs = event["history"]
        return all(
            isinstance(epoch, dict) and all(isinstance(value, int | float) for value in epoch.values())
            for epoch in epochs
        )
    return True
