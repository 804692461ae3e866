"""Cells: looking up what one record says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from bench.errors import BenchError
from bench.run.record import Record
from bench.world.quantities import TARGETS

FLOOR = "mean"
"""Row that answers the training mean: what a model must beat."""
CEILING = "bayes"
"""Row of the exact posterior: what no model can beat on average."""
FORECAST = "forecast"
"""Name of the forecast where a target's name may stand as well."""


def score_of(record: Record, target: str, score: str) -> float | str:
    """Look up one score of a record."""
    try:
        return record.scores[target][score]
    except KeyError as error:
        raise BenchError(
            f"record '{record.task}/{record.row}': {score} of {target} must be in the scores of an ok cell, "
            "got none. Run the cell again."
        ) from error


def number_of(record: Record, target: str, score: str) -> float:
    """Look up one score of a record that is always a number."""
    value = score_of(record, target, score)
    if isinstance(value, str):
        raise BenchError(
            f"record '{record.task}/{record.row}': {score} of {target} must be a number, got {value!r}. "
            "Run the cell again."
        )
    return float(value)


def relative_error(record: Record) -> float:
    """RMSE in standard deviations of the prior, geometric mean over targets."""
    errors = [
        number_of(record, target.name, "rmse") / ((target.high - target.low) / math.sqrt(12.0)) for target in TARGETS
    ]
    return math.prod(errors) ** (1.0 / len(errors))


def predict_us(record: Record) -> float | None:
    """Wall time that a batch of all test cases takes."""
    return _per_case_us(record, record.predict_s)


def predict_cpu_us(record: Record) -> float | None:
    """Processor time that a batch of all test cases takes."""
    return _per_case_us(record, record.predict_cpu_s)


def status_text(records: Iterable[Record]) -> str:
    """Count cells by status."""
    statuses = [record.status for record in records]
    if len(statuses) == 1:
        return statuses[0]
    ordered = sorted(set(statuses), key=lambda status: (status != "ok", status))
    return ", ".join(f"{statuses.count(status):,} {status}" for status in ordered)


def draws_text(records: Iterable[Record]) -> list[str]:
    """Say which test cases the scores are of, and what confined the models.

    Examples
    --------
    >>> fields = ("task", "t1", "gru", "gru", {}, 0, "quick", {}, "ok", "", "s1", "c1", 1)
    >>> draws_text([Record(*fields), Record(*fields, sealed=True, seal_sha256="5e" * 32, isolation="landlock 7")])
    ['open run: public test cases; isolation none', 'sealed run: test cases of key 5e5e5e5e5e5e; isolation landlock 7']
    """
    isolations: dict[str, Counter[str]] = {}
    for record in records:
        if record.status == "ok" and record.row != CEILING:  # which runs in the parent, and is no plugin
            isolations.setdefault(record.seal_sha256, Counter())[record.isolation] += 1
    return [
        f"sealed run: test cases of key {seal[:12]}; isolation {_counted(found)}"
        if seal
        else f"open run: public test cases; isolation {_counted(found)}"
        for seal, found in sorted(isolations.items())
    ]


def ratio_of(record: Record, which: str) -> float | None:
    """RMSE relative to the exact posterior's on the same cases.

    Examples
    --------
    >>> fields = ("task", "t1", "bayes", "bayes", {}, 0, "quick", {}, "ok", "", "s1", "c1", 1)
    >>> ratio_of(Record(*fields), "k_d_per_s")
    1.0
    """
    if record.row == CEILING:
        return 1.0
    value = record.ceiling.get(which, {}).get("rmse_ratio")
    return None if value is None else float(value)


def overall_ratio(record: Record) -> float | None:
    """RMSE relative to the exact posterior's, geometric mean over targets."""
    ratios = [ratio_of(record, target.name) for target in TARGETS]
    known = [ratio for ratio in ratios if ratio is not None]
    return math.prod(known) ** (1.0 / len(known)) if len(known) == len(TARGETS) else None


def _per_case_us(record: Record, seconds: float | None) -> float | None:
    """Seconds for all test cases as microseconds for one."""
    n_cases = record.sizes.get("test")
    return seconds / n_cases * 1e6 if seconds is not None and n_cases else None


def _counted(found: Counter[str]) -> str:
    """Names, with the number of cells of each where there are several."""
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(f"{name} ({n} cell{'s' * (n > 1)})" for name, n in sorted(found.items()))
