"""What a model reads: parts of the trace, known inputs, time, level, padding, its neighbours in the batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.arrays import Array
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.measures import SURE, Finding, Shown, View, error_of, rms, slope_of
from bench.diagnosis.questions import N_PARTS, STEP, part_edges
from bench.world.quantities import INITIAL_PH, KNOWN, SUBSTRATE, TARGETS, TEMPERATURE, VOLUME

NOTHING = 0.02
"""Share of the largest, or of the exact posterior's, that counts as no response at all."""
COUNTS = 0.01
"""Response of the exact posterior, in prior standard deviations, that a model is expected to show."""
LEARNT = 0.5
"""Share of what the exact posterior explains from which a target counts as learnt."""
ALIKE = 1e-3
"""Largest difference, in prior standard deviations, of answers that must be the same."""
MISLED = 0.1
"""Move of an answer, in prior standard deviations, by an input that the task never varies, from which on it is told."""
READ_BY_MODELS = (SUBSTRATE, TEMPERATURE, INITIAL_PH)
"""Known inputs that the rate law has; powder and volume have no part in it."""
SPREAD = 1.0 / np.sqrt(12.0) / STEP
"""Standard deviation of a known input over its prior, in steps."""


def reading_findings(evidence: Evidence, constant: set[int]) -> list[Finding]:
    """Findings about what reaches the answers."""
    views = [View(evidence, column) for column in range(len(TARGETS)) if column not in constant]
    unread = unread_parts(evidence)
    found = [*_batches(evidence)]
    for view in views:
        found += [*_reach(view, unread), *_inputs(view), *_distractor(view), *_level(view), *_time(view)]
    return found


def part_strength(evidence: Evidence, *, exact: bool) -> Array:
    """Rms response of each target to single samples in each part of the trace, shape (part, target)."""
    touched = evidence.touched(exact=exact)
    times = evidence.asked.asked["touched"].measured.time_s[0][evidence.asked.positions]
    edges = part_edges(evidence.asked.asked["base"].acquisition)
    part = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, N_PARTS - 1)
    strengths = [
        np.sqrt(np.mean(touched[:, part == each] ** 2, axis=(0, 1))) if (part == each).any() else np.full(2, np.nan)
        for each in range(N_PARTS)
    ]
    return np.array(strengths)


def unread_parts(evidence: Evidence) -> list[bool]:
    """Parts of the trace that move neither answer, though the exact posterior's move."""
    strength, expected = (part_strength(evidence, exact=exact) for exact in (False, True))
    with np.errstate(invalid="ignore"):
        silent = ~(strength > NOTHING * np.nanmax(strength, axis=0)).any(axis=1)
        matters = (expected > NOTHING * np.nanmax(expected, axis=0)).any(axis=1)
    return [bool(each) for each in silent & matters]


def alikeness(evidence: Evidence, column: int) -> float:
    """Cosine between a model's response to single samples and the exact posterior's."""
    own, other = (evidence.touched(exact=exact)[..., column].ravel() for exact in (False, True))
    length = float(np.linalg.norm(own) * np.linalg.norm(other))
    return float(own @ other) / length if length > 0 else 0.0


def learnt(view: View) -> bool:
    """Whether a target is told well enough to ask what its answers are made of."""
    return view.r2("base") > LEARNT * view.r2("base", exact=True)


def _reach(view: View, unread: list[bool]) -> Iterator[Finding]:
    """A part of the trace at either end that is not read; its cost is what the exact posterior loses without it."""
    first = unread.index(False) if False in unread else 0
    last = N_PARTS - unread[::-1].index(False) if False in unread else N_PARTS
    for name, end, n_unread in ((f"from {first}", "start", first), (f"until {last}", "end", N_PARTS - last)):
        if not n_unread:
            continue
        without = np.mean(view_of_part(view, name) ** 2, axis=1)
        part = without - view.squared("base", exact=True)
        share = n_unread / N_PARTS
        alike = alikeness(view.evidence, view.column)
        shown = Shown(
            share,
            0.0,
            0.0,
            f"share of the trace, at its {end}, that moves no answer",
            f"cosine with where the exact posterior looks {alike:.2f}",
        )
        if finding := view.finding("reach", "base", part, shown):
            yield finding


