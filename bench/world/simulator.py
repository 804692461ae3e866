"""The shared simulator: pH from targets, exposure from pH, derivatives by the targets.

Names, units and order of columns: ``bench.world.quantities``. Accurate to 1e-6 pH over the domain.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Array
from bench.compiled import compiled
from bench.errors import BenchError, DomainError
from bench.world.carbon import pack_world
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.integrator import integrated_derivatives, integrated_ph
from bench.world.kinetics import PH0, pack_cases
from bench.world.progress import MAX_NODES, N_ROWS, build_curve, exposure_at, ph_at, unit_exposure
from bench.world.quantities import E0, INITIAL_PH, K_D, KNOWN_NAMES, SUBSTRATE, TARGET_NAMES, TEMPERATURE

DOMAIN = {
    SUBSTRATE: (0.0, 1000.0),
    TEMPERATURE: (0.0, 60.0),
    INITIAL_PH: (4.0, 8.0),
}
"""Known inputs for which the simulator is defined, by column; the substrate's lower end is excluded."""
MEASURED_PH = (1.0, 14.0)
"""Measured pH for which an exposure is defined."""


def simulate_ph(time_s: ArrayLike, known: ArrayLike, targets: ArrayLike, world: World = TEMPERATURE_CORRECTED) -> Array:
    """PH of every case at the given times.

    Parameters
    ----------
    time_s : array_like, shape (sample,) or (case, sample)
        Times since mixing [s], at least 0, in any order; one row for all cases or one a case.
    known : array_like, shape (case, 5)
        Known inputs.
    targets : array_like, shape (case, 2)
        E0 [g/L] and k_d [1/s], both at least 0.
    world : World
        Chemistry that the cases live in.

    Returns
    -------
    array, shape (case, sample)
        Exact pH, without noise.

    Raises
    ------
    DomainError
        A quantity is outside the domain; the message names the case and the quantity.

    Examples
    --------
    >>> ph = simulate_ph([0.0, 10.0, 30.0], [[50.0, 0.25, 30.0, 7.0, 0.2]], [[0.5, 1e-3]])
    >>> ph.round(3).tolist()
    [[7.0, 8.341, 8.618]]
    """
    known, targets, time_s = _checked(time_s, known, targets)
    if not world.autonomous:
        return integrated_ph(time_s, *pack_world(known, world), targets)
    ph = np.empty((len(known), time_s.shape[1]))
    _simulate(time_s, pack_cases(known, world), targets, ph)
    return _without_nan(ph)


def ph_and_derivatives(
    time_s: ArrayLike, known: ArrayLike, targets: ArrayLike, world: World = TEMPERATURE_CORRECTED
) -> tuple[Array, Array]:
    """PH of every case and its derivatives by E0 and k_d, in closed form (by differences with slow CO2 or air).

    Parameters
    ----------
    time_s, known, targets, world
        As for ``simulate_ph``.

    Returns
    -------
    ph : array, shape (case, sample)
        Exact pH.
    derivatives : array, shape (case, sample, 2)
        dpH/dE0 [L/g] and dpH/dk_d [s].

    Raises
    ------
    DomainError
        As for ``simulate_ph``.

    Examples
    --------
    >>> _, derivatives = ph_and_derivatives([30.0], [[50.0, 0.25, 30.0, 7.0, 0.2]], [[0.5, 1e-3]])
    >>> derivatives.round(3).tolist()
    [[[0.438, -3.269]]]
    """
    known, targets, time_s = _checked(time_s, known, targets)
    if not world.autonomous:
        return integrated_derivatives(time_s, *pack_world(known, world), targets)
    ph = np.empty((len(known), time_s.shape[1]))
    derivatives = np.empty((*ph.shape, 2))
    _simulate_with_derivatives(time_s, pack_cases(known, world), targets, ph, derivatives)
    return _without_nan(ph), derivatives


