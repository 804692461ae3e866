import ast
import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.draw import test_cases as draw_test_cases
from bench.draw import training_cases
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.buffers import Buffer
from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory

FOLDER = Path(__file__).resolve().parents[2] / "tasks"
FILES = sorted(FOLDER.glob("*.py"))
SIZES = Sizes(train=9, valid=3, test=12, seeds=1)

# What each task asks, as published: training acquisitions, test acquisition.
S03, S1, S10 = (Acquisition(30.0, interval_s) for interval_s in (0.3, 1.0, 10.0))
SHORT, LONG = Acquisition(10.0, 0.3), Acquisition(60.0, 0.3)
DIRTY_30, DIRTY_60, DIRTY_600 = Laboratory(30.0, 0.3), Laboratory(60.0, 0.3), Laboratory(600.0, 4.0)
WATER_600 = Laboratory(600.0, 4.0, least_carbonate_uM=3.0, most_carbonate_uM=300.0)
BUBBLES = Laboratory(
    30.0,
    0.3,
    noise_sd=0.01,
    offset_sd=0.0,
    noise_factor=1.0,
    longest_lag_s=0.0,
    start_sd_s=0.0,
    longest_ramp_s=0.0,
    drift_sd_per_s=0.0,
    step_ph=0.0,
    outlier_fraction=0.02,
    outlier_sd=0.3,
    initial_ph_sd=0.0,
    substrate_share_sd=0.0,
    temperature_sd_C=0.0,
)
TABLE = {
    "in_distribution": ((S03,), S03),
    "shift_1s": ((S03,), S1),
    "shift_10s": ((S03,), S10),
    "prefix_10s": ((SHORT,), SHORT),
    "prefix_60s": ((LONG,), LONG),
    "shift_1s_prefix_10s": ((SHORT,), Acquisition(10.0, 1.0)),
    "shift_1s_prefix_60s": ((LONG,), Acquisition(60.0, 1.0)),
    "shift_10s_prefix_60s": ((LONG,), Acquisition(60.0, 10.0)),
    "prefix_transfer_10s": ((S03,), SHORT),
    "prefix_transfer_60s": ((S03,), LONG),
    "shift_1s_resampled": ((S03,), Acquisition(30.0, 1.0, resample_interval_s=0.3)),
    "shift_10s_resampled": ((S03,), Acquisition(30.0, 10.0, resample_interval_s=0.3)),
    "matched_1s": ((S1,), S1),
    "matched_10s": ((S10,), S10),
    "mixed_sampling": ((S03, S1, S10), S10),
    "irregular_sampling": ((S03,), Acquisition(30.0, 0.3, jitter_s=0.1, drop_fraction=0.3)),
    "noise_3x": ((S03,), Acquisition(30.0, 0.3, noise_sd=0.03)),
    "probe_lag": ((S03,), Acquisition(30.0, 0.3, lag_s=2.0)),
    "probe_offset": ((S03,), Acquisition(30.0, 0.3, offset_sd=0.03)),
    "world_fixed_25C": ((S03,), S03),
    "laboratory_30s": ((DIRTY_30,), DIRTY_30),
    "laboratory_60s": ((DIRTY_60,), DIRTY_60),
    "laboratory_600s": ((DIRTY_600,), DIRTY_600),
    "laboratory_shift_10s": ((DIRTY_60,), Laboratory(60.0, 10.0)),
    "laboratory_water_600s": ((WATER_600,), WATER_600),
    "sim_to_laboratory": ((LONG,), DIRTY_60),
    "outliers": ((S03,), BUBBLES),
    "world_slow_co2": ((S03,), S03),
    "world_slow_bicarbonate": ((S03,), S03),
    "world_carbonate_10uM": ((S03,), S03),
    "world_air": ((S03,), S03),
    "buffered_10mM": ((Acquisition(60.0, 1.0),), Acquisition(60.0, 1.0)),
    "shift_15s": ((S03,), Acquisition(30.0, 15.0)),
    "shift_3s": ((S03,), Acquisition(30.0, 3.0)),
    "shift_500ms": ((S03,), Acquisition(30.0, 0.5)),
    "shift_5s": ((S03,), Acquisition(30.0, 5.0)),
    "sparse_times": ((S03,), Acquisition(26.2, 6.5, jitter_s=3.2)),
}
HEPES = replace(TEMPERATURE_CORRECTED, name="HEPES_10mM", buffer=Buffer("HEPES", 10.0))
TRAIN_WORLDS = {"buffered_10mM": HEPES}
TEST_WORLDS = {
    "world_fixed_25C": FIXED_25C,
    "world_slow_co2": replace(TEMPERATURE_CORRECTED, name="slow_co2", co2_share=1.0),
    "world_slow_bicarbonate": replace(TEMPERATURE_CORRECTED, name="slow_bicarbonate", co2_share=0.0),
    "world_carbonate_10uM": replace(TEMPERATURE_CORRECTED, name="carbonate_10uM", carbonate_uM=10.0),
    "world_air": replace(TEMPERATURE_CORRECTED, name="air", kla_per_s=1e-3),
    "buffered_10mM": HEPES,
}
INTERVALS = {"shift_500ms", "shift_3s", "shift_5s"}
SPARSE = {"shift_15s", "sparse_times"}
WORLDS = SPARSE | TEST_WORLDS.keys() - {"world_fixed_25C", "buffered_10mM"}
LABORATORY = {
    "buffered_10mM",
    "laboratory_30s",
    "laboratory_60s",
    "laboratory_600s",
    "laboratory_shift_10s",
    "laboratory_water_600s",
    "sim_to_laboratory",
    "outliers",
}
CORE = {"in_distribution", "shift_1s", "shift_10s", "prefix_10s", "prefix_60s", "shift_10s_prefix_60s"}

