"""Two rows or two runs against each other: what moved, by how much, and whether it is more than noise.

The statistics are those of the board: the same cases and seeds, seed variances moderated by the other rows, Holm over
all that is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.arrays import Array
from leaderboard.comparison.comparisons import holm
from leaderboard.comparison.estimates import LEVEL, Errors, moments_of, pair_estimates
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.findings import Findings
from leaderboard.tables import Place
from leaderboard.wording import SHOWN

Seeds = dict[int, Array]
"""Seed to squared errors, shape (case, 2)."""


@dataclass(frozen=True, eq=False)
class Side:
    """One side, by name."""

    name: str
    findings: Findings


@dataclass(frozen=True)
class Move:
    """One target of one row on one task, or on several together."""

    row: str
    task: str
    preset: str
    target: str
    n_seeds: int
    r2: tuple[float, float] | None
    ratio: float
    low: float
    high: float
    p: float
    p_holm: float
    same: bool = False

    @property
    def verdict(self) -> str:
        """``same``, ``noise``, ``better`` or ``worse``, of the second."""
        if self.same:
            return "same"
        if self.p_holm > LEVEL:
            return "noise"
        return "better" if self.ratio < 1 else "worse"


@dataclass(frozen=True)
class Compared:
    """Two sides against each other."""

    first: str
    second: str
    moves: tuple[Move, ...]
    notes: tuple[str, ...] = ()

    @property
    def cases_only(self) -> bool:
        """Whether some move rests on one seed: it is then about these very fits."""
        return any(move.n_seeds == 1 for move in self.moves)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two rows on one task: errors of both and of the rows that moderate the variances."""

    row: str
    place: Place
    truth: Array
    first: Seeds
    second: Seeds
    company: dict[str, Seeds]


def compare_rows(run: Side, first: str, second: str) -> Compared:
    """Compare two rows of one run."""
    pairs, notes = [], []
    for place, evidence in run.findings.evidence.items():
        errors = _by_seed(evidence)
        lacking = [name for name in (first, second) if name not in errors]
        if lacking:
            notes += [f"{place[0]}, {place[1]}: no fresh predictions of {', '.join(lacking)}."] * (len(lacking) == 1)
            continue
        company = {name: seeds for name, seeds in errors.items() if name not in (first, second)}
        pairs.append(_Pair(f"{second} against {first}", place, evidence.truth, errors[first], errors[second], company))
    return Compared(first, second, _moves(pairs), tuple(notes))


def compare_runs(first: Side, second: Side) -> Compared:
    """Compare two runs row by row."""
    here, there = first.findings.evidence, second.findings.evidence
    pairs, notes = [], []
    for place, evidence in here.items():
        other = there.get(place)
        if other is None:
            continue
        if not np.array_equal(evidence.truth, other.truth):
            notes.append(f"{place[0]}, {place[1]}: other test cases, so nothing can be said case by case.")
            continue
        old, new = _by_seed(evidence), _by_seed(other)
        for row in sorted(old.keys() & new.keys()):
            company = {name: seeds for name, seeds in old.items() if name != row}
            pairs.append(_Pair(row, place, evidence.truth, old[row], new[row], company))
    notes += _changes(first, second)
    return Compared(first.name, second.name, _moves(pairs), tuple(notes))


def _by_seed(evidence: Evidence) -> dict[str, Seeds]:
    """Label to seed to squared errors."""
    seeds = {line.label: [record.seed for record in line.scored] for line in evidence.table.lines}
    return {label: dict(zip(seeds[label], values, strict=True)) for label, values in evidence.errors.items()}


def _moves(pairs: Sequence[_Pair]) -> tuple[Move, ...]:
    """Moves of all pairs on each task, then on all tasks together, adjusted for their number."""
    groups: dict[tuple[str, str], list[_Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.row, pair.place[1]), []).append(pair)
    moves = []
    for (row, preset), members in groups.items():
        for pair in members:
            moves += _estimate([pair], row, pair.place[0], preset)
        together = [pair for pair in members if np.array_equal(pair.truth, members[0].truth)]
        if len(together) > 1:
            moves += _estimate(together, row, f"{len(together)} tasks", preset)
    p_holm = holm(np.array([move.p for move in moves])) if moves else ()
    return tuple(replace(move, p_holm=float(p)) for move, p in zip(moves, p_holm, strict=True))


def _estimate(pairs: Sequence[_Pair], row: str, task: str, preset: str) -> list[Move]:
    """Compare two rows on some tasks, a target each; nothing where no seed is in all."""
    seeds = sorted(set.intersection(*(set(side) for pair in pairs for side in (pair.first, pair.second))))
    if not seeds:
        return []
    names = set.intersection(*(set(pair.company) for pair in pairs))
    company = sorted(name for name in names if all(set(seeds) <= set(pair.company[name]) for pair in pairs))
    moves = []
    for number, shown in enumerate(SHOWN):

        def block(sides: Iterable[Seeds], number: int = number) -> Array:
            return np.stack([np.stack([side[seed][:, number] for seed in seeds]) for side in sides], axis=1)

        second, first = block(pair.second for pair in pairs), block(pair.first for pair in pairs)
        others = [block(pair.company[name] for pair in pairs) for name in company]
        others = [values for values in others if values.any(axis=-1).all()]
        r2 = None
        if len(pairs) == 1:
            total = float(pairs[0].truth[:, number].var())
            r2 = 1.0 - float(first.mean()) / total, 1.0 - float(second.mean()) / total
        same = np.array_equal(first, second)
        value, half, p = 0.0, 0.0, 1.0
        if not same:
            names_in = ("second", "first", *(f"company {place}" for place in range(len(others))))
            estimates = pair_estimates(moments_of(Errors(names_in, np.stack([second, first, *others]))))
            value, half, p = (float(each[0]) for each in (estimates.value, estimates.half_width, estimates.p))
        with np.errstate(over="ignore"):  # two seeds that disagree can leave anything possible
            ratio, low, high = np.exp([value, value - half, value + half]).tolist()
        moves.append(Move(row, task, preset, shown.name, len(seeds), r2, ratio, low, high, p, p, same))
    return moves


def _changes(first: Side, second: Side) -> list[str]:
    """What changed beside the scores: cells, statuses, sources, libraries."""
    old, new = ({record.cell: record for record in run.findings.records} for run in (first, second))
    notes = []
    for mine, theirs, name in ((old, new, first.name), (new, old, second.name)):
        rows = Counter(cell[1] for cell in mine.keys() - theirs.keys())
        if rows:
            text = ", ".join(f"{row} ({n})" for row, n in sorted(rows.items()))
            notes.append(f"Cells only in {name}: {text}.")
    both = sorted(old.keys() & new.keys())
    for cell in both:
        if old[cell].status != new[cell].status:
            task, row, seed, preset = cell
            notes.append(f"{row} on {task}, seed {seed}, {preset}: {old[cell].status} became {new[cell].status}.")
    kinds = {"source": "source_digest", "task": "task_digest", "test cases": "cases_digest", "settings": "settings"}
    for kind, name in kinds.items():
        rows_changed = sorted({cell[1] for cell in both if getattr(old[cell], name) != getattr(new[cell], name)})
        if rows_changed:
            notes.append(f"Changed {kind}: {', '.join(rows_changed)}.")
    versions = sorted(
        {
            f"{library} {version} became {new[cell].versions[library]}"
            for cell in both
            for library, version in old[cell].versions.items()
            if new[cell].versions.get(library, version) != version
        }
    )
    return notes + [f"Libraries: {', '.join(versions)}."] * bool(versions)
