import contextlib
import io
import os
from dataclasses import replace

import numpy as np
import pytest

from bench.draw import test_cases as draw_test_cases
from bench.run.child import ChildFailed
from bench.run.record import read_arrays
from bench.run.scores.prediction import N_SINGLE
from bench.run.scores.prediction import ask as ask_child
from bench.run.scores.scoring import score_cell
from bench.run.scores.uncertainty import uncertainty_of

FILE = "the answer test-3-mean.npy"
MOST = "must be a regular file of at most 4288 bytes"


class Answering:
    """Stands for a child that writes given files as its answers."""

    def __init__(self, folder, mean, sd=None, samples=None):
        self.folder, self.files = folder, {"mean": mean, "sd": sd, "samples": samples}
        self.orders = []

    def send(self, **order):
        self.orders.append(order)

    def cpu_s(self):
        return 0.25 * sum(order["do"] == "go" for order in self.orders)

    def expect(self, name):
        if name == "written":
            stem = self.orders[-2]["answer"]
            for part, content in self.files.items():
                if content is not None:
                    (self.folder / f"{stem}-{part}.npy").write_bytes(self._alone(stem, content))
        return {"event": name, "simulator_calls": 7}

    def _alone(self, stem, content):
        """The line of a single case, of what is an array at all."""
        kind, _, case = stem.partition("-")
        with contextlib.suppress(ValueError, EOFError, TypeError):
            if kind == "single":
                return stored(np.load(io.BytesIO(content))[int(case) : int(case) + 1])
        return content


def stored(values):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(values))
    return file.getvalue()


def zipped(values):
    file = io.BytesIO()
    np.savez(file, mean=values)
    return file.getvalue()


@pytest.fixture
def cell(plan_of):
    return plan_of([("neighbour", {})], ("sparse",)).cells[0]


@pytest.fixture
def cases(cell):
    return draw_test_cases(cell.task, cell.sizes)


@pytest.fixture
def ask(cell, cases, best, make_record, tmp_path):
    def ask(mean, sd=None, samples=None):
        (tmp_path / "child").mkdir(exist_ok=True)
        child = Answering(tmp_path / "child", mean, sd, samples)
        base = make_record(task=cell.task.name, status="not_run")
        prediction, costs = ask_child(cases.traces, "test-3", child, child.folder)
        ceiling = best[cell.task.name]
        return score_cell(cell, cases, prediction, replace(base, **costs), ceiling, tmp_path / "out"), child

    return ask


GOOD = np.full((12, 2), 0.5)
WITH_NAN = np.where(np.arange(12)[:, None] == 4, [0.5, np.nan], 0.5)
CLAIMS = b"\x93NUMPY\x01\x00v\x00" + b"{'descr':'<f8','fortran_order':False,'shape':(10**18,2)}".ljust(118)
SHAPE, BOTH = "the answer must have shape (12, 2), got", "Give both targets, one row a case."
FINITE = "the answer must be finite and at most 1e+100 in size, got"
GUARD = "Guard the division or the logarithm; volume_L does not vary, so that its spread is 0."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (stored(WITH_NAN), f"{FINITE} nan for k_d_per_s of case 4, and 1 such values in all. {GUARD}"),
        (stored(GOOD * -np.inf), f"{FINITE} -inf for E0_g_per_L of case 0, and 24 such values in all. {GUARD}"),
        (stored(GOOD * 1e200), f"{FINITE} 5e+199 for E0_g_per_L of case 0, and 24 such values in all. {GUARD}"),
        (stored(GOOD[:-1]), f"{SHAPE} (11, 2) of float64. {BOTH}"),
        (stored(GOOD.T), f"{SHAPE} (2, 12) of float64. {BOTH}"),
        (stored(GOOD.astype(np.float32)), f"{SHAPE} (12, 2) of float32. {BOTH}"),
        (b"\0" * 1_000_000, f"{FILE} {MOST}, got 1000000"),
        (None, f"{FILE} cannot be opened: No such file or directory"),
    ],
    ids=["nan", "inf", "huge", "missing row", "transposed", "float32", "long", "absent"],
)
def test_an_answer_that_is_not_what_it_should_be_is_refused_with_the_reason(ask, answer, message):
    with pytest.raises(ChildFailed) as caught:
        ask(answer)
    assert (caught.value.status, caught.value.message) == ("invalid_output", message)


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x93NUMPY", stored(GOOD)[:150], zipped(GOOD), CLAIMS, b"\x80\x04N.", stored(GOOD).replace(b"<f8", b"|O8")],
    ids=["empty", "only its magic", "torn", "zipped", "claims too much", "pickle", "objects"],
)
def test_a_file_that_is_no_plain_array_is_refused(ask, answer):
    with pytest.raises(ChildFailed) as caught:
        ask(answer)
    assert caught.value.status == "invalid_output"
    assert caught.value.message.startswith(f"{FILE} is no plain array: ")


@pytest.mark.parametrize("sd", [0.0, -0.1, 1e-60])
def test_standard_deviations_must_be_positive_and_large_enough_to_score(ask, sd):
    with pytest.raises(ChildFailed) as caught:
        ask(stored(GOOD), stored(np.full((12, 2), sd)))
    assert caught.value.status == "invalid_output"
    assert caught.value.message == (
        f"the answer's standard deviations must be at least 1e-50, got {sd}. Guard the logarithm that they come from."
    )


def test_standard_deviations_are_checked_like_the_mean(ask):
    with pytest.raises(ChildFailed) as caught:
        ask(stored(GOOD), stored(WITH_NAN))
    assert caught.value.message == f"{FINITE} nan for k_d_per_s of case 4, and 1 such values in all. {GUARD}"


