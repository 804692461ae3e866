import re
import time

import numpy as np
import pytest

from bench.conformance.subject import FEW, Budget, Subject
from bench.conformance.suite import (
    CHECKS,
    DECLINED,
    FAILED,
    NOT_PUT,
    PASSED,
    CheckResult,
    conformance,
    examine,
)
from bench.contract import Model
from tests.bench.conformance.answering import (
    Counting,
    Floor,
    Learning,
    Locking,
    Sound,
    Thawed,
    Timeless,
    Unable,
    Uncertain,
    Writing,
    a_minute,
    both_exposures,
    constant,
    draws,
    duration,
    last_exposure,
    raising,
    shifted,
    timeless,
    with_nan,
    with_samples_elsewhere,
    with_sd_of_zero,
    without_short,
    writing,
)

BY_NAME = {check.name: check for check in CHECKS}
NUMBER = re.compile(r"(?<=[ ])-?\d+(\.\d+)?")
DIFFERENT = "must be the same to 1e-05 prior widths, got 1.0e-01."
MASK = "Look where valid is True only; a network masks after every layer, for a bias fills the padding again."
NOT_FINITE = (
    "the answer must be finite and at most 1e+100 in size, got {} for E0_g_per_L of case {}, and {} such values in "
    "all. "
    "Guard the division or the logarithm; volume_L does not vary, so that its spread is 0."
)
SD = "prediction 'sd': standard deviations must be {}, got {}. Declare what predict does."
NUMBERS = [
    ("shape", Uncertain(), SD.format("given, as gives_sd is True", "none")),
    ("shape", Sound(with_sd_of_zero), SD.format("left out, as gives_sd is False", "some")),
    ("finite", Sound(with_nan), NOT_FINITE.format("nan", 3, 4)),
    (
        "finite",
        Uncertain(with_sd_of_zero),
        "the answer's standard deviations must be at least 1e-50, got 0.0. Guard the logarithm that they come from.",
    ),
    ("four_samples", Sound(without_short), NOT_FINITE.format("inf", 0, 64)),
]


FAULTS = [
    (
        "frozen",
        Thawed(),
        "Thawed must be a frozen dataclass, got one that is not. Write @dataclass(frozen=True) above it.",
    ),
    (
        "inputs_untouched",
        Sound(writing),
        "ph of the test cases must be left alone, got changed. Copy before writing.",
    ),
    (
        "inputs_untouched",
        Writing(),
        "targets of the train cases must be left alone, got changed. Copy before writing.",
    ),
    (
        "same_seed",
        Sound(draws()),
        "answers must be the same when asked twice, got others. Switch dropout off and draw nothing in predict.",
    ),
    (
        "same_seed",
        Counting(),
        "answers of two fits with one seed must be the same, got a difference of 1.0e-01 prior widths. "
        "Draw only from the context's generator or seed.",
    ),
    (
        "permuted",
        Sound(shifted(lambda traces: np.arange(traces.n_cases) == 0)),
        f"answers to permuted cases {DIFFERENT} Let no case see another.",
    ),
    (
        "one_at_a_time",
        Sound(shifted(lambda traces: traces.n_cases == 1)),
        f"answers to cases one at a time {DIFFERENT} Use no statistics of the batch.",
    ),
    (
        "padding_invisible",
        Sound(shifted(lambda traces: not traces.valid.all())),
        f"answers to traces padded with 0 {DIFFERENT} {MASK}",
    ),
    (
        "padding_invisible",
        Sound(shifted(lambda traces: traces.ph[:, -1] == 5.0)),
        f"answers to traces padded with 5 {DIFFERENT} {MASK}",
    ),
    (
        "times_three",
        Sound(timeless),
        "answers must move by 0.001 prior widths when all times are multiplied by 3, got a median of 0.0e+00. "
        "Read the sample times, or declare uses_time = False.",
    ),
    (
        "times_three",
        Timeless(duration),
        "answers must not move when all times are multiplied by 3, got 5.0e-01 prior widths. Declare uses_time = True.",
    ),
    (
        "pickles",
        Sound(shifted(lambda traces: True)),
        "answers must be the same after a round trip through pickle, got a difference of 1.0e-01 prior widths. "
        "Keep everything that predict needs in the predictor.",
    ),
    (
        "pickles",
        Locking(),
        "predictor must be stored by pickle, got TypeError: cannot pickle '_thread.lock' object. "
        "Keep arrays, networks and classes of the file's top level in it; no lambda, open file or generator.",
    ),
    (
        "ragged",
        Sound(shifted(lambda traces: len(set(traces.lengths)) > 1 and traces.lengths == 4)),
        f"answers to traces of several lengths together {DIFFERENT} {MASK}",
    ),
    (
        "small_task",
        Sound(constant),
        "R2 of E0 on 32 test cases must be above 0.9, got -0.0354. "
        "Answer in g/L, in the order of the targets; then look at the inputs.",
    ),
    (
        "small_task",
        Sound(a_minute),
        "R2 of k_d on 32 test cases must be above -1, got -1.14e+04. "
        "Answer in 1/s, in the order of the targets; then look at the inputs.",
    ),
    (
        "both_targets",
        Sound(last_exposure),
        "R2 of E0_g_per_L on whole reactions without noise must be above 0.5, got -4.32. "
        "Check that every target stays with its case, and that its column is trained and answered.",
    ),
    (
        "overfits",
        Learning(),
        "R2 of k_d_per_s on its 16 noise-free training cases must be above 0.99, got -0.154. "
        "Train for more epochs, check that every stage passes the trace on, or declare fixed_features = True.",
    ),
]


