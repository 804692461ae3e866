"""Waiting for other processes, with a limit that is not met however slow the machine."""

import time

import psutil

PATIENCE_S = 600.0


def wait_for(what):
    """Ask until there is something, and give it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def wait_for_end_of(processes):
    """Ask until none is alive."""
    wait_for(lambda: not any(map(_runs, processes)))


def _runs(process):
    """Whether a process is alive; it may go while it is asked, or be reaped by whoever is the first process here."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
