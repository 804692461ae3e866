from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import pytest

from bench.metrics import METRIC_VERSION
from bench.run.catalogue import load_task
from bench.run.child import Limits
from bench.run.cluster.remote import job_of, order_of
from bench.run.fits import FitStore
from bench.run.origin import sources
from bench.run.origin.sources import sources_of
from bench.run.plan import Plugin, make_plan, stale_cells, unchecked_cells, without_stale_predictions
from bench.run.record import STATUSES
from bench.task import PRESETS, Sizes
from bench.world.equilibria import FIXED_25C

ROOT = Path(__file__).parents[3]
NAMES = ("in_distribution", "shift_1s", "shift_10s", "prefix_10s", "prefix_60s", "shift_10s_prefix_60s")


@pytest.fixture(scope="module")
def core():
    return [load_task(ROOT / "tasks" / f"{name}.py") for name in NAMES]


@pytest.fixture
def record_of(make_record):
    """Record that a cell would have if it had just run."""

    def record_of(cell, **changes):
        values = {
            "task": cell.task.name,
            "task_digest": cell.task.digest(),
            "row": cell.plugin.row,
            "model": cell.plugin.name,
            "seed": cell.seed,
            "preset": cell.preset,
            "sizes": asdict(cell.sizes),
            "source_digest": cell.plugin.digest,
            "cases_digest": cell.cases_digest,
        }
        return make_record(**(values | changes))

    return record_of


def _known(versions, libraries):
    return {name: versions[name] for name in libraries & versions.keys()}


@pytest.fixture
def installed(monkeypatch):
    """Say which libraries are installed here, in which versions: ``installed(numpy="2.2.0")``."""

    def install(**versions):
        sources_of.cache_clear()
        monkeypatch.setattr(sources, "versions_of", partial(_known, versions))

    yield install
    sources_of.cache_clear()


def planned(plan):
    return [[cell.task.name for cell in job.cells] for job in plan.jobs]


def test_cells_that_share_a_training_set_are_one_job(core, hostile):
    plan = make_plan(core, [Plugin(hostile / "behaves.py")], range(1), "quick", PRESETS["quick"], [])
    assert planned(plan) == [
        ["in_distribution", "shift_1s", "shift_10s"],
        ["prefix_10s"],
        ["prefix_60s", "shift_10s_prefix_60s"],
    ]
    assert (len(plan.cells), plan.n_open) == (6, 6)


def test_models_settings_and_seeds_have_jobs_of_their_own(plan_of):
    rows = [("behaves", {}), ("behaves", {"width": 8}), ("neighbour", {})]
    plan = plan_of(rows, ("dense", "sparse", "matched"), seeds=2)
    assert len(plan.jobs) == 3 * 2 * 2
    assert len({job.key for job in plan.jobs}) == 12
    assert {job.first.plugin.row for job in plan.jobs} == {"behaves", "behaves(width=8)", "neighbour"}


def test_a_task_in_another_training_world_is_another_job(tasks, hostile):
    other = replace(tasks["dense"], name="other_world", train_world=FIXED_25C)
    plan = make_plan([tasks["dense"], other], [Plugin(hostile / "behaves.py")], [0], "tiny", Sizes(4, 4, 4, 1), [])
    assert planned(plan) == [["dense"], ["other_world"]]


def test_done_cells_are_not_planned_and_the_rest_of_their_job_is(plan_of, record_of):
    whole = plan_of([("behaves", {})], ("dense", "sparse", "matched"))
    rest = plan_of([("behaves", {})], ("dense", "sparse", "matched"), records=[record_of(whole.cells[0])])
    assert planned(rest) == [["sparse"], ["matched"]]
    assert (len(rest.cells), rest.n_open) == (3, 2)
    assert rest.jobs[0].key == whole.jobs[0].key


def test_rerun_plans_what_is_done_as_well(plan_of, record_of):
    records = [record_of(cell) for cell in plan_of([("behaves", {})]).cells]
    assert plan_of([("behaves", {})], records=records).jobs == ()
    assert planned(plan_of([("behaves", {})], records=records, rerun=True)) == [["dense"]]


@pytest.mark.parametrize("status", STATUSES)
def test_ok_and_cannot_are_done_and_nothing_else(plan_of, record_of, status):
    record = record_of(plan_of([("behaves", {})]).cells[0], status=status)
    assert plan_of([("behaves", {})], records=[record]).n_open == (0 if status in ("ok", "cannot") else 1)


def test_a_row_of_a_table_is_a_plugin_of_its_own_name_here_and_on_another_machine(tmp_path, tasks):
    table = tmp_path / "rows.py"
    table.write_text("row = dict\nwide = row(width=8)\nnarrow = row(width=2)\n")
    (tmp_path / "wide.py").write_text("MODEL = 1\n")
    wide = Plugin.named("wide", table, {"epochs": 2})
    assert (wide.name, wide.row, wide.order["member"]) == ("wide", "wide(epochs=2)", "wide")
    assert Plugin.named("wide", tmp_path / "wide.py") == Plugin(tmp_path / "wide.py")
    (job,) = make_plan([tasks["dense"]], [wide], [0], "tiny", Sizes(4, 4, 4, 1), []).jobs
    order = order_of(job, Limits(), FitStore(tmp_path, job.key))
    assert order["plugin"] == f"{table}::wide"
    assert (job_of(order).first.plugin, job_of(order).key) == (wide, job.key)


@pytest.mark.parametrize(
    ("field", "reason"), [("task_digest", "task"), ("cases_digest", "cases"), ("source_digest", "source")]
)
def test_stale_cells_are_planned_again(plan_of, record_of, field, reason):
    cell = plan_of([("behaves", {})]).cells[0]
    record = record_of(cell, **{field: "before"})
    assert cell.stale(record) == (reason,)
    assert cell.stale(record_of(cell)) == ()
    assert plan_of([("behaves", {})], records=[record]).n_open == 1


