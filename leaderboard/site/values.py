"""Values of the page as plain numbers and texts, from which its script shows, sorts and draws everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bench.task import Task
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.overview import Overview, both, place_text
from leaderboard.comparison.prior import prior_scores, ratios_by_thirds
from leaderboard.comparison.shifts import shift_grid, shifts_of
from leaderboard.families import FAMILIES, group_of, title_of
from leaderboard.frame import FLOOR
from leaderboard.pictures.accuracy_cost import predict_costs
from leaderboard.site import headings
from leaderboard.tables import Line, Table, of_same_sizes
from leaderboard.wording import SHOWN, Shown

Values = dict[str, Any]

DIGITS = 6
"""Significant digits that the page keeps."""


def page_values(findings: Findings, grid: Sequence[Sequence[float]]) -> Values:
    """Gather everything that the page shows."""
    alike = of_same_sizes(findings.tables)
    main = max(alike, key=len, default=[])
    overview = next((each for each in findings.overviews if main and each.places[0] in {t.place for t in main}), None)
    known = _rows(findings, main, overview)
    names = _names(findings.tables)
    tasks = [_task(names[table.place], table, findings.tasks.get(table.task)) for table in findings.tables]
    order = [*headings.GROUPS]
    tasks.sort(key=lambda task: (order.index(task["group"]), task.pop("order"), task["name"]))
    cells = {
        names[table.place]: {_key(line): _cell(line) for line in table.lines if line.role != "ceiling"}
        for table in findings.tables
    }
    return {
        "targets": [{"symbol": each.symbol, "unit": each.unit, "low": each.low, "high": each.high} for each in SHOWN],
        "families": {word: family.name for word, family in FAMILIES.items()},
        "floor": FLOOR,
        "rows": known,
        "groups": _groups(known),
        "tasks": tasks,
        "task_groups": [[word, title] for word, title in headings.GROUPS.items()],
        "cells": cells,
        "grid": [list(line) for line in grid],
        "prior": _prior(main),
        "measured": _measured(findings.tasks, main),
        "failures": [failure | {"row": _telling(failure, known, cells)} for failure in _failures(findings.tasks, main)],
    }


def _names(tables: Sequence[Table]) -> dict[Any, str]:
    """Name of each table: that of its task, with its sizes where there are several."""
    counted = Counter(table.task for table in tables)
    return {table.place: table.task if counted[table.task] == 1 else table.title for table in tables}


def _key(line: Line) -> str:
    """Name of a line's row; a stale one is the same row."""
    return f"{line.row} ({line.note})" if line.note else line.row


def _task(name: str, table: Table, task: Task | None) -> Values:
    """What a task is, and what is attainable on it."""
    ceiling = table.ceiling
    floor = next((line for line in table.lines if line.role == "floor" and line.scored), None)
    world = f", {task.test_world.name}" if task and task.test_world != task.train_world else ""
    return {
        "name": name,
        "task": table.task,
        "group": headings.group_of(task),
        "order": headings.order_of(task),
        "heading": headings.heading_of(task, table.task),
        "question": task.question if task else "",
        "train": " + ".join(each.label for each in task.train) if task else "",
        "test": task.test.label + world if task else "",
        "core": bool(task and task.core),
        "sizes": table.title.partition(": ")[2],
        "attainable": [rounded(ceiling.mean(f"{each.name}_rmse", each.scale)) for each in SHOWN] if ceiling else None,
        "ceiling_r2": [rounded(ceiling.mean(f"{each.name}_r2")) for each in SHOWN] if ceiling else None,
        "floor": [_ratio(floor, each)[0] if floor else None for each in SHOWN],
    }


def _rows(findings: Findings, main: Sequence[Table], overview: Overview | None) -> dict[str, Values]:
    """What is known of every row beyond its cells."""
    core = [table for table in main if not overview or table.place in overview.places]
    answers = predict_costs(core)
    results = overview.results if overview else {}
    outside = dict(overview.outside) if overview else {}
    where = ratios_by_thirds(
        prior_scores(findings.evidence[each.place] for each in core if each.place in findings.evidence)
    )
    rows: dict[str, Values] = {}
    lines = [line for table in findings.tables for line in table.lines if line.role != "ceiling"]
    for line in lines:
        record = next(iter((*line.scored, *line.unscored)))
        says = findings.declared[line.row]
        placed = results.get(line.label)
        own = rows.setdefault(_key(line), {"family": says.family, "hollow": says.hollow, "group": group_of(says)})
        own |= {
            "title": title_of(says),
            "about": says.about,
            "trained": says.trained_at not in ("", "none"),
            "core": placed and {"both": rounded(both(placed)), "targets": [_placed(each) for each in placed]},
            "outside": outside.get(line.label, ""),
            "where": {
                name: [[rounded(each) for each in thirds] for thirds in targets]
                for name, targets in where.get(line.label, {}).items()
            },
            "settings": own.get("settings") or {name: str(value) for name, value in record.settings.items()},
        }
    for name, own in rows.items():
        fits = [line.spread("fit_cost_s") for table in core for line in table.lines if _key(line) == name]
        own["train"] = rounded(max((fit.high for fit in fits if fit), default=None))
        if own["family"] and not own["trained"]:
            own["train"] = 0.0
        own["answer"] = rounded(answers.get(name))
        ones = [line.spread("predict_one_ms") for table in core for line in table.lines if _key(line) == name]
        own["one_ms"] = rounded(max((one.high for one in ones if one), default=None))
    return rows


