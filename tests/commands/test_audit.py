# The audit's command line; models are replaced by light ones where something runs.
import shutil

import pytest

import commands.audit
from bench.run.record import read_records
from leaderboard.audit.document import COMMAND, PAGE, blocks, published
from leaderboard.audit.plan import TASKS
from leaderboard.published.marked import fill


def test_a_variant_that_does_not_exist_is_one_sentence_that_names_the_closest(invoke):
    result = invoke("audit", "--preset", "quick", "--variant", "edge_pading")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: variant 'edge_pading': name must be one of adamw, as_found, ")
    assert result.stderr.endswith("got 'edge_pading'. Did you mean 'edge_padding'?\n")


def test_the_list_says_what_each_variant_is(invoke):
    result = invoke("audit", "--list")
    assert result.exit_code == 0
    assert {"edge_padding", "time_dropped"} <= set(result.stdout.split())
    on_other = set(invoke("audit", "--list", "--base", "tcn_dt_subsampled").stdout.split())
    assert "edge_padding" in on_other
    assert "time_global_z" not in on_other


def test_rows_of_all_variants_have_names_that_no_row_of_the_board_has():
    files = commands.audit.audit_files()
    assert {"tcn_dt", "edge_padding", "as_found", "as_found_masked", "subsampled_edge_padding"} <= files.keys()


@pytest.fixture(scope="module")
def audit(invoke, hostile, tmp_path_factory):
    """Audit one variant, that and its base by a row that learns nothing: the folder, and a call of the command."""
    folder = tmp_path_factory.mktemp("audit")
    files = commands.audit.audit_files() | {name: folder / f"{name}.py" for name in ("tcn_dt", "patience_1")}
    for name in ("tcn_dt", "patience_1"):
        shutil.copy(hostile / "behaves.py", files[name])
    shutil.copy(hostile / "_answering.py", folder)
    arguments = ("audit", "--preset", "quick", "--variant", "patience_1", "--out", folder / "out", "--jobs", "1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands.audit, "rows", lambda chosen: ["tcn_dt", "patience_1"])
        patch.setattr(commands.audit, "audit_files", lambda: files)
        yield folder / "out", lambda: invoke(*arguments)


@pytest.fixture(scope="module")
def audited(audit):
    """Folder of the run, and what the command printed."""
    out, call = audit
    return out, call()


def test_a_run_records_every_cell_and_writes_the_report(audited):
    out, first = audited
    assert first.exit_code == 0, first.stderr
    assert {(r.task, r.row) for r in read_records(out)} >= {(t, r) for t in TASKS for r in ("tcn_dt", "patience_1")}
    assert {path.name for path in out.glob("audit_tcn_dt.*")} == {
        f"audit_tcn_dt.{end}" for end in ("json", "md", "png")
    }
    assert "every verdict will be undecided" in first.stdout
    assert "patience_1" in first.stdout


@pytest.mark.slow
def test_finished_cells_are_not_run_again(audited, audit, undrawn):
    again = audit[1]()
    assert "6 cells, 6 done before, 0 fits" in " ".join(again.stdout.split()).replace("plan ", "")
    assert "time nothing to do" in " ".join(again.stdout.split())


@pytest.mark.slow
def test_publishing_trains_nothing_and_fills_the_page(audited, invoke, tmp_path, monkeypatch):
    out, _ = audited
    page = tmp_path / PAGE
    page.write_text((commands.audit.DOCS / PAGE).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(commands.audit, "DOCS", tmp_path)
    monkeypatch.setattr(commands.audit, "PUBLISHED_AUDIT", tmp_path / "audited")
    result = invoke("audit", "--publish", "--preset", "quick", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "audited" / "audit_tcn_dt.json").is_file()
    text = page.read_text(encoding="utf-8")
    assert text == fill(text, PAGE, COMMAND, blocks(published(tmp_path / "audited")))
    assert "preset quick, 1 seed(s)" in text
