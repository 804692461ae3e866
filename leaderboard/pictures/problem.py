"""Picture of the problem: two reactions that a short prefix cannot tell apart, and that end differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import minimize_scalar

from bench.arrays import Array
from bench.draw import draw_parameters
from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.quantities import E0, INITIAL_PH, K_D, SUBSTRATE, TARGETS, TEMPERATURE
from bench.world.simulator import simulate_ph
from leaderboard.pictures.looks import BAND, BLUE, ORANGE, legend
from leaderboard.wording import SHOWN, quantity_text

PREFIX = Acquisition(30.0, 0.3)
REACTION_S = 2000.0
STREAM = "problem"
"""Random stream of the measured samples: neither training, validation nor test."""


@dataclass(frozen=True, eq=False)
class Twins:
    """Two reactions with the same known inputs (2, 5), with targets (2, 2) as alike on a prefix as their k_d allow."""

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

        least = minimize_scalar(misfit, bounds=(TARGETS[E0].low, TARGETS[E0].high), method="bounded")
        return cls(np.array([known, known]), np.array([first, [least.x, k_d]]))

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
    figure = Figure(figsize=(9.0, 6.6), layout="constrained")
    (prefix, reaction), (difference, exposure) = figure.subplots(2, 2)
    _prefix(prefix, twins)
    _reaction(reaction, twins)
    _difference(difference, twins)
    _exposure(exposure, twins)
    for ax in figure.axes:
        ax.set_xlabel("time [s]")
    legend(figure)
    figure.suptitle("Two reactions, one prefix")
    return figure


def _prefix(ax: Axes, twins: Twins) -> None:
    """What is measured: samples of the first reaction, and both curves."""
    traces = measure(PREFIX, twins.known[:1], twins.targets[:1], TEMPERATURE_CORRECTED, STREAM, range(1))
    _curves(ax, twins, PREFIX.grid_s, simulate_ph(PREFIX.grid_s, twins.known, twins.targets))
    ax.plot(traces.time_s[0], traces.ph[0], "o", color="0.5", markersize=2.5, label="measured samples", zorder=2)
    ax.set_title(f"What is measured: {PREFIX.label}, noise {PREFIX.noise_sd:g} pH")
    ax.set_ylabel("pH")


def _reaction(ax: Axes, twins: Twins) -> None:
    """What the laboratory wants to know: the prefix and all that follows, in logarithmic time."""
    time_s = np.geomspace(1.0, REACTION_S, 401)
    ph = simulate_ph(time_s, twins.known, twins.targets)
    _curves(ax, twins, time_s, ph)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.axvspan(time_s[0], PREFIX.prefix_s, color=BAND, zorder=0, linewidth=0)
    ax.text(1.3, ph.max(), "measured", color="0.35", va="top")
    low, high = np.sort(ph[:, -1])
    ax.errorbar(1.2 * REACTION_S, (low + high) / 2, (high - low) / 2, color="0.35", capsize=3)
    text = f"{high - low:.2f} pH apart\nat {REACTION_S:g} s"
    ax.text(1.2 * REACTION_S, low - 0.15, text, color="0.35", ha="right", va="top")
    ax.set_title("What is wanted: the whole reaction")
    ax.set_ylabel("pH")


def _difference(ax: Axes, twins: Twins) -> None:
    """All that tells them apart, beside the noise of one sample."""
    ph = simulate_ph(PREFIX.grid_s, twins.known, twins.targets)
    noise = 1e3 * PREFIX.noise_sd
    ax.axhspan(-noise, noise, color=BAND, zorder=0, linewidth=0)
    ax.text(PREFIX.prefix_s, 1.05 * noise, "± noise of one sample", ha="right", color="0.35")
    ax.plot(PREFIX.grid_s, 1e3 * (ph[1] - ph[0]), color="0.1")
    ax.set_ylim(-1.25 * noise, 1.25 * noise)
    ax.set_title("What tells them apart on the prefix")
    ax.set_ylabel("difference of pH [10⁻³]")


def _exposure(ax: Axes, twins: Twins) -> None:
    """Exposure, in which every factor but the loss of activity is taken out."""
    time_s = np.linspace(0.0, 10.0 * PREFIX.prefix_s, 301)
    rate = twins.targets[:, K_D, None]
    _curves(ax, twins, time_s, -twins.targets[:, E0, None] * np.expm1(-rate * time_s) / rate)
    ax.axvspan(0.0, PREFIX.prefix_s, color=BAND, zorder=0, linewidth=0)
    ax.set_title("Exposure: slope $E_0$ at 0, bent by $k_d$")
    ax.set_ylabel("exposure [g s/L]")


def _curves(ax: Axes, twins: Twins, time_s: Array, values: Array) -> None:
    """Both reactions; the second is dashed, so that one is seen under the other."""
    for row, colour, style, name in zip(values, (BLUE, ORANGE), ("-", "--"), twins.names, strict=True):
        ax.plot(time_s, row, style, color=colour, linewidth=2.0, label=name, zorder=3)
