import subprocess
import sys

import psutil
import pytest

from bench.run.isolation.family import Family
from tests.patience import PATIENCE_S, wait_for, wait_for_end_of

BURNS = """
import os, sys, time
def burn(seconds):
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
if os.fork() == 0:            # the process of the plugin, whose parent stands for the keeper
    if os.fork() == 0:        # its child, which it waits for
        burn(0.3)
        os._exit(0)
    os.wait()
    burn(0.2)
    print("burnt", flush=True)
    block = bytearray(50_000_000)
    sys.stdin.read()
    os._exit(0)
burn(0.5)                     # the keeper's own time does not count
os.wait()
"""


@pytest.fixture
def keeper():
    process = subprocess.Popen(
        [sys.executable, "-c", BURNS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "burnt\n"
    yield process
    process.kill()
    process.communicate()


def test_processor_time_is_that_of_descendants_those_included_that_have_ended(keeper):
    # Without the child that has ended it would be 0.2, with the keeper's own 1.0 or more; ticks round down.
    assert 0.45 < Family(keeper.pid).cpu_s() < 0.95


def test_memory_is_that_of_descendants(keeper):
    wait_for(lambda: Family(keeper.pid).memory_mb() > 50)
    assert Family(keeper.pid).memory_mb() < 150


def test_a_family_that_is_killed_is_gone(keeper):
    family = Family(keeper.pid)
    descendants = psutil.Process(keeper.pid).children(recursive=True)
    family.kill()
    assert keeper.wait(PATIENCE_S) == -9
    assert len(descendants) == 1
    wait_for_end_of(descendants)


def test_a_family_that_is_gone_costs_nothing_and_can_be_killed_again(keeper):
    family = Family(keeper.pid)
    keeper.kill()
    keeper.wait(PATIENCE_S)
    family.kill()
    assert (family.cpu_s(), family.memory_mb()) == (0.0, 0.0)
