import hashlib
import os
from dataclasses import replace

import numpy as np
import pytest

from bench.draw import TEST_STREAM, draw_parameters
from bench.errors import BenchError
from bench.run.plan import stale_cells
from bench.run.scores.rescore import rescore
from bench.run.seal import Seal, read_seal, test_stream
from bench.run.store import CaseStore

KEY = bytes(range(32))
MAKE = "Make one: (umask 077; head -c 32 /dev/urandom > KEYFILE)"


@pytest.fixture
def cell(plan_of):
    return plan_of([("neighbour", {})]).cells[0]


def key_file(folder, content, mode=0o600):
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_file_is_read_and_named_by_its_sha256(tmp_path):
    seal = read_seal(key_file(tmp_path, KEY))
    assert seal == Seal(KEY)
    assert seal.sha256 == hashlib.sha256(KEY).hexdigest()


def test_a_seal_shows_neither_its_key_nor_its_stream():
    seal = Seal(KEY)
    assert str(seal) == repr(seal) == "Seal()"
    assert seal.sha256 not in seal.stream_of("dense")
    assert KEY.hex() not in seal.stream_of("dense")


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (b"short", 0o600, f"size must be 32 to 4096 bytes, got 5. {MAKE}"),
        (b"x" * 5000, 0o600, f"size must be 32 to 4096 bytes, got 5000. {MAKE}"),
        (KEY, 0o644, "mode must be 600, got 644. Run 'chmod 600' on it, or make a new one."),
    ],
)
def test_a_key_file_that_gives_no_secret_is_refused(tmp_path, content, mode, message):
    path = key_file(tmp_path, content, mode)
    with pytest.raises(BenchError) as caught:
        read_seal(path)
    assert str(caught.value) == f"key file '{path}': {message}"


def test_a_key_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(BenchError) as caught:
        read_seal(tmp_path / "none")
    expected = f"path must be a readable file, got No such file or directory. {MAKE}"
    assert str(caught.value) == f"key file '{tmp_path / 'none'}': {expected}"


def test_a_folder_is_no_key(tmp_path):
    with pytest.raises(BenchError, match="size must be 32 to 4096 bytes, got 0"):
        read_seal(tmp_path)


def test_without_a_seal_the_test_cases_are_the_public_ones(cell, tmp_path):
    assert test_stream(None, "dense") == TEST_STREAM
    stored = CaseStore(tmp_path).test(cell)
    np.testing.assert_array_equal(stored.targets.values, draw_parameters(TEST_STREAM, range(cell.sizes.test))[1])


def test_each_key_draws_test_cases_of_its_own_and_always_the_same(cell, tmp_path):
    def targets(key):
        seal = Seal(key)
        return CaseStore(tmp_path, seal).test(replace(cell, seal=seal.sha256)).targets.values

    np.testing.assert_array_equal(targets(KEY), targets(KEY))
    public = CaseStore(tmp_path).test(cell).targets.values
    assert np.intersect1d(targets(KEY), public).size == 0
    assert np.intersect1d(targets(KEY), targets(KEY[::-1])).size == 0


def test_under_seal_every_task_has_cases_of_its_own_and_without_all_have_the_same(cell, tmp_path):
    other, seal = replace(cell, task=replace(cell.task, name="alike")), Seal(KEY)
    opened, sealed = CaseStore(tmp_path), CaseStore(tmp_path, seal)
    np.testing.assert_array_equal(opened.test(cell).targets.values, opened.test(other).targets.values)
    first, second = (sealed.test(replace(each, seal=seal.sha256)).targets.values for each in (cell, other))
    assert np.intersect1d(first, second).size == 0


def test_the_training_cases_do_not_depend_on_the_seal(cell, tmp_path):
    sealed = replace(cell, seal=Seal(KEY).sha256)
    assert sealed.training_digest == cell.training_digest
    assert sealed.test_digest != cell.test_digest
    assert sealed.cases_digest != replace(cell, seal=Seal(KEY[::-1]).sha256).cases_digest


def test_a_cell_is_never_given_the_cases_of_another_seal(cell, tmp_path):
    with pytest.raises(ValueError, match="its seal is not that of the run"):
        CaseStore(tmp_path, Seal(KEY)).test(cell)


def test_sealed_records_are_fresh_without_the_key(cell, tasks, make_record):
    sealed = replace(cell, seal=Seal(KEY).sha256)
    record = make_record(
        row="neighbour",
        model="neighbour",
        task_digest=cell.task.digest(),
        source_digest=cell.plugin.digest,
        cases_digest=sealed.cases_digest,
        sealed=True,
        seal_sha256=sealed.seal,
    )
    assert stale_cells([record], tasks, {"neighbour": cell.plugin.path}) == {}
    opened = replace(record, sealed=False, seal_sha256="")
    assert list(stale_cells([opened], tasks, {"neighbour": cell.plugin.path}).values()) == [("cases",)]


def test_sealed_predictions_are_not_scored_without_their_key(tasks, make_record, tmp_path):
    record = make_record(sealed=True, seal_sha256=Seal(KEY).sha256)
    with pytest.raises(BenchError) as caught:
        list(rescore([record], tasks, tmp_path, every=True))
    assert str(caught.value) == (
        f"prediction 'mean on dense': key must be the one with SHA-256 {Seal(KEY).sha256[:12]}..., got none. "
        "Give its file with --seal."
    )
    assert os.listdir(tmp_path) == []


def test_open_predictions_are_not_scored_with_a_key(tasks, make_record, tmp_path):
    with pytest.raises(BenchError) as caught:
        list(rescore([make_record()], tasks, tmp_path, every=True, seal=Seal(KEY)))
    assert str(caught.value) == (
        f"prediction 'mean on dense': key must be none, got {Seal(KEY).sha256[:12]}.... Leave --seal out."
    )
