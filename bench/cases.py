"""Cases: what a model may see of them (traces) and what it may not see at test time (targets)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.arrays import Array
from bench.errors import BenchError
from bench.world.quantities import KNOWN_NAMES, TARGET_NAMES

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Traces:
    """Measured pH traces with their known inputs; ragged ones are padded with zeros and masked.

    Parameters
    ----------
    time_s : array, shape (case, sample)
        Sample times [s], strictly increasing where valid, 0 where not.
    ph : array, shape (case, sample)
        Measured pH, 0 where not valid.
    valid : bool array, shape (case, sample)
        True for the samples that were measured; each row is a run of True followed by padding.
    known : array, shape (case, 5)
        Known inputs, in the order and units of ``bench.world.quantities``.

    Raises
    ------
    BenchError
        Shapes that do not fit, a value that is not finite, or times that do not increase; the case is named.

    Examples
    --------
    >>> traces = Traces.of([0.0, 1.0], [[7.0, 7.4]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> traces.n_cases, traces.lengths.tolist()
    (1, [2])
    """

    time_s: Array
    ph: Array
    valid: Mask
    known: Array

    def __post_init__(self) -> None:
        shape = self.ph.shape
        if len(shape) != 2 or self.time_s.shape != shape or self.valid.shape != shape:
            raise BenchError(
                "traces 'ph': shapes of time_s, ph and valid must be one (case, sample), "
                f"got {self.time_s.shape}, {shape} and {self.valid.shape}. Give one row a case."
            )
        if self.known.shape != (shape[0], len(KNOWN_NAMES)):
            raise BenchError(
                f"traces 'known': shape must be ({shape[0]}, {len(KNOWN_NAMES)}), got {self.known.shape}. "
                f"Give the columns {', '.join(KNOWN_NAMES)}."
            )
        if shape[0] == 0:
            return
        _check_cases(~(self.valid[:, :-1] >= self.valid[:, 1:]).all(axis=1), "valid", "a run of True, then padding")
        _check_cases(~self.valid.any(axis=1), "valid", "at least one sample")
        finite = np.isfinite(self.ph) & np.isfinite(self.time_s)
        _check_cases((self.valid & ~finite).any(axis=1), "time_s and ph", "finite")
        _check_cases(~np.isfinite(self.known).all(axis=1), "known", "finite")
        steps = np.diff(self.time_s, axis=1)
        _check_cases((self.valid[:, 1:] & ~(steps > 0)).any(axis=1), "time_s", "strictly increasing")

    @classmethod
    def of(cls, time_s: ArrayLike, ph: ArrayLike, known: ArrayLike) -> Traces:
        """Traces in which every sample is valid.

        Parameters
        ----------
        time_s : array_like, shape (sample,) or (case, sample)
            Sample times [s].
        ph : array_like, shape (case, sample)
            Measured pH.
        known : array_like, shape (case, 5)
            Known inputs.

        Returns
        -------
        Traces
            With a mask that is True everywhere.

        Raises
        ------
        BenchError
            As for the class.
        """
        ph = np.array(ph, dtype=np.float64)
        times = np.array(np.broadcast_to(np.asarray(time_s, dtype=np.float64), ph.shape))
        return cls(times, ph, np.ones(ph.shape, dtype=bool), np.array(known, dtype=np.float64))

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return len(self.ph)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of valid samples, shape (case,)."""
        return np.asarray(self.valid.sum(axis=1), dtype=np.int64)

    def take(self, cases: NDArray[np.int64] | slice) -> Traces:
        """Select some cases, without the padding that only the others needed.

        Parameters
        ----------
        cases : integer array or slice
            Case numbers.

        Returns
        -------
        Traces
            Those cases, in that order.
        """
        valid = self.valid[cases]
        n_samples = int(valid.sum(axis=1).max(initial=0))
        keep = slice(0, n_samples)
        return Traces(self.time_s[cases][:, keep], self.ph[cases][:, keep], valid[:, keep], self.known[cases])


@dataclass(frozen=True, eq=False)
class Targets:
    """True parameters of cases.

    Parameters
    ----------
    values : array, shape (case, 2)
        E0 [g/L] and k_d [1/s].
    names : tuple of str
        Names of the columns; must be the declared order.

    Raises
    ------
    BenchError
        Columns in another order (both orders are named), a wrong shape, or a value that is not finite.

    Examples
    --------
    >>> Targets(np.array([[1e-3, 0.5]]), ("k_d_per_s", "E0_g_per_L"))
    Traceback (most recent call last):
    bench.errors.BenchError: targets 'names': order must be ('E0_g_per_L', 'k_d_per_s'), got \
('k_d_per_s', 'E0_g_per_L'). Reorder the columns.
    """

    values: Array
    names: tuple[str, ...] = TARGET_NAMES

    def __post_init__(self) -> None:
        if self.names != TARGET_NAMES:
            raise BenchError(f"targets 'names': order must be {TARGET_NAMES}, got {self.names}. Reorder the columns.")
        if self.values.ndim != 2 or self.values.shape[1] != len(TARGET_NAMES):
            raise BenchError(
                f"targets 'values': shape must be (case, {len(TARGET_NAMES)}), got {self.values.shape}. "
                "Give one row a case."
            )
        _check_cases(~np.isfinite(self.values).all(axis=1), "targets", "finite")

    def take(self, cases: NDArray[np.int64] | slice) -> Targets:
        """Select some cases.

        Parameters
        ----------
        cases : integer array or slice
            Case numbers.

        Returns
        -------
        Targets
            Those cases, in that order.
        """
        return Targets(self.values[cases], self.names)


@dataclass(frozen=True, eq=False)
class Cases:
    """Traces together with their targets, as a model is trained on.

    Parameters
    ----------
    traces : Traces
        What was measured.
    targets : Targets
        What is asked for.

    Raises
    ------
    BenchError
        Different numbers of cases.
    """

    traces: Traces
    targets: Targets

    def __post_init__(self) -> None:
        if self.traces.n_cases != len(self.targets.values):
            raise BenchError(
                f"cases 'targets': number must be {self.traces.n_cases}, one a trace, "
                f"got {len(self.targets.values)}. Give as many targets as traces."
            )

    def take(self, cases: NDArray[np.int64] | slice) -> Cases:
        """Select some cases.

        Parameters
        ----------
        cases : integer array or slice
            Case numbers.

        Returns
        -------
        Cases
            Those cases, in that order.
        """
        return Cases(self.traces.take(cases), self.targets.take(cases))


def concatenate(parts: Sequence[Traces]) -> Traces:
    """Join traces of different lengths into one set, padded to the longest.

    Parameters
    ----------
    parts : sequence of Traces
        At least one.

    Returns
    -------
    Traces
        All cases, in order.

    Examples
    --------
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> both = concatenate([Traces.of([0.0, 1.0], [[7.0, 7.4]], known), Traces.of([0.0], [[7.0]], known)])
    >>> both.lengths.tolist()
    [2, 1]
    """
    width = max(part.ph.shape[1] for part in parts)

    def padded(rows: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))

    return Traces(
        np.concatenate([padded(part.time_s) for part in parts]).astype(np.float64),
        np.concatenate([padded(part.ph) for part in parts]).astype(np.float64),
        np.concatenate([padded(part.valid) for part in parts]).astype(np.bool_),
        np.concatenate([part.known for part in parts]),
    )


def _check_cases(wrong: Mask | np.bool_, quantity: str, expected: str) -> None:
    """Raise for the first case that is marked wrong."""
    if wrong.any():
        raise BenchError(
            f"case {int(np.argmax(wrong))} '{quantity}': value must be {expected}, got one that is not. "
            "Mend or drop the case."
        )