def exposure_of_ph(ph: ArrayLike, known: ArrayLike, world: World = TEMPERATURE_CORRECTED) -> Array:
    """Exposure at which the reaction shows a given pH: the inverse of the progress curve.

    Parameters
    ----------
    ph : array_like, shape (case, sample)
        Measured pH, between 1 and 14. Below the initial pH the exposure is negative (the same integrand goes on) and
        falls with the pH, over the prior to pH 1 and over the whole domain to half a pH below the initial one;
        beyond the pH of the exhausted reaction it is +inf.
    known : array_like, shape (case, 5)
        Known inputs.
    world : World
        Chemistry that the cases live in.

    Returns
    -------
    array, shape (case, sample)
        Exposure u = E0 (1 - exp(-k_d t)) / k_d [g s/L].

    Raises
    ------
    DomainError
        A quantity is outside the domain; the message names the case and the quantity.
    BenchError
        A world with slow CO2 or air, which has no exposure.

    Examples
    --------
    >>> known = [[50.0, 0.25, 30.0, 7.0, 0.2]]
    >>> exposure_of_ph(simulate_ph([0.0, 10.0, 30.0], known, [[0.5, 0.0]]), known).round(4).tolist()
    [[0.0, 5.0, 15.0]]
    """
    return exposure_and_slope(ph, known, world)[0]


def exposure_and_slope(ph: ArrayLike, known: ArrayLike, world: World = TEMPERATURE_CORRECTED) -> tuple[Array, Array]:
    """Exposure at which the reaction shows a given pH, and its derivative by pH.

    Parameters
    ----------
    ph, known, world
        As for ``exposure_of_ph``.

    Returns
    -------
    exposure : array, shape (case, sample)
        Exposure [g s/L].
    slope : array, shape (case, sample)
        du/dpH [g s/L]: the standard deviation of the exposure for a probe noise of one pH.

    Raises
    ------
    DomainError
        As for ``exposure_of_ph``.

    Examples
    --------
    >>> u, slope = exposure_and_slope([[8.0]], [[50.0, 0.25, 30.0, 7.0, 0.2]])
    >>> bool(slope[0, 0] > 0)
    True
    """
    known = checked_known(known)
    ph = np.ascontiguousarray(ph, dtype=np.float64)
    if ph.ndim != 2 or len(ph) != len(known):
        raise BenchError(
            f"exposure_of_ph 'ph': shape must be ({len(known)}, sample), got {ph.shape}. Give one row of pH a case."
        )
    _check_range(ph, *MEASURED_PH, "pH")
    exposure = np.empty(ph.shape)
    slope = np.empty(ph.shape)
    _invert(ph, pack_cases(known, world), exposure, slope)
    return _without_nan(exposure), slope


def checked_known(known: ArrayLike) -> Array:
    """Known inputs as a (case, 5) array, every value inside the simulator's domain.

    Parameters
    ----------
    known : array_like, shape (case, 5)
        Known inputs.

    Returns
    -------
    array, shape (case, 5)
        The same, float64 and contiguous.

    Raises
    ------
    DomainError
        A quantity is outside the domain.

    Examples
    --------
    >>> checked_known([[50.0, 0.25, 70.0, 7.0, 0.2]])
    Traceback (most recent call last):
    bench.errors.DomainError: case 0 'temperature_C': value must be between 0.0 and 60.0, got 70.0. Mend the input.
    """
    known = np.ascontiguousarray(known, dtype=np.float64)
    if known.ndim != 2 or known.shape[1] != len(KNOWN_NAMES):
        raise BenchError(
            f"simulator 'known': shape must be (case, {len(KNOWN_NAMES)}), got {known.shape}. "
            f"Give the columns {', '.join(KNOWN_NAMES)}."
        )
    for column, name in enumerate(KNOWN_NAMES):
        low, high = DOMAIN.get(column, (-np.inf, np.inf))
        _check_range(known[:, column, None], low, high, name)
        if column == SUBSTRATE and (known[:, column] <= low).any():
            case = int(np.argmax(known[:, column] <= low))
            raise DomainError(
                f"case {case} '{name}': value must be above {low}, got {known[case, column]}. Mend the input."
            )
    return known


def _checked(time_s: ArrayLike, known: ArrayLike, targets: ArrayLike) -> tuple[Array, Array, Array]:
    """Check shapes and domain, and give contiguous float64 arrays, times as (1 or case, sample)."""
    known = checked_known(known)
    targets = np.ascontiguousarray(targets, dtype=np.float64)
    if targets.shape != (len(known), len(TARGET_NAMES)):
        raise BenchError(
            f"simulator 'targets': shape must be ({len(known)}, {len(TARGET_NAMES)}), got {targets.shape}. "
            f"Give the columns {', '.join(TARGET_NAMES)}."
        )
    for column, name in enumerate(TARGET_NAMES):
        _check_range(targets[:, column, None], 0.0, np.inf, name)
    time_s = np.atleast_2d(np.ascontiguousarray(time_s, dtype=np.float64))
    if time_s.ndim != 2 or len(time_s) not in (1, len(known)):
        raise BenchError(
            f"simulator 'time_s': shape must be (sample,) or ({len(known)}, sample), got {time_s.shape}. "
            "Give one row of times, or one a case."
        )
    _check_range(time_s, 0.0, np.inf, "time_s")
    return known, targets, time_s


