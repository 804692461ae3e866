import json

import pytest

from bench.run.isolation.protocol import parse_event

FITTED = {
    "event": "fitted",
    "n_parameters": None,
    "simulator_calls": 0,
    "history": [],
    "trials": None,
    "pretrained_on": "",
}


def test_an_event_is_given_as_it_was_sent():
    assert parse_event(json.dumps(FITTED).encode()) == FITTED


def test_what_the_parts_of_an_event_hold_is_kept():
    event = FITTED | {"history": [{"loss": 0.5, "epoch": 1}, {"loss": float("inf")}]}
    assert parse_event(json.dumps(event).encode()) == event
    described = {"event": "described", "settings": {"starts": [1]}, "cannot": {"dense": None, "sparse": "too short"}}
    assert parse_event(json.dumps(described).encode()) == described


def test_half_a_character_is_a_question_mark_and_a_whole_one_is_kept():
    event = {"event": "progress", "fraction": 0.5, "message": "a \udcff b \U0001f9ea"}
    assert parse_event(json.dumps(event).encode()) == event | {"message": "a ? b \U0001f9ea"}


def test_orders_to_a_terminal_are_question_marks_and_lines_stay():
    event = {"event": "progress", "fraction": 0.5, "message": "a\n\tb \x1b]0;title\x07\x9b31m"}
    assert parse_event(json.dumps(event).encode()) == event | {"message": "a\n\tb ?]0;title??31m"}


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
        b'{"event": "described", "settings": {}, "cannot": {"dense": 1}}',
        json.dumps(FITTED | {"history": "long"}).encode(),
        json.dumps(FITTED | {"history": [1.0]}).encode(),
        json.dumps(FITTED | {"history": [{"loss": "small"}]}).encode(),
        json.dumps(FITTED | {"n_parameters": 10**400}).encode(),
        b'{"event": "described", "settings": {"deep": ' + b"[" * 600 + b"]" * 600 + b'}, "cannot": {}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_an_error(line):
    with pytest.raises(ValueError, match=r".") as caught:
        parse_event(line)
    assert caught.type in (ValueError, json.JSONDecodeError, UnicodeDecodeError)
