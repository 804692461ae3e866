import json

import pytest

from bench.run.protocol import parse_event

FITTED = {"event": "fitted", "n_parameters": None, "simulator_calls": 0, "history": []}


def test_an_event_is_given_as_it_was_sent():
    assert parse_event(json.dumps(FITTED).encode()) == FITTED


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[1]",
        b'"fitted"',
        b"{}",
        b'{"event": []}',
        b'{"event": "described"}',
        b'{"event": "described", "settings": 1, "cannot": {}}',
        b'{"event": "progress", "fraction": "half", "message": "x"}',
        json.dumps(FITTED | {"history": "long"}).encode(),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_an_error(line):
    with pytest.raises(ValueError, match=r".") as caught:
        parse_event(line)
    assert caught.type in (ValueError, json.JSONDecodeError, UnicodeDecodeError)
