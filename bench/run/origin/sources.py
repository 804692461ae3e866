"""What a file computes, as a digest that forgets where code lies, how modules are called and what errors say.

The unit is the top-level statement: a plugin needs its own, and of every project module that it imports those whose
names it uses, directly or through others. Each is reduced to what can move a prediction, and stands for what its names
refer to. Of modules outside the checkout, whose imports may do anything, every statement counts.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from bench.compiled import ROOT
from bench.run.origin.provenance import versions_of
from bench.run.origin.statements import NEUTRAL, Import, Module, Statement, file_of, module_of, read_module


@dataclass(frozen=True)
class Sources:
    """What a plugin is made of."""

    content: tuple[str, ...]
    """Digests of its statements and of files that are no Python."""
    files: frozenset[Path]
    """What it imports, itself or through others, though nothing in it may count, and what it opens beside itself."""
    libraries: frozenset[str]
    """Top-level modules of other distributions."""

    @cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the libraries here, by distribution."""
        return versions_of(self.libraries)

    @cached_property
    def digest(self) -> str:
        """Digest of all that can move a prediction, the versions here among it."""
        return self.digest_with(self.versions)

    def digest_with(self, versions: Mapping[str, str]) -> str:
        """Digest that the same sources have with other versions of the libraries."""
        return _hash(*self.content, *sorted(f"{name}=={version}" for name, version in versions.items()))[:16]


@cache
def sources_of(path: Path, member: str = "") -> Sources:
    """Follow a file, or one of its names, to everything that it computes with.

    Files beside a plugin count where its source names them: as they are called, as a pattern (``*.npz``), or with
    numbers put in (``f"fold_{n}.pt"``). Of a file that is no Python, which gives no result, all bytes count.

    Examples
    --------
    >>> len(sources_of(ROOT / "bench" / "draw.py").digest)
    16
    """
    return _Walk(path.resolve(), member).sources()


def source_digest(path: Path, member: str = "") -> str:
    """Sixteen hexadecimal digits of what a file, or one of its names, computes, and of the libraries' versions."""
    return sources_of(path, member).digest


