import json
import os
import threading
import time
from contextlib import closing
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

import bench.run.drive
import bench.run.origin.provenance
import bench.run.plan
from bench.run.child import Child, Limits
from bench.run.engine import Run, planned, run_job, run_plan
from bench.run.fits import LARGEST_FIT
from bench.run.origin.sources import sources_of
from bench.run.record import append_records, read_arrays, read_records
from bench.run.store import CaseStore

ALL = ("dense", "sparse", "matched")
TIMES = ("fit_s", "fit_cpu_s", "predict_s", "predict_cpu_s", "predict_one_ms", "started_utc")
MEASURED = ("peak_memory_mb", *TIMES)


@pytest.fixture(autouse=True)
def notes(tmp_path, monkeypatch):
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def n_fits(notes):
    return len((notes / "fits").read_text().splitlines())


def values_of(record):
    return {name: value for name, value in asdict(record).items() if name not in MEASURED}


def predictions(folder, records):
    return {key: read_arrays(folder / record.prediction_file) for key, record in records.items()}


def test_a_stored_fit_serves_tasks_asked_for_later_with_its_costs_and_is_made_anew_on_rerun(run_rows, out, notes):
    first = run_rows(out, [("behaves", {})], ("dense",))["behaves", "dense"]
    later = run_rows(out, [("behaves", {})], ALL)["behaves", "sparse"]
    assert n_fits(notes) == 2  # the third task has another training set
    assert (first.status, later.status) == ("ok", "ok")
    assert (later.fit_s, later.fit_cpu_s, later.history) == (first.fit_s, first.fit_cpu_s, first.history)
    again = run_rows(out, [("behaves", {})], ("dense",), rerun=True)["behaves", "dense"]
    assert n_fits(notes) == 3
    assert values_of(again) == values_of(first)


def test_a_predict_that_fails_does_not_cost_the_other_tasks_their_fit(run_rows, out, notes):
    records = run_rows(out, [("raises", {"where": "predict"})], ("sparse", "dense"))
    assert [record.status for record in records.values()] == ["ok", "failed"]
    assert [task for _, task in records] == ["dense", "sparse"]
    assert n_fits(notes) == 1


def test_the_same_cell_gives_the_same_predictions_bit_for_bit_and_two_jobs_the_same_records(run_rows, tmp_path):
    rows = [("behaves", {}), ("neighbour", {})]
    one, two = tmp_path / "one", tmp_path / "two"
    alone = run_rows(one, rows, n_jobs=1)
    together = run_rows(two, rows, n_jobs=2)
    assert {key: values_of(r) for key, r in alone.items()} == {key: values_of(r) for key, r in together.items()}
    for key, arrays in predictions(one, alone).items():
        for name, values in predictions(two, together)[key].items():
            np.testing.assert_array_equal(values, arrays[name], strict=True)


def test_things_put_in_the_way_of_the_runner_are_replaced(run_rows, out, notes):
    rows = [("spoils_folder", {"what": "traces"})]
    assert run_rows(out, rows, ("dense", "sparse"))['spoils_folder(what="traces")', "sparse"].status == "ok"
    assert n_fits(notes) == 1


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("store", "cannot be opened: Too many levels of symbolic links"),
        ("sparse", f"must be a regular file of at most {LARGEST_FIT} bytes, got 8000000000"),
    ],
)
def test_a_fit_that_is_no_file_of_a_size_that_can_be_kept_is_not_taken(run_rows, out, what, why):
    record = run_rows(out, [("spoils_folder", {"what": what})])[f'spoils_folder(what="{what}")', "dense"]
    assert (record.status, record.message) == ("invalid_output", f"the stored fit fit.pickle {why}")
    assert not list(out.glob("fits/*"))


def test_a_folder_in_the_place_of_the_traces_fails_the_cell_only(run_rows, out):
    record = run_rows(out, [("spoils_folder", {"what": "folder"})])['spoils_folder(what="folder")', "dense"]
    assert (record.status, record.message) == ("failed", "the traces test.npz cannot be written: Is a directory")


