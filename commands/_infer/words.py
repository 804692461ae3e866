"""What an inference says, in sentences for whoever measured the trace."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.cases import Traces
from bench.errors import BenchError
from bench.infer.duration import HORIZON_S, WANTED, Duration
from bench.infer.fit import INITIAL, LAG, NOISE, OFFSET, Doubt
from bench.infer.inference import UNKNOWN, Inference
from bench.laboratory.trace import OTHER_UNITS, LabTrace
from bench.world.quantities import INITIAL_PH, K_D, KNOWN, TARGETS
from leaderboard.wording import SHOWN, quantity_text

FINE_S = 0.3
"""Sampling interval that a coarser trace is compared with: the training interval of most tasks."""
UNSETTLED = "Estimates and intervals are not to be trusted before that is settled."
EQUAL = 1000.0
"""Ratio of chances up to which two doubts explain a trace about equally well."""
SHORT_S, LONG_S = 2.0, 1000.0
"""Traces shorter or longer than these are more likely in another unit of time."""


def fit_sentences(inference: Inference, doubts: Sequence[Doubt]) -> list[str]:
    """Say whether the reaction explains the trace, and if not, what would."""
    ph, noise = inference.traces.ph[0], inference.acquisition.noise_sd
    residual = noise * math.sqrt(inference.fit.chi_square / inference.fit.n_free)
    start = f"Residuals of the best fit are {residual:.2g} pH, the noise was taken as {noise:g} pH"
    if not doubts:
        few = " Few samples: a fault of the electrode could hide." if len(ph) < 8 else ""
        return [f"{start}: the reaction explains the trace.{few}"]
    equals = [_doubt(each, inference) for each in doubts[1:] if each.p <= EQUAL * doubts[0].p]
    rest = [sentence.replace("would fit better", "would fit about as well") for sentence in equals]
    return [f"{start}.", _doubt(doubts[0], inference), *rest, *[UNSETTLED] * (not intervals_hold(inference, doubts))]


def intervals_hold(inference: Inference, doubts: Sequence[Doubt]) -> bool:
    """Whether the intervals are not too narrow: nothing is doubted but a noise that is smaller than assumed."""
    return all(doubt.what == NOISE and doubt.value < inference.acquisition.noise_sd for doubt in doubts)


def no_reaction(name: str, traces: Traces) -> BenchError:
    """Error for a trace in which no reaction is to be seen."""
    start, ph = traces.known[0, INITIAL_PH], traces.ph[0]
    return BenchError(
        f"{name} 'ph': value must rise as urea is split, got {ph[-3:].mean():.2f} at the end from an initial pH of "
        f"{start:g}. Check that enzyme was added, that this column is the pH of this vessel, and the initial pH."
    )


def _doubt(doubt: Doubt, inference: Inference) -> str:
    """What the likeliest doubt means, and what to do."""
    value = doubt.value
    if doubt.what == LAG:
        return f"An electrode that lags by {value:.2g} s would fit better. If it does, add --lag {value:.2g}."
    if doubt.what == OFFSET:
        return (
            f"A probe that reads {abs(value):.2g} pH too {'high' if value > 0 else 'low'} would fit better. "
            f"Calibrate it, or add --offset {abs(value):.1g}."
        )
    if doubt.what == INITIAL:
        better = inference.traces.known[0, INITIAL_PH] + value
        return f"An initial pH of {better:.2f} would fit better. Check it: everything else rests on it."
    if doubt.what == NOISE:
        kind = "larger" if value > inference.acquisition.noise_sd else "smaller"
        return f"The scatter is {kind} than the noise that was assumed. Add --noise {value:.2g} for true intervals."
    when = "before" if value < 0 else "after"
    return (
        f"A reaction that began {abs(value):.2g} s {when} time 0 would fit better. "
        "Check the moment of mixing; --mixed-at corrects it."
    )


def prior_sentences(trace: LabTrace, inference: Inference) -> list[str]:
    """Say what of a trace lies outside the range that the suite knows."""
    sentences = []
    for quantity, value in zip(KNOWN, trace.traces.known[0], strict=True):
        if quantity.name in inference.unusual:
            sentences.append(
                f"{quantity.name} = {value:g} is outside the usual {quantity.low:g} to {quantity.high:g} "
                f"{quantity.unit}: the exact posterior holds there too, no learned row was trained there. "
                f"{OTHER_UNITS.get(quantity.name, '')}".strip()
            )
    length_s = float(trace.time_s[-1])
    if not SHORT_S <= length_s <= LONG_S:
        sentences.append(f"The trace is {length_s:g} s long. If that is not so, mend the unit of the time column.")
    if inference.step_ph / math.sqrt(12.0) > inference.acquisition.noise_sd:
        sentences.append(
            f"The pH is written in steps of {inference.step_ph:.2g}, coarser than the noise. Export more digits."
        )
    for number, quantity in enumerate(TARGETS):
        if quantity.name in inference.beyond_prior:
            shown = SHOWN[number]
            sentences.append(
                f"The trace asks for {shown.symbol} = {quantity_text(inference.fit.targets[number] / shown.scale)} "
                f"{shown.unit}, outside the prior of {shown.low:g} to {shown.high:g}: "
                "estimate and intervals are cut off there and are not to be trusted."
            )
    return sentences


def knowledge_sentences(inference: Inference) -> list[str]:
    """Say how well each target is known."""
    sentences = []
    for number, shown in enumerate(SHOWN):
        share = float(inference.sd[number] / inference.mean[number])
        if inference.explained[number] < UNKNOWN:
            sentences.append(
                f"{shown.symbol} cannot be told from this trace: nearly every value from {shown.low:g} to "
                f"{shown.high:g} {shown.unit} fits it, and the interval only repeats the prior."
            )
        else:
            only = "only " if share > WANTED else ""
            sentences.append(f"{shown.symbol} is known {only}to {100 * share:.2g} % (one standard deviation).")
    return sentences


def duration_sentences(inference: Inference, same: Duration, fine: Duration | None) -> list[str]:
    """Say how much longer one would have to measure to know k_d."""
    wanted, symbol = f"{100 * WANTED:g} %", SHOWN[K_D].symbol
    if inference.sd[K_D] <= WANTED * inference.mean[K_D]:
        return []
    acquisition = inference.acquisition
    every = f"every {acquisition.interval_s:.3g} s"
    half, late = same.within(0.5), same.within(0.9)
    if math.isinf(half):
        text = (
            f"To know {symbol} to {wanted} takes more than {HORIZON_S:g} s sampled {every}; "
            f"{HORIZON_S:g} s are enough with a chance of {100 * same.chance:.0f} %."
        )
    else:
        more = max(half - acquisition.prefix_s, acquisition.interval_s)
        text = (
            f"To know {symbol} to {wanted}, measure about {more:.0f} s longer: {half:.0f} s in all, sampled {every}, "
            f"are enough with a chance of 50 %, {_late(late)}."
        )
    if fine is None or math.isinf(fine.within(0.5)):
        return [text]
    instead = f"A new trace sampled every {FINE_S:g} s would need {fine.within(0.5):.0f} s for 50 %"
    return [text, f"{instead}, {_late(fine.within(0.9))}."]


def _late(length_s: float) -> str:
    """Length that is nearly always enough."""
    return f"more than {HORIZON_S:g} s for 90 %" if math.isinf(length_s) else f"{length_s:.0f} s for 90 %"


def half_life_min(k_d: float) -> float:
    """Half-life of the enzyme [min]; infinite where it does not die."""
    return math.log(2.0) / k_d / 60.0 if k_d > 0 else math.inf
