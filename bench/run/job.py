"""The child process: fits one model, then predicts the test sets that it is handed, one after the other.

The parent speaks JSON lines over one pipe and the child answers over another; arrays go through files in the child's
own folder. Test traces arrive only after the fit has been reported, and test targets never do.
``bench.run.isolation.keeper`` starts it with that folder as the working directory.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass, replace
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Targets, Traces
from bench.compiled import ROOT, compiler
from bench.contract import Context, Model, Prediction, Predictor
from bench.errors import BenchError, PluginError, unknown
from bench.run.catalogue import load_module
from bench.task import Sizes, acquisition_from_dict, task_from_dict
from bench.world.equilibria import world_from_dict

FIT_FILE = "fit.pickle"


class InvalidAnswerError(PluginError):
    """A prediction that is not made of numbers."""


class Channel:
    """JSON lines to and from the parent."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._reader = open(read_fd, encoding="utf-8")  # noqa: SIM115  # lives as long as the process
        self._writer = open(write_fd, "w", encoding="utf-8")  # noqa: SIM115

    def send(self, event: str, **values: Any) -> None:
        """Send one event."""
        self._writer.write(json.dumps({"event": event, **values}, default=_plain) + "\n")
        self._writer.flush()

    def receive(self) -> dict[str, Any] | None:
        """Wait for the next order; None when the parent is gone."""
        line = self._reader.readline()
        return cast("dict[str, Any]", json.loads(line)) if line else None


def _plain(value: Any) -> Any:
    """Number or text for what JSON has no form for, such as a number of numpy, a path or a member of an enumeration."""
    return value.item() if isinstance(value, np.generic) else value.name if isinstance(value, Enum) else str(value)


def load_model(path: Path, overrides: dict[str, Any], member: str = "") -> Model:
    """Load a plugin, or a row of a table of them, and apply changed settings."""
    plugin, bound = member or path.stem, member or "MODEL"
    sys.path.append(str(path.parent))
    try:
        model = getattr(load_module(path, f"models.{path.stem}"), bound, None)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        ours = {each.stem for folder in (ROOT, path.parent) for each in folder.iterdir()}
        if package in {"", *ours}:  # misspelled rather than missing
            raise
        raise PluginError(
            f"plugin '{plugin}': what it imports must be installed, got no {package}. "
            f"Run 'pip install {package}' and name it in packages."
        ) from error
    if not isinstance(model, Model) or not is_dataclass(model):
        got, step = _no_model(model)
        raise PluginError(
            f"plugin '{plugin}': file must define {bound}, a frozen dataclass of bench.contract.Model, "
            f"got {got}. {step}"
        )
    settings = {f.name: getattr(model, f.name) for f in fields(model)}
    for name, value in overrides.items():
        if not settings:
            raise BenchError(
                f"setting of {plugin} '{name}': name must be that of a setting, got '{name}', but it has no "
                "settings. Leave --set out for this row."
            )
        if name not in settings:
            raise unknown(f"setting of {plugin}", name, settings)
        kind = type(settings[name])
        alike = {float: (float, int), tuple: (list,)}.get(kind, (kind,))  # as JSON writes them
        if settings[name] is not None and type(value) not in alike:
            raise BenchError(
                f"setting '{name}': value must be of type {kind.__name__}, got {value!r}. Mend the --set option."
            )
    changed = {
        name: type(settings[name])(value) if isinstance(settings[name], float | tuple) else value
        for name, value in overrides.items()
    }
    return cast("Model", replace(cast("Any", model), **changed))


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


def missing_packages(model: Model) -> str | None:
    """Say which package a model lacks, as the reason why it cannot run."""
    for package in model.packages:
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            return f"the package {package} is not installed; run 'pip install {package}' and try again"
    return None


def main() -> None:
    """Serve the parent until it closes the pipe."""
    channel = Channel(int(sys.argv[1]), int(sys.argv[2]))
    try:
        _serve(channel)
    except Exception as error:  # noqa: BLE001  # whatever a plugin raises becomes a row that says so
        traceback.print_exc()
        last = str(error) if isinstance(error, BenchError) else "".join(traceback.format_exception(error)[-4:])
        kinds = {InvalidAnswerError: "invalid_output", MemoryError: "out_of_memory"}
        status = next((status for kind, status in kinds.items() if isinstance(error, kind)), "failed")
        channel.send("failed", status=status, message=last)
        sys.exit(1)


