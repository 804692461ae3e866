import json

import numpy as np
import psutil
import pytest

from bench.run.child import Limits
from bench.run.engine import run_plan
from bench.run.isolation import sandbox
from bench.run.record import read_arrays, read_records
from bench.run.scores.ceiling import ceilings
from bench.run.scores.redraw import Redraw
from bench.run.seal import Seal
from bench.task import Sizes

SIZES = Sizes(48, 16, 96, 1)
HOW = ("seeds", "key", "truth", "posterior", "memory", "objects", "forges")
KEY = bytes(range(32))
FLOOR = 0.05

pytestmark = pytest.mark.skipif(sandbox.landlock_version() == 0, reason="this kernel has no Landlock")


@pytest.fixture(scope="module")
def cheat(plan_of, tmp_path_factory):
    """Run cheaters beside an honest neighbour: their records by setting, and the folder."""

    def run(hows, seal=None, others=()):
        folder = tmp_path_factory.mktemp("cheated")
        out = folder / "out"
        (folder / "key").write_bytes(KEY)
        (folder / "key").chmod(0o600)
        rows = [*(("cheats", {"how": how}) for how in hows), ("neighbour", {}), *others]
        plan = plan_of(rows, sizes=SIZES, seal=seal.sha256 if seal else "")
        best = {record.task: record for record in ceilings(plan.cells, [], out, seal)}
        limits = Limits(time_s=600.0)
        before = set(psutil.Process().children(recursive=True))
        list(run_plan(plan, best, out, 2, limits, lambda *progress: None, seal=seal))
        assert set(psutil.Process().children(recursive=True)) <= before
        records = {r.settings.get("how") or r.row: r for r in read_records(out)}
        return records, out

    return run


@pytest.fixture(scope="module")
def opened(cheat):
    """Every cheater in an open run, which nothing confines."""
    return cheat(HOW, others=[("reaches", {})])


@pytest.fixture(scope="module")
def confined(cheat):
    """Every cheater under seal."""
    return cheat(HOW, Seal(KEY), [("reaches", {})])


@pytest.fixture(scope="module")
def unconfined(cheat):
    """The cheaters that could still work under seal on a kernel without Landlock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "landlock_version", lambda: 0)
        return cheat(("seeds", "key"), Seal(KEY))


def r2(record):
    assert record.status == "ok", record.message
    return [score["r2"] for score in record.scores.values()]


@pytest.mark.parametrize("how", ["seeds", "truth"])
def test_in_an_open_run_a_cheater_has_every_answer(opened, how):
    assert min(r2(opened[0][how])) > 0.99


def test_in_an_open_run_a_cheater_has_the_ceilings_score(opened):
    assert r2(opened[0]["posterior"]) == r2(opened[0]["bayes"])


def test_in_an_open_run_a_cheater_can_forge_a_record(opened):
    assert "forged" in {record.row for record in read_records(opened[1])}


def test_under_seal_alone_the_key_still_gives_the_answers_and_seeds_do_not(unconfined):
    assert min(r2(unconfined[0]["key"])) > 0.99
    assert max(r2(unconfined[0]["seeds"])) < FLOOR
    assert {(r.sealed, r.isolation) for r in unconfined[0].values()} == {(True, "none")}


@pytest.mark.parametrize("how", HOW)
def test_under_seal_and_confined_every_cheater_is_at_the_floor(confined, how):
    record = confined[0][how]
    assert max(r2(record)) < FLOOR
    assert (record.sealed, record.seal_sha256) == (True, Seal(KEY).sha256)
    assert record.isolation == f"landlock {sandbox.landlock_version()}, seccomp"


def test_under_seal_nothing_is_forged_and_nobody_is_disturbed(confined, cheat):
    records, out = confined
    assert {json.loads(line)["row"] for line in (out / "records.jsonl").read_text().splitlines()} == {
        "bayes",
        "neighbour",
        "reaches",
        *(f'cheats(how="{how}")' for how in HOW),
    }
    assert not (out / "predictions" / "forged").exists()
    alone, folder = cheat((), Seal(KEY))
    beside = read_arrays(out / records["neighbour"].prediction_file)
    for name, values in read_arrays(folder / alone["neighbour"].prediction_file).items():
        np.testing.assert_array_equal(values, beside[name], strict=True)


def test_a_plugin_reaches_the_process_above_the_key_and_the_network_only_in_an_open_run(opened, confined):
    record, out = opened[0]["reaches"], opened[1]
    assert (record.status, record.message) == ("ok", "")
    assert (out.parent / "key").stat().st_mode & 0o777 == 0o644
    record, out = confined[0]["reaches"], confined[1]
    assert record.status == "failed"
    assert "refused: system_v, attribute, prlimit, chmod, mptcp, listen [" in record.message
    assert (out.parent / "key").stat().st_mode & 0o777 == 0o600


def test_open_and_sealed_records_are_of_different_cases(opened, confined):
    assert {r.sealed for r in opened[0].values()} == {False}
    assert {r.isolation for r in opened[0].values()} == {"none"}
    open_cases = {r.cases_digest for r in opened[0].values()}
    assert open_cases.isdisjoint({r.cases_digest for r in confined[0].values()})


def test_no_file_of_a_sealed_run_holds_the_key_or_its_stream(confined):
    secrets = (KEY, KEY.hex().encode(), Seal(KEY).stream_of("dense").split("/")[-1].encode())
    for path in confined[1].rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret in content for secret in secrets), path


def test_a_fit_that_is_asked_again_on_sealed_draws_is_confined_and_finds_nothing(opened, hostile, tasks, tmp_path):
    records, out = opened
    found = {}
    for how in ("seeds", "truth"):
        redraw = Redraw(out, tmp_path, Limits(time_s=600.0), seal=Seal(KEY))
        found[how] = redraw.gaps(records[how], tasks["dense"], hostile / "cheats.py")
    assert {how: max(gap.fresh for gap in gaps) < FLOOR for how, gaps in found.items()} == dict.fromkeys(found, True)
    assert min(gap.published for gap in found["truth"]) > 0.99
