"""What every plugin must satisfy: named checks that pass, fail with a sentence, or are declined with one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.conformance import checks
from bench.conformance.subject import FOUR_SAMPLES, WHOLE, Subject
from bench.errors import BenchError, place_of
from bench.run.catalogue import folder_of, name_of
from bench.run.loading import not_found

PASSED, FAILED, DECLINED, NOT_PUT = "passed", "failed", "declined", "not put"


@dataclass(frozen=True)
class CheckResult:
    """What came out of one check of one model.

    Examples
    --------
    >>> CheckResult("overfits", DECLINED, "it declares fixed features").status
    'declined'
    """

    check: str
    status: str
    message: str = ""


def _always(subject: Subject) -> str | None:
    """Decline nothing."""
    return None


def _floor(subject: Subject) -> str | None:
    """Decline for the row that others must beat."""
    return "it declares itself the floor, which need not score" if subject.model.floor else None


def _fixed(subject: Subject) -> str | None:
    """Decline for models that cannot learn by heart."""
    return "it declares fixed features, which need not fit every case" if subject.model.fixed_features else None


def _by_heart(subject: Subject) -> str | None:
    """Decline for models that are asked for both targets by heart, which takes them fewer cases."""
    by_heart = None if subject.model.fixed_features else "overfits asks it for both targets"
    return by_heart or _floor(subject) or subject.cannot(WHOLE)


def _no_remark(subject: Subject) -> str:
    """Say nothing more."""
    return ""


@dataclass(frozen=True)
class Check:
    """One property that every model must have."""

    name: str
    ask: Callable[[Subject], str | None]
    declines: Callable[[Subject], str | None] = _always
    scored: bool = False
    n_fits: int = 0
    """How often it fits the model anew."""
    remark: Callable[[Subject], str] = _no_remark
    """What is to be known although it passed."""


CHECKS = (
    Check("frozen", checks.frozen),
    Check("shape", checks.shape),
    Check("finite", checks.finite),
    Check("inputs_untouched", checks.inputs_untouched),
    Check("same_seed", checks.same_seed, n_fits=1),
    Check("permuted", checks.permuted),
    Check("one_at_a_time", checks.one_at_a_time),
    Check("padding_invisible", checks.padding_invisible),
    Check("times_three", checks.times_three),
    Check("pickles", checks.pickles),
    Check("four_samples", checks.four_samples, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("ragged", checks.ragged, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("small_task", checks.small_task, _floor, scored=True, remark=checks.needs_standard_size),
    Check("both_targets", checks.both_targets, _by_heart, scored=True, n_fits=1),
    Check("overfits", checks.overfits, _fixed, scored=True, n_fits=1),
)
ANSWERS = "shape"
"""Check without which none after it has anything to ask: the model is fitted and gives an answer."""


def examine(check: Check, subject: Subject) -> CheckResult:
    """Put one check to one model."""
    where, remark = f"{type(subject.model).__name__} '{check.name}'", ""
    try:
        if reason := subject.cannot() or check.declines(subject):
            return CheckResult(check.name, DECLINED, reason)
        if lacking := subject.budget.lacks(check.n_fits):
            return CheckResult(check.name, NOT_PUT, lacking)
        if wrong := check.ask(subject):
            return CheckResult(check.name, FAILED, f"{where}: {wrong}")
        remark = check.remark(subject)
    except Exception as error:  # noqa: BLE001 - a plugin can raise anything, and all of it is a finding about it
        path = Path(inspect.getfile(type(subject.model)))
        place = place_of(error, folder_of(path))
        if isinstance(error, ModuleNotFoundError):
            error = not_found(name_of(path), path, error)
        step = f"Run it with --only {check.name} for the traceback."
        text = f"{where}: errors must be none, got {type(error).__name__}: {str(error).rstrip('.')}{place}. {step}"
        return CheckResult(check.name, FAILED, f"{error}{place}" if isinstance(error, BenchError) else text)
    return CheckResult(check.name, PASSED, remark)


def conformance(subject: Subject, only: str | None = None) -> Iterator[CheckResult]:
    """Put checks to a model, up to the first without which the others ask nothing."""
    for check in CHECKS:
        if only in (None, check.name):
            outcome = examine(check, subject)
            yield outcome
            if (outcome.check, outcome.status) == (ANSWERS, FAILED):
                return
