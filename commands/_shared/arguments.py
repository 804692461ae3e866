"""Options that several verbs have; light, for the help of every verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folders = Annotated[list[Path] | None, typer.Option(help="Folder of further plugins; may be repeated.", metavar="DIR")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="Change a setting, as field=value.", metavar="FIELD=VALUE")
]
Device = Annotated[str, typer.Option(help="Torch device of the networks.", metavar="cpu|cuda|cuda:N")]
Preset = Annotated[str, typer.Option(help="Sizes, with their seeds.", metavar="quick|standard|full")]
NJobs = Annotated[
    int | None, typer.Option(min=1, help="Child processes at a time, one thread each. Default: one a core.")
]
TimeLimit = Annotated[float, typer.Option(min=1.0, help="Seconds that one job may take.")]
Json = Annotated[bool, typer.Option("--json", help="Print values for other programs (docs/json.md) and nothing else.")]
MemoryLimit = Annotated[float, typer.Option(min=100.0, help="Megabytes that one job may take.")]
