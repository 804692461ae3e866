"""What a file computes, as a digest that forgets where code lies, how modules are called and what errors say.

The unit is the top-level statement: a plugin needs its own, and of every project module that it imports those whose
names it uses, directly or through others. Each is reduced to what can move a prediction, and stands for what its names
refer to. Of modules outside the checkout, whose imports may do anything, every statement counts.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from bench.compiled import ROOT
from bench.run.provenance import versions_of

NEUTRAL = ("bench.errors", "bench.contract", "bench.task", "bench.compiled")
"""Project modules that a prediction cannot depend on: interfaces and messages."""
TYPING = ("typing", "numpy.typing", "collections.abc")
"""Modules whose subscripted names are types: a constant that is one moves nothing."""
DYNAMIC = re.compile(rb"\b(importlib|__import__|runpy)\b")
"""Ways of importing a module by a text."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Sources:
    """What a plugin is made of."""

    digest: str
    files: frozenset[Path]
    """Python files of which something counts, and what they open beside the plugin."""
    libraries: frozenset[str]
    """Top-level modules of other distributions."""


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


@dataclass(frozen=True)
class _Import:
    """One name that an import statement binds: a module of its own, or a name in a module."""

    modules: tuple[str, ...]
    """Absolute names under which the module may be found."""
    name: str = ""
    dotted: bool = False
    """Whether what is bound is the first package of several."""


@dataclass(frozen=True, eq=False)
class _Statement:
    """A top-level statement: what can move a prediction, as text, and the names and texts in it."""

    module: _Module
    text: str
    names: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    """Of project modules: the alias, and the name in it or nothing."""
    types: frozenset[str]
    """Names in annotations: what an argument is, a plugin can call, although the annotation itself moves nothing."""
    texts: frozenset[str]


@dataclass(frozen=True, eq=False)
class _Module:
    """A Python file."""

    path: Path
    bound: dict[str, list[_Statement]] = field(default_factory=dict)
    effects: list[_Statement] = field(default_factory=list)
    """Statements that do something when the module is imported."""
    imports: dict[str, list[_Import]] = field(default_factory=dict)
    starred: list[_Import] = field(default_factory=list)
    dynamic: bool = False

    @property
    def statements(self) -> list[_Statement]:
        return list(dict.fromkeys([*self.effects, *(each for found in self.bound.values() for each in found)]))

    @property
    def imported(self) -> list[_Import]:
        return [*self.starred, *(each for found in self.imports.values() for each in found)]