def view_of_part(view: View, name: str) -> Array:
    """Errors of the exact posterior that is given a part, shape (reaction, replicate)."""
    evidence = view.evidence
    truth = evidence.asked.parts[name].truth
    error = (evidence.exact[name].mean - truth) / UNITS
    return np.asarray(error.reshape(evidence.asked.extent.reactions, -1, len(TARGETS))[..., view.column])


def _silent(own: Array, other: Array) -> bool:
    """Whether neither answer moves, of those that move in the exact posterior; moves are (case, target)."""
    moves, expected = (np.sqrt(np.mean(each**2, axis=0)) for each in (own, other))
    return bool((moves <= NOTHING * expected)[expected > ALIKE].all()) and bool((expected > ALIKE).any())


def _inputs(view: View) -> Iterator[Finding]:
    """Known inputs that move no answer, and such that errors depend on."""
    evidence = view.evidence
    unused, cost, shown_response, expected_response = [], 0.0, 0.0, 0.0
    for column in READ_BY_MODELS:
        name = f"known {KNOWN[column].name}"
        own, other = (evidence.moved(name, exact=exact) for exact in (False, True))
        if _silent(own, other) and rms(other[:, view.column]) > COUNTS:
            unused.append(KNOWN[column].name)
            cost += float(np.mean((other[:, view.column] * SPREAD) ** 2))
            shown_response = max(shown_response, rms(own[:, view.column]))
            expected_response = max(expected_response, rms(other[:, view.column]))
        elif learnt(view) and (finding := _misread(view, column, own[:, view.column], other[:, view.column])):
            yield finding
    if unused:
        shown = Shown(
            shown_response,
            0.0,
            expected_response,
            f"rms move of the answer, in prior sd, when an input moves by {STEP:.0%} of its range",
            f"not read: {', '.join(unused)}; the cost is an upper bound",
        )
        if finding := view.finding("known_unused", "base", np.full(evidence.asked.extent.reactions, cost), shown):
            yield finding


def _misread(view: View, column: int, own: Array, other: Array) -> Finding | None:
    """Whether errors depend on a known input: what a curve in it, and in its product with the truth, takes of them."""
    evidence = view.evidence
    truth = evidence.truth("base")[:, 0, view.column]
    known = evidence.asked.asked["base"].measured.known[:: evidence.asked.extent.base, column]
    x = (known - known.mean()) / known.std()
    plain = np.stack([np.ones_like(truth), truth, truth**2], axis=1)
    whole = np.concatenate([plain, np.stack([x, x**2, x * truth], axis=1)], axis=1)

    def taken(error: Array) -> tuple[float, Array]:
        left = [error - basis @ np.linalg.lstsq(basis, error, rcond=None)[0] for basis in (plain, whole)]
        free = len(error) - whole.shape[1]
        ratio = float(np.sum(left[0] ** 2 - left[1] ** 2)) / 3 / (float(np.sum(left[1] ** 2)) / free)
        return ratio, left[0] ** 2 - left[1] ** 2

    mean_error = view.error("base").mean(axis=1)
    ratio, part = taken(mean_error)
    _, expected_part = taken(view.error("base", exact=True).mean(axis=1))
    chance = 3.0 * float(np.mean(mean_error**2)) / len(truth)
    if ratio < SURE**2:
        return None
    slope, error = slope_of(own, other)
    shown = Shown(
        slope,
        error,
        1.0,
        f"response to {KNOWN[column].name}, as a share of the exact posterior's",
        f"errors that depend on it: {np.sqrt(max(part.mean(), 0)):.2f} prior sd",
    )
    gone = part - expected_part.mean() - chance
    return view.finding("baseline" if column == INITIAL_PH else "known_misread", "base", gone, shown)


