"""The README's blocks: the result, eight rows and three questions, written from the records."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from leaderboard.board.tables import KNOWN, NOBODY
from leaderboard.families import FAMILIES
from leaderboard.frame import CEILING
from leaderboard.published.result import Result
from leaderboard.site.sentences import headline, in_small_units, in_units, told_rows
from leaderboard.site.values import Values
from leaderboard.wording import NONE, SHOWN, code_span, grid, ratio_text

RESULT_PICTURE, DARK_PICTURE = "result.png", "result_dark.png"
GLYPHS = {"physics": "◆", "learned_on_physics": "●", "learned": "▲△", "trees": "■□", "baseline": "✕", "": "▽"}
"""Marks of families as text; the second where one is hollow."""
LENGTH_S, INTERVAL_S = 30.0, 1.0
"""What the first two questions ask about."""
UNPUBLISHED = "Not published yet."
NBSP = "\u00a0"


def blocks(values: Values, result: dict[str, Any] | None, pictures: str) -> dict[str, str]:
    """Write the blocks of the README."""
    said = f"**{headline(values)}**"
    n_rows, n_tasks = len(values["rows"]), len(values["tasks"])
    counted = (
        f"This benchmark asks {n_rows} methods on {n_tasks} tasks; every error stands beside the smallest one possible."
    )
    shown = [counted, _picture(values, result, pictures), f"{said} {result['note']}"] if result else [counted, said]
    return {
        "result": "\n\n".join(shown),
        "rows": _rows(values) if values["measured"]["at"] else UNPUBLISHED,
        "questions": _questions(values) if values["grid"] and values["failures"] else UNPUBLISHED,
    }


def drawn_result(values: Values, result: dict[str, Any]) -> Result:
    """What the picture of the result shows."""
    tasks = {task["name"]: task for task in values["tasks"]}
    return Result(
        result["prefix"],
        result["trained"],
        result["intervals"],
        [[in_small_units(i, tasks[name]["attainable"][i]) for name in result["tasks"]] for i in range(len(SHOWN))],
        {
            row: [[values["cells"][name][row]["ratio"][i][0] for name in result["tasks"]] for i in range(len(SHOWN))]
            for row in result["rows"]
        },
    )


def _picture(values: Values, result: dict[str, Any], pictures: str) -> str:
    """The picture on white and on black, and what it shows in words."""
    drawn = drawn_result(values, result)
    said = [f"{row} {ratio_text(ratios[0][-1])} and {ratio_text(ratios[1][-1])}" for row, ratios in drawn.rows.items()]
    alt = (
        f"Error of E0 and k_d against the sampling interval, in multiples of the smallest one possible. At "
        f"{result['intervals'][-1]:g} s: {', '.join(said)}."
    )
    return (
        f'<picture>\n<source media="(prefers-color-scheme: dark)" srcset="{pictures}/{DARK_PICTURE}">\n'
        f'<img src="{pictures}/{RESULT_PICTURE}" alt="{alt}">\n</picture>'
    )


def _rows(values: Values) -> str:
    """Rows of every kind, from the best to the worst."""
    name = next((name for p, d, name in values["measured"]["at"] if (p, d) == (LENGTH_S, INTERVAL_S)), None)
    name = name or values["measured"]["at"][-1][2]
    task = next(task for task in values["tasks"] if task["name"] == name)
    rows = values["rows"]
    kinds: dict[tuple[str, bool], list[str]] = {}
    for row in sorted((row for row in rows if rows[row]["core"]), key=lambda row: rows[row]["core"]["both"]):
        kinds.setdefault((rows[row]["family"], rows[row]["hollow"]), []).append(row)
    physics, on_physics = kinds.get(("physics", False), []), kinds.get(("learned_on_physics", False), [])
    chosen = {*physics[:1], *physics[-1:], *on_physics[:1], *told_rows(values, [name])}
    best = [f"`{CEILING}`", "exact posterior: the best", f"1.00{NBSP}/{NBSP}1.00"]
    cells = [[*best, *_errors(task["attainable"]), "none"]]
    for row in sorted(chosen, key=lambda row: rows[row]["core"]["both"]):
        own, cell = rows[row], values["cells"][name][row]
        glyphs = GLYPHS[own["family"]]
        core = f"{NBSP}/{NBSP}".join(ratio_text(target["ratio"]) for target in own["core"]["targets"])
        mark = glyphs[-1] if own["hollow"] else glyphs[0]
        what = [f"{mark}{NBSP}{code_span(row)}", _what(row, own, values["floor"]), core]
        cells.append([*what, *_errors(cell["rmse"]), _train(own["train"])])
    heading = ["row", "what it is", "× best", f"E0,{NBSP}g/L", f"k_d,{NBSP}1e\u20113/s"]
    words = [word for word in FAMILIES if any(row["family"] == word for row in rows.values())]
    key = " ".join(f"{GLYPHS[word][0]} {FAMILIES[word].name}" for word in words)
    n_core = sum(each["core"] for each in values["tasks"])
    of = task["test"].replace("@", "every")
    notes = (
        f"*× best*: error of E0 / k_d over the smallest, {n_core} core tasks; in units: {of}. {key};\n"
        "hollow: trained at one interval. [All rows](leaderboard/site/index.html), [in tables](docs/board.md), "
        "[explained](docs/reading_a_score.md)."
    )
    return f"{grid([*heading, 'train'], cells, 'llr')}\n\n{notes}"


def _what(row: str, own: Mapping[str, Any], floor: str) -> str:
    """What a row is, in a few words."""
    if row == floor:
        return "always the average"
    about: str = own["about"].rstrip(".")
    for mark in (",", ";", ":", " by ", " on ", " over "):
        about = about.partition(mark)[0]
    return about


def _errors(rmse: list[float]) -> list[str]:
    """Errors in units, as printed."""
    return [f"{rmse[0]:.4f}" if rmse[0] < 0.0995 else f"{rmse[0]:.3f}", f"{rmse[1]:.2f}"]


def _train(seconds: float | None) -> str:
    """Cost of training, as printed."""
    return NONE if seconds is None else "none" if seconds == 0 else f"{seconds:.0f}{NBSP}s"


def _questions(values: Values) -> str:
    """Three questions, each with its answer and its command."""
    grid_of = {(length, interval): errors for length, interval, _, *errors in values["grid"]}
    now, longer = grid_of[LENGTH_S, INTERVAL_S], grid_of[2 * LENGTH_S, INTERVAL_S]
    faster = grid_of[LENGTH_S, INTERVAL_S / 2]
    known = 1 - (now[1] / values["prior"][1]) ** 2
    tells = "next to nothing" if known < NOBODY else "a part" if known < KNOWN else "all that matters"
    verdicts = ["longer" if longer[i] < faster[i] else "faster" for i in range(len(SHOWN))]
    gained = [
        f"twice the time brings {in_units(i, now[i])} to {in_units(i, longer[i])}, twice the rate to "
        f"{in_units(i, faster[i])}"
        for i in range(len(SHOWN))
    ]
    failure = values["failures"][-1]
    row, at = failure["row"], failure["at"]
    shift, matched = (values["cells"][failure[which]][row]["ratio"][0][0] for which in ("shift", "matched"))
    cause = "Most likely because in training the interval never changed." if matched < shift / 2 else ""
    asked = [
        (
            f"**My lab samples every {INTERVAL_S:g} s for {LENGTH_S:g} s. What should I use, and what error will I "
            "have?** On an ideal trace the exact posterior; none has a smaller error on average: "
            f"{in_units(0, now[0])} for E0, and {in_units(1, now[1])} for k_d, of which these samples tell {tells} "
            f"({in_units(1, values['prior'][1])} before you measure).",
            "infer docs/example_trace.csv --ideal",
        ),
        (
            f"**Should I sample faster, or for longer?** For k_d, {verdicts[1]}: {gained[1]}. For E0, {verdicts[0]}: "
            f"{gained[0]}. For your own design, load and rate:",
            "plan --e0 0.5 --kd 1e-3",
        ),
        (
            f"**My network fails at {at:g} s. Why?** {cause} `{row}` has {ratio_text(shift)} times the best possible "
            f"error of E0 when trained every {failure['trained']:g} s, {ratio_text(matched)} times when trained every "
            f"{at:g} s. What is wrong with yours:",
            f"diagnose models/{row}.py",
        ),
    ]
    return "\n\n".join(
        f"{textwrap.fill(text, 120, break_on_hyphens=False)}\n`python run_bench.py {command}`"
        for text, command in asked
    )
