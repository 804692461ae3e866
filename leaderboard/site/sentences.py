"""What the page and the README say first, as sentences written from the records: each is chosen by a guard."""

from __future__ import annotations

from typing import Any

from leaderboard.site.values import Values
from leaderboard.wording import SHOWN, ratio_text

ATTAINED = 1.05
"""Up to this multiple of the best possible error, it counts as reached."""
FAILS = 2.0
"""From this multiple on, an error counts as a failure."""
UNKNOWABLE = 0.1
"""Below this R2 of the exact posterior nobody can know a target."""
INSTANT_MS = 100.0
"""An answer within it is given in milliseconds."""


def headline(values: Values) -> str:
    """Say the result in two sentences; of a board that does not show it, what it shows."""
    said = [each for each in (_physics(values), _networks(values)) if each]
    if len(said) == 2:
        return " ".join(said)
    ranked = [name for name, row in values["rows"].items() if row["core"] and name != values["floor"]]
    first = min(ranked, key=lambda name: values["rows"][name]["core"]["both"], default=None)
    if first:
        ratio, of = ratio_text(values["rows"][first]["core"]["both"]), f"{len(ranked)} row{'s' * (len(ranked) != 1)}"
        return f"Best of {of} over the core tasks: {first}, with {ratio} times the best possible error."
    n_tasks, n_rows = len(values["tasks"]), len(values["rows"])
    return f"{n_rows} row{'s' * (n_rows != 1)} on {n_tasks} task{'s' * (n_tasks != 1)}."


def lacking(values: Values) -> list[str]:
    """Say what the records must hold so that the page begins with its result: a release is refused without it."""
    needs = {
        _physics(values): "a row of family physics that is not trained, over all core tasks",
        _networks(values): "a learned row that was trained at one interval, tested at another",
    }
    return [f"the page begins with no result: no record of {needs['']}"] if "" in needs else []


def _physics(values: Values) -> str:
    """What the best row that knows the chemistry and is not trained reaches."""
    rows = {name: row for name, row in values["rows"].items() if row["core"] and not row["trained"]}
    rows = {name: row for name, row in rows.items() if row["family"] == "physics"}
    if not rows:
        return ""
    first = min(rows, key=lambda name: rows[name]["core"]["both"])
    ratios = [target["ratio"] for target in rows[first]["core"]["targets"]]
    one_ms = rows[first]["one_ms"]
    quick = "in milliseconds, " if one_ms is not None and one_ms < INSTANT_MS else ""
    if max(ratios) <= ATTAINED:
        return f"With the chemistry known, E0 and k_d are read as well as the samples allow, {quick}with no training."
    e0, k_d = map(ratio_text, ratios)
    return (
        f"With the chemistry known and no training, {first} has {e0} times the best possible error of E0 and {k_d} "
        "times that of k_d."
    )


def one_interval(values: Values) -> list[str]:
    """Networks that saw one interval in training."""
    return [name for name, row in values["rows"].items() if row["family"] == "learned" and row["hollow"]]


def _networks(values: Values) -> str:
    """Whether networks that saw one interval fail at another, judged by E0 on every task that moves the interval."""
    tasks = [task["name"] for task in values["tasks"] if task["group"] == "interval"]
    spans: dict[str, tuple[float, float]] = {}
    for name in one_interval(values):
        cells = [values["cells"][task].get(name, {}) for task in tasks]
        ratios = [cell["ratio"][0][0] for cell in cells if cell.get("ratio") and cell["ratio"][0][0]]
        if ratios:
            spans[name] = min(ratios), max(ratios)
    failed = {name: span for name, span in spans.items() if span[0] >= FAILS}
    if not spans:
        return ""
    if not failed:
        return "Networks trained at one sampling interval work at another."
    low, high = min(low for low, _ in failed.values()), max(high for _, high in failed.values())
    which = "Networks trained at one sampling interval fail at any other"
    if len(failed) < len(spans):
        which = f"Of {len(spans)} networks trained at one sampling interval, {len(failed)} fail at any other"
    return f"{which}: {_range(low, high)} times the best possible error of E0."