def _serve(channel: Channel) -> None:
    """Carry out the orders of one job."""
    order = json.loads(Path("job.json").read_text(encoding="utf-8"))
    compiler()  # before any clock runs, so that no row is charged for the import
    _watch(Path(order["plugin"]), {Path(name) for name in order["files"]})
    model = load_model(Path(order["plugin"]), order["overrides"], order["member"])
    sizes = Sizes(**order["sizes"])
    lacking = missing_packages(model)
    tasks = [task_from_dict(value) for value in order["tasks"]]
    cannot = {task.name: lacking or model.cannot(task, sizes) for task in tasks}
    for reason in cannot.values():
        if reason is not None and not (isinstance(reason, str) and reason.strip()):
            raise PluginError(f"plugin 'cannot': result must be None or one sentence, got {reason!r}. Mend cannot.")
    channel.send("described", settings=asdict(cast("Any", model)), cannot=cannot)
    predictor: Predictor | None = None
    while message := channel.receive():
        if message["do"] == "fit":
            with _kept_to(order["device"]):
                predictor = model.fit(_cases("train.npz"), _cases("valid.npz"), _context(order, channel))
            stored = _pickled(predictor)  # within the time of the fit: it may do the work
            _report_fit(predictor, channel)
            Path(FIT_FILE).write_bytes(stored)
            channel.send("stored")
        elif message["do"] == "load":
            predictor = cast("Predictor", pickle.loads(Path(FIT_FILE).read_bytes()))
            _report_fit(predictor, channel)
            channel.send("stored")
        elif message["do"] == "predict" and predictor is not None:
            traces = _traces(message["traces"])
            channel.send("ready")
            channel.receive()
            with _kept_to(order["device"]):
                answer = _arrays(predictor.predict(traces))  # within its time: an array may be made only when asked for
            channel.send("predicted", simulator_calls=predictor.simulator_calls)
            for name, values in answer.items():
                np.save(f"{message['answer']}-{name}.npy", values, allow_pickle=False)
            channel.send("written")


def _watch(plugin: Path, counted: set[Path]) -> None:
    """Refuse to read a file beside a plugin that its digest does not count: changed, it would go unseen."""
    folder, elsewhere = plugin.parent, [Path.cwd(), Path(sys.prefix), Path(sys.base_prefix)]
    if not folder.is_relative_to(ROOT):
        elsewhere.append(ROOT)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes) or arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        name = os.path.realpath(os.fsdecode(arguments[0]))
        if not name.startswith(f"{folder}{os.sep}"):
            return
        path = Path(importlib.util.source_from_cache(name) if name.endswith(".pyc") else name)
        beside = path.relative_to(folder)
        if path in counted or beside.parts[0].startswith(".") or any(map(path.is_relative_to, elsewhere)):
            return
        raise PluginError(
            f"plugin '{plugin.stem}': a file beside it that it reads must be named in its source, got {beside}. "
            "Write its name there as a text, so that a changed file is seen."
        )

    sys.addaudithook(hook)


@contextmanager
def _kept_to(device: str) -> Iterator[None]:
    """Say of an error that comes from asking for a GPU in a run on the processor what to do about it."""
    try:
        yield
    except (AssertionError, RuntimeError) as error:  # which of them depends on how torch was built
        if device != "cpu" or not re.search("cuda|nvidia", str(error), re.IGNORECASE):
            raise
        got = str(error).splitlines()[0].split(". ")[0].rstrip(".")
        raise PluginError(
            f"plugin 'device': device must be the given one, cpu, got: {got}. Use context.device."
        ) from error


def _pickled(predictor: Predictor) -> bytes:
    """A fit as it is stored."""
    try:
        return pickle.dumps(predictor)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise PluginError(
            f"plugin 'fit': predictor must be stored by pickle, got {type(error).__name__}: {error}. "
            "Keep no lambda in the predictor."
        ) from error


def _context(order: dict[str, Any], channel: Channel) -> Context:
    """Context of the fit that a job asks for."""
    return Context(
        seed=order["seed"],
        acquisitions=tuple(acquisition_from_dict(value) for value in order["acquisitions"]),
        world=world_from_dict(order["world"]),
        device=order["device"],
        threads=order["threads"],
        report=lambda fraction, message: channel.send("progress", fraction=float(fraction), message=str(message)),
    )


def _report_fit(predictor: object, channel: Channel) -> None:
    """Tell the parent what was fitted."""
    if not isinstance(predictor, Predictor):
        raise PluginError(
            f"plugin 'fit': result must be a bench.contract.Predictor, got {type(predictor).__name__}. Mend fit."
        )
    channel.send(
        "fitted",
        n_parameters=predictor.n_parameters,
        simulator_calls=predictor.simulator_calls,
        history=[{key: float(value) for key, value in epoch.items()} for epoch in predictor.history],
    )


def _traces(name: str) -> Traces:
    """Read traces from a file in the child's folder."""
    with np.load(name, allow_pickle=False) as stored:
        return Traces(stored["time_s"], stored["ph"], stored["valid"], stored["known"])


def _cases(name: str) -> Cases:
    """Read training cases from a file in the child's folder."""
    with np.load(name, allow_pickle=False) as stored:
        return Cases(_traces(name), Targets(stored["targets"]))


def _arrays(prediction: object) -> dict[str, Array]:
    """Plain arrays of a prediction."""
    if not isinstance(prediction, Prediction):
        raise PluginError(
            f"plugin 'predict': result must be a bench.contract.Prediction, got {type(prediction).__name__}. "
            "Mend predict."
        )
    given = {"mean": prediction.mean, "sd": prediction.sd}
    answer = {name: np.asarray(values) for name, values in given.items() if values is not None}
    for name, values in answer.items():
        if values.dtype.kind not in "fiu":
            raise InvalidAnswerError(
                f"prediction '{name}': values must be real numbers, got {values.dtype}. Mend predict."
            )
    return {name: values.astype(np.float64) for name, values in answer.items()}
