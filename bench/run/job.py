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
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.cases import Cases, Targets, Traces
from bench.compiled import ROOT, compiler
from bench.contract import Context, Predictor
from bench.errors import BenchError, PluginError, place_of
from bench.run.catalogue import folder_of, name_of
from bench.run.loading import load_model, missing_packages, not_found, plain, settings_of
from bench.run.packages import join_models
from bench.run.scores.answer import COUNTS, InvalidAnswerError, check_predictor, history_of, plain_arrays
from bench.task import Sizes, acquisition_from_dict, task_from_dict
from bench.world.equilibria import world_from_dict

FIT_FILE = "fit.pickle"


class Channel:
    """JSON lines to and from the parent."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._reader = open(read_fd, encoding="utf-8")  # noqa: SIM115  # lives as long as the process
        self._writer = open(write_fd, "w", encoding="utf-8")  # noqa: SIM115

    def send(self, event: str, **values: Any) -> None:
        """Send one event."""
        self._writer.write(json.dumps({"event": event, **values}, default=plain) + "\n")
        self._writer.flush()

    def receive(self) -> dict[str, Any] | None:
        """Wait for the next order; None when the parent is gone."""
        line = self._reader.readline()
        return cast("dict[str, Any]", json.loads(line)) if line else None


def main() -> None:
    """Serve the parent until it closes the pipe."""
    channel = Channel(int(sys.argv[1]), int(sys.argv[2]))
    order = json.loads(Path("job.json").read_text(encoding="utf-8"))
    try:
        _serve(channel, order)
    except Exception as error:  # noqa: BLE001  # whatever a plugin raises becomes a row that says so
        traceback.print_exc()
        kinds = {InvalidAnswerError: "invalid_output", MemoryError: "out_of_memory"}
        status = next((status for kind, status in kinds.items() if isinstance(error, kind)), "failed")
        channel.send("failed", status=status, message=_told(error, Path(order["plugin"])))
        sys.exit(1)


def _told(error: Exception, path: Path) -> str:
    """What is recorded of an error: its sentence, or its last lines, with its place in the plugin's files."""
    place = place_of(error, folder_of(path))
    if isinstance(error, ModuleNotFoundError):
        error = not_found(name_of(path), path, error)
    text = str(error) if isinstance(error, BenchError) else "".join(traceback.format_exception(error)[-4:])
    return text.rstrip() + place


def _serve(channel: Channel, order: dict[str, Any]) -> None:
    """Carry out the orders of one job."""
    own = Path.cwd()  # a plugin may work in another
    compiler()  # before any clock runs, so that no row is charged for the import
    watch(Path(order["plugin"]), {Path(name) for name in order["files"]})
    join_models(folder_of(Path(order["plugin"])))
    model = load_model(Path(order["plugin"]), order["overrides"], order["member"])
    sizes = Sizes(**order["sizes"])
    lacking = missing_packages(model)
    tasks = [task_from_dict(value) for value in order["tasks"]]
    cannot = {task.name: lacking or model.cannot(task, sizes) for task in tasks}
    for reason in cannot.values():
        if reason is not None and not (isinstance(reason, str) and reason.strip()):
            raise PluginError(f"plugin 'cannot': result must be None or one sentence, got {reason!r}. Mend cannot.")
    channel.send("described", settings=settings_of(model), cannot=cannot)
    predictor: Predictor | None = None
    while message := channel.receive():
        if message["do"] == "fit":
            with kept_to(order["device"]):
                cases = _cases(own / "train.npz"), _cases(own / "valid.npz")
                fitted = model.fit(*cases, _context(order, channel, message))
            predictor = check_predictor(fitted)
            stored = _pickled(predictor)  # within the time of the fit: it may do the work
            _report_fit(predictor, channel)
            (own / FIT_FILE).write_bytes(stored)
            channel.send("stored")
        elif message["do"] == "load":
            predictor = check_predictor(pickle.loads((own / FIT_FILE).read_bytes()))
            _report_fit(predictor, channel)
            channel.send("stored")
        elif message["do"] == "predict" and predictor is not None:
            traces = _traces(own / message["traces"])
            channel.send("ready")
            channel.receive()
            with kept_to(order["device"]):
                # Within its time: an array may be made only when asked for.
                answer = plain_arrays(predictor.predict(traces), model.gives_sd)
            channel.send("predicted", simulator_calls=predictor.simulator_calls)
            for name, values in answer.items():
                np.save(own / f"{message['answer']}-{name}.npy", values, allow_pickle=False)
            channel.send("written")


def watch(plugin: Path, counted: set[Path]) -> None:
    """Refuse to read a file beside a plugin that its digest does not count: changed, it would go unseen."""
    folder, elsewhere = folder_of(plugin), [Path.cwd(), Path(sys.prefix), Path(sys.base_prefix)]
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
            f"plugin '{name_of(plugin)}': a file beside it that it reads must be named in its source, got {beside}. "
            "Write its name there as a text, so that a changed file is seen."
        )

    sys.addaudithook(hook)


@contextmanager
def kept_to(device: str) -> Iterator[None]:
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


def _context(order: dict[str, Any], channel: Channel, limits: dict[str, Any]) -> Context:
    """Context of the fit that a job asks for, with what is left of its limits."""
    return Context(
        seed=order["seed"],
        acquisitions=tuple(acquisition_from_dict(value) for value in order["acquisitions"]),
        world=world_from_dict(order["world"]),
        device=order["device"],
        threads=order["threads"],
        report=lambda fraction, message: channel.send("progress", fraction=float(fraction), message=str(message)),
        time_s=limits["time_s"],
        memory_mb=limits["memory_mb"],
    )


def _report_fit(predictor: Predictor, channel: Channel) -> None:
    """Tell the parent what was fitted."""
    counts = {name: getattr(predictor, name) for name in COUNTS}
    channel.send("fitted", **counts, pretrained_on=predictor.pretrained_on, history=history_of(predictor))


def _traces(path: Path) -> Traces:
    """Read traces from a file in the child's folder."""
    with np.load(path, allow_pickle=False) as stored:
        return Traces(stored["time_s"], stored["ph"], stored["valid"], stored["known"])


def _cases(path: Path) -> Cases:
    """Read training cases from a file in the child's folder."""
    with np.load(path, allow_pickle=False) as stored:
        return Cases(_traces(path), Targets(stored["targets"]))
