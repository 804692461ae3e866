"""Form of the answers: swapped, constant, on another scale, shrunk, cut off; each is undone before what follows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.isotonic import IsotonicRegression

from bench.arrays import Array
from bench.cases import Mask
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.measures import LEAST_GAIN, Finding, Shown, View, error_of, is_sure
from bench.world.quantities import E0, K_D, TARGETS

CONSTANT = 0.01
"""Spread of all answers, in prior standard deviations, below which they are one."""
NEAR = (0.4, 2.5)
"""Slopes of truth on answer that may be mere shrinkage; others, and large offsets, are another scale."""
FAR = 1.0
"""Offset in prior standard deviations that is no mere shrinkage."""
TIED = 0.02
"""Share of equal answers at one end that is a bound."""
UNDONE: dict[str, Callable[[Array], Array]] = {"logarithm": np.exp, "logarithm to base 10": lambda values: 10.0**values}
"""What answers may be of a target, and how that is undone."""
ALMOST = 1.2
"""Factor of the squared error after the best straight map within which another map is as good."""
SEEN = 0.3
"""Correlation squared above which an answer is about a target."""


def form_findings(evidence: Evidence) -> tuple[list[Finding], Evidence, set[int]]:
    """Findings about the form of the answers, the evidence without those faults, and the targets that are constant."""
    found: list[Finding] = []
    if swapped := _swapped(evidence):
        found += swapped
        evidence = evidence.mended(exchanged)
    constant = set()
    for column in range(len(TARGETS)):
        view = View(evidence, column)
        if evidence.answer("base")[..., column].std() < CONSTANT:
            constant.add(column)
            spread = float(evidence.answer("base")[..., column].std())
            expected = float(evidence.answer("base", exact=True)[..., column].std())
            shown = Shown(spread, 0.0, expected, "spread of the answers, in prior sd")
            found.append(view.stated("constant", "base", float(view.excess("base").mean()), shown))
            continue
        cut = _cut_off(view)
        found += cut
        form, mend = (None, None) if cut else _form(view)
        if form is not None and mend is not None:
            found.append(form)
            evidence = evidence.mended(_on_column(column, mend))
    return found, evidence, constant


def exchanged(answers: Array) -> Array:
    """Answers with their columns exchanged, in prior standard deviations."""
    return np.asarray((answers * UNITS)[..., ::-1] / UNITS)


def _on_column(column: int, mend: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Map of one target's answers, as a map of both."""

    def mended(answers: Array) -> Array:
        values = answers.copy()
        values[..., column] = mend(answers[..., column].ravel()).reshape(values[..., column].shape)
        return values

    return mended


def _swapped(evidence: Evidence) -> list[Finding]:
    """Whether E0 is told by the column of k_d, and not by its own."""
    answers = evidence.answer("base").reshape(-1, 2)
    truth = evidence.truth("base").reshape(-1, 2)[:, E0]
    if answers[:, K_D].std() == 0:
        return []
    own, other = (_correlation(answers[:, column], truth) ** 2 for column in (E0, K_D))
    if not (other > 0.5 and other > own + SEEN):
        return []
    mended = evidence.mended(exchanged)
    found = []
    for column in (E0, K_D):
        view, better = View(evidence, column), View(mended, column)
        gone = float((view.squared("base") - better.squared("base")).mean())
        shown = Shown(own, 0.0, 1.0, "share of E0 that its own column tells", f"the column of k_d tells {other:.2f}")
        found.append(view.stated("targets_swapped", "base", gone, shown))
    return found


