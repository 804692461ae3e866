"""A command line whose verbs are imported when called and listed by who asks, and whose errors are one line each."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bench.errors import BenchError, BenchWarning

Verbs = Mapping[str, Mapping[str, str]]
"""Title of a group, to its verbs and their lines of help."""
OPTIONS: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
UsageError: Any = typer.BadParameter.__base__
"""What the parser raises, which typer does not name."""


def verb_group(verbs: Verbs, greeting: str) -> type[TyperGroup]:
    """Kind of command that has the named verbs: each is the function ``VERB`` of ``commands/VERB.py``.

    Called with nothing, it greets.
    """
    names: dict[str, Any] = dict.fromkeys(name for group in verbs.values() for name in group)

    class VerbGroup(TyperGroup):
        """The verbs, of which a name alone is known until one is asked for."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands = dict(names)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            """Greet whoever asks for nothing."""
            if not args:
                print(greeting, end="")
                ctx.exit()
            return super().parse_args(ctx, args)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Import a verb."""
            if cmd_name in names and self.commands[cmd_name] is None:
                verb = typer.Typer(**OPTIONS)
                verb.command(cmd_name)(getattr(importlib.import_module(f"commands.{cmd_name}"), cmd_name))
                self.commands[cmd_name] = get_command(verb)
            return self.commands.get(cmd_name)

        def make_context(self, *arguments: Any, **settings: Any) -> Any:
            """Read what stands before the verb."""
            with _errors_printed():
                return super().make_context(*arguments, **settings)

        def invoke(self, ctx: Any) -> Any:
            """Read what stands behind the verb, and call it."""
            with _errors_printed(), _warnings_printed():
                return super().invoke(ctx)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """List the verbs by who asks, without importing any."""
            width = max(map(len, names))
            for title, group in verbs.items():
                with formatter.section(title):
                    formatter.write_dl([(name.ljust(width), line) for name, line in group.items()])

    return VerbGroup


@contextmanager
def _errors_printed() -> Iterator[None]:
    """Print an error of the suite or of the command line as one line; both end with status 2."""
    try:
        yield
    except BenchError as error:
        _print_aside(f"error: {error}", "red")
        raise typer.Exit(2) from error
    except UsageError as error:
        said = error.format_message()
        step = f" See '{error.ctx.command_path} --help'." if error.ctx else ""
        _print_aside(f"error: {said}{'' if said.endswith(('.', '?')) else '.'}{step}", "red")
        raise typer.Exit(error.exit_code) from error


@contextmanager
def _warnings_printed() -> Iterator[None]:
    """Print each warning of the suite once, as one line; those of libraries as Python words them."""

    def show(message: Any, category: type[Warning], file: str, line: int, *_: Any, **__: Any) -> None:
        if issubclass(category, BenchWarning):
            _print_aside(f"warning: {message}", "yellow")
        else:
            _print_aside(warnings.formatwarning(message, category, file, line).rstrip())

    with warnings.catch_warnings():
        warnings.simplefilter("default", BenchWarning)
        warnings.showwarning = show
        yield


def _print_aside(text: str, style: str = "") -> None:
    """Print text beside the output."""
    from commands._shared.terminal import Console

    Console(stderr=True).print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)
