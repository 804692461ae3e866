"""The architecture as a picture: one box a folder, one arrow an import, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

Arrow = tuple[str, str]
"""Who imports, and what."""

INSIDE = "bench"
"""The folder whose parts are drawn inside it."""


@dataclass(frozen=True)
class Box:
    """A place in the picture: left, top, width and height [pixel], and what the folder is for."""

    left: float
    top: float
    width: float
    height: float
    text: str

    @property
    def middle(self) -> tuple[float, float]:
        """Centre of the box."""
        return self.left + self.width / 2, self.top + self.height / 2


BOXES = {
    "run_bench.py": Box(430, 20, 220, 52, "the command line"),
    "commands": Box(430, 116, 220, 52, "one verb a file"),
    "tasks": Box(30, 226, 220, 52, "what is asked: one value a file"),
    "models": Box(280, 226, 220, 52, "who answers: one plugin a file"),
    "leaderboard": Box(600, 226, 220, 52, "what came out: tables, pictures"),
    "bench/run": Box(315, 386, 220, 52, "plan, children, records"),
    "bench": Box(60, 494, 250, 52, "cases, contract, ceiling, scores"),
    "bench/world": Box(540, 494, 250, 52, "chemistry, simulator, electrode"),
}
FRAME = Box(30, 340, 790, 226, "the instrument: knows no task and no model by name")
LISTED = (("commands", "tasks"), ("commands", "models"))
"""Folders that are found by listing them and whose files are loaded by path, never imported."""
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2733;text-anchor:middle}.name{font-weight:600;font-size:15px}"
    ".what{fill:#52606d;font-size:12px}.box{fill:#fff;stroke:#7b8794;stroke-width:1.3}"
    ".frame{fill:#eef3f8;stroke:#9fb3c8;stroke-width:1.3}line{stroke:#0173b2;stroke-width:1.8}"
    ".listed{stroke:#7b8794;stroke-dasharray:5 4;stroke-width:1.3}"
)
HEADS = "".join(
    f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    f'orient="auto-start-reverse"><path d="M0 1 10 5 0 9z" fill="{colour}"/></marker>'
    for name, colour in (("head", "#0173b2"), ("grey", "#7b8794"))
)


def imports_between(root: Path) -> set[Arrow]:
    """Which folder imports which, from every import statement of the sources."""
    tops = {name.split("/")[0] for name in BOXES}
    files = [
        path for top in sorted(tops) for path in ([root / top] if top.endswith(".py") else (root / top).rglob("*.py"))
    ]
    arrows = set()
    for path in files:
        source = _box_of(path.relative_to(root))
        for module in _modules(path):
            file = root.joinpath(*module.split(".")).with_suffix(".py")
            if module.split(".")[0] in tops and file.is_file():
                arrows.add((source, _box_of(file.relative_to(root))))
    return {(source, target) for source, target in arrows if source != target}


def architecture_svg(arrows: set[Arrow]) -> str:
    """Draw boxes and arrows.

    Examples
    --------
    >>> "<title>tasks imports bench</title>" in architecture_svg({("tasks", "bench/world")})
    True
    """
    drawn = {(a, INSIDE if _inside(b) and not _inside(a) else b) for a, b in arrows}
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 850 586" width="850" height="586" role="img" '
        'aria-labelledby="t"><title id="t">Which folder imports which</title>',
        f"<style>{STYLE}</style><defs>{HEADS}</defs>",
        '<rect width="850" height="586" rx="8" fill="#fff"/>',
        _rectangle(FRAME, "frame"),
        f'<text class="what" x="{FRAME.middle[0]:g}" y="{FRAME.top + 24:g}">{FRAME.text}</text>',
    ]
    for y, kind, text in ((46, "", "imports"), (72, "listed", "lists the folder, loads files by path")):
        parts.append(f'<text x="86" y="{y}" style="text-anchor:start" class="what">{text}</text>')
        head = "grey" if kind else "head"
        parts.append(f'<line class="{kind}" x1="30" y1="{y - 4}" x2="76" y2="{y - 4}" marker-end="url(#{head})"/>')
    for a, b in sorted(drawn):
        both = (b, a) in drawn
        target = FRAME if b == INSIDE and not _inside(a) else BOXES[b]
        if not both or a < b:
            said = f"{a} imports {b}" + (f", and {b} imports {a}" if both else "")
            parts.append(_line(BOXES[a], target, said, back=both))
    parts += [_line(BOXES[a], BOXES[b], f"{a} lists {b}", listed=True) for a, b in LISTED if (a, b) not in arrows]
    for name, box in BOXES.items():
        x, y = box.middle
        label = name if name.endswith(".py") else f"{name}/*.py" if name == INSIDE else f"{name}/"
        parts += [
            _rectangle(box, "box"),
            f'<text class="name" x="{x:g}" y="{y - 4:g}">{label}</text>',
            f'<text class="what" x="{x:g}" y="{y + 15:g}">{escape(box.text)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _inside(name: str) -> bool:
    """Whether a box lies in the frame of the instrument."""
    return name.split("/")[0] == INSIDE


def _box_of(path: Path) -> str:
    """Name of the box of a file: of the nearest folder above it that has one."""
    return next(name for name in (path.as_posix(), *(above.as_posix() for above in path.parents)) if name in BOXES)


def _modules(path: Path) -> Iterator[str]:
    """Dotted names that a file imports anywhere, with those of ``from x import y`` as both x and x.y."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _rectangle(box: Box, kind: str) -> str:
    """A box without its text."""
    place = f'x="{box.left:g}" y="{box.top:g}" width="{box.width:g}" height="{box.height:g}"'
    return f'<rect class="{kind}" {place} rx="7"/>'


def _line(source: Box, target: Box, title: str, back: bool = False, listed: bool = False) -> str:
    """An arrow from border to border; into the frame it falls straight."""
    start = source.middle
    end = (start[0], target.top + 1) if target is FRAME else target.middle
    (x1, y1), (x2, y2) = _border(source, start, end), end if target is FRAME else _border(target, end, start)
    head = "grey" if listed else "head"
    ends = f'marker-end="url(#{head})"' + (f' marker-start="url(#{head})"' if back else "")
    kind = ' class="listed"' if listed else ""
    return f'<line{kind} x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" {ends}><title>{title}</title></line>'


def _border(box: Box, inside: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from the middle of a box leaves it."""
    dx, dy = towards[0] - inside[0], towards[1] - inside[1]
    halves = 2 * max(abs(dx) / box.width, abs(dy) / box.height)
    return inside[0] + dx / halves, inside[1] + dy / halves
