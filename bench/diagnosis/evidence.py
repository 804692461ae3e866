"""Everything that a diagnosis rests on: questions, a model's answers, the exact posterior's, and how it was trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bench.arrays import Array
from bench.contract import Prediction
from bench.diagnosis.asking import Answers, Asked, GivenCases, ask, exact_answers, kept
from bench.diagnosis.questions import Question, Questions, by_heart, questions
from bench.run.child import Limits
from bench.run.drive import Place
from bench.run.fits import FitStore
from bench.run.plan import Cell, Job, Plugin
from bench.run.store import CaseStore
from bench.task import Sizes, Task
from bench.world.quantities import TARGETS

UNITS = np.array([(target.high - target.low) / np.sqrt(12.0) for target in TARGETS])
"""Prior standard deviations: what all errors and answers are measured in."""
N_BY_HEART = 100
N_REPEATED = 1_024
"""Noise-free cases to be learnt by heart, and how many training cases they are repeated to."""
BY_HEART_FOLDER, ANSWERS_FOLDER = "by_heart", "answers"


@dataclass(frozen=True, eq=False)
class Evidence:
    """Answers to all questions; those of a second fit (half of the cases, another seed) and of the one by heart."""

    asked: Questions
    answers: Answers
    exact: Answers
    second: Prediction | None = None
    heart: tuple[Array, Array] | None = None
    """True targets and answers of the cases that were to be learnt by heart."""
    notes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def tested(self) -> str:
        """Question that is measured as the task's test cases."""
        return "test" if "test" in self.asked.asked else "base"

    def replicates(self, name: str) -> int:
        """Times that each reaction was measured for a question."""
        extent = self.asked.extent
        if name == "train":
            return 1
        return extent.base if name == "base" else extent.other

    def truth(self, name: str) -> Array:
        """Truth in prior standard deviations, shape (reaction, replicate, target)."""
        return self._shaped(name, self.asked.asked[name].truth)

    def answer(self, name: str, *, exact: bool = False) -> Array:
        """Answers in prior standard deviations, shape (reaction, replicate, target)."""
        return self._shaped(name, (self.exact if exact else self.answers)[name].mean)

    def error(self, name: str, *, exact: bool = False) -> Array:
        """Answer less truth, shape (reaction, replicate, target)."""
        return self.answer(name, exact=exact) - self.truth(name)

    def moved(self, name: str, *, exact: bool = False) -> Array:
        """How far answers move when one thing is moved, shape (reaction, target)."""
        answers = self.exact if exact else self.answers
        return np.asarray((answers[name].mean - answers["base"].mean[:: self.asked.extent.base]) / UNITS)

    def touched(self, *, exact: bool) -> Array:
        """How far answers move when one sample is moved, shape (case, position, target)."""
        answers = (self.exact if exact else self.answers)["touched"].mean / UNITS
        stacked = answers.reshape(self.asked.extent.touched, -1, len(TARGETS))
        return np.asarray(stacked[:, 1:] - stacked[:, :1])

    def mended(self, mend: Callable[[Array], Array]) -> Evidence:
        """Evidence as it would be if every answer, in prior standard deviations, were mapped by a function."""
        mapped = {name: Prediction(mend(each.mean / UNITS) * UNITS, each.sd) for name, each in self.answers.items()}
        second = None if self.second is None else Prediction(mend(self.second.mean / UNITS) * UNITS)
        heart = None if self.heart is None else (self.heart[0], mend(self.heart[1] / UNITS) * UNITS)
        return replace(self, answers=mapped, second=second, heart=heart)

    def _shaped(self, name: str, values: Array) -> Array:
        return np.asarray(values.reshape(-1, self.replicates(name), len(TARGETS)) / UNITS)


@dataclass(frozen=True)
class Way:
    """Where a diagnosis keeps its fits, and what bounds and watches it."""

    out: Path
    work: Path
    limits: Limits
    report: Callable[[Job, float, str], None]


def fits_of(task: Task, plugin: Plugin, preset: str, sizes: Sizes) -> tuple[Job, Job, Job]:
    """Fits that a diagnosis rests on: the one asked about, half of the cases with another seed, a few by heart."""
    half = Sizes(max(1, sizes.train // 2), sizes.valid, sizes.test, 1)
    noise_free = replace(task, train=(replace(task.train[0], noise_sd=0.0),))
    return (
        Job((Cell(task, plugin, 0, preset, sizes),)),
        Job((Cell(task, plugin, 1, preset, half),)),
        Job((Cell(noise_free, plugin, 0, preset, Sizes(N_REPEATED, N_BY_HEART, 1, 1)),)),
    )


def gather(task: Task, fits: tuple[Job, Job, Job], way: Way) -> Evidence:
    """Fit a model three times, or open its stored fits, and ask it everything."""
    asked, (whole, second, heart) = questions(task), fits
    few, repeated = by_heart(task, N_BY_HEART, N_REPEATED)
    base, own = {"base": asked.asked["base"]}, CaseStore(way.work)
    folder, everything = way.out / ANSWERS_FOLDER, asked.asked | asked.parts
    exact = kept(folder, "exact", task, everything, lambda: Asked(exact_answers(everything), {}))
    of_whole = kept(folder, whole.key, task, asked.asked, lambda: _asked(whole, own, way, asked.asked))
    again = kept(folder, second.key, task, base, lambda: _asked(second, own, way, base))
    given, aside = GivenCases(way.work, train=repeated, valid=few), replace(way, out=way.out / BY_HEART_FOLDER)
    learnt = kept(folder, heart.key, task, {"few": few}, lambda: _asked(heart, given, aside, {"few": few}))
    return Evidence(
        asked,
        of_whole.answers,
        exact.answers,
        again.answers["base"],
        (few.truth, learnt.answers["few"].mean),
        of_whole.notes,
    )


def asked_before(out: Path, fit: Job) -> bool:
    """Whether a fit has answered the questions of a diagnosis before."""
    return any((out / ANSWERS_FOLDER).glob(f"{fit.key}-*"))


def _asked(job: Job, store: CaseStore, way: Way, asked: dict[str, Question]) -> Asked:
    """Answers of one fit, and what was noted of it."""

    def report(fraction: float, message: str) -> None:
        way.report(job, fraction, message)

    return ask(job, Place(store, _no_traces, FitStore(way.out, job.key), way.limits, report), asked)


def _no_traces(cell: Cell) -> Any:
    """A diagnosis hands over its own questions."""
    raise ValueError(f"cell '{cell.label}': no test cases are asked")
