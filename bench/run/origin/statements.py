"""A Python file as statements: what in each can move a prediction, and which names and texts are in it."""

from __future__ import annotations

import ast
import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench.compiled import ROOT

NEUTRAL = ("bench.errors", "bench.contract", "bench.task", "bench.compiled")
"""Project modules that a prediction cannot depend on: interfaces and messages."""
TYPING = ("typing", "numpy.typing", "collections.abc")
"""Modules whose subscripted names are types: a constant that is one moves nothing."""
DESCRIBING = ("family", "trained_at")
"""How boards show a class: where its file does not read these attributes, they move nothing."""
DYNAMIC = re.compile(rb"\b(importlib|__import__|runpy)\b")
"""Ways of importing a module by a text."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Import:
    """One name that an import statement binds: a module of its own, or a name in a module."""

    modules: tuple[str, ...]
    """Absolute names under which the module may be found."""
    name: str = ""
    dotted: bool = False
    """Whether what is bound is the first package of several."""


@dataclass(frozen=True, eq=False)
class Statement:
    """A top-level statement: what can move a prediction, as text, and the names and texts in it."""

    module: Module
    text: str
    names: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    """Of project modules: the alias, and the name in it or nothing."""
    types: frozenset[str]
    """Names in annotations: what an argument is, a plugin can call, although the annotation itself moves nothing."""
    texts: frozenset[str]


@dataclass(frozen=True, eq=False)
class Module:
    """A Python file."""

    path: Path
    bound: dict[str, list[Statement]] = field(default_factory=dict)
    effects: list[Statement] = field(default_factory=list)
    """Statements that do something when the module is imported."""
    imports: dict[str, list[Import]] = field(default_factory=dict)
    starred: list[Import] = field(default_factory=list)
    dynamic: bool = False

    @property
    def statements(self) -> list[Statement]:
        """All of them, each once."""
        return list(dict.fromkeys([*self.effects, *(each for bound in self.bound.values() for each in bound)]))

    @property
    def imported(self) -> list[Import]:
        """All imports of the file, wherever they stand."""
        return [*self.starred, *(each for imports in self.imports.values() for each in imports)]


@lru_cache(maxsize=4096)
def read_module(path: Path, folder: Path, changed_ns: int) -> Module:
    """Read a file as statements; ``changed_ns`` tells versions of a file apart."""
    source = path.read_bytes()
    module = Module(path, dynamic=bool(DYNAMIC.search(source)))
    tree = _tree(source)
    if tree is None:
        module.effects.append(Statement(module, repr(source), *4 * (frozenset(),)))
        return module
    for node in ast.walk(tree):
        for name, each in _bindings(node, path, folder):
            if name == "*":
                module.starred.append(each)
            else:
                module.imports.setdefault(name, []).append(each)
    aliases = {
        name
        for name, imports in module.imports.items()
        if any(module_of(each, folder) and not each.dotted for each in imports)
    }
    tops = {name for node in tree.body for name in _bound(node)}
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in tree.body:
        reduced = _Reduced(aliases, set(DESCRIBING) - read)
        left = reduced.visit(node)
        if left is None or _is_type(left, module) or _is_script(left):
            continue
        names_in, attributes = frozenset(reduced.names), frozenset(reduced.attributes)
        types, texts = frozenset(reduced.types), frozenset(reduced.texts)
        statement = Statement(module, _dump(left), names_in, attributes, types, texts)
        names = _bound(left) or {_owner(left)} & tops
        for name in names:
            module.bound.setdefault(name, []).append(statement)
        if not names:
            module.effects.append(statement)
    return module


class _Reduced(ast.NodeTransformer):
    """Take away what moves no prediction, and note names and texts in the rest."""

    def __init__(self, aliases: set[str], describing: set[str]) -> None:
        self.aliases = aliases
        self.describing = describing
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
        node.body = [item for item in node.body if not self._describes(item)]
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

    def _describes(self, item: ast.stmt) -> bool:
        """Whether a statement of a class says only how boards show it."""
        if not isinstance(item, ast.Assign | ast.AnnAssign) or not isinstance(item.value, ast.Constant):
            return False
        names = _bound(item)
        return bool(names) and names <= self.describing

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


def _bindings(node: ast.AST, path: Path, folder: Path) -> Iterator[tuple[str, Import]]:
    """Names that an import statement binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            dotted = alias.asname is None and "." in alias.name
            yield alias.asname or alias.name.split(".")[0], Import((alias.name,), dotted=dotted)
    elif isinstance(node, ast.ImportFrom):
        parts = filter(None, [node.module])
        modules = (".".join(parts),) if not node.level else tuple(_absolute(node, path, folder))
        for alias in node.names:
            yield alias.asname or alias.name, Import(modules, alias.name)


def _absolute(node: ast.ImportFrom, path: Path, folder: Path) -> Iterator[str]:
    """Names of a relative import: below the checkout or the plugin's folder, or among the models."""
    for root in (ROOT, folder):
        if path.is_relative_to(root):
            package = path.parent.relative_to(root).parts or ("models",)  # under which name plugins are loaded
            above = package[: len(package) + 1 - node.level]
            yield ".".join([*above, *filter(None, [node.module])])
            if root == path.parent and node.module and node.level == 1:
                yield node.module


def file_of(module: str, folder: Path) -> Path | None:
    """File of a module or package below the checkout or a folder of plugins."""
    for root in (ROOT, folder):
        place = root.joinpath(*module.split("."))
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if place != root and path.is_file():
                return path.resolve()
    return None


def module_of(each: Import, folder: Path) -> Path | None:
    """File of an import that binds a project module."""
    if any(module in NEUTRAL for module in each.modules):
        return None
    names = (f"{module}.{each.name}" if each.name else module for module in each.modules)
    return next((path for name in names if name not in NEUTRAL and (path := file_of(name, folder))), None)


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


def _is_type(node: ast.AST, module: Module) -> bool:
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
