"""Lines: what one row of a table says, seeds averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from bench.run.record import Record
from leaderboard.cells import (
    CEILING,
    FLOOR,
    number_of,
    overall_ratio,
    predict_cpu_us,
    predict_us,
    ratio_of,
    relative_error,
    score_of,
    status_text,
)
from leaderboard.wording import count_text, quantity_text, r2_text


@dataclass(frozen=True)
class Spread:
    """A score over seeds: its mean, its least and its largest value, and the number of seeds."""

    mean: float
    low: float
    high: float
    n: int

    def text(self, number: Callable[[float], str]) -> str:
        """Print the mean and, where seeds differ in print, the range.

        Examples
        --------
        >>> Spread(0.731, 0.725, 0.738, 3).text(str)
        '0.731 (0.725..0.738)'
        """
        mean, low, high = number(self.mean), number(self.low), number(self.high)
        return mean if low == high else f"{mean} ({low}..{high})"


@dataclass(frozen=True)
class Line:
    """One row of a table: seeds that agree in everything else, and the cells of the row that gave no score."""

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

    @property
    def overall(self) -> Spread | None:
        """RMSE relative to the ceiling's, geometric mean over targets; None without a ceiling."""
        return _spread_of_known(overall_ratio(record) for record in self.scored)

    def ratio(self, which: str) -> Spread | None:
        """RMSE relative to the ceiling's over seeds."""
        return _spread_of_known(ratio_of(record, which) for record in self.scored)

    def r2(self, target: str) -> Spread | str | None:
        """R2 of a target over seeds."""
        values = [score_of(record, target, "r2") for record in self.scored]
        sentence = next((value for value in values if isinstance(value, str)), None)
        return sentence or _spread([float(value) for value in values])

    def r2_text(self, target: str) -> str:
        """R2 of a target as printed."""
        value = self.r2(target)
        return value.text(r2_text) if isinstance(value, Spread) else r2_text(value)

    def mean(self, target: str, score: str, unit: float = 1.0) -> float | None:
        """Mean over seeds of a score."""
        values = [number_of(record, target, score) for record in self.scored]
        return fmean(values) / unit if values else None

    def forecast(self, score: str) -> float | None:
        """Mean over seeds of a score of the forecast."""
        return _mean_of_known(record.forecast.get(score) for record in self.scored)

    def uncertainty(self, target: str, score: str, unit: float = 1.0) -> float | None:
        """Mean over seeds of a score of the stated uncertainty."""
        value = _mean_of_known(record.uncertainty.get(target, {}).get(score) for record in self.scored)
        return None if value is None else value / unit

    def costs(self) -> dict[str, str]:
        """What the row costs, mean over seeds: processor seconds, which other work hardly moves, and wall seconds."""
        return {
            "fit CPU [s]": quantity_text(self._cost(lambda r: r.fit_cpu_s)),
            "fit [s]": quantity_text(self._cost(lambda r: r.fit_s)),
            "predict CPU [µs/case]": quantity_text(self._cost(predict_cpu_us)),
            "predict [µs/case]": quantity_text(self._cost(predict_us)),
            "one case [ms]": quantity_text(self._cost(lambda r: r.predict_one_ms)),
            "peak memory [MB]": count_text(self._cost(lambda r: r.peak_memory_mb)),
            "parameters": count_text(self._cost(lambda r: r.n_parameters)),
        }

    def _cost(self, cost: Callable[[Record], float | None]) -> float | None:
        """Mean over the seeds that know a cost."""
        return _mean_of_known(cost(record) for record in self.scored)


def _spread(values: list[float]) -> Spread | None:
    """Summarise one value a seed."""
    return Spread(fmean(values), min(values), max(values), len(values)) if values else None


def _spread_of_known(values: Iterable[float | None]) -> Spread | None:
    """Summarise one value a seed, if every seed has one."""
    found = list(values)
    known = [value for value in found if value is not None]
    return _spread(known) if len(known) == len(found) else None


def _mean_of_known(values: Iterable[float | None]) -> float | None:
    """Mean over the seeds that have a value."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
