# Every finding has advice, every advice names a row that exists, every item of the seed audit is asked or excused.
from pathlib import Path

from bench.diagnosis.diagnose import NAMES
from bench.run.catalogue import files_in
from leaderboard.audit.items import items
from leaderboard.diagnosis.advice import advice
from leaderboard.diagnosis.proof import Known, known_rows, proof_text

ROOT = Path(__file__).parents[3]
FAULTS = ROOT / "models" / "_faults" / "rows.py"
ROWS = files_in([ROOT / "models", FAULTS]).keys()
OF_DECODING = {"targets_swapped", "denormalization_skipped"}


def test_every_finding_has_its_advice_and_no_other_has():
    assert set(advice()) == set(NAMES)


def test_every_advice_names_a_row_or_a_fault_of_decoding():
    assert {each.shown_by for each in advice().values()} - OF_DECODING <= ROWS


def test_every_row_of_the_proof_exists_and_wants_names_that_exist():
    assert {row.row for row in known_rows()} <= ROWS
    assert {name for row in known_rows() for name in row.expected} <= set(NAMES)


def test_every_item_of_the_seed_audit_has_a_probe_or_a_reason():
    told = {item.name: item.probe for item in items()}
    assert [name for name, probe in told.items() if not probe] == []
    probes = {name for probe in told.values() if probe.startswith("`") for name in probe.replace("`", "").split(", ")}
    assert probes <= set(NAMES)


def test_items_that_an_advice_names_exist():
    known = {item.name for item in items()}
    named = {item for each in advice().values() for item in each.item.split(", ") if not item.startswith("#")}
    assert named <= known


def test_the_proof_counts_rows_whose_fault_is_among_the_first_two():
    rows = [Known(name, "measured", "a fault", ("reach",), "shift_1s") for name in ("a", "b", "c")]

    def said(*names):
        return {"findings": [{"name": name, "target": "E0_g_per_L"} for name in names]}

    text = proof_text(rows, {"a": said("interval", "interval", "reach"), "b": said("interval", "prefix", "reach")})
    assert text.startswith("Of 2 diagnosed rows with a fault of measured effect, 1 have it among the first 2 findings.")
    assert "Not diagnosed yet, 1 rows (the same command goes on): `c`." in text
    assert "| `a` | a fault | measured | `reach` | `interval` E0 | `reach` E0 | - | yes |" in text
