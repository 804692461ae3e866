from pathlib import Path

import psutil
import pytest

from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.plan import Plugin, make_plan
from bench.run.record import Record, read_records
from bench.run.scores.ceiling import ceilings
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.quantities import TARGET_NAMES
from tests.patience import PATIENCE_S

DENSE, SPARSE = Acquisition(3.0, 0.3), Acquisition(3.0, 1.0)
SIZES = Sizes(16, 8, 12, 1)


@pytest.fixture(scope="session")
def hostile():
    return Path(__file__).parents[2] / "hostile"


@pytest.fixture(scope="session")
def tasks():
    """Two tasks that share their training set, and one that does not."""
    return {
        "dense": Task("dense", "as trained", (DENSE,), DENSE),
        "sparse": Task("sparse", "fewer samples", (DENSE,), SPARSE),
        "matched": Task("matched", "trained on few samples", (SPARSE,), SPARSE),
    }


@pytest.fixture(scope="session")
def plan_of(hostile, tasks):
    """Plan of rows given as (plugin, overrides)."""

    def plan(rows, names=("dense",), *, seeds=1, records=(), rerun=False, sizes=SIZES, seal=""):
        plugins = [Plugin(hostile / f"{name}.py", overrides) for name, overrides in rows]
        chosen = [tasks[name] for name in names]
        return make_plan(chosen, plugins, range(seeds), "tiny", sizes, records, rerun=rerun, seal=seal)

    return plan


@pytest.fixture(scope="session")
def best(plan_of, tasks, tmp_path_factory):
    """Task to the record of its ceiling."""
    out = tmp_path_factory.mktemp("ceilings")
    return {record.task: record for record in ceilings(plan_of([("neighbour", {})], tasks).cells, [], out)}


@pytest.fixture(scope="session")
def run_rows(plan_of, best):
    """Run what is open of rows, and give the records on disk by row and task; no process may be left."""

    def run(out, rows, names=("dense",), *, n_jobs=2, limits=None, **options):
        before = set(psutil.Process().children(recursive=True))
        limits = limits or Limits(time_s=PATIENCE_S)
        plan = plan_of(rows, names, records=read_records(out), **options)
        rerun = options.get("rerun", False)
        given = list(run_plan(plan, best, out, n_jobs, limits, lambda job, fraction, doing: None, rerun=rerun))
        assert {record.cell for record in given} == {cell.key for job in plan.jobs for cell in job.cells}
        assert set(psutil.Process().children(recursive=True)) <= before
        assert list((out / ".work").iterdir()) == []
        return {(record.row, record.task): record for record in read_records(out)}

    return run


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """Folder for temporary files of this module's children, where the plugins leave notes."""
    folder = tmp_path_factory.mktemp("notes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        yield folder


@pytest.fixture
def make_record():
    def make(**changes):
        values = {
            "task": "dense",
            "task_digest": "t",
            "row": "mean",
            "model": "mean",
            "settings": {},
            "seed": 0,
            "preset": "tiny",
            "sizes": {"train": 16, "valid": 8, "test": 12, "seeds": 1},
            "status": "ok",
            "message": "",
            "source_digest": "s",
            "cases_digest": "c",
            "metric_version": 1,
        }
        values |= changes
        scores = {name: {"r2": 0.5, "rmse": 1.0, "mae": 0.75, "bias": 0.0} for name in TARGET_NAMES}
        return Record(**({"scores": scores if values["status"] == "ok" else {}} | values))

    return make
