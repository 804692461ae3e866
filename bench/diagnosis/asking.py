"""Asking: a child process that fits, or opens a fit, and answers everything; and the exact posterior's answers."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.arrays import Array
from bench.ceiling.posterior import exact_posterior
from bench.compiled import ROOT
from bench.contract import Prediction
from bench.diagnosis.questions import Question
from bench.run.child import Child, ChildFailed
from bench.run.drive import Place, fit_or_load, write_order
from bench.run.origin.sources import source_digest
from bench.run.plan import Cell, Job
from bench.run.record import read_arrays, write_arrays
from bench.run.scores.prediction import answered, means
from bench.run.store import CaseStore, arrays_of
from bench.task import Task, digest_of

Answers = dict[str, Prediction]
SOURCES = [
    ROOT / "bench" / folder / file for folder, file in (("diagnosis", "questions.py"), ("ceiling", "posterior.py"))
]
"""Files whose digests kept answers are addressed by."""
NOTES, REFUSED = "notes", "refused"


@dataclass(frozen=True, eq=False)
class Asked:
    """What a fitted model answered, and what was noted of its fit."""

    answers: Answers
    notes: dict[str, Any]


@dataclass(kw_only=True)
class GivenCases(CaseStore):
    """Training and validation cases that are given in place of drawn ones."""

    train: Question
    valid: Question

    def training_files(self, cell: Cell) -> tuple[Path, Path]:
        """Files of the given cases."""
        paths = self.folder / "given-train.npz", self.folder / "given-valid.npz"
        for path, question in zip(paths, (self.train, self.valid), strict=True):
            np.savez(path, allow_pickle=False, **arrays_of(question.traces), targets=question.truth)
        return paths


def ask(job: Job, place: Place, asked: Mapping[str, Question]) -> Asked:
    """Have one child fit a model, or open its stored fit, and answer every question.

    Nothing here is scored: one child may see all of them.
    """
    with tempfile.TemporaryDirectory(dir=place.store.folder, prefix="ask-") as name:
        folder = Path(name)
        write_order(job, list(job.cells), folder)
        ends = time.monotonic() + place.limits.time_s
        with Child(folder, job.threads, place.limits, place.stop, None, ends) as child:
            place.report(0.0, "starting")
            reason = child.expect("described")["cannot"].get(job.first.task.name)
            if reason is not None:
                raise ChildFailed("cannot", reason)
            notes = fit_or_load(job, child, folder, place, ends)
            answers: Answers = {}
            refused: dict[str, str] = {}
            for number, (which, question) in enumerate(asked.items()):
                place.report(number / len(asked), f"asked {number} of {len(asked)}: {which}")
                traces, stem = question.traces, f"question-{number}"
                try:
                    answer, _ = answered(traces, stem, child, folder)
                    answers[which] = Prediction(answer.mean, answer.sd)  # samples have given the sd
                except ChildFailed as failure:
                    if failure.status != "invalid_output":
                        raise
                    answers[which] = Prediction(means(traces, stem, folder))
                    refused[which] = failure.message
    return Asked(answers, notes | {REFUSED: refused})


def exact_answers(asked: Mapping[str, Question]) -> Answers:
    """What the exact posterior answers, with its standard deviations."""
    answers: Answers = {}
    for name, question in asked.items():
        posterior = exact_posterior(question.measured, question.acquisition, question.world)
        answers[name] = Prediction(posterior.mean, posterior.sd)
    return answers


def kept(folder: Path, who: str, task: Task, asked: Mapping[str, Question], make: Callable[[], Asked]) -> Asked:
    """What somebody answered to the questions about a task: from a file, if the same was asked before."""
    counts = {name: question.measured.n_cases for name, question in asked.items()}
    file = folder / f"{who}-{digest_of([asdict(task), counts, *map(source_digest, SOURCES)])}.npz"
    if not file.exists():
        made = make()
        arrays: dict[str, Array] = {f"{name}/mean": each.mean for name, each in made.answers.items()}
        arrays |= {f"{name}/sd": np.asarray(each.sd) for name, each in made.answers.items() if each.sd is not None}
        write_arrays(file, arrays | {NOTES: np.array(json.dumps(made.notes))})
    arrays = read_arrays(file, next_step=f"Remove {file}: the same command asks again.")
    answers = {name: Prediction(arrays[f"{name}/mean"], arrays.get(f"{name}/sd")) for name in asked}
    return Asked(answers, json.loads(str(arrays[NOTES])))