# A published task is never edited: where a digest moves, the task is a new version.
DIGESTS = {
    "buffered_10mM": "6bbe34ccc7e85938",
    "in_distribution": "170a36c0a5fe4846",
    "irregular_sampling": "60ee3b146c7fca7b",
    "laboratory_30s": "ccffb8dd8ab29987",
    "laboratory_600s": "024cb3403624b541",
    "laboratory_60s": "34eecdc1b976a6e5",
    "laboratory_shift_10s": "f82aac8d8059ca84",
    "laboratory_water_600s": "ead70081a0c3200b",
    "matched_10s": "b0a1bb88023876f7",
    "matched_1s": "b4b5af826177326b",
    "mixed_sampling": "7543e26c753e325c",
    "noise_3x": "55c6a51f92d4fbdf",
    "outliers": "2a0d7e8aaa478743",
    "prefix_10s": "4f8e5cfba5be856f",
    "prefix_60s": "d6bab1669b9fc16f",
    "prefix_transfer_10s": "3bb5d5fd181fa372",
    "prefix_transfer_60s": "9cff3ac51e3d584f",
    "probe_lag": "3af0b38e6ebd0cd1",
    "probe_offset": "7045ec0d11edf14c",
    "shift_10s": "c19c5bf5e3769df8",
    "shift_10s_prefix_60s": "4d3cd5eef7bdfb5e",
    "shift_10s_resampled": "ba6cde4088c923db",
    "shift_15s": "451de361a7d7ad88",
    "shift_1s": "c1b8bbe5ca2aa575",
    "shift_1s_prefix_10s": "14d7dff5c7430cf1",
    "shift_1s_prefix_60s": "0a51ffb5160b87a0",
    "shift_1s_resampled": "b719353ac31400fd",
    "shift_3s": "c7dee09e49c7f388",
    "shift_500ms": "1e58c9e52d070e01",
    "shift_5s": "7753bd0dc6d20c65",
    "sim_to_laboratory": "cc173052a8a3a11e",
    "sparse_times": "a70b49cd233e80db",
    "world_air": "5f7f5fb42c188c3a",
    "world_carbonate_10uM": "b12fcb27612649aa",
    "world_fixed_25C": "5317e6c70fe940da",
    "world_slow_bicarbonate": "0d821a916e41859b",
    "world_slow_co2": "27c35b4897311cc4",
}


def load(name):
    return importlib.import_module(f"tasks.{name}").TASK


def test_folder_holds_the_published_tasks():
    assert {path.stem for path in FILES} == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_task_asks_what_the_table_says(name):
    task = load(name)
    assert isinstance(task, Task)
    assert task.name == name
    assert (task.train, task.test) == TABLE[name]
    assert task.train_world == TRAIN_WORLDS.get(name, TEMPERATURE_CORRECTED)
    assert task.test_world == TEST_WORLDS.get(name, TEMPERATURE_CORRECTED)
    assert task.question.strip()
    assert len(task.question) < 100


def test_published_tasks_are_not_edited():
    assert {name: load(name).digest() for name in TABLE} == DIGESTS


def test_no_two_tasks_ask_the_same():
    asked = [(task.train, task.test, task.train_world, task.test_world) for task in map(load, TABLE)]
    assert len(set(asked)) == len(TABLE)
    assert len({load(name).question for name in TABLE}) == len(TABLE)


def test_core_suite_is_the_published_six():
    assert {name for name in TABLE if load(name).core} == CORE


def test_tasks_of_a_laboratory_and_of_other_worlds_are_suites_of_their_own():
    expected = (
        dict.fromkeys(LABORATORY, "laboratory")
        | dict.fromkeys(WORLDS, "worlds")
        | dict.fromkeys(INTERVALS, "intervals")
    )
    assert {name: load(name).suite for name in TABLE if load(name).suite} == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_holds_one_value_and_no_function(path):
    module = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef))]
    assigned = [node for node in module.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [target.id for node in assigned for target in node.targets] == ["TASK"]


def test_all_tasks_share_the_parameters_of_their_test_cases():
    first, *others = (draw_test_cases(load(name), SIZES) for name in sorted(TABLE))
    for cases in others:
        assert np.array_equal(cases.traces.known, first.traces.known)
        assert np.array_equal(cases.targets.values, first.targets.values)


def test_all_tasks_share_the_parameters_of_their_training_cases():
    first, *others = (training_cases(load(name), SIZES, seed=0) for name in sorted(TABLE))
    for cases in others:
        assert np.array_equal(cases.traces.known, first.traces.known)
        assert np.array_equal(cases.targets.values, first.targets.values)


def test_test_traces_of_every_task_differ_unless_measured_alike():
    seen = {}
    for name in sorted(TABLE):
        task = load(name)
        seen.setdefault((task.test, task.test_world), set()).add(draw_test_cases(task, SIZES).traces.ph.tobytes())
    assert all(len(traces) == 1 for traces in seen.values())
    assert len(set.union(*seen.values())) == len(seen)
