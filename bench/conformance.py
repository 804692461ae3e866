"""What every plugin must satisfy: named checks, each of which passes, fails with a sentence, or is declined with one."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.cases import Cases, Targets, Traces, concatenate
from bench.contract import Context, Model, Prediction, Predictor
from bench.draw import draw_cases
from bench.metrics import r2
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, TARGET_NAMES, TARGETS

Array = NDArray[np.float64]

TRAINING = Acquisition(30.0, 0.3)
FOUR_SAMPLES = Acquisition(30.0, 10.0)
NOISE_FREE = replace(TRAINING, noise_sd=0.0)
RAGGED = (TRAINING, replace(TRAINING, jitter_s=0.1, drop_fraction=0.3), Acquisition(30.0, 1.0), FOUR_SAMPLES)

SIZES = Sizes(train=1_024, valid=256, test=128, seeds=1)
FEW = Sizes(train=64, valid=32, test=32, seeds=1)
"""Enough for the checks that ask for no score."""
N_OVERFIT = 16
TOLERANCE = 1e-5
"""Largest difference between answers that must be the same, in widths of the prior."""
MOVED = 1e-3
"""Least difference, in the same unit, that an answer must show when all times are three times as long."""
LEAST_R2 = 0.9
LEAST_OVERFIT_R2 = 0.99

PASSED, FAILED, DECLINED = "passed", "failed", "declined"
WIDTHS = np.array([target.high - target.low for target in TARGETS])


@dataclass(frozen=True)
class Outcome:
    """What came out of one check of one model.

    Parameters
    ----------
    check : str
        Name of the check.
    status : str
        ``passed``, ``failed`` or ``declined``.
    message : str
        What is wrong and how to mend it, or why the check does not apply; empty where it passed.
    """

    check: str
    status: str
    message: str = ""


@dataclass(frozen=True, eq=False)
class Subject:
    """A model under examination; its cases are drawn and its fits are made once, when a check first asks for them.

    Parameters
    ----------
    model : Model
        The model.
    sizes : Sizes
        How many cases it is fitted and tested on.
    """

    model: Model
    sizes: Sizes = SIZES

    def cases(self, part: str, n_cases: int, *acquisitions: Acquisition) -> Cases:
        """Cases drawn afresh: the same for the same arguments.

        Parameters
        ----------
        part : str
            Name of the random streams.
        n_cases : int
            How many.
        *acquisitions : Acquisition
            How they are measured, in turn; as in training where none is given.

        Returns
        -------
        Cases
            Nobody else holds them.
        """
        return draw_cases(acquisitions or (TRAINING,), TEMPERATURE_CORRECTED, f"conformance/{part}", n_cases)

    def fit(self, train: Cases, valid: Cases, acquisition: Acquisition = TRAINING) -> Predictor:
        """Fit the model with seed 0.

        Parameters
        ----------
        train, valid : Cases
            What it is fitted on.
        acquisition : Acquisition
            How they were measured.

        Returns
        -------
        Predictor
            A new one.
        """
        return self.model.fit(train, valid, Context(0, (acquisition,), TEMPERATURE_CORRECTED))

    def cannot(self, test: Acquisition = TRAINING) -> str | None:
        """The model's own reason against being tested on an acquisition.

        Parameters
        ----------
        test : Acquisition
            How the test traces are measured.

        Returns
        -------
        str or None
            The reason.
        """
        return self.model.cannot(Task("conformance", "does it keep the contract", (TRAINING,), test), self.sizes)

    @cached_property
    def train(self) -> Cases:
        """Training cases that the shared fit was given."""
        return self.cases("train", self.sizes.train)

    @cached_property
    def valid(self) -> Cases:
        """Validation cases that the shared fit was given."""
        return self.cases("valid", self.sizes.valid)

    @cached_property
    def test(self) -> Cases:
        """Test cases that the shared answer was given."""
        return self.cases("test", self.sizes.test)

    @cached_property
    def fitted(self) -> Predictor:
        """The shared fit."""
        return self.fit(self.train, self.valid)

    @cached_property
    def answer(self) -> Prediction:
        """The shared fit's answer to the test traces."""
        return self.fitted.predict(self.test.traces)


def _shape(subject: Subject) -> str | None:
    """Means, and standard deviations where declared, are float arrays of one row a case."""
    return _malformed(subject.answer, subject.test.traces.n_cases, subject.model.gives_sd)


def _finite(subject: Subject) -> str | None:
    """Every mean is finite and every standard deviation is positive."""
    return _not_finite(subject.answer)


def _inputs_untouched(subject: Subject) -> str | None:
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


def _same_seed(subject: Subject) -> str | None:
    """Two fits with one seed give one answer, and so do two questions to one fit."""
    asked = subject.test.traces
    if _gap(subject.answer, subject.fitted.predict(asked)) > 0:
        return "answers must be the same when asked twice, got others. Switch dropout off and draw nothing in predict."
    few = subject.cases("train", FEW.train), subject.cases("valid", FEW.valid)
    gap = _gap(subject.fit(*few).predict(asked), subject.fit(*few).predict(asked))
    if gap > 0:
        return (
            f"answers of two fits with one seed must be the same, got a difference of {gap:.1e} prior widths. "
            "Draw only from the context's generator or seed."
        )
    return None


def _permuted(subject: Subject) -> str | None:
    """Cases in another order get the same answers in that order."""
    order = np.random.default_rng(0).permutation(subject.test.traces.n_cases)
    answer = subject.fitted.predict(subject.test.traces.take(order))
    return _difference(_rows(subject.answer, order), answer, "permuted cases", "Let no case see another.")