def test_a_library_that_moved_is_named_with_its_version_then_and_here(plan_of, record_of, installed):
    installed(numpy="2.2.0")
    then = plan_of([("behaves", {})]).cells[0]
    record = record_of(then, versions=then.plugin.versions)
    installed(numpy="2.4.6")
    now = plan_of([("behaves", {})]).cells[0]
    assert (now.cases_digest, now.plugin.digest) != (then.cases_digest, then.plugin.digest)
    assert now.stale(record) == ("numpy (2.2.0, here 2.4.6)",)
    assert now.stale(replace(record, source_digest="before")) == ("source", "numpy (2.2.0, here 2.4.6)")
    assert plan_of([("behaves", {})], records=[record]).n_open == 1


def test_a_row_whose_package_is_not_installed_here_is_neither_stale_nor_run_again(core, record_of, installed):
    def plan(records=()):
        npe = Plugin(ROOT / "models" / "npe.py")
        return make_plan(core[:1], [npe], [0], "quick", PRESETS["quick"], list(records))

    def found(record):
        given = [record], {task.name: task for task in core}, {"npe": ROOT / "models" / "npe.py"}
        return stale_cells(*given).get(record.cell, ()), unchecked_cells(*given).get(record.cell, ())

    versions = {"numpy": "2.4.6", "scipy": "1.17.1", "torch": "2.13.0"}
    installed(**versions, sbi="0.27.0")
    cell = plan().cells[0]
    record = record_of(cell, versions=cell.plugin.versions)
    assert (found(record), plan([record]).n_open) == (((), ()), 0)
    installed(**versions)
    assert (found(record), plan([record]).n_open) == (((), ("sbi 0.27.0",)), 0)
    assert found(replace(record, source_digest="before")) == (("source",), ())
    installed(**versions | {"torch": "2.14.0"})
    assert found(record) == (("sbi (0.27.0, here none)", "torch (2.13.0, here 2.14.0)"), ())
    assert plan([record]).n_open == 1
    installed(**versions)
    without = record_of(cell := plan().cells[0], versions=cell.plugin.versions, status="cannot")
    installed(**versions, sbi="0.27.0")
    assert found(without) == (("sbi (none, here 0.27.0)",), ())


def test_other_sizes_under_the_same_name_are_other_cases(plan_of, record_of):
    record = record_of(plan_of([("behaves", {})]).cells[0])
    cell = plan_of([("behaves", {})], records=[record], sizes=Sizes(16, 8, 13, 1)).jobs[0].first
    assert cell.stale(record) == ("cases",)


def test_a_record_of_another_seed_preset_or_row_is_of_another_cell(plan_of, record_of):
    cell = plan_of([("behaves", {})]).cells[0]
    others = [record_of(cell, seed=1), record_of(cell, preset="quick"), record_of(cell, row="behaves(width=8)")]
    assert plan_of([("behaves", {})], records=others).n_open == 1


def test_a_stored_fit_is_addressed_by_what_determines_it(plan_of, hostile):
    def key(overrides=(), **options):
        return plan_of([("behaves", dict(overrides))], **options).jobs[0].key

    assert key() == key()
    assert key(names=("sparse",)) == key(names=("dense",))
    assert key(sizes=Sizes(16, 8, 99, 1)) == key()
    different = [key(), key({"width": 8}), key(names=("matched",)), key(sizes=Sizes(17, 8, 12, 1))]
    different += [plan_of([("neighbour", {})]).jobs[0].key, plan_of([("behaves", {})], seeds=2).jobs[1].key]
    assert len(set(different)) == len(different)


def test_stale_records_are_told_from_those_whose_task_or_plugin_is_gone(plan_of, record_of, tasks, hostile):
    cell = plan_of([("behaves", {})]).cells[0]
    records = [
        record_of(cell),
        record_of(cell, seed=1, source_digest="before", task_digest="before"),
        record_of(cell, task="removed"),
        record_of(cell, row="gone", model="gone"),
    ]
    # seed 1 trains on other cases, so its cases digest is not that of seed 0 either
    assert stale_cells(records, tasks, {"behaves": hostile / "behaves.py"}) == {
        ("dense", "behaves", 1, "tiny"): ("task", "cases", "source"),
        ("removed", "behaves", 0, "tiny"): ("task removed",),
        ("dense", "gone", 0, "tiny"): ("plugin not found",),
    }


def test_an_older_metric_is_stale_but_is_scored_again_and_not_run_again(plan_of, record_of, tasks, hostile):
    cell = plan_of([("behaves", {})]).cells[0]
    older = record_of(cell, metric_version=METRIC_VERSION - 1)
    both = record_of(cell, seed=1, metric_version=METRIC_VERSION - 1)  # which trains on other cases than seed 0
    failed = record_of(cell, metric_version=METRIC_VERSION - 1, status="failed")
    plugins = {"behaves": hostile / "behaves.py"}
    stale = stale_cells([older, both], tasks, plugins)
    assert stale == {older.cell: ("metric",), both.cell: ("cases", "metric")}
    assert stale_cells([failed], tasks, plugins) == {}
    assert without_stale_predictions([older, both], stale) == [older]
    assert plan_of([("behaves", {})], records=[older]).n_open == 0


def test_labels_say_how_much_a_job_does(plan_of):
    plan = plan_of([("behaves", {"width": 8})], ("dense", "sparse", "matched"))
    assert [job.label for job in plan.jobs] == [
        "behaves(width=8) on 2 tasks, seed 0",
        "behaves(width=8) on matched, seed 0",
    ]
    assert plan.cells[0].label == "behaves(width=8) on dense, seed 0"
