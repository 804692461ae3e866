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

    Parameters
    ----------
    line : bytes
        What the child sent.

    Returns
    -------
    dict
        The event, with its name under ``event``.

    Raises
    ------
    ValueError
        It is no event, or lacks what one of its name carries.

    Examples
    --------
    >>> parse_event(b'{"event": "ready"}')
    {'event': 'ready'}
    """
    try:
        event: dict[str, Any] = json.loads(line)
        carried = FIELDS.get(event["event"], {})
        whole = all(isinstance(event[field], kinds) for field, kinds in carried.items())
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("the line is no event") from error
    if not whole:
        raise ValueError("a value of the event is of another type")
    return event
