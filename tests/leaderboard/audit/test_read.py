# The audit of a folder of records: what is compared, what is left out, and the page, table and picture of it.
import io
from dataclasses import replace

import pytest
from rich.console import Console

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.record import read_records
from bench.run.scores.scoring import beside
from leaderboard.audit.page import audit_page
from leaderboard.audit.picture import draw_audit
from leaderboard.audit.plan import TASKS
from leaderboard.audit.read import read_audit
from leaderboard.audit.result import load_audit, write_audit
from leaderboard.audit.terminal import terminal_audit
from leaderboard.pictures.looks import drawing, save

ERRORS = {
    "tcn_dt": 0.1,
    "edge_padding": 0.3,
    "dropout": 0.1,
    "width_doubled": 0.05,
    "split_unseeded": 0.1,
    "as_found": 0.4,
    "as_found_masked": 0.1,
}


@pytest.fixture(scope="module")
def folder(beside_ceiling, record_of, shared_folder_of):
    records = [
        replace(r, sizes={"train": 64, "valid": 8, "test": 40, "seeds": 3}) for r in beside_ceiling(ERRORS, TASKS)
    ]
    first, ceiling = (
        next(r for r in records if (r.row, r.seed, r.task) == (row, 0, "in_distribution"))
        for row in ("split_unseeded", "bayes")
    )
    again = []
    for n in (1, 2):
        repeat = record_of(f"split_unseeded(repeat={n})", error=ERRORS["split_unseeded"])
        named = {name: getattr(repeat, name) for name in ("row", "scores", "prediction_file")}
        again.append(replace(first, **named, ceiling=beside(replace(first, scores=repeat.scores), ceiling)))
    return shared_folder_of([*records, *again])


@pytest.fixture(scope="module")
def audit(folder):
    return read_audit(folder, read_records(folder), "quick")


def finding(audit, row):
    return next(each for each in audit.findings if each.variant.row == row)


def printed(audit):
    console = Console(file=io.StringIO(), width=100)
    console.print(terminal_audit(audit))
    return console.file.getvalue()


def test_a_fault_is_measured_when_added_and_its_repair_when_removed(audit):
    padded = finding(audit, "edge_padding")
    assert padded.deciding.factor == pytest.approx(3.0, rel=0.25)
    assert padded.verdict == "confirmed"
    assert {(e.task, e.base) for e in padded.added} == {(task, "tcn_dt") for task in TASKS}
    removed = padded.at(padded.removed)
    assert (removed.row, removed.base) == ("as_found_masked", "as_found")
    assert removed.factor < 1


def test_a_repair_that_helps_is_confirmed_and_the_largest_effect_comes_first(audit):
    assert finding(audit, "width_doubled").verdict == "confirmed"
    measured = [each for each in audit.findings if each.deciding]
    assert [each.claimed for each in measured] == sorted((each.claimed for each in measured), reverse=True)
    assert audit.findings[len(measured) :] == tuple(each for each in audit.findings if not each.deciding)


def test_faults_of_decoding_are_computed_from_the_base(audit):
    swapped = finding(audit, "targets_swapped")
    assert swapped.deciding.base == "tcn_dt"
    assert swapped.deciding.r2 < 0
    assert swapped.verdict == "confirmed"


def test_rows_that_lack_cells_are_left_out_and_named(audit):
    assert finding(audit, "no_clipping").deciding is None
    assert finding(audit, "no_clipping").verdict == "undecided"
    assert "no_clipping: 9 of 9 cells not_run" in audit.missing


def test_stale_cells_are_left_out(folder):
    records = read_records(folder)
    stale = {r.cell: ("source",) for r in records if r.row == "dropout" and r.seed == 1}
    assert "dropout: 3 of 9 cells not_run" in read_audit(folder, records, "quick", stale=stale).missing


def test_one_seed_decides_nothing_that_was_trained(folder):
    audit = read_audit(folder, [r for r in read_records(folder) if r.seed == 0], "quick")
    assert {each.verdict for each in audit.findings} == {"undecided"}
    assert {each.metric.name: each.verdict for each in audit.metrics}["r2_normalized"] == "not a fault"
    said = "1 seed: every verdict that rests on training is undecided by rule, which asks for 3"
    assert said in " ".join(printed(audit).split())
    assert said in audit_page(audit)


def test_spread_is_that_of_repeats_with_one_seed_and_of_seeds(audit):
    assert (len(audit.spread.repeats), len(audit.spread.seeds)) == (3, 3)


def test_the_order_of_the_seed_audit_stands_beside_the_measured_one(audit):
    assert [place for place, _ in audit.order()] == [2, 4, 6, 10]
    coefficient, p, n = audit.agreement()
    assert n == 4
    assert -1 <= coefficient <= 1
    assert 0 < p <= 1
    assert audit.agreement(removed=True) is None


def test_a_folder_without_the_base_is_an_error(folder):
    with pytest.raises(BenchError) as error:
        read_audit(folder, [], "quick")
    assert str(error.value) == (
        f"audit '{folder}': row tcn_dt must have a score for every task and seed of preset quick, got not all. "
        "Run the audit with this folder first."
    )


def test_an_audit_is_read_as_it_was_written(audit, tmp_path):
    write_audit(audit, tmp_path / "audit.json")
    assert load_audit(tmp_path / "audit.json") == audit


def test_page_and_terminal_show_every_variant_that_was_compared(audit):
    page, terminal = audit_page(audit), printed(audit)
    for each in audit.findings:
        assert f"| `{each.variant.row}` |" in page
        assert (f" {each.variant.row} " in terminal.partition("left out")[0]) is (each.deciding is not None)
    assert "Rank correlation (Spearman; 1 where the orders agree)" in page


def test_the_picture_is_the_same_for_the_same_audit(audit, tmp_path):
    with drawing():
        paths = [save(draw_audit(audit), tmp_path / name) for name in ("a.png", "b.png")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("base", ["tcn_dt", "tcn_dt_subsampled"])
def test_the_published_page_is_what_its_values_give(base):
    path = ROOT / "leaderboard" / "audited" / f"audit_{base}.json"
    assert path.with_suffix(".md").read_text(encoding="utf-8") == audit_page(load_audit(path))
