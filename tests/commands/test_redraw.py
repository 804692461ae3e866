import csv
import os
from pathlib import Path

import pytest

import commands._run.asked
from bench.run.record import read_records
from bench.run.scores.redraw import overrides_of
from bench.run.store import sole_run


@pytest.fixture(scope="module")
def asked(invoke, hostile, tmp_path_factory):
    """A run of two rows, its fits drawn again twice, and the result."""
    out = tmp_path_factory.mktemp("redraw")
    common = ("--models", hostile, "--out", out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands._run.asked, "write_board", lambda findings: [findings.predictions.folder / "board.md"])
        for settings in ((), ("--set", "width=8", "--set", 'name=a,b="c"')):
            invoke("--task", "shift_10s", "--model", "behaves", *settings, *common, "--preset", "quick")
    n_fits = len(fits().read_text().splitlines())
    return out, common, invoke("redraw", *common, "--draws", "2"), n_fits


def fits():
    return Path(os.environ["TMPDIR"]) / "fits"


def test_every_cell_is_asked_on_fresh_cases_and_none_is_trained(asked):
    out, _, result, n_fits = asked
    assert result.exit_code == 0, result.stdout
    assert len(fits().read_text().splitlines()) == n_fits == 2
    with open(out / "redraw.csv", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["task"], line["target"], line["n_published"], line["n_fresh"]) for line in lines] == [
        ("shift_10s", target, "12", "24") for _ in range(2) for target in ("E0_g_per_L", "k_d_per_s")
    ]
    published = {(r.row, t): s["r2"] for r in read_records(out) if r.row != "bayes" for t, s in r.scores.items()}
    for line in lines:
        assert float(line["published"]) == pytest.approx(published[line["row"], line["target"]], rel=1e-12)
        assert float(line["fresh"]) != float(line["published"])
        assert float(line["difference"]) == pytest.approx(float(line["fresh"]) - float(line["published"]))
        assert float(line["standard_error"]) > 0


def test_changed_settings_are_read_from_the_name_of_the_row(asked):
    record = next(r for r in read_records(asked[0]) if "(" in r.row)
    assert overrides_of(record) == {"width": 8, "name": 'a,b="c"'}


def test_a_folder_that_a_run_holds_is_left_alone(asked, invoke):
    out, common, _, _ = asked
    with sole_run(out):
        result = invoke("redraw", *common)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: folder '{out}': runs must be one at a time, got another in progress. "
        "Wait for its end, or name another folder with --out.\n",
    )


def test_a_cell_without_its_fit_is_left_out_and_named(asked, invoke):
    out, common, _, _ = asked
    for path in (out / "fits").iterdir():
        path.unlink()
    result = invoke("redraw", *common)
    assert result.exit_code == 1
    assert "behaves on shift_10s, seed 0: left out, its fit is not stored; run it again with --rerun" in result.stdout
    assert "0 of 2 cells drawn again, none trained" in result.stdout


def test_a_folder_without_finished_cells_is_refused(invoke, tmp_path):
    result = invoke("redraw", "--out", tmp_path)
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: folder '{tmp_path}': must hold finished cells of these tasks and models, got none. "
        "Run them first, or name a folder with --out.\n",
    )
