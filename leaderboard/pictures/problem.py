"""Picture of the problem: two reactions that a short prefix cannot tell apart, and that end differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from bench.draw import draw_parameters
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, INITIAL_PH, K_D, SUBSTRATE, TARGETS, TEMPERATURE
from bench.world.simulator import simulate_ph
from leaderboard.pictures.looks import Colour, frame
from leaderboard.wording import SHOWN, quantity_text

Array = NDArray[np.float64]

PREFIX = Acquisition(30.0, 0.3)
REACTION_S = 2000.0
STREAM = "problem"
"""Random stream of the measured samples: neither training, validation nor test."""
STYLES: tuple[tuple[float, tuple[float, ...]], ...] = ((0.0, ()), (0.0, (4.0, 3.0)))
"""The second is dashed, so that one is seen under the other."""
COLOURS: tuple[Colour, Colour] = ((0.004, 0.451, 0.698), (0.871, 0.561, 0.020))


@dataclass(frozen=True, eq=False)
class Twins:
    """Two reactions with the same known inputs, as alike on a prefix as their deactivation rates allow.

    Parameters
    ----------
    known : array, shape (2, 5)
        Known inputs, the same twice.
    targets : array, shape (2, 2)
        E0 [g/L] and k_d [1/s] of each.
    """

    known: Array
    targets: Array

    @classmethod
    def of(cls, known: Array, first: Array, k_d: float, prefix: Acquisition = PREFIX) -> Twins:
        """Give a reaction its twin of another deactivation rate.

        Examples
        --------
        >>> twins = Twins.of(np.array([50.0, 0.25, 30.0, 7.0, 0.2]), np.array([0.15, 5e-4]), 3e-3)
        >>> bool(np.ptp(simulate_ph(PREFIX.grid_s, twins.known, twins.targets), axis=0).max() < 0.01)
        True
        """
        shown = simulate_ph(prefix.grid_s, known[None], first[None])

        def misfit(E0_g_per_L: float) -> float:
            other = simulate_ph(prefix.grid_s, known[None], [[E0_g_per_L, k_d]])
            return float(np.sum((other - shown) ** 2))

        found = minimize_scalar(misfit, bounds=(TARGETS[E0].low, TARGETS[E0].high), method="bounded")
        return cls(np.array([known, known]), np.array([first, [found.x, k_d]]))

    @property
    def names(self) -> list[str]:
        """Parameters of each, as they stand in pictures."""
        texts = []
        for values in self.targets:
            numbers = [quantity_text(value / shown.scale) for value, shown in zip(values, SHOWN, strict=True)]
            texts.append(f"$E_0$ = {numbers[E0]} g/L, $k_d$ = {numbers[K_D]} × 10⁻³ s⁻¹")
        return texts


def example_twins() -> Twins:
    """Twins of the documents: one set of known inputs in the middle of the prior."""
    known = draw_parameters(STREAM, range(1))[0][0]
    known[[SUBSTRATE, TEMPERATURE, INITIAL_PH]] = 50.0, 25.0, 7.0
    return Twins.of(known, np.array([0.1, 5e-4]), 3e-3)


def draw_problem(twins: Twins) -> Figure:
    """Draw the prefix, what tells the twins apart there, their exposures, and the reaction to its end."""
    figure = Figure(figsize=(9.0, 6.6))
    (prefix, reaction), (difference, exposure) = figure.subplots(2, 2)
    _prefix(prefix, twins)
    _reaction(reaction, twins)
    _difference(difference, twins)
    _exposure(exposure, twins)
    keys = [
        Line2D([], [], color=colour, linewidth=2.0, linestyle=style, label=name)
        for colour, style, name in zip(COLOURS, STYLES, twins.names, strict=True)
    ]
    keys.append(Line2D([], [], color="0.5", marker="o", markersize=3, linestyle="", label="measured samples"))
    figure.legend(handles=keys, loc="lower center", ncols=3, frameon=False)
    figure.suptitle("Two reactions, one prefix")
    frame(figure, left=0.65, right=0.2, bottom=0.95, top=0.75, wspace=0.24, hspace=0.42)
    return figure


def _prefix(ax: Axes, twins: Twins) -> None:
    """What is measured: samples of the first reaction, and both curves."""
    traces = measure(PREFIX, twins.known[:1], twins.targets[:1], TEMPERATURE_CORRECTED, STREAM, range(1))
    ax.plot(traces.time_s[0], traces.ph[0], "o", color="0.5", markersize=2.5, zorder=2)
    _curves(ax, PREFIX.grid_s, simulate_ph(PREFIX.grid_s, twins.known, twins.targets))
    ax.set_title(f"What is measured: {PREFIX.label}, noise {PREFIX.noise_sd:g} pH", loc="left")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("pH")


def _reaction(ax: Axes, twins: Twins) -> None:
    """What the laboratory wants to know: the prefix and all that follows, in logarithmic time."""
    time_s = np.geomspace(1.0, REACTION_S, 401)
    ph = simulate_ph(time_s, twins.known, twins.targets)
    _curves(ax, time_s, ph)
    ax.set_xscale("log")
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    ax.axvspan(time_s[0], PREFIX.prefix_s, color="0.88", zorder=0, linewidth=0)
    ax.text(1.3, ph.max(), "measured", color="0.35", fontsize=8, va="top")
    low, high = np.sort(ph[:, -1])
    beside = 1.15 * REACTION_S
    ends = {"arrowstyle": "<->", "color": "0.35", "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (beside, low), (beside, high), arrowprops=ends)
    ax.text(
        beside,
        low - 0.15,
        f"{high - low:.2f} pH apart\nat {REACTION_S:g} s",
        ha="right",
        va="top",
        fontsize=8,
        color="0.35",
    )
    ax.set_title("What is wanted: the whole reaction", loc="left")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("pH")


def _difference(ax: Axes, twins: Twins) -> None:
    """All that tells them apart, beside the noise of one sample."""
    ph = simulate_ph(PREFIX.grid_s, twins.known, twins.targets)
    noise = 1e3 * PREFIX.noise_sd
    ax.axhspan(-noise, noise, color="0.88", zorder=0, linewidth=0)
    ax.text(0.98, 0.93, "± noise of one sample", transform=ax.transAxes, ha="right", color="0.35", fontsize=8)
    ax.plot(PREFIX.grid_s, 1e3 * (ph[1] - ph[0]), color="0.1", linewidth=1.5)
    ax.set_ylim(-1.25 * noise, 1.25 * noise)
    ax.set_title("What tells them apart on the prefix", loc="left")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("difference of pH [10⁻³]")


def _exposure(ax: Axes, twins: Twins) -> None:
    """Exposure, in which every factor but the loss of activity is taken out."""
    time_s = np.linspace(0.0, 10.0 * PREFIX.prefix_s, 301)
    rate = twins.targets[:, K_D, None]
    _curves(ax, time_s, -twins.targets[:, E0, None] * np.expm1(-rate * time_s) / rate)
    ax.axvspan(0.0, PREFIX.prefix_s, color="0.85", zorder=0, linewidth=0)
    ax.set_title("Exposure: slope $E_0$ at 0, bent by $k_d$", loc="left")
    ax.set_xlabel("time [s]")
    ax.set_ylabel("exposure [g s/L]")


def _curves(ax: Axes, time_s: Array, values: Array) -> None:
    """Both reactions."""
    for row, colour, style in zip(values, COLOURS, STYLES, strict=True):
        ax.plot(time_s, row, color=colour, linewidth=2.0, linestyle=style, zorder=3)
