"""Events of a child: JSON lines, checked, since a plugin can write to the pipe as well."""

from __future__ import annotations

import json
from typing import Any

LONGEST_EVENT = 16_000_000
"""Bytes of the longest event that a child may send."""
FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "described": {"settings": (dict,), "cannot": (dict,)},
    "progress": {"fraction": (int, float), "message": (str,)},
    "fitted": {
        "n_parameters": (int, type(None)),
        "simulator_calls": (int,),
        "history": (list,),
        "trials": (int, type(None)),
        "pretrained_on": (str,),
    },
    "predicted": {"simulator_calls": (int,)},
}
"""What the events carry."""
LONGEST_WORDS = 200
"""Letters of what a record says in a few words."""
DEEPEST, LARGEST_INTEGER = 20, 10**15
"""How far values are nested, and how large a count is, that can be written, added up and printed."""


def parse_event(line: bytes) -> dict[str, Any]:
    """Read one event.

    Examples
    --------
    >>> parse_event(b'{"event": "ready"}')
    {'event': 'ready'}
    """
    try:
        event: dict[str, Any] = _clean(json.loads(line))
        carried = FIELDS.get(event["event"], {})
        whole = all(isinstance(event[field], kinds) for field, kinds in carried.items())
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("the line is no event") from error
    if not (whole and _parts_are_right(event)):
        raise ValueError("a value of the event is of another type")
    return event


def clean_text(text: str) -> str:
    """Text that can be written and printed: no half characters, no orders to a terminal.

    Examples
    --------
    >>> clean_text(f"red: {chr(27)}[31m{chr(0xD800)}")
    'red: ?[31m?'
    """
    whole = text.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in whole)


def _clean(value: Any, depth: int = 0) -> Any:
    """Value with clean texts, if it is not nested too deep and its integers are counts of something."""
    if depth > DEEPEST:
        raise ValueError(f"values must be nested at most {DEEPEST} deep")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): _clean(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ValueError(f"integers must be at most {LARGEST_INTEGER:g}")
    return value


def _parts_are_right(event: dict[str, Any]) -> bool:
    """Whether the lists and dictionaries of an event hold what they should."""
    if event["event"] == "described":
        return all(reason is None or isinstance(reason, str) for reason in event["cannot"].values())
    if event["event"] == "fitted":
        epochs = event["history"]
        return len(event["pretrained_on"]) <= LONGEST_WORDS and all(
            isinstance(epoch, dict) and all(isinstance(value, int | float) for value in epoch.values())
            for epoch in epochs
        )
    return True