class _Walk:
    """From the statements of one plugin to all that they need."""

    def __init__(self, path: Path, member: str) -> None:
        self.folder = path.parent
        self.files = {path}
        self.libraries: set[str] = set()
        self.needs: dict[_Statement, list[tuple[str, _Statement | str]]] = {}
        root = self._module(path)
        self._reached(root)
        waiting = list(root.bound.get(member, []))
        for module in self.modules:
            whole = not module.path.is_relative_to(ROOT) or (module is root and not member)
            waiting += module.statements if whole else module.effects
            found = [target for each in module.imported for target in self._targets(each)] if whole else []
            if not module.path.is_relative_to(ROOT):
                waiting += [target for target in found if isinstance(target, _Statement)]
        while waiting:
            statement = waiting.pop()
            if statement in self.needs:
                continue
            self.files.add(statement.module.path)
            self.needs[statement] = list(self._needed(statement))
            waiting += [target for _, target in self.needs[statement] if isinstance(target, _Statement)]
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
        versions = sorted(f"{name}=={version}" for name, version in versions_of(self.libraries).items())
        return Sources(_hash(*content, *versions)[:16], frozenset(self.files), frozenset(self.libraries))

    def _module(self, path: Path) -> _Module:
        return _read(path, self.folder, path.stat().st_mtime_ns)

    def _reached(self, root: _Module) -> None:
        """Collect the project modules that an import of the plugin imports in turn."""
        self.modules = [root]
        for module in self.modules:
            found = [path for each in module.imported for path in self._paths(each)]
            self.modules += [each for each in map(self._module, dict.fromkeys(found)) if each not in self.modules]

    def _paths(self, each: _Import) -> Iterator[Path]:
        """Files of an import: the packages above, the module, and the name in it where that is a module."""
        for module in each.modules:
            if module in NEUTRAL:
                continue
            parts = [*module.split("."), *filter(None, [each.name])]
            for end in range(1, len(parts) + 1):
                if found := _file_of(".".join(parts[:end]), self.folder):
                    yield found

    def _needed(self, statement: _Statement) -> Iterator[tuple[str, _Statement | str]]:
        """What the names of a statement refer to."""
        module = statement.module
        for name in statement.names:
            for target in self._resolved(module, name):
                yield name, target
        for name in statement.types:
            for target in self._resolved(module, name):
                if isinstance(target, _Statement):
                    yield name, target
        for alias, attribute in statement.attributes:
            for path in filter(None, (_module_of(each, self.folder) for each in module.imports[alias])):
                for target in (
                    self._resolved(self._module(path), attribute) if attribute else self._module(path).statements
                ):
                    yield attribute, target
        for each in module.starred:
            for target in self._targets(each):
                yield "*", target

    def _resolved(self, module: _Module, name: str, seen: frozenset[Path] = frozenset()) -> list[_Statement | str]:
        """What a name at the top of a module refers to; nothing for one that is local to a statement, or built in."""
        found: list[_Statement | str] = list(module.bound.get(name, []))
        if module.path not in seen:
            for each in module.imports.get(name, []):
                found += self._targets(each, seen | {module.path})
        return found

    def _targets(self, each: _Import, seen: frozenset[Path] = frozenset()) -> list[_Statement | str]:
        """What an import binds: statements of the project, or the name of what a library gives."""
        if any(module in NEUTRAL for module in each.modules):
            return [each.name]
        if path := _module_of(each, self.folder):
            return list(self._module(path).statements)
        for name in each.modules:
            if path := _file_of(name, self.folder):
                module = self._module(path)
                return self._resolved(module, each.name, seen) or list(module.statements)
        top = each.modules[0].split(".")[0]
        ours = any((root / top).is_dir() or _file_of(top, root) for root in (ROOT, self.folder))
        if not ours and top not in sys.stdlib_module_names:
            self.libraries.add(top)
        return [f"{each.modules[0]}.{each.name}"]

    def _beside(self, statement: _Statement) -> set[Path]:
        """Files beside a plugin that a statement names, or imports by a text."""
        place = statement.module.path.parent
        if not place.is_relative_to(self.folder) or self.folder.is_relative_to(ROOT / "bench"):
            return set()
        texts = {text for text in statement.texts if 0 < len(text) < 200 and text.isprintable() and text[0] not in "/~"}
        texts |= {statement.module.path.stem + text for text in texts if text.startswith(".") and text.strip("./")}
        texts = {
            text for text in texts if ".." not in text.split("/") and ("*" not in text or re.search(r"\.\w+$", text))
        }
        found, folders = set(), [place]
        for folder in folders:
            for text in texts:
                matched = folder.glob(text) if "*" in text else [folder / text]
                found |= {path.resolve() for path in matched if path.is_file()}
                folders += [path for path in matched if path.is_dir() and path not in folders and path != folder]
        if statement.module.dynamic:
            named = {text for text in statement.texts if re.fullmatch(r"\.?\w+(\.\w+)*", text)}
            found |= set(filter(None, (_file_of(text.lstrip("."), place) for text in named)))
        return found - {statement.module.path}


@lru_cache(maxsize=4096)
def _read(path: Path, folder: Path, changed_ns: int) -> _Module:
    """Read a file as statements; ``changed_ns`` tells versions of a file apart."""
    source = path.read_bytes()
    module = _Module(path, dynamic=bool(DYNAMIC.search(source)))
    tree = _tree(source)
    if tree is None:
        module.effects.append(_Statement(module, repr(source), *4 * (frozenset(),)))
        return module
    for node in ast.walk(tree):
        for name, each in _bindings(node, path, folder):
            if name == "*":
                module.starred.append(each)
            else:
                module.imports.setdefault(name, []).append(each)
    aliases = {
        name
        for name, found in module.imports.items()
        if any(_module_of(each, folder) and not each.dotted for each in found)
    }
    tops = {name for node in tree.body for name in _bound(node)}
    for node in tree.body:
        reduced = _Reduced(aliases)
        left = reduced.visit(node)
        if left is None or _is_type(left, module) or _is_script(left):
            continue
        statement = _Statement(
            module,
            _dump(left),
            frozenset(reduced.names),
            frozenset(reduced.attributes),
            frozenset(reduced.types),
            frozenset(reduced.texts),
        )
        names = _bound(left) or {_owner(left)} & tops
        for name in names:
            module.bound.setdefault(name, []).append(statement)
        if not names:
            module.effects.append(statement)
    return module