def _distractor(view: View) -> Iterator[Finding]:
    """Whether the answer depends on powder or volume, which have no part in the rate law."""
    moved = view.evidence.moved("powder of another")[:, view.column]
    expected = view.evidence.moved("powder of another", exact=True)[:, view.column]
    shown = Shown(
        rms(moved),
        error_of(np.abs(moved)),
        rms(expected),
        "rms move of the answer, in prior sd, when it is told the powder of another case",
    )
    if finding := view.finding("distractor_used", "base", moved**2 / 2, shown):
        yield finding
        return
    volume = view.evidence.moved(f"known {KNOWN[VOLUME].name}")[:, view.column]
    if rms(volume) > MISLED:  # it is the same in every case: errors do not show it, somebody else's vessel does
        measure = f"rms move of the answer, in prior sd, when the volume moves by {STEP:.0%} of its value"
        shown = Shown(rms(volume), error_of(np.abs(volume)), 0.0, measure)
        yield view.stated("distractor_used", "base", 0.0, shown)


def _level(view: View) -> Iterator[Finding]:
    """Whether the level of the trace reaches the answer, or its shape alone."""
    evidence = view.evidence
    own, other = (evidence.moved("level", exact=exact) for exact in (False, True))
    if not _silent(own, other):
        return
    part = np.mean(view_of_part(view, "level unknown") ** 2, axis=1) - view.squared("base", exact=True)
    shown = Shown(
        rms(own[:, view.column]),
        0.0,
        rms(other[:, view.column]),
        "rms move of the answer, in prior sd, when all samples move by 0.02 pH",
    )
    if finding := view.finding("baseline", "base", part, shown):
        yield finding


def _time(view: View) -> Iterator[Finding]:
    """Whether the times reach the answer, and by how much."""
    evidence, tested = view.evidence, view.evidence.tested
    own, other = (evidence.moved("times", exact=exact) for exact in (False, True))
    slope, error = slope_of(own[:, view.column], other[:, view.column])
    measure = "response to times x 1.1, as a share of the exact posterior's"
    part = view.excess(tested) - float(view.excess("base").mean())
    if _silent(own, other):
        if finding := view.finding("time_unused", tested, part, Shown(slope, error, 1.0, measure)):
            yield finding
        return
    column = own[:, view.column]
    consistent = rms(column) > 0 and np.corrcoef(column, other[:, view.column])[0, 1] > 0.5
    if not (learnt(view) and consistent and slope > 0 and abs(slope - 1) > max(0.5, SURE * error)):
        return
    if finding := view.finding("time_misread", tested, part, Shown(slope, error, 1.0, measure)):
        yield finding


def _batches(evidence: Evidence) -> Iterator[Finding]:
    """Whether an answer depends on the other cases in the batch, or on what stands after the end of the trace."""
    base = evidence.answer("base")[:, 0]
    few, short = (evidence.answers[name].mean / UNITS for name in ("few", "short"))
    alone = np.concatenate([evidence.answers[f"alone {case}"].mean / UNITS for case in range(3)])
    company = np.concatenate([alone - base[:3], few - base[: len(few)]])
    mixed = evidence.answers["mixed"].mean / UNITS - np.concatenate([few, short])
    filled = evidence.answers["filled"].mean / UNITS - few
    for column in range(len(TARGETS)):
        view = View(evidence, column)
        for name, apart, measure in (
            ("batch_dependent", company, "largest move of an answer, in prior sd, in another batch"),
            ("padding_read", np.concatenate([mixed, filled]), "largest move of an answer, in prior sd, by padding"),
        ):
            largest = float(np.abs(apart[:, column]).max())
            if largest > ALIKE:
                gone = float(np.mean(apart[:, column] ** 2)) / 2
                yield view.stated(name, "base", gone, Shown(largest, 0.0, 0.0, measure))
