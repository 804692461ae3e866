from bench.compiled import ROOT
from bench.draw import draw_measured
from bench.metrics import METRIC_VERSION
from bench.run.catalogue import load_task
from bench.run.plan import Cell, Plugin
from bench.run.record import read_arrays, read_records
from bench.run.scores.ceiling import CEILING, SOURCE, UNTOLD, ceilings, source_of
from bench.run.scores.known import known_of
from bench.run.scores.rescore import rescore
from bench.task import Sizes

TASK = load_task(ROOT / "tasks" / "laboratory_shift_10s.py")
CELL = Cell(TASK, Plugin(ROOT / "models" / "mean.py"), 3, "tiny", Sizes(64, 32, 24, 1))


def test_a_task_of_a_laboratory_has_the_untold_posterior_for_ceiling(tmp_path):
    told = []
    (record,) = ceilings([CELL], [], tmp_path, report=lambda task, share: told.append((task, share)))
    assert (told[0], told[-1], len(told)) == ((TASK.name, 1 / 24), (TASK.name, 1.0), 24)
    assert (record.row, record.status, record.metric_version) == (CEILING, "ok", METRIC_VERSION)
    assert not record.told
    assert record.source_digest == Plugin(UNTOLD).digest != Plugin(SOURCE).digest
    assert record.scores["E0_g_per_L"]["r2"] > 0.8
    assert record.ceiling["E0_g_per_L"]["r2_implied"] > 0.8
    assert record.uncertainty["E0_g_per_L"]["nll"] < -1.0
    assert 0 < record.uncertainty["E0_g_per_L"]["crps"] < record.uncertainty["E0_g_per_L"]["sharpness"] * 2
    examples = read_arrays(tmp_path / "examples" / f"{TASK.name}.npz")
    assert examples["forecast_sd"].shape == (12, 401)
    (found,) = ceilings([CELL], read_records(tmp_path), tmp_path)
    assert found.started_utc == record.started_utc
    (again,) = rescore(read_records(tmp_path), {TASK.name: TASK}, tmp_path, every=True)
    assert again.scores == record.scores


def test_who_knows_the_one_fault_of_all_cases_was_told():
    task = load_task(ROOT / "tasks" / "outliers.py")
    measured, targets = draw_measured(task.test, task.test_world, "told", range(1))
    assert known_of(task, measured, targets.values).told


def test_other_tasks_have_the_told_one():
    assert source_of(load_task(ROOT / "tasks" / "probe_lag.py")) == SOURCE
