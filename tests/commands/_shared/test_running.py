from dataclasses import replace

from bench.run.record import Record, append_records, read_records
from commands._shared import running
from commands._shared.running import findings_in, scored_today, unfinished
from commands._shared.terminal import Console


def test_unfinished_cells_are_those_of_the_plan_without_a_final_record():
    def made(row, status):
        return Record("shift_10s", "t", row, row, {}, 0, "standard", {}, status, "", "s", "c", 1)

    plan = [("shift_10s", row, 0, "standard") for row in ("tcn", "nls", "gru", "mean")]
    records = [made("nls", "cannot"), made("gru", "timeout"), made("mean", "ok")]
    assert unfinished(plan, records) == ["tcn on shift_10s, seed 0 (not_run)", "gru on shift_10s, seed 0 (timeout)"]


def test_what_cannot_be_checked_here_is_found_with_what_is_stale(monkeypatch, tmp_path):
    record = Record("shift_10s", "t", "npe", "npe", {}, 0, "standard", {}, "failed", "", "s", "c", 1)
    monkeypatch.setattr(running, "stale_among", lambda records, plugins: {record.cell: ("source",)})
    monkeypatch.setattr(running, "unchecked_cells", lambda records, tasks, plugins: {record.cell: ("sbi 0.27.0",)})
    (line,) = findings_in(tmp_path, [record], []).cells[["stale", "unchecked"]].to_numpy().tolist()
    assert line == [("source",), ("sbi 0.27.0",)]


def test_stated_uncertainty_that_was_scored_otherwise_is_scored_again_in_the_folder(monkeypatch, tmp_path, capsys):
    sizes = {"train": 1, "valid": 1, "test": 1, "seeds": 1}
    record = Record("shift_10s", "t", "tcn", "tcn", {}, 0, "standard", sizes, "cannot", "", "s", "c", 1)
    append_records(tmp_path, [record])
    monkeypatch.setattr(running, "stale_among", lambda records, plugins: {})
    monkeypatch.setattr(running, "rescore", lambda *_, **__: [])
    monkeypatch.setattr(running.Predictions, "restated", lambda self, record: replace(record, uncertainty_version=2))
    assert [each.uncertainty_version for each in scored_today(Console(), tmp_path, {})] == [2]
    assert [each.uncertainty_version for each in read_records(tmp_path)] == [2]
    assert "again for 1 cells, none trained" in capsys.readouterr().out
