# What pyproject.toml asks for is what the locks hold, and what the gate and the Makefile name.
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.lock")}
LOCK_OF = {
    "dependencies": "requirements.lock",
    "cluster": "requirements-cluster.lock",
    "npe": "requirements-npe.lock",
    "parquet": "requirements-test.lock",
    "xlsx": "requirements-test.lock",
    "nodeps": "requirements-nodeps.lock",
}
"""Group of pyproject.toml to the lock that installs it."""


def declared_in(project):
    """Group to its requirements."""
    groups = {"dependencies": project["project"]["dependencies"]}
    groups |= project["project"]["optional-dependencies"] | project["dependency-groups"]
    return {group: [Requirement(line) for line in lines] for group, lines in groups.items()}


def pins_of(lock):
    """Package to its version; any other line than a comment or an exact public version is an error."""
    lines = [line for line in lock.splitlines() if not line.startswith("#")]
    pins = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines]
    assert [line for line, pin in zip(lines, pins, strict=True) if pin is None] == []
    return {canonicalize_name(pin[1]): pin[2] for pin in pins}


def not_pinned(project, locks):
    return [
        f"{group}: {requirement.name}"
        for group, requirements in declared_in(project).items()
        for requirement in requirements
        if canonicalize_name(requirement.name) not in pins_of(locks[LOCK_OF[group]])
    ]


def out_of_range(project, locks):
    return [
        f"{lock}: {requirement.name} {version}"
        for requirement in chain.from_iterable(declared_in(project).values())
        for lock, text in locks.items()
        if (version := pins_of(text).get(canonicalize_name(requirement.name))) and version not in requirement.specifier
    ]


def pinned_twice(locks):
    """Packages of the benchmark's environment that two of its locks pin; the peers have one of their own."""
    together = [set(pins_of(text)) for lock, text in locks.items() if lock != "requirements-peers.lock"]
    return sorted({name for pins in together for name in pins if sum(name in others for others in together) > 1})


def test_every_declared_dependency_is_pinned_in_the_lock_of_its_group():
    assert not_pinned(PROJECT, LOCKS) == []


def test_every_pin_is_in_the_declared_range():
    assert out_of_range(PROJECT, LOCKS) == []


def test_no_package_is_pinned_twice():
    assert pinned_twice(LOCKS) == []


def test_the_gate_names_every_version_of_python_that_the_project_takes():
    takes = SpecifierSet(PROJECT["project"]["requires-python"])
    versions = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in takes]
    newest_first = " ".join(reversed(versions[1:]))
    assert re.findall(r"^for version in (.+); do$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE) == [newest_first]
    assert f"PYTHON ?= python{versions[0]}" in (ROOT / "Makefile").read_text().splitlines()
    assert PROJECT["tool"]["mypy"]["python_version"] == versions[0]
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{versions[0].replace('.', '')}"


MADE_UP = {
    "project": {"dependencies": ["numpy>=2,<3", "plum_dispatch>=2"], "optional-dependencies": {"npe": ["sbi>=0.27"]}},
    "dependency-groups": {},
}


@pytest.mark.parametrize(
    ("lock", "unpinned", "outside"),
    [
        ("numpy==2.1\nplum-dispatch==2.9\n", [], []),
        ("# numpy==2.1\nplum-dispatch==2.9\n", ["dependencies: numpy"], []),
        (
            "numpy==3.0\nplum-dispatch==1.9\n",
            [],
            ["requirements.lock: numpy 3.0", "requirements.lock: plum_dispatch 1.9"],
        ),
    ],
)
def test_a_lock_that_lacks_a_package_or_leaves_its_range_is_found(lock, unpinned, outside):
    locks = {"requirements.lock": lock, "requirements-npe.lock": "sbi==0.27.0\n"}
    assert (not_pinned(MADE_UP, locks), out_of_range(MADE_UP, locks)) == (unpinned, outside)


def test_a_package_that_two_locks_pin_is_found_and_the_peers_may():
    locks = {"requirements.lock": "a==1\nb==1\n", "requirements-test.lock": "a==2\n", "requirements-peers.lock": "b==2"}
    assert pinned_twice(locks) == ["a"]


@pytest.mark.parametrize("line", ["numpy>=2", "torch==2.13.0+cpu", "numpy==2.1; python_version < '3.12'"])
def test_a_line_that_is_no_exact_public_version_is_found(line):
    with pytest.raises(AssertionError):
        pins_of(f"# Comment.\n{line}\n")