class _Reduced(ast.NodeTransformer):
    """Take away what moves no prediction, and note names and texts in the rest."""

    def __init__(self, aliases: set[str]) -> None:
        self.aliases = aliases
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.types: set[str] = set()
        self.texts: set[str] = set()

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_Import(self, node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        return None

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)  # a docstring, or the description of a constant

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for item in node.body:  # annotations of a class can be read by what decorates it
            item.is_field = True  # type: ignore[attr-defined]
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._note(node.returns)
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self._note(node.annotation)
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if hasattr(node, "is_field"):
            return self.generic_visit(node)
        self._note(node.annotation)
        return None if node.value is None else self.visit(ast.Assign([node.target], node.value))

    def _note(self, annotation: ast.AST | None) -> None:
        self.types |= {each.id for each in ast.walk(annotation or ast.Pass()) if isinstance(each, ast.Name)}

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if isinstance(node.exc, ast.Call):
            _silence(node.exc)
        return self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        node.msg = None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name.endswith(("Error", "Exception", "Warning")) or name == "warn":
            _silence(node)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in self.aliases:
            self.attributes.add((node.value.id, node.attr))
            return ast.Attribute(ast.Name("<module>", ast.Load()), node.attr, node.ctx)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.aliases:
            self.attributes.add((node.id, ""))
            return ast.Name("<module>", node.ctx)
        self.names.add(node.id)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            self.texts.add(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        parts = (str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
        self.texts.add("".join(parts))
        return self.generic_visit(node)


def _silence(call: ast.Call) -> None:
    """Take the texts from the arguments of an error."""

    def says(node: ast.AST) -> bool:
        return any(isinstance(n, ast.JoinedStr) or isinstance(getattr(n, "value", None), str) for n in ast.walk(node))

    call.args = [node for node in call.args if not says(node)]
    call.keywords = [keyword for keyword in call.keywords if not says(keyword.value)]


def _bindings(node: ast.AST, path: Path, folder: Path) -> Iterator[tuple[str, _Import]]:
    """Names that an import statement binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            dotted = alias.asname is None and "." in alias.name
            yield alias.asname or alias.name.split(".")[0], _Import((alias.name,), dotted=dotted)
    elif isinstance(node, ast.ImportFrom):
        parts = filter(None, [node.module])
        modules = (".".join(parts),) if not node.level else tuple(_absolute(node, path, folder))
        for alias in node.names:
            yield alias.asname or alias.name, _Import(modules, alias.name)


def _absolute(node: ast.ImportFrom, path: Path, folder: Path) -> Iterator[str]:
    """Names of a relative import: below the checkout or the plugin's folder, or among the models."""
    for root in (ROOT, folder):
        if path.is_relative_to(root):
            package = path.parent.relative_to(root).parts or ("models",)  # under which name plugins are loaded
            above = package[: len(package) + 1 - node.level]
            yield ".".join([*above, *filter(None, [node.module])])
            if root == path.parent and node.module and node.level == 1:
                yield node.module


def _file_of(module: str, folder: Path) -> Path | None:
    """File of a module or package below the checkout or a folder of plugins."""
    for root in (ROOT, folder):
        place = root.joinpath(*module.split("."))
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if place != root and path.is_file():
                return path.resolve()
    return None


def _module_of(each: _Import, folder: Path) -> Path | None:
    """File of an import that binds a project module."""
    if any(module in NEUTRAL for module in each.modules):
        return None
    names = (f"{module}.{each.name}" if each.name else module for module in each.modules)
    found = [path for name in names if name not in NEUTRAL and (path := _file_of(name, folder))]
    return found[0] if found else None


def _tree(source: bytes) -> ast.Module | None:
    """Syntax tree of a file; None of one that is no Python, which the child that loads it says."""
    # Threads must not build trees at once: Python 3.11 counts their depths together (cpython issue 106905).
    with _ONE_AT_A_TIME, contextlib.suppress(SyntaxError, ValueError):
        return ast.parse(source)
    return None


def _bound(node: ast.stmt) -> set[str]:
    """Names that a top-level statement binds, in its branches as well."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {
        name
        for each in ast.walk(node)
        if (isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and (name := each.id))
        or (isinstance(each, ast.FunctionDef | ast.ClassDef) and (name := each.name))
    }


def _owner(node: ast.AST) -> str:
    """Name whose value a statement changes, as ``TABLE`` in ``TABLE["x"] = 1`` or ``TABLE.update(x)``."""
    value: ast.AST | None = getattr(node, "value", None)
    at = node.targets[0] if isinstance(node, ast.Assign) else value.func if isinstance(value, ast.Call) else None
    while isinstance(at, ast.Attribute | ast.Subscript):
        at = at.value
    return at.id if isinstance(at, ast.Name) else ""


def _is_type(node: ast.AST, module: _Module) -> bool:
    """Whether a statement names a type."""
    value = getattr(node, "value", None)
    if (
        not isinstance(node, ast.Assign)
        or not isinstance(value, ast.Subscript)
        or not isinstance(value.value, ast.Name)
    ):
        return False
    return any(each.modules[0] in TYPING for each in module.imports.get(value.value.id, []))


def _is_script(node: ast.AST) -> bool:
    """Whether a statement is what a file does when it is run, not imported."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _dump(node: object) -> str:
    """Syntax as text, the same in every version of Python."""
    if isinstance(node, ast.AST):
        values = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
        return (
            f"{type(node).__name__}({','.join(f'{name}={_dump(value)}' for name, value in values if name != 'kind')})"
        )
    return f"[{','.join(map(_dump, node))}]" if isinstance(node, list) else repr(node)


@lru_cache(maxsize=256)
def _content(path: Path, size: int, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _bytes(path: Path) -> str:
    """Digest of a file's bytes."""
    about = path.stat()
    return _content(path, about.st_size, about.st_mtime_ns)


def _colour(target: _Statement | str, colours: dict[_Statement, str]) -> str:
    """What a name refers to, as text."""
    return target if isinstance(target, str) else colours[target]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
