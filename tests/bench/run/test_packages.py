# Plugins that lie in a folder of their own and do what outside authors do, in an open and in a sealed run.
import shutil
import subprocess
import sys

import pytest

from bench.compiled import ROOT
from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.isolation.sandbox import landlock_version
from bench.run.scores.ceiling import ceilings
from bench.run.seal import Seal

LIMITS = Limits(time_s=600.0)
needs_landlock = pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock")


@pytest.fixture
def came_of(plan_of, tmp_path):
    """Status and message of a row that works in some ways."""

    def run(ways, seal=None):
        plan = plan_of([("starts", {"how": ways})], seal=seal.sha256 if seal else "")
        best = {record.task: record for record in ceilings(plan.cells, [], tmp_path, seal)}
        (record,) = run_plan(plan, best, tmp_path, 1, LIMITS, lambda *progress: None, seal=seal)
        return record.status, record.message

    return run


def test_a_plugin_imports_relatively_and_works_in_another_folder(came_of):
    assert came_of(["relative", "chdir"]) == ("ok", "")


@needs_landlock
def test_a_sealed_plugin_has_worker_processes_queues_and_shared_memory(came_of, namespaces):
    if not namespaces:
        pytest.skip("this kernel gives this user no namespaces, so no private shared memory")
    assert came_of(["pool", "queue", "shared"], Seal(bytes(32))) == ("ok", "")


@pytest.mark.slow
@needs_landlock
@pytest.mark.parametrize("seal", [None, Seal(bytes(32))], ids=["open", "sealed"])
@pytest.mark.parametrize("way", ["pool", "executor", "joblib", "torch"])
def test_pools_of_libraries_work(came_of, namespaces, way, seal):
    if seal and not namespaces:
        pytest.skip("this kernel gives this user no namespaces, so no private shared memory")
    assert came_of([way], seal) == ("ok", "")


def test_a_checkout_whose_path_has_a_colon_works(tmp_path):
    there = tmp_path / "a:b"
    there.mkdir()
    for name in ("bench", "models"):
        shutil.copytree(ROOT / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = f"""
import sys; sys.path.insert(0, {str(there)!r})
from pathlib import Path
from bench.run.engine import check_settings
from bench.run.plan import Plugin
from bench.task import Sizes
check_settings([Plugin(Path({str(there)!r}) / "models" / "mean.py")], Sizes(16, 8, 12, 1))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=there)
    assert (done.stdout, done.stderr) == ("", "")
