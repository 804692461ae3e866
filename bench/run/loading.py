"""Loading a plugin in its own process: its model, with the settings that a command changes, and what it lacks."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict, fields, is_dataclass, replace
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any, cast, get_args, get_type_hints

import numpy as np

from bench.compiled import ROOT
from bench.contract import Model
from bench.errors import BenchError, PluginError, unknown
from bench.run.catalogue import folder_of, load_module, name_of
from bench.run.isolation.protocol import parse_event

DISTRIBUTIONS = {
    "Bio": "biopython",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "skopt": "scikit-optimize",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
"""Modules of common libraries that pip knows by another name; of one that is not installed nothing else tells it."""


def load_model(path: Path, overrides: dict[str, Any], member: str = "") -> Model:
    """Load a plugin, or a row of a table of them, and apply changed settings."""
    plugin, bound = member or name_of(path), member or "MODEL"
    sys.path.append(str(folder_of(path)))
    try:
        model = getattr(load_module(path, f"models.{name_of(path)}"), bound, None)
    except ModuleNotFoundError as error:
        raise not_found(plugin, path, error) from error
    if not isinstance(model, Model) or not is_dataclass(model):
        got, step = _no_model(model)
        raise PluginError(
            f"plugin '{plugin}': file must define {bound}, a frozen dataclass of bench.contract.Model, "
            f"got {got}. {step}"
        )
    return cast("Model", replace(cast("Any", model), **_changes(plugin, model, overrides))) if overrides else model


def _changes(plugin: str, model: Model, overrides: dict[str, Any]) -> dict[str, Any]:
    """Changed settings, each as the type of its field says."""
    names = [each.name for each in fields(cast("Any", model))]
    if not names:
        name = next(iter(overrides))
        raise BenchError(
            f"setting of {plugin} '{name}': name must be that of a setting, got '{name}', but it has no "
            "settings. Leave --set out for this row."
        )
    for name in overrides:
        if name not in names:
            raise unknown(f"setting of {plugin}", name, names)
    try:
        hints = get_type_hints(type(model))
    except NameError as error:
        raise PluginError(
            f"plugin '{plugin}': types of its settings must be names that it imports, got: {error}. "
            "Import it outside of TYPE_CHECKING."
        ) from error
    return {name: _as_typed(name, value, hints[name]) for name, value in overrides.items()}


def _as_typed(name: str, value: Any, hint: Any) -> Any:
    """Value of a setting as its type says: what JSON can write of it, the name of a member, a number where text is."""
    from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError  # only where a setting is changed

    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str) and value in kind.__members__:
            return kind[value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint).replace("typing.", "")
    try:
        adapter = TypeAdapter[Any](hint)
    except PydanticSchemaGenerationError as error:
        raise PluginError(
            f"setting '{name}': type must be one that text can give, got {shown}. Change it in the file."
        ) from error
    for form in (value, str(value)) if is_number else (value,):
        try:
            return adapter.validate_json(json.dumps(form), strict=True)
        except ValidationError:
            continue
    raise BenchError(f"setting '{name}': value must be of type {shown}, got {value!r}. Mend the --set option.")


def _no_model(value: object) -> tuple[str, str]:
    """What a file defines in place of a model, and the step that mends it."""
    if value is None:
        return "none", "End it with MODEL = YourModel()."
    if isinstance(value, type) and issubclass(value, Model):
        return f"the class {value.__name__}", f"Write MODEL = {value.__name__}()."
    name = type(value).__name__
    if isinstance(value, Model):
        return f"a {name}, which is no dataclass", f"Put @dataclass(frozen=True) above {name}."
    return f"a value of type {name}", "Derive its class from bench.contract.Model."


def not_found(plugin: str, path: Path, error: ModuleNotFoundError) -> PluginError:
    """Error for an import that finds nothing: to be installed, or misspelled where a module here has that name."""
    module = error.name or ""
    package, folder = module.partition(".")[0], folder_of(path)
    ours = any((place / name).exists() for place in (ROOT, folder) for name in (package, f"{package}.py"))
    if ours or package == folder.name or package.startswith("_"):
        return PluginError(
            f"plugin '{plugin}': a module of its own must be where it is imported from, got none called {module}. "
            f"Check the spelling; what lies in {folder.name} is imported by its own name."
        )
    distribution = DISTRIBUTIONS.get(package, package)
    return PluginError(
        f"plugin '{plugin}': what it imports must be installed, got no {module}. "
        f"Run '{_pip(distribution)}' and name {distribution} in packages."
    )


def settings_of(model: Model) -> dict[str, Any]:
    """Settings of a model, if they are what the runner takes, and a record can hold."""
    try:
        settings = json.loads(json.dumps(asdict(cast("Any", model)), default=plain))
        parse_event(json.dumps({"event": "described", "settings": settings, "cannot": {}}).encode())
    except (ValueError, TypeError, RecursionError) as error:
        raise PluginError(
            f"plugin 'settings': values must be ones that a record can hold, got: {error}. Make them simpler."
        ) from error
    return cast("dict[str, Any]", settings)


def plain(value: Any) -> Any:
    """Number or text for what JSON has no form for, such as a number of numpy, a path or a member of an enumeration."""
    return value.item() if isinstance(value, np.generic) else value.name if isinstance(value, Enum) else str(value)


def missing_packages(model: Model) -> str | None:
    """Say which package a model lacks, as the reason why it cannot run."""
    for package in model.packages:
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            return f"the package {package} is not installed; run '{_pip(package)}' and try again"
    return None


def _pip(distribution: str) -> str:
    """Command that installs a distribution, as a shell takes it."""
    return f"pip install {shlex.quote(distribution)}"
