"""Where the rest of the error comes from: other sampling, noise, training cases known by heart, training, seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bench.arrays import Array
from bench.diagnosis.course import Course, course_of
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.measures import SURE, Finding, Shown, View, error_of, is_sure, split
from bench.diagnosis.reading import ALIKE
from bench.world.quantities import TARGETS

BY_HEART = 0.2
"""Share of the excess that training cases must be spared for them to be known by heart."""
NOT_LEARNT = 0.85
"""Share of what the exact posterior explains, below which the rest has not been learnt."""
FEW_SAMPLES = 0.5
"""Samples that count, as a share of those that count for the exact posterior, below which noise is not averaged."""
COMPARABLE = 1.5
"""Factor between the RMSEs of two fits that are compared case by case."""
OF_TIME = ("time_unused", "time_misread")
"""Findings that say more of the same error than that it is there at another interval."""
CAUSES = ("reach", "known_unused", "known_misread", "baseline", "noise_not_averaged", "noise_overread")
"""Findings whose cost is taken from what has not been learnt."""


def error_findings(evidence: Evidence, constant: set[int], before: Sequence[Finding]) -> list[Finding]:
    """Findings about errors, after what has been found in the form and the reading."""
    found: list[Finding] = []
    course = course_of(evidence.notes.get("history", ()))
    told_by_time = {each.target for each in before if each.name in OF_TIME}
    for column in range(len(TARGETS)):
        if (view := View(evidence, column)).target not in told_by_time:
            found += _shift(view)
    for column in range(len(TARGETS)):
        view = View(evidence, column)
        found += [*_noise(view), *_heart(view), *_seeds(view)]
        if column not in constant:
            explained = sum(
                each.cost for each in [*before, *found] if each.target == view.target and each.name in CAUSES
            )
            found += _unlearnt(view, max(0.0, 1.0 - explained), course)
    return found


def samples_that_count(evidence: Evidence, column: int, *, exact: bool) -> float:
    """Number of samples over which the influence is spread: the squared sum over the sum of squares."""
    touched = np.abs(evidence.touched(exact=exact)[..., column])
    squares = np.sum(touched**2, axis=1)
    counted = np.sum(touched, axis=1) ** 2 / np.where(squares > 0, squares, 1.0)
    n_samples = int(evidence.asked.asked["base"].measured.lengths[0])
    return float(counted.mean() * n_samples / touched.shape[1])


def _shift(view: View) -> Iterator[Finding]:
    """Error that is there as the task measures, and not as the training does."""
    evidence, tested = view.evidence, view.evidence.tested
    if tested == "base":
        return
    train, test = (evidence.asked.asked[name].acquisition for name in ("base", "test"))
    part = view.excess("test") - float(view.excess("base").mean())
    plain = (test.interval_s, test.jitter_s, test.drop_fraction, test.resample_interval_s)
    name = ""
    if plain != (train.interval_s, train.jitter_s, train.drop_fraction, train.resample_interval_s):
        name = "interval"
    if test.prefix_s != train.prefix_s:
        alone = f"prefix {test.prefix_s:g}"
        mostly = alone in evidence.answers and view.excess(alone).mean() > 0.5 * view.excess("test").mean()
        name = "prefix" if mostly or not name else name
    if not name and test.noise_sd != train.noise_sd:
        name = "noise_overread"
    if not name:
        return
    own, other = (split(view.error("test", exact=exact)) for exact in (False, True))
    if own[0].mean() - other[0].mean() < 0.5 * view.excess("test").mean():
        yield from _noise_of_test(view, own[1] - other[1])
        return
    root = float(np.sqrt(max(own[0].mean(), 0.0)))
    shown = Shown(
        root,
        error_of(own[0]) / max(2 * root, 1e-9),
        float(np.sqrt(max(other[0].mean(), 0.0))),
        f"error that no averaging removes at {test.label}, in prior sd",
        f"{np.sqrt(max(split(view.error('base'))[0].mean(), 0.0)):.2f} at {train.label}" + _padded(evidence),
    )
    if finding := view.finding(name, "test", part, shown):
        yield finding


def _padded(evidence: Evidence) -> str:
    """Whether a short trace is answered as one whose last sample is repeated up to the length of training."""
    own, other = (
        np.abs(answers["held"].mean - answers["short"].mean) / UNITS for answers in (evidence.answers, evidence.exact)
    )
    padded = own.max() < ALIKE < other.max()
    return "; a short trace is answered as if its last sample were repeated, or drawn out over its length" * bool(
        padded
    )


def _noise_of_test(view: View, part: Array) -> Iterator[Finding]:
    """Noise at the test's acquisition: not shrunk, where a smaller slope takes most of it away, or overread."""
    answer, truth = (each[..., view.column] for each in (view.evidence.answer("test"), view.evidence.truth("test")))
    slope, offset = np.polyfit(answer.ravel(), truth.ravel(), 1)
    shrunk = np.mean((slope * answer + offset - truth) ** 2, axis=1)
    gone = view.squared("test") - shrunk
    if slope < 1 and gone.mean() > 0.5 * view.excess("test").mean():
        shown = Shown(float(slope), 0.0, 1.0, f"slope of truth on answer at {view.label('test')}")
        finding = view.finding("shrinks_too_little", "test", gone, shown)
    else:
        root = float(np.sqrt(np.mean(view.error("test").var(axis=1, ddof=1))))
        shown = Shown(root, 0.0, 0.0, "spread of the answers to one reaction, in prior sd")
        finding = view.finding("noise_overread", "test", part, shown)
    if finding:
        yield finding


