"""Two rows or two runs against each other: what moved, by how much, and whether it is more than noise.

The rule is that of the board: the worst fit of one side against the best of the other, on the same cases and seeds, by
more than cases can explain over all that is compared and by more than the fits of either side scatter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Array
from leaderboard.comparison.errors import Errors
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.standing import Against, against
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
    found: Against
    same: bool = False

    @property
    def verdict(self) -> str:
        """``same``, ``noise``, ``better`` or ``worse``, of the second."""
        return "same" if self.same else {0: "noise", 1: "better", -1: "worse"}[self.found.better]


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
    """Two rows on one task."""

    row: str
    place: Place
    truth: Array
    first: Seeds
    second: Seeds


def compare_rows(run: Side, first: str, second: str) -> Compared:
    """Compare two rows of one run."""
    pairs, notes = [], []
    for place, evidence in run.findings.evidence.items():
        errors = _by_seed(evidence)
        lacking = [name for name in (first, second) if name not in errors]
        if lacking:
            notes += [f"{place[0]}, {place[1]}: no fresh predictions of {', '.join(lacking)}."] * (len(lacking) == 1)
            continue
        pairs.append(_Pair(f"{second} against {first}", place, evidence.truth, errors[first], errors[second]))
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
        pairs += [_Pair(row, place, evidence.truth, old[row], new[row]) for row in sorted(old.keys() & new.keys())]
    notes += _changes(first, second)
    return Compared(first.name, second.name, _moves(pairs), tuple(notes))


def _by_seed(evidence: Evidence) -> dict[str, Seeds]:
    """Label to seed to squared errors."""
    seeds = {line.label: [record.seed for record in line.scored] for line in evidence.table.lines}
    return {label: dict(zip(seeds[label], values, strict=True)) for label, values in evidence.errors.items()}


def _moves(pairs: Sequence[_Pair]) -> tuple[Move, ...]:
    """Moves of all pairs on each task, then on all tasks together."""
    groups: dict[tuple[str, str], list[_Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.row, pair.place[1]), []).append(pair)
    compared: list[tuple[str, list[_Pair]]] = []
    for members in groups.values():
        compared += [(pair.place[0], [pair]) for pair in members]
        together = [pair for pair in members if np.array_equal(pair.truth, members[0].truth)]
        compared += [(f"{len(together)} tasks", together)] * (len(together) > 1)
    seeds = [(task, on, shared) for task, on in compared if (shared := _common_seeds(on))]
    n_compared = len(SHOWN) * len(seeds)
    return tuple(
        _move(task, on, shared, target, n_compared) for task, on, shared in seeds for target in range(len(SHOWN))
    )


def _common_seeds(pairs: Sequence[_Pair]) -> list[int]:
    """Seeds that both sides have on every task."""
    return sorted(set.intersection(*(set(side) for pair in pairs for side in (pair.first, pair.second))))


def _move(task: str, pairs: Sequence[_Pair], seeds: Sequence[int], target: int, n_compared: int) -> Move:
    """Compare two rows on some tasks, one target, among so many comparisons."""

    def block(sides: Iterable[Seeds]) -> Array:
        return np.stack([np.stack([side[seed][:, target] for seed in seeds]) for side in sides], axis=1)

    first, second = block(pair.first for pair in pairs), block(pair.second for pair in pairs)
    checked = Errors(("first", "second"), np.stack([first, second])).squared_error
    r2 = None
    if len(pairs) == 1:
        total = float(pairs[0].truth[:, target].var())
        r2 = 1.0 - float(first.mean()) / total, 1.0 - float(second.mean()) / total
    return Move(
        *(pairs[0].row, task, pairs[0].place[1], SHOWN[target].name, len(seeds), r2),
        against(checked[0], checked[1], n_compared),
        np.array_equal(first, second),
    )


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
