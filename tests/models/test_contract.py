import importlib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.conformance.subject import FEW, SIZES, Subject
from bench.conformance.suite import CHECKS, DECLINED, PASSED, Check, examine
from bench.contract import Model

FOLDER = Path(__file__).parents[2] / "models"
NETWORK_LIBRARIES = {"torch", "tsai"}
"""A row that needs one of them trains for seconds: in the fast suite it trains for one epoch, and is not scored."""


def model_of(name: str) -> Model:
    # Asked for anew each time: a test that loads a plugin by its path replaces the module, and pickle goes by name.
    return importlib.import_module(f"models.{name}").MODEL


PLUGINS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
NETWORKS = [name for name in PLUGINS if NETWORK_LIBRARIES & set(model_of(name).packages)]
SLOW = {*NETWORKS, "nls_scipy", "laboratory_posterior"}
ROWS = [
    pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW) + [pytest.mark.smoke] * (name in NETWORKS[:1]))
    for name in PLUGINS
]


@pytest.fixture(scope="module", params=ROWS)
def subject(request: pytest.FixtureRequest) -> Subject:
    model = model_of(request.param)
    return Subject(model, SIZES if model.trained else FEW)  # what learns nothing needs no more cases to score


@pytest.fixture(scope="module", params=NETWORKS)
def briefly_trained(request: pytest.FixtureRequest) -> Subject:
    model = model_of(request.param)
    shortened = {field.name: 1 for field in fields(model) if field.name in ("epochs", "min_epoch_steps")}
    return Subject(replace(model, **shortened), FEW)


def assert_passed(check: Check, subject: Subject) -> None:
    outcome = examine(check, subject)
    if outcome.status == DECLINED:
        pytest.skip(outcome.message)
    assert outcome.status == PASSED, outcome.message


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_row_keeps_the_contract(subject: Subject, check: Check) -> None:
    assert_passed(check, subject)


@pytest.mark.parametrize("check", [check for check in CHECKS if not check.scored], ids=lambda check: check.name)
def test_every_network_keeps_the_contract_after_one_epoch(briefly_trained: Subject, check: Check) -> None:
    assert_passed(check, briefly_trained)


@pytest.mark.parametrize("name", PLUGINS)
def test_every_row_is_a_frozen_value_with_settings_that_json_can_hold(name: str) -> None:
    model = model_of(name)
    assert type(model).__dataclass_params__.frozen
    for field in fields(model):
        value = getattr(model, field.name)
        values = value if isinstance(value, tuple) else (value,)
        assert all(isinstance(item, bool | int | float | str | None) for item in values), field.name
