"""Both targets together: draws from exact posteriors, the energy score of draws, how far two sets of them are apart.

Source: Gneiting & Raftery, JASA 102 (2007) 359-378, doi:10.1198/016214506000001437, for the score; Szekely & Rizzo, J.
Stat. Plan. Inference 143 (2013) 1249-1272, doi:10.1016/j.jspi.2013.03.018, for the distance.
"""

from __future__ import annotations

import numpy as np
from scipy import spatial

from bench.arrays import Array
from bench.ceiling.marginals import interpolation
from bench.ceiling.posterior import Posterior
from bench.seeding import Stream

N_FINE = 96
"""Cells along each target in which a density is taken as even: its standard deviation is 0.1 % too large."""
CHUNK = 100
"""Cases at once: bounds memory, moves no result."""
N_DEALS = 99
"""Ways of dealing two sets of draws again: a probability of 5 % is the fifth largest."""


def exact_draws(posterior: Posterior, n_draws: int, stream: str) -> Array:
    """Draw both targets from exact posteriors.

    Parameters
    ----------
    posterior : Posterior
        One a case.
    n_draws : int
        Draws of each.
    stream : str
        Name of the random stream.

    Returns
    -------
    array, shape (case, draw, 2)
        E0 [g/L] and k_d [1/s].
    """
    n_cases = len(posterior.k_d)
    uniform = Stream(stream).generator(0).random((n_cases, 2, n_draws))
    parts = [slice(start, start + CHUNK) for start in range(0, n_cases, CHUNK)]
    return np.concatenate(
        [_drawn(posterior.log_density[part], posterior.windows[part], uniform[part]) for part in parts]
    )


def _drawn(log_density: Array, windows: Array, uniform: Array) -> Array:
    """Draw k_d, then E0 given k_d, from the densities interpolated to fine cells."""
    n_k_d, n_E0 = log_density.shape[1:]
    middles = (2.0 * np.arange(N_FINE) + 1.0) / N_FINE - 1.0
    to_k_d, to_E0 = (interpolation(n, middles) for n in (n_k_d, n_E0))
    ends = np.einsum("fn,cne->cfe", to_k_d, windows[:, 1:])
    fine = to_k_d @ log_density @ to_E0.T
    height = np.exp(fine - fine.max(axis=(1, 2), keepdims=True)) * np.diff(ends, axis=2)
    cell, share = _cells(height.sum(axis=2), uniform[:, 0])
    k_d = windows[:, :1, 0] + np.diff(windows[:, 0], axis=1) * (cell + share) / N_FINE
    case = np.arange(len(fine))[:, None]
    at = (cell + share) - 0.5
    below = np.clip(np.floor(at).astype(int), 0, N_FINE - 2)
    ends_at = ends[case, below] + (at - below)[..., None] * (ends[case, below + 1] - ends[case, below])
    inner, inner_share = _cells(height[case, cell].reshape(-1, N_FINE), uniform[:, 1].reshape(-1, 1))
    place = ((inner + inner_share) / N_FINE).reshape(k_d.shape)
    return np.stack([ends_at[..., 0] + (ends_at[..., 1] - ends_at[..., 0]) * place, k_d], axis=2)


def _cells(height: Array, uniform: Array) -> tuple[Array, Array]:
    """Cell, and the share of it that is left of the draw, for each uniform draw of each density."""
    below = np.cumsum(height, axis=1)
    wanted = uniform * below[:, -1:]
    cell = np.minimum((below[:, None, :] < wanted[:, :, None]).sum(axis=2), height.shape[1] - 1)
    inside = np.take_along_axis(height, cell, axis=1)
    return cell, np.clip(1.0 - (np.take_along_axis(below, cell, axis=1) - wanted) / inside, 0.0, 1.0)


def energy_scores(truth: Array, samples: Array, unit: Array, *, fair: bool = False) -> Array:
    """Score draws of both targets together: their mean distance from the truth less half of that among them.

    Parameters
    ----------
    truth : array, shape (case, 2)
        True values.
    samples : array, shape (case, draw, 2)
        Draws.
    unit : array, shape (2,)
        What distances along each target are measured in.
    fair : bool
        Score the distribution that the draws come from, not the draws as they are.

    Returns
    -------
    array, shape (case,)
        Smaller is better; 0 is the truth itself.

    Examples
    --------
    >>> energy_scores(np.zeros((1, 2)), np.array([[[3.0, 4.0], [3.0, 4.0]]]), np.ones(2)).tolist()
    [5.0]
    """
    n_draws = samples.shape[1]
    pairs = n_draws * (n_draws - 1) if fair else n_draws**2
    away = np.linalg.norm((samples - truth[:, None]) / unit, axis=2).mean(axis=1)
    among = [spatial.distance.pdist(draws / unit).sum() for draws in samples]
    return np.asarray(away - np.array(among) / pairs)


def apart(one: Array, other: Array, unit: Array) -> tuple[Array, Array]:
    """Ask of each case how far two sets of draws are apart, and whether chance can explain it.

    Parameters
    ----------
    one, other : array, shape (case, draw, 2)
        Two sets of draws; their numbers may differ.
    unit : array, shape (case, 2)
        What distances along each target are measured in, a case.

    Returns
    -------
    distance, chance : array, shape (case,)
        Energy distance, 0 for one distribution and 1 for two that do not touch; and the share of ways of dealing the
        draws into two sets that leave them as far apart.

    Examples
    --------
    >>> draws = np.random.default_rng(0).standard_normal((2, 1, 200, 2))
    >>> apart(draws[0], draws[1], np.ones((1, 2)))[1] > 0.05
    array([ True])
    >>> apart(draws[0], draws[1] + 1.0, np.ones((1, 2)))[1]
    array([0.01])
    """
    n_one, n_other = one.shape[1], other.shape[1]
    generator = np.random.default_rng(0)
    dealt = np.arange(n_one + n_other) < n_one
    deals = np.stack([dealt, *(generator.permutation(dealt) for _ in range(N_DEALS))], axis=1)
    shares = np.where(deals, 1.0 / n_one, -1.0 / n_other)
    distance, chance = np.empty(len(one)), np.empty(len(one))
    for case, pair in enumerate(zip(one / unit[:, None], other / unit[:, None], strict=True)):
        between = spatial.distance.squareform(spatial.distance.pdist(np.concatenate(pair)))
        squared = -np.sum(shares * (between @ shares), axis=0)
        distance[case] = squared[0] / (2.0 * between[:n_one, n_one:].mean())
        chance[case] = np.mean(squared >= squared[0] * (1.0 - 1e-12))
    return distance, chance
