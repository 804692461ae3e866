import fcntl
import json
import math
import multiprocessing
import threading
from dataclasses import asdict

import numpy as np
import pytest

from bench.errors import BenchError, BenchWarning
from bench.run.record import (
    BLOCK_BYTES,
    MOST_PASSED_OVER,
    STATUSES,
    Record,
    append_records,
    read_arrays,
    read_records,
    write_arrays,
    write_json,
)


class Explodes:
    """Would raise if it were unpickled."""

    def __reduce__(self):
        return exec, ("raise AssertionError('a pickle was loaded')",)


def append_many(folder, values, worker, together):
    together.wait()
    for number in range(60):
        append_records(folder, [Record(**(values | {"row": f"{worker}-{number}", "message": "x" * 5000}))])


def test_records_come_back_as_they_were_written(tmp_path, make_record):
    records = [
        make_record(row="a", history=[{"loss": 1.0}]),
        make_record(row="b", fit_s=1.5, forecast={"ph_rmse": 0.5, "n_clipped": 3}),
    ]
    append_records(tmp_path / "new", records)
    assert read_records(tmp_path / "new") == records


def test_a_folder_without_records_has_none(tmp_path):
    assert read_records(tmp_path) == []


def test_records_come_in_the_order_of_task_row_preset_and_seed(tmp_path, make_record):
    keys = [("b", "m", "tiny", 0), ("a", "n", "tiny", 1), ("a", "n", "tiny", 0), ("a", "m", "tiny", 2)]
    append_records(tmp_path, [make_record(task=t, row=r, preset=p, seed=s) for t, r, p, s in keys])
    assert [(r.task, r.row, r.preset, r.seed) for r in read_records(tmp_path)] == sorted(keys)


def test_the_newest_record_of_a_cell_wins(tmp_path, make_record):
    append_records(tmp_path, [make_record(status="failed"), make_record(seed=1)])
    append_records(tmp_path, [make_record(status="ok", message="second")])
    assert [(r.seed, r.status, r.message) for r in read_records(tmp_path)] == [(0, "ok", "second"), (1, "ok", "")]
    assert len((tmp_path / "records.jsonl").read_text().splitlines()) == 3


def passed_over(number, why):
    return (
        f"records.jsonl '{number}': line must be a record, got one that is none: {why}. It is passed over, all others "
        "are read; remove the line."
    )


@pytest.mark.parametrize("length", [0, 3 * BLOCK_BYTES], ids=["short", "long"])
def test_a_torn_last_line_is_named_and_the_next_record_does_not_join_it(tmp_path, make_record, length):
    append_records(tmp_path, [make_record(row="a"), make_record(row="b", message="x" * length)])
    path = tmp_path / "records.jsonl"
    first, second = path.read_text().splitlines(keepends=True)
    path.write_text(first + second[:20])
    with pytest.warns(BenchWarning) as said:
        assert [r.row for r in read_records(tmp_path)] == ["a"]
    assert [str(each.message) for each in said] == [
        passed_over(2, "Invalid JSON: EOF while parsing an object at line 1 column 20")
    ]
    append_records(tmp_path, [make_record(row="c")])
    assert [r.row for r in read_records(tmp_path)] == ["a", "c"]


def test_a_last_line_without_its_end_is_a_line_also_once_another_is_appended(tmp_path, make_record):
    append_records(tmp_path, [make_record(row="a"), make_record(row="b")])
    path = tmp_path / "records.jsonl"
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert [r.row for r in read_records(tmp_path)] == ["a", "b"]
    append_records(tmp_path, [make_record(row="c")])
    assert [r.row for r in read_records(tmp_path)] == ["a", "b", "c"]


WRONG = {
    "torn": (b"{torn", "Invalid JSON: key must be a string at line 1 column 2"),
    "a list": (b"[1, 2]", "Input should be an object"),
    "a number": (b"7", "Input should be an object"),
    "fields that lack": (b'{"task": "dense"}', "'task_digest': Field required"),
    "0xff": (b'{"task": "\xff"}', "Invalid JSON: invalid unicode code point at line 1 column 11"),
    "half a letter": (b'{"task": "\xc3', "Invalid JSON: EOF while parsing a string at line 1 column 11"),
    "a lone surrogate": (b'{"task": "\\ud800"}', "Invalid JSON: unexpected end of hex escape at line 1 column 17"),
}
SCORES = {"r2": 0.5, "rmse": 1.0, "mae": 0.75, "bias": 0.0}
CHANGED = {
    "a type": ({"seed": "0"}, "'seed': Input should be a valid integer"),
    "a truth value": ({"seed": True}, "'seed': Input should be a valid integer"),
    "a negative seed": ({"seed": -1}, "'seed': Input should be greater than or equal to 0"),
    "no status": (
        {"status": "fine"},
        "'status': Input should be 'ok', 'failed', 'timeout', 'out_of_memory', 'invalid_output', 'cannot' or 'not_run'",
    ),
    "no seeds": ({"sizes": {"train": 1, "valid": 1, "test": 1}}, "'sizes.seeds': Field required"),
    "no test cases": (
        {"sizes": {"train": 1, "valid": 1, "test": 0, "seeds": 1}},
        "'sizes.test': Input should be greater than or equal to 1",
    ),
    "no scores": ({"scores": {}}, "Value error, status ok must come with scores of E0_g_per_L and k_d_per_s"),
    "null": (
        {"scores": {"k_d_per_s": SCORES | {"rmse": None}}},
        "'scores.k_d_per_s.rmse': Input should be a valid number",
    ),
    "nan": (
        {"scores": {"k_d_per_s": SCORES | {"rmse": math.nan}}},
        "'scores.k_d_per_s.rmse': Input should be a finite number",
    ),
    "nan as text": (
        {"scores": {"k_d_per_s": SCORES | {"mae": "nan"}}},
        "'scores.k_d_per_s.mae': Input should be a valid number",
    ),
    "a number beyond all": (
        {"n_parameters": 10**400},
        "'n_parameters': Input should be less than or equal to 9223372036854775807",
    ),
    "a name of control characters": (
        {"versions": {"\x1b[31m": 3}},
        r"'versions.\x1b[31m': Input should be a valid string",
    ),
}


