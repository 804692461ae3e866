"""Headings of tasks: in which group a task stands, and two short lines that say what it measures."""

from __future__ import annotations

from bench.task import Task
from bench.world.acquisition import Acquisition

GROUPS = {
    "alike": "Trained and tested alike",
    "interval": "Tested at another interval",
    "remedy": "Usual remedies",
    "length": "Another length",
    "fault": "Instrument or chemistry not as told",
    "worlds": "Other worlds and samplings",
    "laboratory": "A laboratory's nuisances",
    "other": "Other tasks",
}
"""Groups of the map in their order. What the suites of that name hold is one group each: the map grows by groups."""


SHORT = {"carbonate": "carb.", "bicarbonate": "HCO3", "co2": "CO2"}
"""Words that are too long for the head of a column."""


def group_of(task: Task | None) -> str:
    """Group of a task.

    Examples
    --------
    >>> fine, coarse = Acquisition(30.0, 0.3), Acquisition(30.0, 10.0)
    >>> group_of(Task("a", "", (fine,), coarse)), group_of(Task("b", "", (fine, coarse), coarse)), group_of(None)
    ('interval', 'remedy', 'other')
    >>> [group_of(Task("c", "", (fine,), coarse, suite=suite)) for suite in ("intervals", "worlds")]
    ['interval', 'worlds']
    """
    if task is None:
        return "other"
    if task.suite in GROUPS:
        return task.suite
    if len(task.train) > 1 or task.test.resample_interval_s:
        return "remedy"
    moved = _moved(task)
    groups = {(): "alike", ("interval_s",): "interval", ("prefix_s",): "length"}
    return groups.get(tuple(moved), "fault") if task.train_world == task.test_world else "fault"


def heading_of(task: Task | None, name: str) -> list[str]:
    """Two short lines over a column.

    Examples
    --------
    >>> fine = Acquisition(30.0, 0.3)
    >>> heading_of(Task("a", "", (fine,), Acquisition(30.0, 10.0)), "a")
    ['30 s', '@ 10']
    >>> heading_of(Task("a", "", (fine,), Acquisition(30.0, 0.3, lag_s=2.0)), "a")
    ['lag', '2 s']
    >>> heading_of(Task("world_slow_bicarbonate", "", (fine,), fine, suite="worlds"), "world_slow_bicarbonate")
    ['slow', 'HCO3']
    """
    if task is None or task.suite in GROUPS:
        words = name.removeprefix(f"{task.suite.removesuffix('s')}_" if task else "").split("_")
        words = [SHORT.get(word, word) for word in words]
        middle = (len(words) + 1) // 2
        return [" ".join(words[:middle]), " ".join(words[middle:])]
    test, train = task.test, task.train[0]
    at = f"@ {test.interval_s:g}"
    if group_of(task) == "remedy":
        return ["mixed" if len(task.train) > 1 else "interp", at]
    if group_of(task) == "length":
        return [f"{train.prefix_s:g} s", f"→ {test.prefix_s:g}"]
    if task.train_world != task.test_world:
        return ["other", "chem."]
    if test.jitter_s or test.drop_fraction:
        return ["gaps", "jitter"]
    if test.lag_s != train.lag_s:
        return ["lag", f"{test.lag_s:g} s"]
    if test.offset_sd != train.offset_sd:
        return ["offset", f"{test.offset_sd:g}"]
    if test.noise_sd != train.noise_sd:
        return ["noise", f"× {test.noise_sd / train.noise_sd:.2g}"]
    return [f"{test.prefix_s:g} s", at]


def order_of(task: Task | None) -> tuple[float, ...]:
    """Order within a group: by interval and length, the task's own faults last."""
    if task is None:
        return ()
    plain: Acquisition = task.test
    return (float(task.test_world != task.train_world), plain.interval_s, plain.prefix_s, plain.lag_s, plain.noise_sd)


def _moved(task: Task) -> list[str]:
    """What the test acquisition has otherwise than the first of training."""
    train, test = vars(task.train[0]), vars(task.test)
    if train.keys() != test.keys():
        return ["kind"]
    return [name for name in train if train[name] != test[name]]
