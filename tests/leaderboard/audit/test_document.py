# The page of the audit holds what the published audit says, and names only tests, tasks and variants that exist.
import ast
from pathlib import Path

import pytest

from leaderboard.audit.computed import DECODED, METRICS
from leaderboard.audit.document import COMMAND, PAGE, blocks, published
from leaderboard.audit.items import items
from leaderboard.audit.plan import trained
from leaderboard.published.marked import fill

ROOT = Path(__file__).resolve().parents[3]
MEASURED = {v.row for v in (*trained(), *DECODED)} | {metric.name for metric in METRICS}


def test_the_page_holds_what_the_published_audit_says():
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    assert fill(text, PAGE, COMMAND, blocks(published(ROOT / "leaderboard" / "audited"))) == text


def test_every_item_of_the_seed_audit_has_its_line():
    sections = {"A": 5, "B": 4, "C": 4, "D": 3, "E": 5, "F": 4, "G": 3, "H": 3, "I": 4}
    expected = [f"{letter}{number}" for letter, last in sections.items() for number in range(1, last + 1)]
    assert [item.name for item in items()] == expected + [f"experiment {number}" for number in range(1, 8)]


@pytest.mark.parametrize("item", items(), ids=lambda item: item.name)
def test_every_test_task_and_variant_that_answers_an_item_exists(item):
    assert item.tests or item.tasks or item.measured
    for reference in item.tests:
        path, _, name = reference.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, reference
    assert all((ROOT / "tasks" / f"{task}.py").is_file() for task in item.tasks)
    assert set(item.measured) <= MEASURED


def test_every_variant_answers_an_item():
    answered = {name for item in items() for name in item.measured}
    assert MEASURED - answered == {"as_found", "as_found_repaired", "adamw", "width_halved", "width_doubled"}