def _placed(result: Any) -> Values:
    """One row and target over the core tasks."""
    place = place_text(result.place) if result.place else ""
    return {"ratio": rounded(result.ratio), "low": rounded(result.low), "high": rounded(result.high), "place": place}


def _groups(rows: Mapping[str, Values]) -> list[Values]:
    """Groups of rows in the order of families, and in each the best row over the core tasks first."""
    order = sorted(rows, key=lambda name: (rows[name]["core"]["both"] if rows[name]["core"] else np.inf, name))
    titles = {tuple(rows[name]["group"]): rows[name]["title"] for name in order}
    return [
        {"title": titles[group], "rows": [name for name in order if tuple(rows[name]["group"]) == group]}
        for group in sorted(titles)
    ]


def _cell(line: Line) -> Values:
    """What one row reached on one task; without scores why not."""
    cell: Values = {"status": line.status if line.unscored or line.stale or line.unchecked else ""}
    if line.unscored:
        cell["why"] = next((record.message for record in line.unscored if record.message), line.status)[:300]
    if not line.scored:
        return cell
    cell |= {
        "stale": list(line.stale),
        "ratio": [_ratio(line, each) for each in SHOWN],
        "rmse": [rounded(line.mean(f"{each.name}_rmse", each.scale)) for each in SHOWN],
        "r2": [rounded(line.mean(f"{each.name}_r2")) for each in SHOWN],
        "inside": [rounded(line.mean(f"{each.name}_coverage_90")) for each in SHOWN],
        "train": rounded(line.mean("fit_cost_s")),
        "answer": rounded(line.mean("predict_cost_us")),
        "seeds": len(line.scored),
    }
    return cell


def _ratio(line: Line, shown: Shown) -> list[float | None]:
    """Ratio to the ceiling: mean, least and largest over seeds."""
    ratio = line.ratio(shown.name)
    return [rounded(each) for each in (ratio.mean, ratio.low, ratio.high)] if ratio else [None, None, None]


def _prior(tables: Iterable[Table]) -> list[float | None]:
    """Error of always answering the average: that of the floor, or without one the prior's standard deviation."""
    floors = [line for table in tables for line in table.lines if line.role == "floor" and line.scored]
    return [
        rounded(floors[0].mean(f"{each.name}_rmse", each.scale) if floors else (each.high - each.low) / np.sqrt(12.0))
        for each in SHOWN
    ]


def _measured(tasks: Mapping[str, Task], tables: Sequence[Table]) -> Values:
    """Tasks that measure plain traces of a length and an interval."""
    there = {table.task for table in tables if table.ceiling}
    finest = [name for name in shift_grid(tasks).values() if name in there]
    return {
        "trained_s": min((tasks[name].train[0].interval_s for name in finest), default=None),
        "at": [[p, d, name] for (p, d), name in shift_grid(tasks).items() if name in there],
    }


def _failures(tasks: Mapping[str, Task], tables: Sequence[Table]) -> list[Values]:
    """Shifts of the interval whose remedies tell the training's fault from the model's, on the same test traces."""
    there = {table.task for table in tables if table.ceiling}
    failures = []
    for shift in shifts_of(tasks):
        test = tasks[shift.task].test
        kinds = {}
        for name in shift.remedies:
            kind = "resampled" if tasks[name].test != test else "mixed" if len(tasks[name].train) > 1 else "matched"
            kinds[kind] = name
        if {shift.task, shift.base, *shift.remedies} <= there and "matched" in kinds:
            trained = tasks[shift.task].train[0].interval_s
            mixed = [each.interval_s for each in tasks[kinds["mixed"]].train] if "mixed" in kinds else []
            failures.append(
                {"at": test.interval_s, "prefix": test.prefix_s, "trained": trained, "several": mixed}
                | {"shift": shift.task, "base": shift.base}
                | kinds
            )
    return failures


def _telling(failure: Values, rows: Mapping[str, Values], cells: Mapping[str, Values]) -> str:
    """Row that tells most: the one of one interval that gains most from being trained at the test's."""
    gains = {}
    for name, row in rows.items():
        both = [cells[failure[which]].get(name, {}) for which in ("shift", "matched")]
        if row["hollow"] and row["family"] == "learned" and all(cell.get("ratio") for cell in both):
            shift, matched = (cell["ratio"][0][0] for cell in both)
            gains[name] = shift / matched if shift and matched else 0.0
    return max(gains, key=lambda name: (gains[name], name), default="")


def rounded(value: float | None) -> float | None:
    """Number with the digits that the page keeps; None where there is none or it is infinite."""
    return float(f"{value:.{DIGITS}g}") if value is not None and np.isfinite(value) else None
