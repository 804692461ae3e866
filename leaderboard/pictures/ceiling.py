"""Picture of the ceiling: what the exact posterior makes of k_d on prefixes that say more and more of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from bench.ceiling.posterior import exact_posterior
from bench.draw import draw_measured
from bench.metrics import r2
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import TARGETS
from leaderboard.pictures.looks import frame
from leaderboard.wording import SHOWN, Shown, r2_text

Array = NDArray[np.float64]

SCATTERS = (Acquisition(30.0, 10.0), Acquisition(30.0, 0.3), Acquisition(60.0, 0.3))
PREFIXES_S = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
INTERVALS_S = (0.3, 1.0, 10.0)
STREAM = "ceiling picture"
"""Random streams of these cases: neither training, validation nor test."""
GREYS = {0.3: "0.0", 1.0: "0.35", 10.0: "0.6"}
MARKS = {0.3: "o", 1.0: "s", 10.0: "^"}


@dataclass(frozen=True, eq=False)
class Known:
    """What the exact posterior knows of many cases under one acquisition.

    Parameters
    ----------
    acquisition : Acquisition
        How they were measured.
    truth, mean, sd : array, shape (case, 2)
        True targets, posterior means and standard deviations, E0 [g/L] and k_d [1/s].
    """

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
    figure = Figure(figsize=(9.0, 6.9))
    grid = figure.add_gridspec(2, 6)
    shown = SHOWN[1]
    for column, acquisition in enumerate(SCATTERS):
        ax = figure.add_subplot(grid[0, 2 * column : 2 * column + 2])
        _scatter(ax, Known.of(acquisition, n_cases), shown)
        if column == 0:
            ax.set_ylabel(f"best answer for {shown.formula} [{shown.formula_unit}]")
    panels = figure.add_subplot(grid[1, :3]), figure.add_subplot(grid[1, 3:])
    for interval in INTERVALS_S:
        at = [prefix for prefix in PREFIXES_S if prefix >= interval]
        reached = np.array([Known.of(Acquisition(prefix, interval), n_cases).implied_r2 for prefix in at])
        for column, (ax, target) in enumerate(zip(panels, SHOWN, strict=True)):
            ax.plot(at, reached[:, column], color=GREYS[interval], marker=MARKS[interval], markersize=5)
            ax.set_title(f"Attainable R2 of {target.formula}", loc="left")
            ax.set_xlabel("prefix [s]")
    for ax in panels:
        ax.axhline(0.0, color="0.45", linewidth=1.0)
        ax.text(PREFIXES_S[-1], 0.02, "0: a constant answer", ha="right", va="bottom", fontsize=8, color="0.35")
        ax.set_ylim(-0.05, 1.05)
    panels[0].set_ylabel("R2")
    keys = [
        Line2D(
            [], [], color=GREYS[interval], marker=MARKS[interval], markersize=5, label=f"sampled every {interval:g} s"
        )
        for interval in INTERVALS_S
    ]
    figure.legend(handles=keys, loc="lower center", ncols=3, frameon=False)
    figure.suptitle(f"What the best possible answer reaches: the exact posterior, {n_cases:,} cases a point")
    frame(figure, left=0.65, right=0.2, bottom=0.95, top=0.75, wspace=0.7, hspace=0.42)
    return figure


def _scatter(ax: Axes, known: Known, shown: Shown) -> None:
    """Posterior means of k_d against the truth."""
    truth, mean = known.truth[:, 1] / shown.scale, known.mean[:, 1] / shown.scale
    middle = 0.5 * (shown.low + shown.high)
    ax.plot([shown.low, shown.high], [shown.low, shown.high], color="0.6", linewidth=1.0, zorder=1)
    ax.axhline(middle, color="0.6", linewidth=1.0, linestyle=":", zorder=1)
    ax.plot(truth, mean, "o", markersize=1.6, color="0.1", alpha=0.5, zorder=2)
    ax.set_xlim(0.0, shown.high)
    ax.set_ylim(0.0, shown.high)
    ax.set_box_aspect(1.0)
    reached = r2(known.truth[:, 1], known.mean[:, 1])
    ax.set_title(f"{known.acquisition.label}: R2 {r2_text(reached)}", loc="left")
    ax.set_xlabel(f"true {shown.formula} [{shown.formula_unit}]")
