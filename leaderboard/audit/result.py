"""What came of the audit, as values: findings with effects and verdicts; written and read as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from scipy import stats

from bench.run.record import write_json
from leaderboard.audit.computed import Metric, Scored
from leaderboard.audit.effects import Effect
from leaderboard.audit.plan import Variant


@dataclass(frozen=True)
class Finding:
    """What came of one variant."""

    variant: Variant
    verdict: str
    added: tuple[Effect, ...]
    removed: tuple[Effect, ...]

    @property
    def deciding(self) -> Effect | None:
        """Effect that the verdict rests on."""
        return self.at(self.added)

    @property
    def claimed(self) -> float | None:
        """Log of the factor of the RMSE, positive where a fault costs, or a repair brings."""
        return -self.variant.decides.sign * math.log(self.deciding.factor) if self.deciding else None

    def at(self, effects: Sequence[Effect]) -> Effect | None:
        """Effect among others on the task and target that decide."""
        where = (self.variant.decides.task, self.variant.decides.target)
        return next((effect for effect in effects if (effect.task, effect.target) == where), None)


@dataclass(frozen=True)
class MetricFinding:
    """What came of one wrong metric, on every task and target."""

    metric: Metric
    verdict: str
    scored: tuple[Scored, ...]


@dataclass(frozen=True)
class SplitScatter:
    """R2 of k_d in distribution: over repeats of the unseeded split with one seed, and over seeds of the base."""

    repeats: tuple[float, ...]
    seeds: tuple[float, ...]


@dataclass(frozen=True)
class Audit:
    """The audit of one folder."""

    preset: str
    base: str
    settings: Mapping[str, Any]
    """Of the base, as they stand in its records."""
    n_seeds: int
    findings: tuple[Finding, ...]
    metrics: tuple[MetricFinding, ...]
    spread: SplitScatter
    missing: tuple[str, ...]
    commits: tuple[str, ...]

    def order(self, removed: bool = False) -> list[tuple[int, float]]:
        """Places among the ten most likely causes, and the log of the factor of the RMSE that each costs."""
        placed = []
        for finding in self.findings:
            effect = finding.at(finding.removed) if removed else finding.deciding
            if finding.variant.place and effect:
                better = 1 if removed else finding.variant.decides.sign
                placed.append((finding.variant.place, -better * math.log(effect.factor)))
        if not removed:
            placed += [(m.metric.place, 0.0) for m in self.metrics if m.metric.place and m.scored]
        return sorted(placed)

    def agreement(self, removed: bool = False) -> tuple[float, float, int] | None:
        """Rank correlation between the seed audit's order and the measured one, its p, and the number of causes."""
        placed = self.order(removed)
        if len(placed) < 3 or len({loss for _, loss in placed}) == 1:
            return None
        places, losses = zip(*placed, strict=True)
        found = stats.spearmanr(-np.array(places), losses)
        return float(found.statistic), float(found.pvalue), len(placed)


def write_audit(audit: Audit, path: Path) -> None:
    """Write an audit as JSON."""
    write_json(path, asdict(audit))


def load_audit(path: Path) -> Audit:
    """Read what ``write_audit`` wrote."""
    return TypeAdapter(Audit).validate_json(path.read_bytes())
