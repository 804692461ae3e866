"""Picture of one inference: the trace and its fit, what is left over, the forecast, and what is known of k_d."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.arrays import Array
from bench.ceiling.forecast import REFERENCE_TIME_S
from bench.infer.duration import many
from bench.infer.fit import Fit, fitted_ph
from bench.infer.inference import Inference
from bench.world.quantities import E0, K_D, TARGETS
from bench.world.simulator import simulate_ph
from leaderboard.pictures.forecasts import BAND_SD
from leaderboard.pictures.looks import BAND, BLUE, ORANGE, SMOOTH_LINSCALE, drawing, save
from leaderboard.wording import SHOWN, quantity_text

N_FINE = 300
"""Points of a smooth curve."""
TICKS_S = (0, 3, 10, 30, 100, 300, 1000, 2000, 10_000, 100_000)


@dataclass(frozen=True)
class RowAnswer:
    """What a learned row says of the same trace: E0 [g/L] and k_d [1/s]; what it states of them, if it does."""

    name: str
    mean: Array
    sd: Array | None = None
    samples: Array | None = None


def draw_inference(inference: Inference, title: str, path: Path, answer: RowAnswer | None = None) -> Path:
    """Draw an inference into a file."""
    with drawing():
        figure = Figure(figsize=(10.0, 6.0), layout="constrained")
        panels = figure.subplots(2, 2, height_ratios=[1.7, 1.0], width_ratios=[1.0, 1.15])
        _trace(panels[0, 0], inference)
        _residuals(panels[1, 0], inference, inference.fit)
        _forecast(panels[0, 1], inference, answer)
        _rate(panels[1, 1], inference, answer)
        figure.suptitle(title)
        return save(figure, path)


def _trace(ax: Axes, inference: Inference) -> None:
    """Samples, and what the electrode shows of the best fit."""
    time_s, ph = inference.traces.time_s[0], inference.traces.ph[0]
    ax.plot(time_s, ph, "o", color="0.3", markersize=3.0 if len(ph) > 40 else 5.0, label="measured", zorder=2)
    fine = np.linspace(0.0, time_s[-1], N_FINE)
    fitted = fitted_ph(inference.fit, fine, inference.traces.known, inference.acquisition, inference.world)
    ax.plot(fine, fitted, color=BLUE, linewidth=1.6, label="best fit", zorder=3)
    ax.set_ylabel("pH")
    ax.set_title("The trace")
    ax.legend(loc="lower right")


def _residuals(ax: Axes, inference: Inference, fit: Fit) -> None:
    """What the best fit leaves, beside the noise that was assumed."""
    time_s, noise = inference.traces.time_s[0], inference.acquisition.noise_sd
    residual = fit.residual[: len(time_s)] * noise
    ax.axhspan(-2 * noise, 2 * noise, color=BAND, linewidth=0, label="95 % of the noise assumed")
    ax.axhline(0.0, color="0.6", linewidth=0.8)
    ax.plot(time_s, residual, "o", color="0.3", markersize=2.5 if len(time_s) > 40 else 4.0)
    limit = 1.25 * max(float(np.abs(residual).max()), 3 * noise)
    ax.set_ylim(-limit, limit)
    ax.set_xlabel("time [s]")
    ax.set_ylabel("measured $-$ fit")
    _legend_above(ax)


def _forecast(ax: Axes, inference: Inference, answer: RowAnswer | None) -> None:
    """The whole reaction, as far as the trace tells it."""
    prefix_s = inference.acquisition.prefix_s
    known, later = inference.traces.known, REFERENCE_TIME_S[prefix_s < REFERENCE_TIME_S]
    time_s = np.append(np.linspace(0.0, prefix_s, N_FINE), later)
    mean, sd = inference.posterior.predictive_ph(time_s, known, inference.world)
    low, high = (mean[0] + sign * BAND_SD * sd[0] for sign in (-1, 1))
    ax.fill_between(time_s, low, high, color=BLUE, alpha=0.25, linewidth=0)
    cut = ", cut to the prior" if inference.beyond_prior else ""
    ax.plot(time_s, mean[0], color=BLUE, linewidth=1.6, label=f"exact posterior{cut}", zorder=3)
    if cut:
        free = simulate_ph(time_s, known, inference.fit.targets[None], inference.world)[0]
        ax.plot(time_s, free, color="0.3", linestyle=":", label="best fit, no prior")
    if answer is not None:
        clipped = np.clip(answer.mean, *np.array([(target.low, target.high) for target in TARGETS]).T)
        label = answer.name if np.array_equal(clipped, answer.mean) else f"{answer.name}, cut to the prior"
        forecast = simulate_ph(time_s, known, clipped[None], inference.world)[0]
        ax.plot(time_s, forecast, color=ORANGE, linestyle="--", label=label)
    ax.plot(inference.traces.time_s[0], inference.traces.ph[0], ".", color="0.3", markersize=2.5)
    ax.axvspan(0.0, prefix_s, color=BAND, zorder=0)
    ax.set_xlim(0.0, time_s[-1])
    if len(later):
        # The steep start stands beside; without it the band of the forecast can be seen.
        ax.set_ylim(bottom=float(np.interp(prefix_s / 3, time_s, mean[0])))
        # Linear as far as the trace goes, logarithmic after it.
        ax.set_xscale("symlog", linthresh=prefix_s, linscale=SMOOTH_LINSCALE)
        ax.set_xticks([tick for tick in TICKS_S if tick <= time_s[-1] and (tick == 0 or tick >= 0.3 * prefix_s)])
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
    ax.set_xlabel("time [s], logarithmic beyond the trace" if len(later) else "time [s]")
    forecast = f"Forecast to {time_s[-1]:g} s, with its 90 % band"
    ax.set_title(forecast if len(later) else "The trace leaves nothing to forecast")
    ax.legend(loc="lower right")


def _rate(ax: Axes, inference: Inference, answer: RowAnswer | None) -> None:
    """Posterior of k_d beside its prior."""
    shown = SHOWN[K_D]
    k_d = np.linspace(shown.low, shown.high, N_FINE)
    points = np.stack([np.full(N_FINE, inference.mean[E0]), k_d * shown.scale], axis=1)
    density = many(inference.posterior.marginals, N_FINE).density(points)[:, K_D] * shown.scale
    ax.fill_between(k_d, density, color=BLUE, alpha=0.25, linewidth=0)
    ax.plot(k_d, density, color=BLUE, linewidth=1.4, label="after the trace")
    ax.axhline(1.0 / (shown.high - shown.low), color="0.4", linestyle=":", linewidth=1.2, label="before (prior)")
    if answer is not None:
        value = float(np.clip(answer.mean[K_D] / shown.scale, shown.low, shown.high))
        ax.axvline(value, color=ORANGE, linestyle="--", label=answer.name)
    low, high = (quantity_text(end / shown.scale) for end in inference.intervals[0.9][K_D])
    ax.set_title(f"{shown.formula}, 90 %: {low} to {high}")
    ax.set_xlabel(f"{shown.formula} [{shown.formula_unit}]")
    ax.set_xlim(0.0, shown.high)
    ax.set_ylim(bottom=0.0)
    ax.set_yticks([])
    _legend_above(ax)


def _legend_above(ax: Axes) -> None:
    """Name what is drawn above a panel that is full."""
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.2)