def _range(low: float, high: float) -> str:
    """Range of ratios in whole numbers from 10 on.

    Examples
    --------
    >>> _range(9.96, 66.7), _range(2.1, 3.0)
    ('10 to 67', '2.1 to 3.0')
    """
    return f"{low:.0f} to {high:.0f}" if low >= 9.95 else f"{low:.1f} to {high:.1f}"


def told_rows(values: Values, tasks: list[str]) -> list[str]:
    """Rows of the picture of the result, at most six: one of each kind, the best, and of what fails the worst too."""
    rows = values["rows"]

    def of(family: str, trained: bool, hollow: bool) -> list[str]:
        named = [
            name
            for name, row in rows.items()
            if (row["family"], row["trained"], row["hollow"]) == (family, trained, hollow) and row["core"]
        ]
        return sorted(named, key=lambda name: rows[name]["core"]["both"])

    learned = of("learned", True, True)
    chosen = [*of("physics", False, False)[:1], *of("learned", True, False)[:1], *learned[:1], *learned[-1:]]
    chosen += [*of("trees", True, True)[-1:], *[values["floor"]] * (values["floor"] in rows)]
    return [
        name
        for name in dict.fromkeys(chosen)
        if all(values["cells"][task].get(name, {}).get("ratio", [[None]])[0][0] for task in tasks)
    ]


def result_of(values: Values) -> dict[str, Any] | None:
    """What the picture of the result shows: a length, its intervals, the rows and a sentence; None without shifts."""
    lengths = [failure["prefix"] for failure in values["failures"]]
    if not lengths:
        return None
    prefix = max(lengths, key=lengths.count)
    at = [(interval, name) for length, interval, name in values["measured"]["at"] if length == prefix]
    rows = told_rows(values, [name for _, name in at])
    if len(at) < 2 or not rows:
        return None
    return {
        "prefix": prefix,
        "trained": values["measured"]["trained_s"],
        "intervals": [interval for interval, _ in at],
        "tasks": [name for _, name in at],
        "rows": rows,
        "note": _note(values, at[-1][1], at[-1][0]),
    }


SMALL_UNITS = ("mg/L", "1e-3/s")
"""Units in which the attainable errors are short enough to stand beside each other below a picture."""


def in_small_units(target: int, value: float) -> str:
    """Error of a target as a short number.

    Examples
    --------
    >>> in_small_units(0, 0.00748), in_small_units(1, 1.37)
    ('7.5', '1.37')
    """
    return f"{value:.2f}" if target else f"{1e3 * value:.1f}"


def in_units(target: int, value: float) -> str:
    """Error of a target as it stands in a sentence.

    Examples
    --------
    >>> in_units(0, 0.00748), in_units(1, 1.37)
    ('0.0075 g/L', '1.37e-3 1/s')
    """
    return f"{value:.2f}e-3 1/s" if target else f"{value:.4f} g/L"


def _note(values: Values, task: str, interval_s: float) -> str:
    """What is behind the picture at its last interval."""
    cells, about = values["cells"][task], next(each for each in values["tasks"] if each["name"] == task)
    trained = values["measured"]["trained_s"]
    ratios = [cells[row]["ratio"][0][0] for row in one_interval(values) if cells.get(row, {}).get("ratio")]
    ratios = sorted(ratio for ratio in ratios if ratio)
    parts = []
    if ratios:
        parts.append(
            f"At {interval_s:g} s, the {len(ratios)} networks that saw {trained:g} s only have "
            f"{_range(ratios[0], ratios[-1])} times the best possible error of E0"
        )
        floor = about["floor"][0]
        parts[-1] += f"; always answering the average has {floor:.0f} times." if floor else "."
    if about["ceiling_r2"]:
        unknown = [i for i, r2 in enumerate(about["ceiling_r2"]) if r2 is not None and r2 < UNKNOWABLE]
        parts += [
            f"{SHOWN[i].symbol} is out of reach there for any method: {in_units(i, about['attainable'][i])} at best, "
            f"{in_units(i, values['prior'][i])} without measuring."
            for i in unknown
        ]
    return " ".join(parts)
