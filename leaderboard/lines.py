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
        mean, low, high = number(self.mean), number(self.low), number(self.high)
        return mean if low == high else f"{mean} ({low}..{high})"


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

    @property
    def overall(self) -> Spread | None:
        """RMSE relative to the ceiling's, geometric mean over targets; None without a ceiling."""
        return _spread_of_known(overall_ratio(record) for record in self.scored)

    def ratio(self, which: str) -> Spread | None:
        """RMSE relative to the ceiling's over seeds.

        Parameters
        ----------
        which : str
            Name of a target, or ``forecast``.

        Returns
        -------
        Spread or None
            None where a cell knows no ceiling, or no cell has scores.
        """
        return _spread_of_known(ratio_of(record, which) for record in self.scored)

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

    def forecast(self, score: str) -> float | None:
        """Mean over seeds of a score of the forecast.

        Parameters
        ----------
        score : str
            ``ph_rmse``, ``ph_rmse_median``, ``ph_rmse_p95`` or ``n_clipped``.

        Returns
        -------
        float or None
            None where no cell has it.
        """
        return _mean_of_known(record.forecast.get(score) for record in self.scored)

    def uncertainty(self, target: str, score: str, unit: float = 1.0) -> float | None:
        """Mean over seeds of a score of the stated uncertainty.

        Parameters
        ----------
        target : str
            Name of the target.
        score : str
            ``nll``, ``crps``, ``sharpness``, ``coverage_50`` or ``coverage_90``.
        unit : float
            Unit of the answer, in the target's own unit.

        Returns
        -------
        float or None
            None where the row states no uncertainty.
        """
        value = _mean_of_known(record.uncertainty.get(target, {}).get(score) for record in self.scored)
        return None if value is None else value / unit

    def costs(self) -> dict[str, str]:
        """What the row costs, mean over seeds: processor seconds, which other work hardly moves, and wall seconds.

        Returns
        -------
        dict
            Column heading to printed number.
        """
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
