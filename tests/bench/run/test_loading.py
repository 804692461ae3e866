# What a plugin's file gives, with the settings that a command changes; no child process is started.
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.contract import Model
from bench.errors import BenchError, PluginError
from bench.run.catalogue import files_in
from bench.run.loading import load_model, missing_packages, settings_of
from bench.run.origin.sources import sources_of
from bench.run.plan import Plugin
from commands._shared.options import parse_settings


@pytest.fixture
def behaves(hostile, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    return hostile / "behaves.py"


DEFINES = "a frozen dataclass of bench.contract.Model, got"
CLASS = """
from dataclasses import dataclass
from bench.contract import Model

class PlainCnn(Model):
    def fit(self, train, valid, context): ...

"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (CLASS, f"file must define MODEL, {DEFINES} none. End it with MODEL = YourModel()."),
        (
            f"{CLASS}MODEL = PlainCnn",
            f"file must define MODEL, {DEFINES} the class PlainCnn. Write MODEL = PlainCnn().",
        ),
        (
            f"{CLASS}MODEL = PlainCnn()",
            f"file must define MODEL, {DEFINES} a PlainCnn, which is no dataclass. "
            "Put @dataclass(frozen=True) above PlainCnn.",
        ),
        (
            "MODEL = dict()",
            f"file must define MODEL, {DEFINES} a value of type dict. Derive its class from bench.contract.Model.",
        ),
        ("MODEL = (", "file must be Python, got '(' was never closed in line 1. Mend the file."),
        (
            "from einops.layers import Rearrange",
            "what it imports must be installed, got no einops.layers. "
            "Run 'pip install einops' and name einops in packages.",
        ),
    ],
    ids=["no model", "class", "no dataclass", "no Model", "no Python", "no package"],
)
def test_a_file_that_gives_no_model_is_refused_with_what_mends_it(tmp_path, monkeypatch, text, what):
    monkeypatch.setattr("sys.path", [*sys.path])
    monkeypatch.setitem(sys.modules, "einops", None)
    (tmp_path / "plain.py").write_text(text)
    with pytest.raises(BenchError) as caught:
        load_model(tmp_path / "plain.py", {})
    assert str(caught.value) == f"plugin 'plain': {what}"


def test_a_module_of_the_project_that_is_misspelled_is_nothing_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    (tmp_path / "plain.py").write_text("from bench.contrct import Model")
    with pytest.raises(BenchError) as caught:
        load_model(tmp_path / "plain.py", {})
    assert str(caught.value) == (
        "plugin 'plain': a module of its own must be where it is imported from, got none called bench.contrct. "
        f"Check the spelling; what lies in {tmp_path.name} is imported by its own name."
    )


def test_a_row_without_settings_takes_none(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    text = CLASS.replace("class Plain", "@dataclass(frozen=True)\nclass Plain")
    (tmp_path / "plain.py").write_text(f"{text}MODEL = PlainCnn()")
    with pytest.raises(BenchError) as caught:
        load_model(tmp_path / "plain.py", {"width": 8})
    assert str(caught.value) == (
        "setting of plain 'width': name must be that of a setting, got 'width', but it has no settings. "
        "Leave --set out for this row."
    )


def test_settings_of_their_own_type_are_applied(behaves):
    changes = {"width": 8, "rate": 1, "name": "x", "flag": True, "starts": [0.1, 0.3]}
    model = load_model(behaves, changes)
    assert {name: getattr(model, name) for name in changes} == changes | {"rate": 1.0, "starts": (0.1, 0.3)}
    assert isinstance(model.rate, float)


TYPED = """
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal
from bench.contract import Model

class Kernel(Enum):
    RBF = "rbf"
    LINEAR = "linear"

@dataclass(frozen=True)
class Typed(Model):
    kernel: Kernel = Kernel.RBF
    loss: Literal["mse", "nll"] = "mse"
    width: int | None = None
    weights: Path = Path("w.npz")
    name: str = "plain"
    def fit(self, train, valid, context): ...

MODEL = Typed()
"""


@pytest.fixture
def typed(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    (tmp_path / "typed.py").write_text(TYPED)
    return tmp_path / "typed.py"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kernel=LINEAR", "Kernel.LINEAR"),
        ("kernel=linear", "Kernel.LINEAR"),
        ("loss=nll", "'nll'"),
        ("width=8", "8"),
        ("width=None", "None"),
        ("weights=other.npz", Path("other.npz")),
        ("name=20", "'20'"),
    ],
)
def test_a_setting_is_read_as_the_type_of_its_field_says(typed, text, value):
    ((name, given),) = parse_settings([text]).items()
    read = getattr(load_model(typed, {name: given}), name)
    assert (str(read) if name == "kernel" else read if isinstance(read, Path) else repr(read)) == value


@pytest.mark.parametrize(("field", "value"), [("kernel", "poly"), ("loss", "mae"), ("width", "wide"), ("name", None)])
def test_a_setting_that_its_type_does_not_know_is_refused(typed, field, value):
    with pytest.raises(BenchError, match=rf"^setting '{field}': value must be of type .*, got {value!r}\."):
        load_model(typed, {field: value})


PACKAGED = "from .parts import MODEL"
PARTS = TYPED.replace("from bench.contract", "from beside import WIDTH\nfrom bench.contract")


def test_a_row_may_be_a_package_with_modules_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    for name, text in {"net/__init__.py": PACKAGED, "net/parts.py": PARTS, "shared/__init__.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "beside.py").write_text("WIDTH = 3")
    files = files_in([tmp_path])
    assert files == {"beside": tmp_path / "beside.py", "net": tmp_path / "net" / "__init__.py"}
    assert Plugin(files["net"]).name == "net"
    assert type(load_model(files["net"], {})).__name__ == "Typed"
    seen = {path.relative_to(tmp_path).as_posix() for path in sources_of(files["net"]).files}
    assert seen >= {"net/__init__.py", "net/parts.py", "beside.py"}


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("width", 1.5, "int"),
        ("width", True, "int"),
        ("rate", "fast", "float"),
        ("flag", 1, "bool"),
        ("starts", 1, "tuple[float, ...]"),
    ],
)
def test_settings_of_another_type_are_refused(behaves, field, value, kind):
    with pytest.raises(BenchError) as caught:
        load_model(behaves, {field: value})
    assert str(caught.value) == (
        f"setting '{field}': value must be of type {kind}, got {value!r}. Mend the --set option."
    )


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("sklearn_no_such", "pip install sklearn_no_such"),
        ("yaml", "pip install pyyaml"),
        ("skopt.space", "pip install scikit-optimize"),
    ],
)
def test_what_is_not_installed_is_named_as_pip_knows_it(tmp_path, monkeypatch, module, command):
    monkeypatch.setattr("sys.path", [*sys.path])
    monkeypatch.setitem(sys.modules, module.partition(".")[0], None)
    (tmp_path / "plain.py").write_text(f"import {module}")
    with pytest.raises(BenchError, match=f"Run '{command}' and name {command.split()[-1]} in packages"):
        load_model(tmp_path / "plain.py", {})


def test_a_module_of_the_folder_itself_is_nothing_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [*sys.path])
    (tmp_path / "my_models").mkdir()
    (tmp_path / "my_models" / "plain.py").write_text("from my_models.shared import x")
    with pytest.raises(BenchError, match="a module of its own must be where it is imported from, got none called"):
        load_model(tmp_path / "my_models" / "plain.py", {})


def test_a_package_is_quoted_for_the_shell(typed):
    model = load_model(typed, {})
    object.__setattr__(model, "packages", ("no-such[all]; ls",))
    assert missing_packages(model) == (
        "the package no-such[all]; ls is not installed; run 'pip install 'no-such[all]; ls'' and try again"
    )


@dataclass(frozen=True)
class Nested(Model):
    value: Any

    def fit(self, train, valid, context):
        raise NotImplementedError


def nested(depth):
    value = [1]
    for _ in range(depth):
        value = [value]
    return Nested(value)


def test_settings_that_no_record_can_hold_are_refused():
    assert settings_of(nested(2)) == {"value": [[[1]]]}
    for model in (nested(60), nested(600), Nested(10**400)):
        with pytest.raises(PluginError, match=r"^plugin 'settings': values must be ones that a record can hold, got: "):
            settings_of(model)