def _noise(view: View) -> Iterator[Finding]:
    """Noise that reaches the answer beyond what reaches the exact posterior's."""
    own, other = (split(view.error("base", exact=exact))[1] for exact in (False, True))
    counted, expected = (samples_that_count(view.evidence, view.column, exact=exact) for exact in (False, True))
    name = "noise_not_averaged" if counted < FEW_SAMPLES * expected else "noise_overread"
    root = float(np.sqrt(own.mean()))
    shown = Shown(
        root,
        error_of(own) / max(2 * root, 1e-9),
        float(np.sqrt(other.mean())),
        "spread of the answers to one reaction, in prior sd",
        f"{counted:.0f} samples count, {expected:.0f} for the exact posterior",
    )
    if finding := view.finding(name, "base", own - other, shown):
        yield finding


def _heart(view: View) -> Iterator[Finding]:
    """Whether training cases are answered better than fresh ones, beyond what chance made easier."""
    fresh, seen = view.excess("base"), view.excess("train")
    gap = float(fresh.mean() - seen.mean())
    error = float(np.hypot(error_of(fresh), error_of(seen)))
    if gap > SURE * error and gap > BY_HEART * fresh.mean():
        shown = Shown(
            view.r2("train"),
            error_of(view.squared("train")),
            view.r2("train", exact=True),
            "R2 on its own training cases",
            f"{view.r2('base'):.3f} on fresh ones",
        )
        if finding := view.finding("learnt_by_heart", "base", np.full(len(fresh), gap), shown):
            yield finding


def _seeds(view: View) -> Iterator[Finding]:
    """Whether a second fit of about the same quality answers other things: what the mean of several would take away."""
    evidence = view.evidence
    if evidence.second is None:
        return
    answers = evidence.answer("base")[..., view.column]
    second = (evidence.second.mean / UNITS)[:, view.column].reshape(answers.shape)
    truth = evidence.truth("base")[..., view.column]
    first_error, second_error = (float(np.mean((each - truth) ** 2)) for each in (answers, second))
    if second_error > COMPARABLE**2 * first_error:
        return
    apart = np.mean((answers - second) ** 2, axis=1) / 2
    exact = float(np.mean(view.excess("base")))
    if exact <= 0 or apart.mean() < 0.5 * exact:
        return
    shown = Shown(
        float(np.sqrt(2 * apart.mean())),
        error_of(apart),
        0.0,
        "rms difference, in prior sd, from a second fit (another seed, half of the cases)",
    )
    if finding := view.finding("seeds_disagree", "base", apart / 2, shown):
        yield finding


def _unlearnt(view: View, left: float, course: Course) -> Iterator[Finding]:
    """What training did not reach, by the name of what its course shows, if it shows anything."""
    reached, possible = view.r2("base"), view.r2("base", exact=True)
    seen = view.excess("train")
    if reached > NOT_LEARNT * possible or not is_sure(seen):
        return
    part = left * np.minimum(view.excess("base"), float(view.excess("base").mean()) * 4)
    error = error_of(view.squared("base"))
    if course.name:
        shown = Shown(course.evidence, 0.0, course.expected, course.measure, f"R2 {reached:.3f} of {possible:.3f}")
    else:
        told = _by_heart(view)
        shown = Shown(reached, error, possible, f"R2 at {view.label('base')}", told)
    if finding := view.finding(course.name or "not_learnt", "base", part, shown):
        yield finding


def _by_heart(view: View) -> str:
    """How well the few noise-free cases were learnt by heart."""
    if view.evidence.heart is None:
        return ""
    truth, answer = (each[:, view.column] for each in view.evidence.heart)
    r2 = 1.0 - float(np.mean((answer - truth) ** 2) / truth.var())
    return f"{r2:.2f} on {len(truth)} noise-free cases to be learnt by heart"
