"""The page: one HTML file with everything in it, which needs neither a server nor a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leaderboard.board.page import machines
from leaderboard.comparison.findings import Findings
from leaderboard.comparison.overview import how_compared
from leaderboard.families import FAMILIES
from leaderboard.frame import draws_text, status_text
from leaderboard.site.attainable import read_attainable
from leaderboard.site.chart import charts_of
from leaderboard.site.sentences import headline, result_of
from leaderboard.site.values import Values, page_values
from leaderboard.wording import NONE, count_text, quantity_text, ratio_text, seeds_text

SITE = Path(__file__).parent
PAGE_FILE = "index.html"
TABS = {
    "result": "The result in one picture",
    "use": "My lab samples every 1 s for 30 s: what should I use, and what error will I have?",
    "faster": "Should I sample faster, or for longer?",
    "fails": "My network fails at another interval: why?",
}
"""What the panel shows, by the word that stands in the address."""


def page(findings: Findings, grid: str = "", root: str = "") -> str:
    """Write the page; ``grid`` is what is attainable at any length, ``root`` where the documents lie, if they do."""
    environment = Environment(
        loader=FileSystemLoader(SITE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
    values = page_values(findings, read_attainable(grid))
    result = result_of(values)
    there = {"result": result, "use": values["grid"], "faster": values["grid"], "fails": values["failures"]}
    return environment.get_template("page.html").render(
        board=values,
        families=FAMILIES,
        headline=headline(values),
        alarms=[alarm.replace("`", "") for each in findings.alarms.values() for alarm in each],
        tabs={word: text for word, text in TABS.items() if there[word]},
        result=result,
        charts=charts_of(values, result) if result else [],
        plain=_plain(values),
        summary=_summary(findings),
        method=_method(findings),
        root=root,
    )


def _plain(values: Values) -> dict[str, Any]:
    """The board without a script: every row over the core tasks, and on the task of the first question."""
    names = [name for p, d, name in values["measured"]["at"] if (p, d) == (30.0, 1.0)]
    task: Values = next((each for each in values["tasks"] if each["name"] in names[:1] or not names), {})
    lines = []
    for name in (row for group in values["groups"] for row in group["rows"]):
        core, cell = values["rows"][name]["core"], values["cells"].get(task.get("name"), {}).get(name, {})
        texts = [name, ratio_text(core["both"]) if core else ""]
        for i in range(2):
            none = [cell.get("status", NONE) if i == 0 else "", ""]
            texts += [ratio_text(cell["ratio"][i][0]), quantity_text(cell["rmse"][i])] if "ratio" in cell else none
        lines.append(texts)
    return {"task": task.get("name"), "test": task.get("test"), "lines": lines}


def _summary(findings: Findings) -> str:
    """What the board holds, in two sentences."""
    records = findings.records
    if not records:
        return "Nothing has been run yet."
    began = sorted({record.started_utc[:10] for record in records} - {""})
    sizes = sorted({tuple(sorted(record.sizes.items())) for record in records})
    cases = "; ".join(
        f"{size.get('train', 0):,} training and {size.get('test', 0):,} test cases" for size in map(dict, sizes)
    )
    shown = f"Shown: {findings.left_out} " if findings.left_out else ""
    run = f"Run of {began[0]}" + f" to {began[-1]}" * (began[0] != began[-1]) if began else "Run"
    return (
        f"{run}: {cases}; {seeds_text(record.seed for record in records)}; {count_text(len(records))} cells "
        f"({status_text(records)}). {shown}All traces are simulated: no real trace has been scored."
    )


def _method(findings: Findings) -> list[str]:
    """How rows are compared, and where they ran."""
    compared = [text.replace("**", "") for overview in findings.overviews[:1] for text in how_compared(overview)]
    ran = [f"{kind}: {text} ({count_text(n)} cells)" for kind, text, n in machines(findings.records)]
    return [*compared, *draws_text(findings.records), *ran]
