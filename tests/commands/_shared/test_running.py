from bench.run.record import Record
from commands._shared.running import unfinished


def test_unfinished_cells_are_those_of_the_plan_without_a_final_record():
    def made(row, status):
        return Record("shift_10s", "t", row, row, {}, 0, "standard", {}, status, "", "s", "c", 1)

    plan = [("shift_10s", row, 0, "standard") for row in ("tcn", "nls", "gru", "mean")]
    records = [made("nls", "cannot"), made("gru", "timeout"), made("mean", "ok")]
    assert unfinished(plan, records) == ["tcn on shift_10s, seed 0 (not_run)", "gru on shift_10s, seed 0 (timeout)"]