def test_an_answer_is_scored_in_physical_units_and_kept(ask, cases, tmp_path):
    record, _ = ask(stored(cases.targets.values), stored(GOOD))
    assert (record.status, record.simulator_calls) == ("ok", 7)
    assert {target: score["r2"] for target, score in record.scores.items()} == {"E0_g_per_L": 1.0, "k_d_per_s": 1.0}
    arrays = read_arrays(tmp_path / "out" / record.prediction_file)
    np.testing.assert_array_equal(arrays["mean"], cases.targets.values)
    np.testing.assert_array_equal(arrays["truth"], cases.targets.values)
    np.testing.assert_array_equal(arrays["sd"], GOOD)


def test_single_cases_are_timed_before_the_whole_set(ask):
    record, child = ask(stored(GOOD))
    orders = [order["answer"] for order in child.orders if order["do"] == "predict"]
    assert orders == [*(f"single-{case}" for case in range(N_SINGLE)), "test-3"]
    assert record.predict_s > 0
    assert record.predict_cpu_s == 0.25
    assert record.predict_one_ms > 0


def test_traces_reach_the_child_without_targets(ask, cases, tmp_path):
    ask(stored(GOOD))
    with np.load(tmp_path / "child" / "test-3.npz") as handed:
        assert sorted(handed.files) == ["known", "ph", "time_s", "valid"]
        np.testing.assert_array_equal(handed["ph"], cases.traces.ph)


def test_the_largest_error_over_the_smallest_deviation_still_has_scores(ask):
    record, _ = ask(stored(np.full((12, 2), 1e100)), stored(np.full((12, 2), 1e-50)))
    numbers = [
        score
        for part in (record.scores, record.uncertainty, record.ceiling)
        for of in part.values()
        for score in of.values()
    ]
    assert record.status == "ok"
    assert np.isfinite(numbers).all()


def test_what_a_plugin_put_in_the_place_of_its_traces_is_replaced_and_not_followed(ask, cases, tmp_path):
    folder = tmp_path / "child"
    folder.mkdir()
    (tmp_path / "victim").write_text("untouched")
    (folder / "test-3.npz").symlink_to(tmp_path / "victim")
    os.mkfifo(folder / "single.npz")
    record, _ = ask(stored(GOOD))
    assert record.status == "ok"
    assert (tmp_path / "victim").read_text() == "untouched"
    assert not (folder / "test-3.npz").is_symlink()


SAMPLES = np.random.default_rng(0).uniform([0.05, 1e-5], [1.25, 5e-3], (12, 100, 2))


def test_samples_are_scored_and_a_few_numbers_a_case_are_kept_of_them(ask, tmp_path):
    record, _ = ask(stored(SAMPLES.mean(axis=1)), None, stored(SAMPLES))
    assert set(record.uncertainty["both"]) == {"energy", "apart", "told_apart"}
    assert abs(record.uncertainty["k_d_per_s"]["nll"]) < 0.3
    arrays = read_arrays(tmp_path / "out" / record.prediction_file)
    assert "samples" not in arrays
    assert {name: arrays[name].shape for name in ("rank", "energy")} == {"rank": (12, 2), "energy": (12,)}
    assert arrays["rank"].dtype == np.float32
    np.testing.assert_array_equal(arrays["sd"], SAMPLES.std(axis=1))
    assert uncertainty_of(arrays) == record.uncertainty


MANY = np.zeros((12, 2000, 2))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.full_like(SAMPLES, np.nan), f"{FINITE} nan for E0_g_per_L of case 0, and 2400 such values in all. {GUARD}"),
        (
            SAMPLES[:, :9],
            "the answer's samples must have shape (12, 100 to 1,000, 2), got (12, 9, 2) of float64. " + BOTH,
        ),
        (MANY, "the answer test-3-samples.npy must be a regular file of at most 196096 bytes, got 384128"),
        (
            0 * SAMPLES + 0.5,
            "the answer's standard deviations must be at least 1e-50, got 0.0. Guard the logarithm that",
        ),
    ],
    ids=["nan", "few", "many", "one point"],
)
def test_samples_that_cannot_be_scored_are_refused_with_the_reason(ask, samples, message):
    with pytest.raises(ChildFailed) as caught:
        ask(stored(GOOD), None, stored(samples))
    assert caught.value.status == "invalid_output"
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("single", "message"),
    [
        (
            SAMPLES[:, ::-1],
            "the answer to case 0 must be the same alone and among others, got samples 1.22392 and 0.814354",
        ),
        (
            np.tile(SAMPLES, (1, 2, 1)),
            "the answer to case 0 must be the same alone and among others, got samples of other shapes. "
            "Give the same kinds of answer, and as many draws, whoever asks.",
        ),
    ],
    ids=["other order", "more draws"],
)
def test_samples_must_be_the_same_alone_and_among_others(cases, tmp_path, single, message):
    class Fickle(Answering):
        def _alone(self, stem, content):
            if stem.startswith("single") and content == self.files["samples"]:
                case = int(stem.partition("-")[2])
                return stored(single[case : case + 1])
            return super()._alone(stem, content)

    child = Fickle(tmp_path, stored(SAMPLES.mean(axis=1)), stored(SAMPLES.std(axis=1)), stored(SAMPLES))
    with pytest.raises(ChildFailed) as caught:
        ask_child(cases.traces, "test-3", child, tmp_path)
    assert caught.value.message.startswith(message)
