"""A board that shows every part of the page: families, shifts with their remedies, and rows without a score."""

from dataclasses import replace

from bench.task import Task
from bench.world.acquisition import Acquisition
from leaderboard.comparison.findings import Findings
from leaderboard.families import Declared

EVIL = "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">'\"&\u2028"
FINE, MIDDLE, COARSE = (Acquisition(30.0, interval) for interval in (0.3, 1.0, 10.0))
TASKS = {
    "in_distribution": Task("in_distribution", "can it be done", (FINE,), FINE, core=True),
    "shift_1s": Task("shift_1s", "is it robust", (FINE,), MIDDLE, core=True),
    "shift_10s": Task("shift_10s", "is it very robust", (FINE,), COARSE, core=True),
    "matched_10s": Task("matched_10s", "is it the training", (COARSE,), COARSE),
    "mixed": Task("mixed", "does it help", (FINE, COARSE), COARSE),
    "resampled": Task("resampled", "does it help", (FINE,), replace(COARSE, resample_interval_s=0.3)),
    "lag": Task("lag", "a slow electrode", (FINE,), replace(FINE, lag_s=2.0)),
}
ROWS = {
    "laplace": Declared("Least squares.", "physics", "none"),
    "tcn_dt_subsampled": Declared("A network of many intervals.", "learned", "many"),
    "tcn": Declared("A network.", "learned", "one"),
    "gru": Declared(EVIL, "learned", "one"),
    "mean": Declared("The floor.", "baseline", "none"),
}
GRID = "# 5e\nprefix_s,interval_s,n_samples,E0_g_per_L_rmse,k_d_per_s_rmse\n" + "".join(
    f"{length},{interval},{int(length / interval) + 1},{0.05 * (interval / length) ** 0.5},{0.03 / length**0.9}\n"
    for length in (15.0, 30.0, 60.0, 120.0)
    for interval in (0.5, 1.0, 2.0, 4.0)
)
SURE = {"nll": 0.0, "crps": 0.1, "sharpness": 0.1, "coverage_50": 0.5, "coverage_90": 0.9}


def shown_board(beside_ceiling, folder_of, record_of, errors=None, stale=False):
    """Findings of the board, made by the fixtures that are given."""
    errors = errors or {"laplace": 0.02, "tcn_dt_subsampled": 0.03, "tcn": 0.3, "gru": 0.4, "mean": 1.0}
    records = beside_ceiling(errors, TASKS, uncertainty=dict.fromkeys(("E0_g_per_L", "k_d_per_s"), SURE))
    matched = ("matched_10s", "mixed", "in_distribution")
    again = beside_ceiling({row: 0.03 for row in ("tcn", "gru") if row in errors}, matched)
    better = {record.cell: record for record in again if record.row != "bayes"}
    records = [better.get(record.cell, record) for record in records]
    folder = folder_of(records)
    records += [record_of("nls", 0, "cannot", message=EVIL), record_of("nls", 1, "not_run")]
    records = [replace(record, settings={EVIL: EVIL}) if record.row == "gru" else record for record in records]
    marked = {record.cell: ("source",) for record in records if (record.row, record.task) == ("gru", "lag")}
    return Findings.of(records, folder, TASKS, marked if stale else None, rows=ROWS)
