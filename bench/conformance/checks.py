"""The checks of the conformance suite: each takes a subject, and gives None or a sentence.

The sentence says what is wrong and how to mend it. Answers that must be the same are compared in widths of the prior.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Array
from bench.cases import Cases, Traces, concatenate
from bench.ceiling.posterior import exact_posterior
from bench.conformance.subject import FEW, FOUR_SAMPLES, NOISE_FREE, TRAINING, WHOLE, Subject
from bench.contract import Prediction, Predictor
from bench.metrics import r2
from bench.run.scores.answer import check_finite, check_sd
from bench.run.scores.prediction import WIDTHS
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, K_D, TARGET_NAMES, TARGETS

RAGGED = (TRAINING, replace(TRAINING, jitter_s=0.1, drop_fraction=0.3), Acquisition(30.0, 1.0), FOUR_SAMPLES)
N_OVERFIT = 16
TOLERANCE = 1e-5
"""Largest difference between answers that must be the same, in widths of the prior."""
MOVED = 1e-3
"""Least difference, in the same unit, that an answer must show when all times are three times as long."""
LEAST_R2 = 0.9
LEAST_R2_OF_A_SCALE = -1.0
"""Of k_d on the small task: whoever learns nothing answers the mean, whose R2 is 0; another unit or a logarithm is far
below."""
LEAST_R2_OF_BOTH = 0.5
"""Of either target on whole reactions without noise, where every published row that is asked has above 0.9."""
LEAST_OVERFIT_R2 = 0.99
MEAN_OFF = 1.0
"""Farthest that a stated mean lies from that of the samples beside it, in their standard deviations."""
MASK = "Look where valid is True only; a network masks after every layer, for a bias fills the padding again."


def shape(subject: Subject) -> str | None:
    """Answers are what a run takes, for the subject refuses others, and samples are those of the mean."""
    samples, sd = subject.answer.samples, subject.answer.sd
    if samples is not None and sd is not None:
        off = np.median(np.abs(samples.mean(axis=1) - subject.answer.mean) / sd, axis=0)
        if off.max() > MEAN_OFF:
            return (
                f"the mean must be that of the samples, got a median distance of {off.max():.3g} of their standard "
                f"deviations for {TARGET_NAMES[int(off.argmax())]}. Give both in the same unit and order."
            )
    return None


def frozen(subject: Subject) -> str | None:
    """Settings cannot be changed, so that a record of them holds."""
    kind = type(subject.model)
    if not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        step = "Write @dataclass(frozen=True) above it."
        return f"{kind.__name__} must be a frozen dataclass, got one that is not. {step}"
    return None


def finite(subject: Subject) -> str | None:
    """Every mean is finite and every standard deviation is positive."""
    _check_numbers(subject.answer)
    return None


def inputs_untouched(subject: Subject) -> str | None:
    """Cases are the same after fit and predict as when they were drawn."""
    _ = subject.answer
    for part, n_cases in (("train", subject.sizes.train), ("valid", subject.sizes.valid), ("test", subject.sizes.test)):
        used: Cases = getattr(subject, part)
        drawn = subject.cases(part, n_cases)
        for name in ("time_s", "ph", "valid", "known"):
            if not np.array_equal(getattr(used.traces, name), getattr(drawn.traces, name)):
                return f"{name} of the {part} cases must be left alone, got changed. Copy before writing."
        if not np.array_equal(used.targets.values, drawn.targets.values):
            return f"targets of the {part} cases must be left alone, got changed. Copy before writing."
    return None


def same_seed(subject: Subject) -> str | None:
    """Two fits with one seed give one answer, and so do two questions to one fit."""
    asked = subject.test.traces
    if _gap(subject.answer, subject.ask(asked)) > 0:
        return "answers must be the same when asked twice, got others. Switch dropout off and draw nothing in predict."
    again = subject.fit(subject.cases("train", subject.sizes.train), subject.cases("valid", subject.sizes.valid))
    gap = _gap(subject.answer, subject.predict(again, asked))
    if gap > 0:
        return (
            f"answers of two fits with one seed must be the same, got a difference of {gap:.1e} prior widths. "
            "Draw only from the context's generator or seed."
        )
    return None


def permuted(subject: Subject) -> str | None:
    """Cases in another order get the same answers in that order."""
    order = np.random.default_rng(0).permutation(subject.test.traces.n_cases)
    answer = subject.ask(subject.test.traces.take(order))
    return _difference(_rows(subject.answer, order), answer, "permuted cases", "Let no case see another.")


def one_at_a_time(subject: Subject) -> str | None:
    """A case alone gets the answer that it gets in a batch."""
    n_cases = min(FEW.test, subject.test.traces.n_cases)
    alone = [subject.ask(subject.test.traces.take(np.array([case]))) for case in range(n_cases)]
    expected = _rows(subject.answer, np.arange(n_cases))
    return _difference(expected, _joined(alone), "cases one at a time", "Use no statistics of the batch.")


def padding_invisible(subject: Subject) -> str | None:
    """Columns that are not valid change nothing, whatever they hold."""
    traces = subject.test.traces
    for filling in (0.0, 5.0):

        def padded(rows: Array, value: float = filling) -> Array:
            return np.pad(rows, ((0, 0), (0, 7)), constant_values=value)

        valid = np.pad(traces.valid, ((0, 0), (0, 7)))
        answer = subject.ask(Traces(padded(traces.time_s), padded(traces.ph), valid, traces.known))
        wrong = _difference(subject.answer, answer, f"traces padded with {filling:g}", MASK)
        if wrong:
            return wrong
    return None


def times_three(subject: Subject) -> str | None:
    """Times three times as long give other answers exactly where the model declares that it uses time."""
    traces = subject.test.traces
    answer = subject.ask(Traces(3.0 * traces.time_s, traces.ph, traces.valid, traces.known))
    moved = (np.abs(answer.mean - subject.answer.mean) / WIDTHS).max(axis=1)
    if subject.model.uses_time and np.median(moved) < MOVED:
        return (
            f"answers must move by {MOVED:g} prior widths when all times are multiplied by 3, got a median of "
            f"{np.median(moved):.1e}. Read the sample times, or declare uses_time = False."
        )
    if not subject.model.uses_time and moved.max() > TOLERANCE:
        return (
            f"answers must not move when all times are multiplied by 3, got {moved.max():.1e} prior widths. "
            "Declare uses_time = True."
        )
    return None


def small_task(subject: Subject) -> str | None:
    """R2 of both targets on a small in-distribution task, where k_d is hard: of that, the scale alone is asked."""
    for column, name, least in ((E0, "E0", LEAST_R2), (K_D, "k_d", LEAST_R2_OF_A_SCALE)):
        score = r2(subject.test.targets.values[:, column], subject.answer.mean[:, column])
        if not (isinstance(score, float) and score > least):
            return (
                f"R2 of {name} on {subject.sizes.test} test cases must be above {least:g}, got {score:.3g}. "
                f"Answer in {TARGETS[column].unit}, in the order of the targets; then look at the inputs."
            )
    return None


def needs_standard_size(subject: Subject) -> str:
    """Say how far k_d is from the ceiling on the small task, where that is too far to judge by."""
    truth = subject.test.targets.values[:, K_D]
    best = r2(truth, exact_posterior(subject.test.traces, TRAINING, TEMPERATURE_CORRECTED).mean[:, K_D])
    score = r2(truth, subject.answer.mean[:, K_D])
    if isinstance(best, float) and isinstance(score, float) and score < best / 2:
        return (
            f"R2 of k_d is {score:.2f} where {best:.2f} is possible: {subject.sizes.train:,} cases are too few to "
            "judge it by, run it at standard size"
        )
    return ""


def both_targets(subject: Subject) -> str | None:
    """Where whole reactions are seen without noise, a thousand cases are enough to learn both targets."""
    train, valid = (
        subject.cases(part, n_cases, WHOLE)
        for part, n_cases in (("train", subject.sizes.train), ("valid", subject.sizes.valid))
    )
    test = subject.cases("test", subject.sizes.test, WHOLE)
    answer = subject.predict(subject.fit(train, valid, WHOLE), test.traces)
    for column, name in enumerate(TARGET_NAMES):
        score = r2(test.targets.values[:, column], answer.mean[:, column])
        if not (isinstance(score, float) and score > LEAST_R2_OF_BOTH):
            return (
                f"R2 of {name} on whole reactions without noise must be above {LEAST_R2_OF_BOTH:g}, got {score:.3g}. "
                "Check that every target stays with its case, and that its column is trained and answered."
            )
    return None


def overfits(subject: Subject) -> str | None:
    """Sixteen noise-free cases, repeated to the usual number, are learned by heart."""
    few = subject.cases("overfit", N_OVERFIT, NOISE_FREE)
    repeated = few.take(np.arange(max(subject.sizes.train, N_OVERFIT)) % N_OVERFIT)
    answer = subject.predict(subject.fit(repeated, few, NOISE_FREE), few.traces)
    for column, name in enumerate(TARGET_NAMES):
        score = r2(few.targets.values[:, column], answer.mean[:, column])
        if not (isinstance(score, float) and score > LEAST_OVERFIT_R2):
            return (
                f"R2 of {name} on its {N_OVERFIT} noise-free training cases must be above {LEAST_OVERFIT_R2}, "
                f"got {score:.3f}. Train for more epochs, check that every stage passes the trace on, or declare "
                "fixed_features = True."
            )
    return None


def pickles(subject: Subject) -> str | None:
    """A fit that was stored and opened again gives the same answers."""
    fitted = subject.fitted
    try:
        stored = pickle.dumps(fitted)
    except Exception as error:  # noqa: BLE001 - what is in the way says so by errors of many kinds
        return (
            f"predictor must be stored by pickle, got {type(error).__name__}: {error}. "
            "Keep arrays, networks and classes of the file's top level in it; no lambda, open file or generator."
        )
    opened: Predictor = pickle.loads(stored)
    gap = _gap(subject.answer, opened.predict(subject.test.traces))
    if gap > 0:
        return (
            f"answers must be the same after a round trip through pickle, got a difference of {gap:.1e} prior widths. "
            "Keep everything that predict needs in the predictor."
        )
    return None


def four_samples(subject: Subject) -> str | None:
    """Traces of four samples get well-formed, finite answers."""
    asked = subject.cases("four", FEW.test, FOUR_SAMPLES).traces
    _check_numbers(subject.ask(asked))
    return None


def ragged(subject: Subject) -> str | None:
    """Traces of several lengths together get the answers that they get apart."""
    parts = [subject.cases(f"ragged/{i}", 8, acquisition).traces for i, acquisition in enumerate(RAGGED)]
    together = subject.ask(concatenate(parts))
    apart = _joined([subject.ask(part) for part in parts])
    _check_numbers(together)
    return _difference(apart, together, "traces of several lengths together", MASK)


def _check_numbers(answer: Prediction) -> None:
    """Refuse means that are not finite, and standard deviations that are not positive."""
    check_finite(answer.mean)
    if answer.sd is not None:
        check_finite(answer.sd)
        check_sd(answer.sd)
    if answer.samples is not None:
        check_finite(answer.samples)


def _gap(one: Prediction, other: Prediction) -> float:
    """Largest difference between two answers in prior widths; infinite where they cannot be compared."""
    pairs = [(one.mean, other.mean), (one.sd, other.sd), (one.samples, other.samples)]
    if any(getattr(mine, "shape", None) != getattr(its, "shape", None) for mine, its in pairs):
        return np.inf
    gaps = [
        np.max(np.abs(mine - its) / WIDTHS, initial=0.0) for mine, its in pairs if mine is not None and its is not None
    ]
    gap = float(np.max(gaps, initial=0.0))
    return np.inf if np.isnan(gap) else gap


def _difference(expected: Prediction, answer: Prediction, of: str, step: str) -> str | None:
    """Say by how much the answers to some traces differ from those expected of them."""
    gap = _gap(expected, answer)
    if gap > TOLERANCE:
        return f"answers to {of} must be the same to {TOLERANCE:g} prior widths, got {gap:.1e}. {step}"
    return None


def _rows(answer: Prediction, cases: NDArray[np.int64]) -> Prediction:
    """Pick rows of an answer."""
    sd, samples = (None if part is None else part[cases] for part in (answer.sd, answer.samples))
    return Prediction(answer.mean[cases], sd, samples=samples)


def _joined(answers: list[Prediction]) -> Prediction:
    """Join answers into one."""
    sds = [answer.sd for answer in answers if answer.sd is not None]
    drawn = [answer.samples for answer in answers if answer.samples is not None]
    return Prediction(
        np.concatenate([answer.mean for answer in answers]),
        np.concatenate(sds) if sds else None,
        samples=np.concatenate(drawn) if drawn else None,
    )
