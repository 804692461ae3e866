import dataclasses

import pytest

from bench.errors import BenchError
from bench.task import PRESETS, Sizes, Task, digest_of, task_from_dict
from bench.world.acquisition import Acquisition
from bench.world.buffers import Buffer
from bench.world.equilibria import FIXED_25C

PLAIN = Acquisition(30.0, 0.3)
TASK = Task("plain", "can it be done", (PLAIN,), PLAIN)


def test_presets_are_the_published_sizes():
    assert {
        "quick": Sizes(1_024, 256, 512, 1),
        "standard": Sizes(8_192, 1_024, 2_000, 3),
        "full": Sizes(65_536, 4_096, 10_000, 5),
    } == PRESETS


@pytest.mark.parametrize("field", ["train", "valid", "test", "seeds"])
def test_sizes_below_one_are_refused(field):
    with pytest.raises(BenchError) as error:
        Sizes(**{"train": 1, "valid": 1, "test": 1, "seeds": 1, field: 0})
    assert str(error.value) == f"sizes '{field}': value must be at least 1, got 0. Ask for more."


@pytest.mark.parametrize("name", ["", "10s", "shift 1s", "shift-1s", "../shift", "shift_1s\n"])
def test_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(BenchError) as error:
        dataclasses.replace(TASK, name=name)
    assert str(error.value) == (
        f"task '{name}': name must be letters, digits and underscores, got {name!r}. Rename it."
    )


def test_task_without_training_acquisition_is_refused():
    with pytest.raises(BenchError) as error:
        dataclasses.replace(TASK, train=())
    assert str(error.value) == "task 'plain': train must be at least one acquisition, got none. Name one."


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"train": (PLAIN, PLAIN)},
        {"train": (Acquisition(30.0, 1.0),)},
        {"test": Acquisition(30.0, 0.3, noise_sd=0.02)},
        {"test": Acquisition(30.0, 0.3, resample_interval_s=1.0)},
        {"train_world": FIXED_25C},
        {"test_world": FIXED_25C},
        {"version": 2},
    ],
    ids=str,
)
def test_digest_moves_with_everything_that_makes_the_task(change):
    assert dataclasses.replace(TASK, **change).digest() != TASK.digest()


@pytest.mark.parametrize("change", [{"question": "something else"}, {"core": True}], ids=str)
def test_digest_does_not_move_with_wording_or_suite(change):
    assert dataclasses.replace(TASK, **change).digest() == TASK.digest()


def test_equal_tasks_have_equal_digests():
    same = Task("plain", "can it be done", (Acquisition(30, 0.3),), Acquisition(30, 0.3, lag_s=0))
    assert same == TASK
    assert same.digest() == TASK.digest()


def test_digest_is_pinned():
    assert TASK.digest() == "a5cdf691d0009083"


def test_digest_does_not_depend_on_the_order_of_keys():
    assert digest_of({"a": 1, "b": [2, {"c": 3, "d": 4}]}) == digest_of({"b": [2, {"d": 4, "c": 3}], "a": 1})
    assert digest_of([1, 2]) != digest_of([2, 1])


def test_task_is_rebuilt_from_its_dictionary():
    task = Task(
        "other", "why", (PLAIN, Acquisition(10.0, 1.0)), Acquisition(60.0, 10.0, lag_s=2.0), FIXED_25C, core=True
    )
    rebuilt = task_from_dict(dataclasses.asdict(task))
    assert rebuilt == task
    assert rebuilt.digest() == task.digest()
    assert rebuilt.train_world == FIXED_25C


def test_world_of_another_version_is_refused():
    value = dataclasses.asdict(TASK)
    value["test_world"]["sulfate_uM"] = 1.0
    with pytest.raises(BenchError) as error:
        task_from_dict(value)
    assert str(error.value) == (
        "world 'temperature_corrected': fields must be those of bench.world.equilibria.World, got sulfate_uM as well. "
        "Run it with the version that wrote it."
    )


def test_digest_tells_worlds_apart_by_what_is_in_the_water():
    wet, same, other = (dataclasses.replace(FIXED_25C, buffer=Buffer("Tris", total)) for total in (10, 10.0, 11.0))
    digests = [dataclasses.replace(TASK, test_world=world).digest() for world in (FIXED_25C, wet, same, other)]
    assert digests[1] == digests[2]
    assert len(set(digests)) == 3
