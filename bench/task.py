"""Tasks as frozen values: what a model is trained on, what it is tested on, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from bench.errors import BenchError
from bench.world.acquisition import Acquisition
from bench.world.equilibria import TEMPERATURE_CORRECTED, World, world_from_dict
from bench.world.laboratory import Laboratory


@dataclass(frozen=True)
class Sizes:
    """How many cases and seeds a run uses.

    Parameters
    ----------
    train, valid, test : int
        Numbers of cases.
    seeds : int
        Number of seeds.

    Raises
    ------
    BenchError
        A number below 1.
    """

    train: int
    valid: int
    test: int
    seeds: int

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value < 1:
                raise BenchError(f"sizes '{name}': value must be at least 1, got {value}. Ask for more.")


PRESETS = {
    "quick": Sizes(1_024, 256, 512, 1),
    "standard": Sizes(8_192, 1_024, 2_000, 3),
    "full": Sizes(65_536, 4_096, 10_000, 5),
}


@dataclass(frozen=True)
class Task:
    """One question put to every model.

    Parameters
    ----------
    name : str
        Name, equal to the stem of the file that defines it.
    question : str
        What the task asks, in one line.
    train : tuple of Acquisition
        How training and validation traces are measured; several share the cases evenly, in turn.
    test : Acquisition
        How test traces are measured.
    train_world, test_world : World
        Chemistry of the training and of the test cases.
    core : bool
        Whether the task belongs to the suite ``core``.
    suite : str
        Further suite that the task belongs to; those of ``laboratory`` are not on the published board yet.
    version : int
        Raised whenever a published task changes.

    Raises
    ------
    BenchError
        A name that is no identifier, or no training acquisition.

    Examples
    --------
    >>> task = Task("example", "can it be done", (Acquisition(30.0, 0.3),), Acquisition(30.0, 1.0))
    >>> len(task.digest())
    16
    """

    name: str
    question: str
    train: tuple[Acquisition, ...]
    test: Acquisition
    train_world: World = TEMPERATURE_CORRECTED
    test_world: World = TEMPERATURE_CORRECTED
    core: bool = False
    suite: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", self.name):
            raise BenchError(
                f"task '{self.name}': name must be letters, digits and underscores, got {self.name!r}. Rename it."
            )
        if not self.train:
            raise BenchError(f"task '{self.name}': train must be at least one acquisition, got none. Name one.")

    def digest(self) -> str:
        """Digest of everything that makes the task what it is; its question and suite do not.

        Returns
        -------
        str
            Sixteen hexadecimal digits.
        """
        value = asdict(self)
        del value["question"], value["core"], value["suite"]
        value["train_world"], value["test_world"] = self.train_world.as_dict(), self.test_world.as_dict()
        for acquisition in (*value["train"], value["test"]):  # 30 and 30.0 are one number, but two texts
            acquisition.update({name: float(number) for name, number in acquisition.items()})
        return digest_of(value)


def task_from_dict(value: dict[str, Any]) -> Task:
    """Rebuild a task from what ``dataclasses.asdict`` made of it, as it crosses to another process.

    Parameters
    ----------
    value : dict
        Fields of the task.

    Returns
    -------
    Task
        An equal task.

    Raises
    ------
    BenchError
        A world with a field that this version does not have.

    Examples
    --------
    >>> task = Task("example", "can it be done", (Acquisition(30.0, 0.3),), Acquisition(30.0, 1.0))
    >>> task_from_dict(asdict(task)) == task
    True
    """
    worlds = {side: world_from_dict(value[side]) for side in ("train_world", "test_world")}
    acquisitions = tuple(acquisition_from_dict(acquisition) for acquisition in value["train"])
    return Task(**{**value, **worlds, "train": acquisitions, "test": acquisition_from_dict(value["test"])})


def acquisition_from_dict(value: dict[str, Any]) -> Acquisition:
    """Rebuild an acquisition, or a laboratory, from what ``dataclasses.asdict`` made of it.

    Parameters
    ----------
    value : dict
        Its fields.

    Returns
    -------
    Acquisition
        An equal one.

    Examples
    --------
    >>> laboratory = Laboratory(30.0, 0.3)
    >>> acquisition_from_dict(asdict(laboratory)) == laboratory
    True
    """
    plain = set(value) <= {each.name for each in fields(Acquisition)}
    return Acquisition(**value) if plain else Laboratory(**value)


def digest_of(value: object) -> str:
    """Digest of a value made of dictionaries, lists, numbers and text.

    Parameters
    ----------
    value : object
        Anything that JSON can hold.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Examples
    --------
    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