class _Walk:
    """From the statements of one plugin to all that they need."""

    def __init__(self, path: Path, member: str) -> None:
        self.folder = path.parent
        self.files = {path}
        self.libraries: set[str] = set()
        self.needs: dict[Statement, list[tuple[str, Statement | str]]] = {}
        root = self._module(path)
        self._reached(root)
        waiting = list(root.bound.get(member, []))
        for module in self.modules:
            whole = not module.path.is_relative_to(ROOT) or (module is root and not member)
            self.files.add(module.path)
            waiting += module.statements if whole else module.effects
            targets = [target for each in module.imported for target in self._targets(each)] if whole else []
            if not module.path.is_relative_to(ROOT):
                waiting += [target for target in targets if isinstance(target, Statement)]
        while waiting:
            statement = waiting.pop()
            if statement in self.needs:
                continue
            self.files.add(statement.module.path)
            self.needs[statement] = list(self._needed(statement))
            waiting += [target for _, target in self.needs[statement] if isinstance(target, Statement)]
            for path in self._beside(statement):
                self.files.add(path)
                if path.suffix == ".py":
                    waiting += self._module(path).statements

    def sources(self) -> Sources:
        """Digest of the statements, each with what its names refer to; none knows its file."""
        colours = {each: _hash(each.text) for each in self.needs}
        n_kinds = 0
        while n_kinds < (n_kinds := len(set(colours.values()))):  # until what lies further away tells no two apart
            colours = {
                each: _hash(colours[each], *sorted(f"{name}:{_colour(target, colours)}" for name, target in needed))
                for each, needed in self.needs.items()
            }
        content = sorted({*colours.values(), *(_bytes(path) for path in self.files if path.suffix != ".py")})
        return Sources(tuple(content), frozenset(self.files), frozenset(self.libraries))

    def _module(self, path: Path) -> Module:
        return read_module(path, self.folder, path.stat().st_mtime_ns)

    def _reached(self, root: Module) -> None:
        """Collect the project modules that an import of the plugin imports in turn."""
        self.modules = [root]
        for module in self.modules:
            paths = [path for each in module.imported for path in self._paths(each)]
            self.modules += [each for each in map(self._module, dict.fromkeys(paths)) if each not in self.modules]

    def _paths(self, each: Import) -> Iterator[Path]:
        """Files of an import: the packages above, the module, and the name in it where that is a module."""
        for module in each.modules:
            if module in NEUTRAL:
                continue
            parts = [*module.split("."), *filter(None, [each.name])]
            for end in range(1, len(parts) + 1):
                if path := file_of(".".join(parts[:end]), self.folder):
                    yield path

    def _needed(self, statement: Statement) -> Iterator[tuple[str, Statement | str]]:
        """What the names of a statement refer to."""
        module = statement.module
        for name in statement.names:
            for target in self._resolved(module, name):
                yield name, target
        for name in statement.types:
            for target in self._resolved(module, name):
                if isinstance(target, Statement):
                    yield name, target
        for alias, attribute in statement.attributes:
            for path in filter(None, (module_of(each, self.folder) for each in module.imports[alias])):
                for target in (
                    self._resolved(self._module(path), attribute) if attribute else self._module(path).statements
                ):
                    yield attribute, target
        for each in module.starred:
            for target in self._targets(each):
                yield "*", target

    def _resolved(self, module: Module, name: str, seen: frozenset[Path] = frozenset()) -> list[Statement | str]:
        """What a name at the top of a module refers to; nothing for one that is local to a statement, or built in."""
        targets: list[Statement | str] = list(module.bound.get(name, []))
        if module.path not in seen:
            for each in module.imports.get(name, []):
                targets += self._targets(each, seen | {module.path})
        return targets

    def _targets(self, each: Import, seen: frozenset[Path] = frozenset()) -> list[Statement | str]:
        """What an import binds: statements of the project, or the name of what a library gives."""
        if any(module in NEUTRAL for module in each.modules):
            return [each.name]
        if path := module_of(each, self.folder):
            return list(self._module(path).statements)
        for name in each.modules:
            if path := file_of(name, self.folder):
                module = self._module(path)
                return self._resolved(module, each.name, seen) or list(module.statements)
        top = each.modules[0].split(".")[0]
        ours = any((root / top).is_dir() or file_of(top, root) for root in (ROOT, self.folder))
        if not ours and top not in sys.stdlib_module_names:
            self.libraries.add(top)
        return [f"{each.modules[0]}.{each.name}"]

    def _beside(self, statement: Statement) -> set[Path]:
        """Files beside a plugin that a statement names, or imports by a text."""
        place = statement.module.path.parent
        if not place.is_relative_to(self.folder) or self.folder.is_relative_to(ROOT / "bench"):
            return set()
        texts = {text for text in statement.texts if 0 < len(text) < 200 and text.isprintable() and text[0] not in "/~"}
        texts |= {statement.module.path.stem + text for text in texts if text.startswith(".") and text.strip("./")}
        texts = {
            text for text in texts if ".." not in text.split("/") and ("*" not in text or re.search(r"\.\w+$", text))
        }
        files, folders = set(), [place]
        for folder in folders:
            for text in texts:
                matched = folder.glob(text) if "*" in text else [folder / text]
                files |= {path.resolve() for path in matched if path.is_file()}
                folders += [path for path in matched if path.is_dir() and path not in folders and path != folder]
        if statement.module.dynamic:
            named = {text for text in statement.texts if re.fullmatch(r"\.?\w+(\.\w+)*", text)}
            files |= set(filter(None, (file_of(text.lstrip("."), place) for text in named)))
        return files - {statement.module.path}


@lru_cache(maxsize=256)
def _content(path: Path, size: int, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _bytes(path: Path) -> str:
    """Digest of a file's bytes."""
    about = path.stat()
    return _content(path, about.st_size, about.st_mtime_ns)


def _colour(target: Statement | str, colours: dict[Statement, str]) -> str:
    """What a name refers to, as text."""
    return target if isinstance(target, str) else colours[target]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
