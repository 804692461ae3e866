"""Lines: what one row of a table says, seeds averaged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from bench.errors import BenchError
from bench.run.record import Record
from bench.world.quantities import TARGETS
from leaderboard.wording import count_text, quantity_text, r2_text

FLOOR = "mean"
"""Row that answers the training mean: what a model must beat."""
CEILING = "bayes"
"""Row of the exact posterior: what no model can beat on average."""


@dataclass(frozen=True)
class Spread:
    """A score over seeds: its mean, its least and its largest value, and the number of seeds."""

    mean: float
    low: float
    high: float
    n: int

    def text(self, number: Callable[[float], str]) -> str:
        """Print the mean and, over several seeds, the range.

        Parameters
        ----------
        number : callable
            How one number is printed.

        Returns
        -------
        str
            Such as ``0.731 (0.725..0.738)``.

        Examples
        --------
        >>> Spread(0.731, 0.725, 0.738, 3).text(str)
        '0.731 (0.725..0.738)'
        """
        mean = number(self.mean)
        return mean if self.n == 1 else f"{mean} ({number(self.low)}..{number(self.high)})"


@dataclass(frozen=True)
class Line:
    """One row of a table: seeds that agree in everything else, and the cells of the row that gave no score.

    Parameters
    ----------
    row : str
        Name of the row.
    scored : tuple of Record
        Cells with scores, by seed; they differ in seed only, so that they may be averaged.
    unscored : tuple of Record
        The row's cells without scores, by seed.
    stale : tuple of str
        What has changed since the scored cells ran; nothing where they are fresh.
    note : str
        What tells it from another line of the same name.
    """

    row: str
    scored: tuple[Record, ...]
    unscored: tuple[Record, ...]
    stale: tuple[str, ...] = ()
    note: str = ""

    @property
    def label(self) -> str:
        """Name of the row, with the note and the mark that it carries."""
        marks = [self.note] * bool(self.note) + ["stale"] * bool(self.stale)
        return f"{self.row} ({', '.join(marks)})" if marks else self.row

    @property
    def role(self) -> str:
        """``floor``, ``ceiling``, or nothing for a model."""
        return {FLOOR: "floor", CEILING: "ceiling"}.get(self.row, "")

    @property
    def status(self) -> str:
        """Number of cells in each status, and what is stale."""
        text = status_text([*self.scored, *self.unscored])
        return f"{text}; stale: {', '.join(self.stale)}" if self.stale else text

    @property
    def error(self) -> Spread | None:
        """RMSE relative to the prior's standard deviation, geometric mean over targets."""
        return _spread([relative_error(record) for record in self.scored])

    def r2(self, target: str) -> Spread | str | None:
        """R2 of a target over seeds.

        Parameters
        ----------
        target : str
            Name of the target.

        Returns
        -------
        Spread, str or None
            A sentence where it is undefined, None where no cell has scores.
        """
        values = [score_of(record, target, "r2") for record in self.scored]
        sentence = next((value for value in values if isinstance(value, str)), None)
        return sentence or _spread([float(value) for value in values])

    def r2_text(self, target: str) -> str:
        """R2 of a target as printed.

        Parameters
        ----------
        target : str
            Name of the target.

        Returns
        -------
        str
            Mean and range over seeds, or the sentence that stands in their place.
        """
        value = self.r2(target)
        return value.text(r2_text) if isinstance(value, Spread) else r2_text(value)

    def mean(self, target: str, score: str, unit: float = 1.0) -> float | None:
        """Mean over seeds of a score.

        Parameters
        ----------
        target : str
            Name of the target.
        score : str
            ``rmse``, ``mae`` or ``bias``.
        unit : float
            Unit of the answer, in the target's own unit.

        Returns
        -------
        float or None
            None where no cell has scores.
        """
        values = [number_of(record, target, score) for record in self.scored]
        return fmean(values) / unit if values else None

    def costs(self) -> dict[str, str]:
        """What the row costs, mean over seeds.

        Returns
        -------
        dict
            Column heading to printed number.
        """
        return {
            "fit [s]": quantity_text(self._cost(lambda r: r.fit_s)),
            "predict [µs/case]": quantity_text(self._cost(predict_us)),
            "one case [ms]": quantity_text(self._cost(lambda r: r.predict_one_ms)),
            "peak memory [MB]": count_text(self._cost(lambda r: r.peak_memory_mb)),
            "parameters": count_text(self._cost(lambda r: r.n_parameters)),
        }

    def _cost(self, cost: Callable[[Record], float | None]) -> float | None:
        """Mean over the seeds that know a cost."""
        values = [value for record in self.scored if (value := cost(record)) is not None]
        return fmean(values) if values else None


def score_of(record: Record, target: str, score: str) -> float | str:
    """Look up one score of a record.

    Parameters
    ----------
    record : Record
        A record with status ``ok``.
    target : str
        Name of the target.
    score : str
        ``r2``, ``rmse``, ``mae`` or ``bias``.

    Returns
    -------
    float or str
        In the target's own unit; a sentence where it is undefined.

    Raises
    ------
    BenchError
        A record that lacks the score.
    """
    try:
        return record.scores[target][score]
    except KeyError as error:
        raise BenchError(
            f"record '{record.task}/{record.row}': {score} of {target} must be in the scores of an ok cell, "
            "got none. Run the cell again."
        ) from error


def number_of(record: Record, target: str, score: str) -> float:
    """Look up one score of a record that is always a number.

    Parameters
    ----------
    record : Record
        A record with status ``ok``.
    target : str
        Name of the target.
    score : str
        ``rmse``, ``mae`` or ``bias``.

    Returns
    -------
    float
        In the target's own unit.

    Raises
    ------
    BenchError
        A record that lacks the score, or has something else there.
    """
    value = score_of(record, target, score)
    if isinstance(value, str):
        raise BenchError(
            f"record '{record.task}/{record.row}': {score} of {target} must be a number, got {value!r}. "
            "Run the cell again."
        )
    return float(value)


def relative_error(record: Record) -> float:
    """RMSE in standard deviations of the prior, geometric mean over targets.

    Parameters
    ----------
    record : Record
        A record with scores.

    Returns
    -------
    float
        1 for a model that answers the prior mean, 0 for a perfect one.
    """
    errors = [
        number_of(record, target.name, "rmse") / ((target.high - target.low) / math.sqrt(12.0)) for target in TARGETS
    ]
    return math.prod(errors) ** (1.0 / len(errors))


def predict_us(record: Record) -> float | None:
    """Time that a batch of all test cases takes.

    Parameters
    ----------
    record : Record
        A record.

    Returns
    -------
    float or None
        Microseconds a case; None where it was not measured.
    """
    n_cases = record.sizes.get("test")
    return record.predict_s / n_cases * 1e6 if record.predict_s is not None and n_cases else None


def status_text(records: Iterable[Record]) -> str:
    """Count cells by status.

    Parameters
    ----------
    records : iterable of Record
        Cells.

    Returns
    -------
    str
        Such as ``ok`` for one cell and ``2 ok, 1 timeout`` for three; nothing for none.
    """
    statuses = [record.status for record in records]
    if len(statuses) == 1:
        return statuses[0]
    ordered = sorted(set(statuses), key=lambda status: (status != "ok", status))
    return ", ".join(f"{statuses.count(status)} {status}" for status in ordered)


def _spread(values: list[float]) -> Spread | None:
    """Summarise one value a seed."""
    return Spread(fmean(values), min(values), max(values), len(values)) if values else None
