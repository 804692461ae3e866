"""Opening the seal of a run: the key, and a look at whether anything secret lies where a plugin could read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.compiled import ROOT
from bench.errors import BenchError
from bench.run.isolation.sandbox import exposed, hide_memory, landlock_version, sandbox_for
from bench.run.plan import Plugin
from bench.run.record import Record
from bench.run.seal import Seal, read_seal
from commands._shared.options import PUBLISHED

NO_LANDLOCK = (
    "isolation none: this kernel has no Landlock, so a plugin could read the key, the stored predictions "
    "and this process. See docs/isolation.md."
)


def open_seal(key_file: Path, plugins: Sequence[Plugin], out: Path) -> Seal:
    """Read the key of a sealed run and hide what a plugin must not see."""
    secrets = [key_file, out, PUBLISHED, ROOT / ".git"]
    for plugin in plugins:
        sandbox = sandbox_for(plugin.path, ROOT)
        seen = exposed(sandbox, secrets) if sandbox else None
        if seen:
            raise BenchError(
                f"option '--seal': key, records and repository must lie where '{plugin.name}' cannot read, "
                f"got {seen[0]} in {seen[1]}. Move it, or keep plugins in a folder of their own."
            )
    seal = read_seal(key_file)
    hide_memory()
    return seal


def seal_line(seal: Seal) -> str:
    """What a sealed run says of itself before it begins."""
    confined = f"children confined by Landlock {landlock_version()}" if landlock_version() else NO_LANDLOCK
    return f"sealed  key {seal.sha256[:12]}; {confined}"


def check_one_draw(records: Sequence[Record], seal: Seal | None, out: Path) -> None:
    """Refuse to put scores on different draws of the test cases into one folder."""
    here = seal.sha256 if seal else ""
    for record in records:
        if record.seal_sha256 != here:
            raise BenchError(
                f"folder '{out}': records must be of one draw of the test cases, got "
                f"{_draw(record.seal_sha256)} beside {_draw(here)}. Name another folder with --out."
            )


def _draw(seal_sha256: str) -> str:
    """Name of a draw."""
    return f"those of key {seal_sha256[:12]}" if seal_sha256 else "public ones"