def _check_range(values: Array, low: float, high: float, name: str) -> None:
    """Raise for the first (case, sample) value that is not finite or not between low and high."""
    wrong = ~(np.isfinite(values) & (values >= low) & (values <= high))
    if wrong.any():
        case, sample = (int(i) for i in np.unravel_index(int(np.argmax(wrong)), values.shape))
        limits = "finite" if np.isinf(low) else f"between {low} and {high}" if np.isfinite(high) else f"at least {low}"
        where = f"case {case}" if values.shape[1] == 1 else f"case {case}, sample {sample},"
        raise DomainError(f"{where} '{name}': value must be {limits}, got {values[case, sample]}. Mend the input.")


def _without_nan(values: Array) -> Array:
    """Raise for the first case whose curve could not be tabulated."""
    if np.isnan(values).any():
        case = int(np.argmax(np.isnan(values).any(axis=1)))
        where = f"case {case} 'progress curve'"
        raise DomainError(f"{where}: nodes must be at most {MAX_NODES}, got more. Report this case as a bug.")
    return values


@compiled
def _simulate(time_s: Array, packed: Array, targets: Array, ph: Array) -> None:
    """Fill ph (case, sample)."""
    curve = np.empty((N_ROWS, MAX_NODES))
    n_samples = time_s.shape[1]
    exposure = np.empty(n_samples)
    for i in range(packed.shape[0]):
        times = time_s[i if time_s.shape[0] > 1 else 0]
        u_stop = 0.0
        for k in range(n_samples):
            exposure[k] = targets[i, E0] * unit_exposure(times[k], targets[i, K_D])[0]
            u_stop = max(u_stop, exposure[k])
        n, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        j = 0
        for k in range(n_samples):
            if n < 0:
                ph[i, k] = math.nan
            else:
                ph[i, k], _, j = ph_at(exposure[k], curve, n, ph_eq, j)


@compiled
def _simulate_with_derivatives(time_s: Array, packed: Array, targets: Array, ph: Array, derivatives: Array) -> None:
    """Fill ph (case, sample) and derivatives (case, sample, target)."""
    curve = np.empty((N_ROWS, MAX_NODES))
    for i in range(packed.shape[0]):
        times = time_s[i if time_s.shape[0] > 1 else 0]
        u_stop = 0.0
        for k in range(times.shape[0]):
            u_stop = max(u_stop, targets[i, E0] * unit_exposure(times[k], targets[i, K_D])[0])
        n, ph_eq = build_curve(packed[i], packed[i, PH0], u_stop, math.inf, curve)
        j = 0
        for k in range(times.shape[0]):
            if n < 0:
                ph[i, k] = math.nan
                continue
            phi, phi_k_d = unit_exposure(times[k], targets[i, K_D])
            ph[i, k], slope, j = ph_at(targets[i, E0] * phi, curve, n, ph_eq, j)
            derivatives[i, k, E0] = slope * phi
            derivatives[i, k, K_D] = slope * targets[i, E0] * phi_k_d


@compiled
def _invert(ph: Array, packed: Array, exposure: Array, slope: Array) -> None:
    """Fill exposure and its slope (case, sample)."""
    curve = np.empty((N_ROWS, MAX_NODES))
    for i in range(packed.shape[0]):
        ph_start, ph_stop = packed[i, PH0], packed[i, PH0] + 1e-6
        for k in range(ph.shape[1]):
            ph_start = min(ph_start, ph[i, k])
            ph_stop = max(ph_stop, ph[i, k])
        n, ph_eq = build_curve(packed[i], ph_start, math.inf, ph_stop, curve)
        j = 0
        for k in range(ph.shape[1]):
            if n < 0:
                exposure[i, k] = math.nan
            else:
                exposure[i, k], slope[i, k], j = exposure_at(ph[i, k], curve, n, ph_eq, j)