def _one_at_a_time(subject: Subject) -> str | None:
    """A case alone gets the answer that it gets in a batch."""
    n_cases = min(FEW.test, subject.test.traces.n_cases)
    alone = [subject.fitted.predict(subject.test.traces.take(np.array([case]))) for case in range(n_cases)]
    expected = _rows(subject.answer, np.arange(n_cases))
    return _difference(expected, _joined(alone), "cases one at a time", "Use no statistics of the batch.")


def _padding_invisible(subject: Subject) -> str | None:
    """Columns that are not valid change nothing, whatever they hold."""
    traces = subject.test.traces
    for filling in (0.0, 5.0):

        def padded(rows: Array, value: float = filling) -> Array:
            return np.pad(rows, ((0, 0), (0, 7)), constant_values=value)

        valid = np.pad(traces.valid, ((0, 0), (0, 7)))
        answer = subject.fitted.predict(Traces(padded(traces.time_s), padded(traces.ph), valid, traces.known))
        wrong = _difference(subject.answer, answer, f"traces padded with {filling:g}", "Look where valid is True only.")
        if wrong:
            return wrong
    return None


def _times_three(subject: Subject) -> str | None:
    """Times three times as long give other answers exactly where the model declares that it uses time."""
    traces = subject.test.traces
    answer = subject.fitted.predict(Traces(3.0 * traces.time_s, traces.ph, traces.valid, traces.known))
    moved = np.abs(answer.mean - subject.answer.mean).max(axis=1, initial=0.0, where=True) / 1.0
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


def _small_task(subject: Subject) -> str | None:
    """R2 of E0 on a small in-distribution task."""
    score = r2(subject.test.targets.values[:, E0], subject.answer.mean[:, E0])
    if not (isinstance(score, float) and score > LEAST_R2):
        return (
            f"R2 of E0 on {subject.sizes.test} test cases must be above {LEAST_R2}, got {score:.3f}. "
            "Check the units and the order of the targets, then the inputs."
        )
    return None


def _overfits(subject: Subject) -> str | None:
    """Sixteen noise-free cases, repeated to the usual number, are learned by heart."""
    few = subject.cases("overfit", N_OVERFIT, NOISE_FREE)
    repeated = few.take(np.arange(max(subject.sizes.train, N_OVERFIT)) % N_OVERFIT)
    answer = subject.fit(repeated, few, NOISE_FREE).predict(few.traces)
    for column, name in enumerate(TARGET_NAMES):
        score = r2(few.targets.values[:, column], answer.mean[:, column])
        if not (isinstance(score, float) and score > LEAST_OVERFIT_R2):
            return (
                f"R2 of {name} on its {N_OVERFIT} noise-free training cases must be above {LEAST_OVERFIT_R2}, "
                f"got {score:.3f}. Check that every stage passes the trace on, or declare fixed_features = True."
            )
    return None


def _pickles(subject: Subject) -> str | None:
    """A fit that was stored and opened again gives the same answers."""
    opened: Predictor = pickle.loads(pickle.dumps(subject.fitted))
    gap = _gap(subject.answer, opened.predict(subject.test.traces))
    if gap > 0:
        return (
            f"answers must be the same after a round trip through pickle, got a difference of {gap:.1e} prior widths. "
            "Keep everything that predict needs in the predictor."
        )
    return None


def _four_samples(subject: Subject) -> str | None:
    """Traces of four samples get well-formed, finite answers."""
    asked = subject.cases("four", FEW.test, FOUR_SAMPLES).traces
    answer = subject.fitted.predict(asked)
    return _malformed(answer, asked.n_cases, subject.model.gives_sd) or _not_finite(answer)


def _ragged(subject: Subject) -> str | None:
    """Traces of several lengths together get the answers that they get apart."""
    parts = [subject.cases(f"ragged/{i}", 8, acquisition).traces for i, acquisition in enumerate(RAGGED)]
    together = subject.fitted.predict(concatenate(parts))
    apart = _joined([subject.fitted.predict(part) for part in parts])
    return _not_finite(together) or _difference(
        apart, together, "traces of several lengths together", "Look where valid is True only."
    )


def _always(subject: Subject) -> str | None:
    """Decline nothing."""
    return None


def _floor(subject: Subject) -> str | None:
    """Decline for models that look at nothing."""
    if subject.model.fixed_features and not subject.model.uses_time:
        return "it declares fixed features and no use of time: a floor, which need not score"
    return None


def _fixed(subject: Subject) -> str | None:
    """Decline for models that cannot learn by heart."""
    return "it declares fixed features, which need not fit every case" if subject.model.fixed_features else None


@dataclass(frozen=True)
class Check:
    """One property that every model must have.

    Parameters
    ----------
    name : str
        Name in outcomes.
    ask : callable
        Subject to None, or to a sentence that says what is wrong and how to mend it.
    declines : callable
        Subject to None, or to the reason why the check does not apply.
    scored : bool
        Whether it asks for a score, so that the model must be fitted on enough cases.
    """

    name: str
    ask: Callable[[Subject], str | None]
    declines: Callable[[Subject], str | None] = _always
    scored: bool = False


CHECKS = (
    Check("shape", _shape),
    Check("finite", _finite),
    Check("inputs_untouched", _inputs_untouched),
    Check("same_seed", _same_seed),
    Check("permuted", _permuted),
    Check("one_at_a_time", _one_at_a_time),
    Check("padding_invisible", _padding_invisible),
    Check("times_three", _times_three),
    Check("pickles", _pickles),
    Check("four_samples", _four_samples, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("ragged", _ragged, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("small_task", _small_task, _floor, scored=True),
    Check("overfits", _overfits, _fixed, scored=True),
)