def test_a_stored_fit_that_cannot_be_opened_is_fitted_again_next_time(run_rows, out, notes):
    rows = [("spoils_folder", {"what": "reload"})]
    row = 'spoils_folder(what="reload")'
    assert run_rows(out, rows)[row, "dense"].status == "ok"
    record = run_rows(out, rows, ("sparse",))[row, "sparse"]
    assert record.status == "failed"
    assert "ValueError: I do not want to come back [" in record.message
    assert run_rows(out, rows, ("sparse",))[row, "sparse"].status == "ok"
    assert n_fits(notes) == 2


def test_a_run_that_is_given_up_ends_its_children_and_keeps_what_is_finished(plan_of, best, out, notes):
    (notes / "hold").touch()
    plan = plan_of([("neighbour", {}), ("waits", {}), ("behaves", {})])
    before = psutil.Process().children(recursive=True)
    with closing(run_plan(plan, best, out, 1, Limits(time_s=600.0), lambda *progress: None)) as finished:
        assert next(finished).row == "neighbour"
    assert set(psutil.Process().children(recursive=True)) <= set(before)
    assert [record.row for record in read_records(out)] == ["neighbour"]
    assert not (notes / "fits").exists()


def test_a_stopped_job_leaves_no_record(plan_of, out, tmp_path):
    stop = threading.Event()
    stop.set()
    run = Run(CaseStore(tmp_path), {}, out, Limits(time_s=600.0), lambda *progress: None, stop=stop)
    (tmp_path / "notes" / "hold").touch()
    assert list(run_job(plan_of([("waits", {})]).jobs[0], run)) == []
    assert read_records(out) == []


@pytest.mark.parametrize("left", ["0", str(os.getpid())], ids=["of a process that is gone", "of this process's number"])
def test_folders_that_a_killed_run_left_are_removed(run_rows, out, left):
    (out / ".work" / left / "job-x").mkdir(parents=True)
    run_rows(out, [("neighbour", {})])
    assert list((out / ".work").iterdir()) == []


def test_progress_is_reported(plan_of, best, out):
    seen = []
    plan = plan_of([("behaves", {})])
    list(
        run_plan(plan, best, out, 1, Limits(time_s=600.0), lambda job, fraction, doing: seen.append((fraction, doing)))
    )
    assert seen == [(0.0, "starting"), (0.5, "half way"), (1.0, "predicting dense")]


def test_progress_that_no_bar_can_show_is_made_a_fraction_and_letters_that_are_none_a_question_mark(plan_of, best, out):
    seen = []
    limits = Limits(time_s=600.0)
    plan = plan_of([("reports", {})])
    (record,) = run_plan(plan, best, out, 1, limits, lambda job, fraction, doing: seen.append((fraction, doing)))
    assert seen == [(0.0, "starting"), *((fraction, "reading ?") for fraction in (0.25, 0.0, 0.0, 1.0, 1.0))]
    assert record.status == "failed"
    assert "ValueError: no such file: ? [" in record.message


def test_a_record_says_what_its_cell_cost_and_where_it_ran(run_rows, out):
    record = run_rows(out, [("behaves", {"width": 8})])["behaves(width=8)", "dense"]
    assert record.settings["width"] == 8
    assert all(cost is not None and cost > 0 for cost in [getattr(record, name) for name in TIMES[:-1]])
    assert record.peak_memory_mb > 20
    assert set(record.versions) == {"numpy"}
    assert record.host["device"] == "cpu"
    assert record.started_utc.endswith("+00:00")
    assert json.loads((out / "records.jsonl").read_text())["sizes"] == {"train": 16, "valid": 8, "test": 12, "seeds": 1}


def test_a_cell_is_given_as_soon_as_it_is_done_while_its_job_goes_on(plan_of, best, out):
    given = threading.Event()
    in_time = []

    def report(job, fraction, doing):
        if doing == "predicting sparse":
            in_time.append(given.wait(600.0))

    plan = plan_of([("behaves", {})], ("dense", "sparse"))
    with closing(run_plan(plan, best, out, 1, Limits(time_s=600.0), report)) as finished:
        assert next(finished).task == "dense"
        given.set()
        assert [record.task for record in finished] == ["sparse"]
    assert in_time == [True]


def test_planning_reads_the_sources_of_a_plugin_once_and_asks_for_no_commit(plan_of, monkeypatch):
    read, whole = [], sources_of
    monkeypatch.setattr(bench.run.plan, "sources_of", lambda path, member="": read.append(path) or whole(path, member))
    monkeypatch.setattr(bench.run.origin.provenance, "commit", lambda: pytest.fail("the commit was asked for"))
    plan = plan_of([("behaves", {}), ("neighbour", {})], ALL, seeds=3)
    assert len(planned(plan, [])) == 18
    assert len(read) == 2


