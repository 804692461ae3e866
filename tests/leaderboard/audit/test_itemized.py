# The items of the seed audit with what came of them: in short, and in one table.
import re
from dataclasses import replace

import pytest

from bench.compiled import ROOT
from leaderboard.audit.document import blocks, published
from leaderboard.audit.itemized import Tried, items_table, short_table
from leaderboard.audit.items import items

PUBLISHED = published(ROOT / "leaderboard" / "audited")
SOUND, HOLDS = PUBLISHED["tcn_dt"], PUBLISHED["tcn_dt_subsampled"]
FAULT = Tried("edge_padding", "A5, #2, #8", "critical", False, "confirmed", factor="1.50")


@pytest.mark.parametrize(
    ("tried", "group"),
    [
        (FAULT, "real, ranked by the audit"),
        (replace(FAULT, severity="-"), "real, listed without a rank"),
        (replace(FAULT, severity="sufficient"), "real, called correct or sufficient"),
        (replace(FAULT, severity="repair", repair=True), "repairs that help"),
        (replace(FAULT, severity="repair", repair=True, verdict="opposite"), "opposite"),
        (replace(FAULT, severity="sufficient", verdict="undecided"), "undecided"),
    ],
)
def test_a_verdict_is_sorted_by_what_the_seed_audit_says(tried, group):
    assert tried.group == group


@pytest.mark.parametrize(
    ("tried", "text"),
    [
        (FAULT, "A5 #2 #8 `edge_padding` (1.50)"),
        (replace(FAULT, verdict="no measurable effect"), "A5 #2 #8 `edge_padding`"),
        (replace(FAULT, listed="priority fixes 1, 2", factor="-"), "priority fixes `edge_padding`"),
        (replace(FAULT, listed="#10"), "#10 `edge_padding` (1.50)"),
        (replace(FAULT, listed="all"), "`edge_padding` (1.50)"),
    ],
)
def test_a_variant_is_named_with_the_item_that_lists_it_first_and_its_places(tried, text):
    assert tried.text == text


def test_the_seed_audit_says_severity_and_place():
    assert FAULT.seed_says == "critical, #2, #8"


def test_every_item_stands_in_short():
    short = short_table(SOUND)
    own = [item.name for item in items() if not item.name.startswith("experiment")]
    assert [name for name in own if not re.search(rf"\b{name}\b", short)] == []
    assert not {"as_found", "muon", "adamw"} & set(re.findall(r"`(\w+)`", short))


def test_every_variant_and_metric_has_its_line_with_item_and_finding_at_the_first():
    lines = items_table(SOUND, HOLDS).splitlines()
    names = {f.variant.row for f in SOUND.findings} | {m.metric.name for m in SOUND.metrics}
    assert {name for name in names if sum(f"| `{name}` |" in line for line in lines) < 1} == set()
    padded, repaired = (next(line for line in lines if f"| `{n}` |" in line) for n in ("edge_padding", "interpolation"))
    assert padded.startswith("| A5 no edge padding of time |")
    assert padded.endswith("| `padding_read`, `interval` |")
    assert repaired.startswith("|  | `interpolation` | repair |")


def test_a_variant_without_a_comparison_is_not_measured_yet():
    unmeasured = tuple(replace(f, added=()) if f.variant.row == "dropout" else f for f in SOUND.findings)
    gone = replace(SOUND, findings=tuple(f for f in unmeasured if f.variant.row != "edge_padding"))
    lines = items_table(gone, None).splitlines()
    assert (
        "| E4 dropout | `dropout` | - | - | - | - | not measured yet | - | `not_learnt`, `shrinks_too_much` |" in lines
    )
    assert any("`edge_padding` | - | - | - | - | not measured yet | - |" in line for line in lines)
    assert "| not measured yet | E4 `dropout` |" in short_table(gone)


def test_what_was_run_names_the_base_and_how_the_plan_has_changed():
    findings = tuple(f for f in SOUND.findings if f.variant.row not in ("dropout", "muon"))
    other = next(f for f in SOUND.findings if f.variant.row == "dropout")
    renamed = replace(other, variant=replace(other.variant, row="more_dropout"))
    audit = replace(SOUND, settings={"width": 8}, commits=("abc",), findings=(*findings, renamed))
    said = blocks({"tcn_dt": audit})["what was run"]
    assert said.startswith("- `tcn_dt(width=8)`: preset standard, 3 seed(s), ")
    assert "; commit `abc`; planned since then: " in said
    assert "`dropout`" in said
    assert said.endswith("; planned then only: `more_dropout`")
    short = blocks({"tcn_dt": audit})["in short"]
    assert short.startswith("The figures are those of `tcn_dt` at commit `abc`, by an earlier plan than today's (")


def test_without_a_published_audit_nothing_is_measured_yet():
    assert set(blocks({}).values()) - {blocks({})["verdicts"]} == {"not measured yet"}
