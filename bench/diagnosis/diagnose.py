"""The diagnosis: every finding in the order of what it costs, what is sound, and what nobody could have known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.diagnosis.asking import REFUSED
from bench.diagnosis.errors import error_findings
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.forms import form_findings
from bench.diagnosis.measures import ATTAINABLE, SURE, Finding, Shown, View, error_of
from bench.diagnosis.reading import reading_findings
from bench.world.quantities import TARGETS

NAMES = (
    "interval",
    "prefix",
    "reach",
    "time_unused",
    "time_misread",
    "padding_read",
    "known_unused",
    "known_misread",
    "distractor_used",
    "baseline",
    "noise_not_averaged",
    "noise_overread",
    "not_learnt",
    "learnt_by_heart",
    "stopped_early",
    "still_falling",
    "unstable",
    "output_scale",
    "output_form",
    "targets_swapped",
    "constant",
    "cut_off",
    "shrinks_too_little",
    "shrinks_too_much",
    "sd_too_small",
    "sd_too_large",
    "sd_uninformative",
    "batch_dependent",
    "seeds_disagree",
)
"""Every finding that there is."""
OF_HISTORY = ("stopped_early", "still_falling", "unstable")
OF_SD = ("sd_too_small", "sd_too_large", "sd_uninformative")
OF_SHIFT = ("interval", "prefix", "time_unused", "time_misread")
FORM = ("targets_swapped", "constant", "output_form", "output_scale")
"""Undone before anything else is looked at, and so first."""
SD_OFF = 1.2
"""Factor between stated and real spread that makes a finding."""
INFORMED = 0.3
"""Least rank correlation of stated standard deviations with the exact posterior's."""


@dataclass(frozen=True)
class Score:
    """R2 and RMSE ratio of one target as one question measures it, beside the exact posterior's R2."""

    where: str
    target: str
    r2: float
    exact: float
    ratio: float


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Findings, worst first; names of what is sound and of what could not be tried; targets that cannot be known.

    ``refused`` has the questions whose stated standard deviations a run would refuse, with its sentence.
    """

    findings: list[Finding]
    sound: list[str]
    untried: dict[str, str]
    not_attainable: list[Score]
    scores: list[Score]
    refused: dict[str, str]


def diagnose(evidence: Evidence) -> Diagnosis:
    """Name what is wrong with a model."""
    forms, mended, constant = form_findings(evidence)
    reading = reading_findings(mended, constant)
    found = [*forms, *reading, *error_findings(mended, constant, reading), *_stated(evidence)]
    found.sort(key=lambda each: (each.name not in FORM, each.name in OF_SD, -each.gain))
    untried = _untried(evidence)
    names = {each.name for each in found}
    scores = [
        Score(view.label(name), view.target, view.r2(name), view.r2(name, exact=True), _ratio(view, name))
        for name in dict.fromkeys(("base", evidence.tested))
        for view in (View(evidence, column) for column in range(len(TARGETS)))
    ]
    return Diagnosis(
        found,
        [name for name in NAMES if name not in names and name not in untried],
        {name: why for name, why in untried.items() if name not in names},
        [score for score in scores if score.exact < ATTAINABLE],
        scores,
        evidence.notes.get(REFUSED, {}),
    )


def _ratio(view: View, name: str) -> float:
    """RMSE as a multiple of the exact posterior's."""
    return float(np.sqrt(view.squared(name).mean() / view.squared(name, exact=True).mean()))


def _untried(evidence: Evidence) -> dict[str, str]:
    """What could not be asked of this model, and why."""
    untried: dict[str, str] = {}
    if not evidence.notes.get("history"):
        untried |= dict.fromkeys(OF_HISTORY, "its predictor has no history")
    if evidence.answers["base"].sd is None:
        untried |= dict.fromkeys(OF_SD, "it states no standard deviations")
    if evidence.tested == "base":
        untried |= dict.fromkeys(OF_SHIFT, "the task measures as the training does")
    if evidence.second is None:
        untried["seeds_disagree"] = "there was no second fit"
    return untried


def _stated(evidence: Evidence) -> list[Finding]:
    """Whether stated standard deviations are those of the errors."""
    found = []
    for name in dict.fromkeys(("base", evidence.tested)):
        stated = evidence.answers[name].sd
        if stated is None:
            continue
        for column in range(len(TARGETS)):
            view = View(evidence, column)
            sd = (stated / UNITS)[:, column].reshape(view.error(name).shape)
            z2 = np.mean((view.error(name) / sd) ** 2, axis=1)
            spread, error = float(np.sqrt(z2.mean())), error_of(z2) / (2 * float(np.sqrt(z2.mean())))
            shown = Shown(spread, error, 1.0, f"rms error in stated sd at {view.label(name)}")
            if spread > SD_OFF + SURE * error:
                found.append(view.stated("sd_too_small", name, 0.0, shown))
            elif spread < 1 / SD_OFF - SURE * error:
                found.append(view.stated("sd_too_large", name, 0.0, shown))
            exact = evidence.exact[name].sd
            if exact is None or name != "base":
                continue
            rank = float(stats.spearmanr(stated[:, column], exact[:, column]).statistic) if np.ptp(sd) > 0 else 0.0
            if rank < INFORMED:
                shown = Shown(
                    rank, 1 / np.sqrt(len(z2)), 1.0, "rank correlation of stated sd with the exact posterior's"
                )
                found.append(view.stated("sd_uninformative", name, 0.0, shown))
    best: dict[tuple[str, str], Finding] = {}
    for finding in found:
        best.setdefault((finding.name, finding.target), finding)
    return list(best.values())
