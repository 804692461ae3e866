"""What every plugin must satisfy: named checks that pass, fail with a sentence, or are declined with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.conformance import checks
from bench.conformance.subject import FOUR_SAMPLES, SIZES, Subject
from bench.contract import Model
from bench.task import Sizes

PASSED, FAILED, DECLINED = "passed", "failed", "declined"


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


@dataclass(frozen=True)
class Check:
    """One property that every model must have."""

    name: str
    ask: Callable[[Subject], str | None]
    declines: Callable[[Subject], str | None] = _always
    scored: bool = False


CHECKS = (
    Check("shape", checks.shape),
    Check("frozen", checks.frozen),
    Check("finite", checks.finite),
    Check("inputs_untouched", checks.inputs_untouched),
    Check("same_seed", checks.same_seed),
    Check("permuted", checks.permuted),
    Check("one_at_a_time", checks.one_at_a_time),
    Check("padding_invisible", checks.padding_invisible),
    Check("times_three", checks.times_three),
    Check("pickles", checks.pickles),
    Check("four_samples", checks.four_samples, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("ragged", checks.ragged, lambda subject: subject.cannot(FOUR_SAMPLES)),
    Check("small_task", checks.small_task, _floor, scored=True),
    Check("overfits", checks.overfits, _fixed, scored=True),
)


def examine(check: Check, subject: Subject) -> CheckResult:
    """Put one check to one model."""
    try:
        reason = subject.cannot() or check.declines(subject)
        wrong = None if reason else check.ask(subject)
    except Exception as error:  # noqa: BLE001 - a plugin can raise anything, and all of it is a finding about it
        reason, text = None, f"{type(error).__name__}: {error}".rstrip(".")
        wrong = f"errors must be none, got {text}. Run it with --only {check.name} for the traceback."
    if reason:
        return CheckResult(check.name, DECLINED, reason)
    if wrong:
        return CheckResult(check.name, FAILED, f"{type(subject.model).__name__} '{check.name}': {wrong}")
    return CheckResult(check.name, PASSED)


def conformance(model: Model, sizes: Sizes = SIZES) -> tuple[CheckResult, ...]:
    """Put every check to a model."""
    subject = Subject(model, sizes)
    return tuple(examine(check, subject) for check in CHECKS)