@pytest.mark.parametrize(
    ("name", "model", "message"), FAULTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_fault_is_found_by_its_check_with_a_sentence(name: str, model: Model, message: str) -> None:
    outcome = examine(BY_NAME[name], Subject(model, FEW))
    assert outcome == CheckResult(name, FAILED, f"{type(model).__name__} '{name}': {message}")


@pytest.mark.parametrize(("name", "model", "message"), NUMBERS, ids=[name for name, *_ in NUMBERS])
def test_numbers_that_a_run_does_not_take_are_told_as_a_run_tells_them(name: str, model: Model, message: str) -> None:
    assert examine(BY_NAME[name], Subject(model, FEW)) == CheckResult(name, FAILED, message)


def test_samples_in_another_unit_than_the_mean_are_told() -> None:
    said = examine(BY_NAME["shape"], Subject(Uncertain(with_samples_elsewhere), FEW)).message
    assert NUMBER.sub("a number", said) == (
        "Uncertain 'shape': the mean must be that of the samples, got a median distance of a number of their standard "
        "deviations for k_d_per_s. Give both in the same unit and order."
    )


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {name for name, *_ in FAULTS + NUMBERS} == set(BY_NAME)


def test_a_sound_model_passes_or_declines_every_check() -> None:
    statuses = {outcome.check: outcome.status for outcome in conformance(Subject(Sound(both_exposures), FEW))}
    assert statuses == {name: DECLINED if name == "overfits" else PASSED for name in BY_NAME}


def test_a_row_that_does_not_learn_k_d_from_few_cases_is_sent_to_standard_size() -> None:
    outcome = examine(BY_NAME["small_task"], Subject(Sound(), FEW))
    assert outcome.status == PASSED
    assert NUMBER.sub("#", outcome.message) == (
        "R2 of k_d is # where # is possible: # cases are too few to judge it by, run it at standard size"
    )


def test_a_check_for_which_the_time_is_too_short_is_not_put() -> None:
    subject = Subject(Sound(), FEW, budget=Budget(time.monotonic() + 10.0, fit_s=60.0))
    outcomes = {outcome.check: outcome for outcome in conformance(subject)}
    assert [name for name, each in outcomes.items() if each.status == NOT_PUT] == ["same_seed", "both_targets"]
    assert outcomes["same_seed"].message == "a fit takes 60 s and 10 s are left; give more with --time-limit"


def test_a_floor_need_not_score() -> None:
    outcome = examine(BY_NAME["small_task"], Subject(Floor(constant), FEW))
    message = "it declares itself the floor, which need not score"
    assert outcome == CheckResult("small_task", DECLINED, message)


def test_what_a_model_raises_is_the_failure_of_the_check() -> None:
    outcome = examine(BY_NAME["shape"], Subject(Sound(raising), FEW))
    message = "Run it with --only shape for the traceback."
    assert outcome.message.startswith(
        "Sound 'shape': errors must be none, got RuntimeError: out of luck [answering.py, "
    )
    assert outcome.message.endswith(f"]. {message}")


def test_a_model_that_cannot_do_the_task_declines_every_check_with_its_reason() -> None:
    outcomes = list(conformance(Subject(Unable(), FEW)))
    assert outcomes == [CheckResult(name, DECLINED, "too few samples") for name in BY_NAME]


def test_a_model_that_cannot_do_four_samples_declines_the_checks_that_ask_for_them() -> None:
    outcomes = conformance(Subject(Unable(fewest_samples=10), FEW))
    assert [o.check for o in outcomes if o.message == "too few samples"] == ["four_samples", "ragged"]


def test_a_subject_is_fitted_once_for_all_checks_that_share_the_fit() -> None:
    subject = Subject(Counting(), FEW)
    before = next(Counting.fits)
    for name in ("shape", "finite", "permuted", "padding_invisible"):
        examine(BY_NAME[name], subject)
    assert next(Counting.fits) == before + 2