def test_open_cells_without_a_record_are_planned_until_they_run(run_rows, plan_of, out):
    rows = [("behaves", {}), ("raises", {"where": "fit"})]
    done = run_rows(out, rows, ("dense",))
    assert done['raises(where="fit")', "dense"].status == "failed"
    plan = plan_of(rows, ("dense", "sparse"), records=read_records(out))
    append_records(out, planned(plan, read_records(out)))
    statuses = {(r.row, r.task): r.status for r in read_records(out)}
    assert statuses == {
        ("behaves", "dense"): "ok",
        ("behaves", "sparse"): "not_run",
        ('raises(where="fit")', "dense"): "failed",  # what an earlier run left stays
        ('raises(where="fit")', "sparse"): "not_run",
    }
    assert {r.status for r in run_rows(out, rows, ("dense", "sparse")).values()} == {"ok", "failed"}


def test_a_file_beside_a_plugin_that_its_digest_does_not_count_cannot_be_read(run_rows, out):
    records = run_rows(out, [("reads", {}), ("reads", {"stem": "_answering"})])
    assert records["reads", "dense"].status == "failed"
    assert records["reads", "dense"].message == (
        "plugin 'reads': a file beside it that it reads must be named in its source, got _table.py. "
        "Write its name there as a text, so that a changed file is seen. [reads.py, line 22]"
    )
    assert records['reads(stem="_answering")', "dense"].status == "ok"  # it imports that one


def test_a_child_answers_one_test_set_and_has_seen_no_other(run_rows, out):
    records = run_rows(out, [("remembers", {})], ("dense", "sparse"))
    assert {record.status for record in records.values()} == {"ok"}
    for arrays in predictions(out, records).values():
        np.testing.assert_array_equal(arrays["mean"], 1.0)


def test_numbers_of_numpy_paths_and_enumerations_are_recorded_as_numbers_and_texts(run_rows, out):
    record = run_rows(out, [("plain", {})])["plain", "dense"]
    assert (record.status, record.settings) == ("ok", {"kind": "MEAN", "where": "weights", "width": 8})
    assert (record.n_parameters, record.simulator_calls) == (12, 7)
    assert record.history == [{"loss": 1.0, "epoch": 3.0}]


def test_an_answer_that_depends_on_the_other_cases_is_invalid(run_rows, out):
    record = run_rows(out, [("compares", {})])["compares", "dense"]
    assert record.status == "invalid_output"
    assert record.message.startswith("the answer to case ")
    assert record.message.endswith(" for E0_g_per_L. Let no case see another.")
    assert "must be the same alone and among others, got 0 and " in record.message


def test_work_that_is_put_off_is_counted_or_refused(run_rows, out):
    records = run_rows(out, [("delays", {}), ("delays", {"late": "prediction"})])
    counted = records['delays(late="prediction")', "dense"]
    assert (counted.status, counted.predict_cpu_s > 0.4) == ("ok", True)
    record = records["delays", "dense"]
    assert record.status == "failed"  # work put off to an array that is made later: only plain ones are taken
    assert "must be a plain numpy array, got LateArray" in record.message
    assert record.fit_cpu_s > 0.4  # work put off to the storing


def test_the_time_limit_is_that_of_the_whole_job(run_rows, out, monkeypatch):
    ends = []

    class Noted(Child):
        def __init__(self, *given):
            ends.append(given[-1])
            super().__init__(*given)

    monkeypatch.setattr(bench.run.drive, "Child", Noted)
    records = run_rows(out, [("behaves", {})], ("dense", "sparse"))
    assert {record.status for record in records.values()} == {"ok"}
    assert (len(ends), len(set(ends))) == (2, 1)
    long_ago = SimpleNamespace(monotonic=lambda: time.monotonic() - 700.0, perf_counter=time.perf_counter)
    monkeypatch.setattr(bench.run.drive, "time", long_ago)
    record = run_rows(out, [("neighbour", {})], limits=Limits(time_s=600.0))["neighbour", "dense"]
    assert (record.status, record.message) == ("timeout", "stopped at the time limit of 600 s")