def _form(view: View) -> tuple[Finding | None, Callable[[Array], Array]]:
    """Another form or scale, or too much or too little shrinkage, with the map that undoes it."""
    answer = view.evidence.answer("base")[..., view.column]
    truth = view.evidence.truth("base")[..., view.column]
    n = len(answer)
    halves = [np.arange(n) % 2 == half for half in (0, 1)]
    raw = view.squared("base")
    line, curve = raw.copy(), raw.copy()
    for half in halves:
        for errors, fit in ((line, _line), (curve, _curve)):
            mend = fit(answer[~half], truth[~half])
            errors[half] = np.mean((mend(answer[half].ravel()).reshape(answer[half].shape) - truth[half]) ** 2, axis=1)
    slope, slope_error = _slope(answer, truth)
    exact = view.evidence.answer("base", exact=True)[..., view.column]
    expected = _slope(exact, truth)[0]
    offset = float((answer - truth).mean())
    tells = _correlation(answer.ravel(), truth.ravel()) ** 2
    strange = not NEAR[0] < slope < NEAR[1] or abs(offset) > FAR
    bends = is_sure(line - curve) and np.log(line.mean() / curve.mean()) > 2 * LEAST_GAIN
    for named, undo in UNDONE.items() if strange else ():
        unit = UNITS[view.column]
        with np.errstate(over="ignore"):
            undone = np.mean((undo(answer * unit) / unit - truth) ** 2, axis=1)
        if undone.mean() < ALMOST * line.mean():
            shown = Shown(slope, slope_error, expected, "slope of truth on answer", f"the answers are its {named}")
            return view.finding("output_form", "base", raw - undone, shown), _undo(undo, unit)
    if bends and (strange or 1 - curve.mean() > SEEN):
        straight, bent = (1.0 - float(errors.mean()) / float(truth.var()) for errors in (line, curve))
        measure = "R2 after the best straight map of the answers"
        expected = view.r2("base", exact=True)
        shown = Shown(straight, error_of(line), expected, measure, f"{bent:.3f} after the best monotone map")
        return view.finding("output_form", "base", raw - curve, shown), _curve(answer, truth)
    if strange and tells > 0.1:
        shown = Shown(slope, slope_error, expected, "slope of truth on answer", f"offset {offset:+.2f} prior sd")
        return view.finding("output_scale", "base", raw - line, shown), _line(answer, truth)
    shown = Shown(slope, slope_error, expected, "slope of truth on answer")
    shifted = abs(offset) > abs(1 - slope) * float(answer.std())
    if shifted:
        shown = Shown(offset, error_of((answer - truth).mean(axis=1)), 0.0, "mean of answer less truth, in prior sd")
    name = "output_scale" if shifted else "shrinks_too_much" if slope > 1 else "shrinks_too_little"
    return view.finding(name, "base", raw - line, shown), _line(answer, truth)


def _undo(undo: Callable[[Array], Array], unit: float) -> Callable[[Array], Array]:
    """Map of answers in prior standard deviations that undoes a function of physical ones."""

    def undone(values: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.asarray(np.clip(undo(values * unit) / unit, -1e6, 1e6))

    return undone


def _cut_off(view: View) -> list[Finding]:
    """Whether many answers are one value at an end of their range."""
    answer = view.evidence.answer("base")[..., view.column]
    error = view.error("base")
    close = 1e-6 * float(np.ptp(answer))
    for end in (float(answer.min()), float(answer.max())):
        tied = np.abs(answer - end) <= close
        share = float(tied.mean())
        if share >= TIED:
            part = np.mean(np.where(tied, error**2 - (error - error[tied].mean()) ** 2, 0.0), axis=1)
            value = end * UNITS[view.column]
            shown = Shown(share, error_of(tied.mean(axis=1)), 0.0, "share of answers at one bound", f"at {value:.3g}")
            if finding := view.finding("cut_off", "base", part, shown):
                return [finding]
    return []


def _line(answer: Array, truth: Array) -> Callable[[Array], Array]:
    """Straight map of answers to the truth."""
    slope, offset = np.polyfit(answer.ravel(), truth.ravel(), 1)
    return lambda values: np.asarray(slope * values + offset)


def _curve(answer: Array, truth: Array) -> Callable[[Array], Array]:
    """Monotone map of answers to the truth."""
    rises = _correlation(answer.ravel(), truth.ravel()) >= 0
    fitted = IsotonicRegression(increasing=rises, out_of_bounds="clip").fit(answer.ravel(), truth.ravel())
    return lambda values: np.asarray(fitted.predict(values))


def _slope(answer: Array, truth: Array) -> tuple[float, float]:
    """Slope of truth on answer, and its jackknife error over ten groups of reactions."""

    def slope(kept: Mask) -> float:
        return float(np.polyfit(answer[kept].ravel(), truth[kept].ravel(), 1)[0])

    groups = np.arange(len(answer)) % 10
    without = np.array([slope(groups != group) for group in range(10)])
    return slope(groups >= 0), float(np.sqrt(0.9 * np.sum((without - without.mean()) ** 2)))


def _correlation(a: Array, b: Array) -> float:
    """Correlation; 0 where one does not vary."""
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0