def lines_of(make_record):
    """Kind of line that is no record, to the line and what is said of it."""
    whole = asdict(make_record())
    changed = {name: (json.dumps(whole | change).encode(), why) for name, (change, why) in CHANGED.items()}
    return WRONG | changed


@pytest.mark.parametrize("kind", [*WRONG, *CHANGED])
def test_a_line_that_is_no_record_is_named_and_all_others_are_read(tmp_path, make_record, kind):
    line, why = lines_of(make_record)[kind]
    append_records(tmp_path, [make_record(row="a")])
    with open(tmp_path / "records.jsonl", "ab") as file:
        file.write(line + b"\n")
    append_records(tmp_path, [make_record(row="b")])
    with pytest.warns(BenchWarning) as said:
        assert [record.row for record in read_records(tmp_path)] == ["a", "b"]
    assert [str(each.message) for each in said] == [passed_over(2, why)]


def test_of_many_lines_that_are_no_records_the_rest_is_counted(tmp_path, make_record):
    (tmp_path / "records.jsonl").write_bytes(b"\xff\n\n" * (MOST_PASSED_OVER + 1_000))
    with pytest.warns(BenchWarning) as said:
        assert read_records(tmp_path) == []
    assert len(said) == MOST_PASSED_OVER + 1
    assert str(said[-1].message) == "records.jsonl: 1,000 more lines are no records and passed over."


def test_fields_of_a_later_version_are_left_out(tmp_path, make_record):
    append_records(tmp_path, [make_record()])
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"colour": "blue"}) + "\n")
    assert read_records(tmp_path) == [make_record()]


def test_two_processes_that_append_at_once_lose_nothing(tmp_path, make_record):
    values = asdict(make_record())
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(2)
    workers = [context.Process(target=append_many, args=(tmp_path, values, worker, together)) for worker in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert {r.row for r in read_records(tmp_path)} == {f"{w}-{n}" for w in "ab" for n in range(60)}


def test_an_append_waits_for_another_writer(tmp_path, make_record):
    path = tmp_path / "records.jsonl"
    with open(path, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        writer = threading.Thread(target=append_records, args=(tmp_path, [make_record()]))
        writer.start()
        writer.join(timeout=0.3)
        assert path.read_text() == ""
    writer.join()
    assert read_records(tmp_path) == [make_record()]


def test_a_record_of_every_status_comes_back(tmp_path, make_record):
    append_records(tmp_path, [make_record(row=status, status=status) for status in STATUSES])
    assert {record.status for record in read_records(tmp_path)} == set(STATUSES)


def test_numbers_that_json_lacks_are_stored_as_text(tmp_path, make_record):
    append_records(tmp_path, [make_record(settings={"most": float("inf")}, history=[{"loss": float("nan")}])])
    record = read_records(tmp_path)[0]
    assert (record.settings, record.history) == ({"most": "inf"}, [{"loss": "nan"}])


def test_arrays_come_back_as_they_were_written(tmp_path):
    arrays = {"mean": np.arange(6.0).reshape(3, 2), "case": np.arange(3)}
    write_arrays(tmp_path / "folder" / "a.npz", arrays)
    back = read_arrays(tmp_path / "folder" / "a.npz")
    assert list(back) == ["mean", "case"]
    for name, values in arrays.items():
        np.testing.assert_array_equal(back[name], values, strict=True)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    write_arrays(tmp_path / "a.npz", {"x": np.ones(2)})
    write_json(tmp_path / "a.json", {"x": 1})
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(tmp_path / "a.npz", {"x": np.zeros(2), "y": np.array([Explodes()], dtype=object)})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"x": object()})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.npz"]
    np.testing.assert_array_equal(read_arrays(tmp_path / "a.npz")["x"], np.ones(2))
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": 1}


def test_threads_that_write_the_same_file_do_not_disturb_each_other(tmp_path):
    failures = []

    def write():
        try:
            for _ in range(30):
                write_arrays(tmp_path / "a.npz", {"x": np.ones(100)})
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_an_array_of_objects_is_refused_and_not_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([Explodes()], dtype=object))
    with pytest.raises(BenchError) as caught:
        read_arrays(tmp_path / "a.npz")
    assert str(caught.value) == (
        "arrays 'a.npz': file must be a readable .npz of plain arrays, got: Object arrays cannot be loaded when "
        "allow_pickle=False. Run the cell again."
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x80\x04N.", b"\x93NUMPY"])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(BenchError) as caught:
        read_arrays(tmp_path / "a.npz")
    assert str(caught.value) == (
        "arrays 'a.npz': file must be a readable .npz of plain arrays, got: File is not a zip file. Run the cell again."
    )


def test_a_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(BenchError) as caught:
        read_arrays(tmp_path / "a.npz")
    assert str(caught.value) == (
        "arrays 'a.npz': file must be a readable .npz of plain arrays, got: No such file or directory. "
        "Run the cell again."
    )
