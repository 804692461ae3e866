"""The picture of the result on the page: error against the sampling interval, as places that the template draws."""

from __future__ import annotations

import math
from typing import Any

from leaderboard.pictures.looks import spread
from leaderboard.site.sentences import SMALL_UNITS, in_small_units
from leaderboard.site.values import Values
from leaderboard.wording import SHOWN, ratio_text

WIDTH, HEIGHT = 380.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 32.0, 208.0, 30.0, 282.0
LABEL_GAP = 16.0
MOST_NUMBERS = 4
"""Attainable errors that stand below a chart: of more intervals every other one has its own."""
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def charts_of(values: Values, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Lay out one chart a target."""
    ratios = {
        row: [[ratio[0] for ratio in values["cells"][task][row]["ratio"]] for task in result["tasks"]]
        for row in result["rows"]
    }
    top = 1.25 * max(ratio for each in ratios.values() for of_task in each for ratio in of_task)
    return [_chart(values, result, ratios, top, target) for target in range(len(SHOWN))]


def _chart(
    values: Values, result: dict[str, Any], ratios: dict[str, list[list[float]]], top: float, target: int
) -> dict[str, Any]:
    """Lay out one target."""
    tasks = {task["name"]: task for task in values["tasks"]}

    def y_of(ratio: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * math.log(max(ratio, 0.86) / 0.85) / math.log(top / 0.85), 1)

    steps = max(1, len(result["tasks"]) - 1)
    xs = [round(LEFT + 12 + (RIGHT - LEFT - 24) * place / steps, 1) for place in range(len(result["tasks"]))]
    lines: list[dict[str, Any]] = []
    for row, each in ratios.items():
        at = [(x, y_of(of_task[target])) for x, of_task in zip(xs, each, strict=True)]
        text = f"{ratio_text(each[-1][target])} {row}"
        lines.append({"row": row, "at": at, "points": " ".join(f"{x},{y}" for x, y in at), "text": text})
    places = spread([line["at"][-1][1] for line in lines], LABEL_GAP, TOP, BOTTOM - 2)
    for line, place in zip(lines, places, strict=True):
        line["label_y"] = round(place, 1)
    said = [f"{row}: {', '.join(ratio_text(of_task[target]) for of_task in each)}" for row, each in ratios.items()]
    shown, every = SHOWN[target], 1 if len(xs) <= MOST_NUMBERS else 2
    return {
        **{"w": WIDTH, "h": HEIGHT, "left": LEFT, "right": RIGHT, "bottom": BOTTOM, "lines": lines},
        **{"symbol": shown.symbol, "unit": SMALL_UNITS[target]},
        "grid": [(tick, y_of(tick)) for tick in TICKS if tick < top],
        "columns": [
            (x, f"{interval:g}", "" if place % every else in_small_units(target, tasks[name]["attainable"][target]))
            for place, (x, interval, name) in enumerate(zip(xs, result["intervals"], result["tasks"], strict=True))
        ],
        "label": f"Error of {shown.symbol} relative to the attainable one, sampled every "
        f"{', '.join(f'{interval:g}' for interval in result['intervals'])} s. {'. '.join(said)}.",
    }
