import resource
import signal
import time
from types import SimpleNamespace

import pytest

import bench.run.child
from bench.run.child import TAIL_BYTES, Limits

LIMIT_S = 600.0
"""Time limit of the children that never end; their clock leaps past it as soon as all of them have begun."""
N_BEGUN = {"loops": 1, "ignores": 1, "forks": 2, "daemon": 2, "flees": 2}
"""How many processes each of them has noted by then."""


@pytest.fixture(scope="module")
def ended(run_rows, tmp_path_factory, notes):
    rows = [("ends", {"how": how}) for how in ("exit", "segfault", "realtime", "closes", "orphans")]
    rows += [("raises", {"where": "exit"}), ("neighbour", {})]
    return _by_how(run_rows(tmp_path_factory.mktemp("ended"), rows, n_jobs=3))


@pytest.fixture(scope="module")
def limited(run_rows, tmp_path_factory, notes):
    def noted(how):
        path = notes / f"pids-{how}"
        return len(path.read_text().split()) if path.exists() else 0

    def leaping():
        begun = all(noted(how) >= number for how, number in N_BEGUN.items())
        return time.monotonic() + LIMIT_S * begun

    rows = [("ends", {"how": how}) for how in N_BEGUN]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.run.child, "time", SimpleNamespace(monotonic=leaping))
        out = tmp_path_factory.mktemp("limited")
        return _by_how(run_rows(out, rows, n_jobs=len(rows), limits=Limits(time_s=LIMIT_S)))


def _by_how(records):
    named = {record.row: record for record in records.values()}
    return {row.removeprefix('ends(how="').removesuffix('")'): record for row, record in named.items()}


def test_a_child_that_exits_fails_with_its_status(ended):
    assert (ended["exit"].status, ended["exit"].message) == ("failed", "the child ended with exit status 139")


def test_a_child_that_exits_as_if_all_were_well_fails(ended):
    record = ended['raises(where="exit']
    assert (record.status, record.message) == ("failed", "the child ended with exit status 0")


def test_a_child_that_crashes_fails_with_the_name_of_the_signal(ended):
    assert ended["segfault"].status == "failed"
    assert ended["segfault"].message == "the child ended with signal 11 (SIGSEGV)"


def test_a_signal_without_a_name_is_told_by_its_number(ended):
    assert ended["realtime"].status == "failed"
    assert ended["realtime"].message == f"the child ended with signal {signal.SIGRTMIN + 6}"


def test_a_child_that_closes_its_pipe_fails(ended):
    assert ended["closes"].status == "failed"
    assert ended["closes"].message == "the child closed its pipe without an answer"


def test_neighbours_of_crashing_children_are_not_disturbed(ended):
    assert ended["neighbour"].status == "ok"


def test_descendants_of_a_child_that_exits_are_killed(ended, notes, left_of):
    assert ended["orphans"].message == "the child ended with exit status 5"
    assert len((notes / "pids-orphans").read_text().split()) == 3
    assert left_of(notes) == []


@pytest.mark.parametrize("how", ["loops", "ignores", "forks", "daemon"])
def test_a_child_that_does_not_end_is_timeout_and_leaves_no_process(limited, notes, how, left_of):
    assert limited[how].status == "timeout"
    assert limited[how].message == f"stopped at the time limit of {LIMIT_S:g} s"
    assert left_of(notes) == []


def test_a_process_that_passes_on_to_new_ones_without_end_is_stopped(limited, notes, left_of):
    assert limited["flees"].status == "timeout"
    assert left_of(notes) == []


@pytest.mark.parametrize("how", ["allocates", "holds"])
def test_a_child_that_takes_memory_mapped_or_not_without_end_is_out_of_memory(run_rows, tmp_path, notes, how):
    limits = Limits(time_s=LIMIT_S, memory_mb=400.0)
    record = run_rows(tmp_path, [("ends", {"how": how})], limits=limits)[f'ends(how="{how}")', "dense"]
    assert record.status == "out_of_memory"
    assert record.message == "stopped at the memory limit of 400 MB"
    assert record.peak_memory_mb > 400


def test_a_child_that_asks_for_more_than_there_is_is_out_of_memory(run_rows, tmp_path, notes):
    record = run_rows(tmp_path, [("raises", {"where": "memory"})])['raises(where="memory")', "dense"]
    assert record.status == "out_of_memory"
    assert "Unable to allocate" in record.message


def test_a_child_that_prints_a_gigabyte_neither_blocks_nor_fills_the_memory(run_rows, tmp_path, notes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    record = run_rows(tmp_path, [("ends", {"how": "prints"})])['ends(how="prints")', "dense"]
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    assert record.status == "failed"
    assert record.message.startswith("the child ended with exit status 3\nx")
    assert record.message.endswith("x\nlast words")
    assert len(record.message) <= TAIL_BYTES + 40
    assert grown_mb < 50
