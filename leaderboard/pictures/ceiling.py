"""Picture of the ceiling: what the exact posterior makes of k_d on prefixes that say more and more of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from bench.arrays import Array
from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.metrics import r2
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import K_D, TARGETS
from leaderboard.pictures.looks import legend
from leaderboard.pictures.scores import draw_answers
from leaderboard.wording import SHOWN, r2_text

SCATTERS = (Acquisition(30.0, 10.0), Acquisition(30.0, 0.3), Acquisition(60.0, 0.3))
PREFIXES_S = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
INTERVALS_S = (0.3, 1.0, 10.0)
STREAM = "ceiling picture"
"""Random streams of these cases: neither training, validation nor test."""


@dataclass(frozen=True, eq=False)
class Known:
    """What the exact posterior knows of many cases: true targets, means and standard deviations, each (case, 2)."""

    acquisition: Acquisition
    truth: Array
    mean: Array
    sd: Array

    @classmethod
    def of(cls, acquisition: Acquisition, n_cases: int) -> Known:
        """Draw cases from the prior, measure them, and compute their posteriors.

        Examples
        --------
        >>> known = Known.of(Acquisition(10.0, 10.0), 20)
        >>> bool((known.implied_r2 < 1).all())
        True
        """
        measured, targets = draw_measured(acquisition, TEMPERATURE_CORRECTED, STREAM, range(n_cases))
        posterior = exact_posterior(measured, acquisition, TEMPERATURE_CORRECTED)
        return cls(acquisition, targets.values, posterior.mean, posterior.sd)

    @property
    def implied_r2(self) -> Array:
        """R2 that the posterior implies, 1 - E[Var] / prior variance, shape (2,)."""
        prior = np.array([(target.high - target.low) ** 2 / 12.0 for target in TARGETS])
        return np.asarray(1.0 - np.mean(self.sd**2, axis=0) / prior)


def draw_ceiling(n_cases: int = 1000) -> Figure:
    """Draw the best answers against the truth, and how the ceiling rises with the prefix."""
    figure = Figure(figsize=(9.0, 7.0), layout="constrained")
    above, below = figure.subfigures(2, 1, squeeze=False)[:, 0]
    shown = SHOWN[K_D]
    scatters = above.subplots(1, len(SCATTERS), sharey=True)
    for ax, acquisition in zip(scatters, SCATTERS, strict=True):
        known = Known.of(acquisition, n_cases)
        draw_answers(ax, known.truth, known.mean, shown, "0")
        ax.axhline(0.5 * (shown.low + shown.high), color="0.4", linewidth=1.0, linestyle=":")
        ax.set(xlim=(0.0, shown.high), ylim=(0.0, shown.high), box_aspect=1.0)
        ax.locator_params(nbins=6)
        ax.set_title(f"{acquisition.label}: R2 {r2_text(r2(known.truth[:, K_D], known.mean[:, K_D]))}")
        ax.set_xlabel(f"true {shown.formula} [{shown.formula_unit}]")
    scatters[0].set_ylabel(f"best answer for {shown.formula} [{shown.formula_unit}]")

    reached = pd.DataFrame(
        [
            (prefix, f"sampled every {interval:g} s", *Known.of(Acquisition(prefix, interval), n_cases).implied_r2)
            for interval in INTERVALS_S
            for prefix in PREFIXES_S
        ],
        columns=["prefix [s]", "interval", *(target.name for target in SHOWN)],
    )
    grouped = {"x": "prefix [s]", "hue": "interval", "style": "interval", "palette": ["0", "0.35", "0.6"]}
    for ax, target in zip(below.subplots(1, len(SHOWN), sharey=True), SHOWN, strict=True):
        sns.lineplot(reached, y=target.name, **grouped, markers=["o", "s", "^"], dashes=False, ax=ax)
        ax.get_legend().remove()
        ax.axhline(0.0, color="0.45", linewidth=1.0)
        ax.text(PREFIXES_S[-1], 0.02, "0: a constant answer", ha="right", va="bottom", color="0.35")
        ax.set(title=f"Attainable R2 of {target.formula}", ylabel="R2", ylim=(-0.05, 1.05))
    legend(figure)
    figure.suptitle(f"What the best possible answer reaches: the exact posterior, {n_cases:,} cases a point")
    return figure
