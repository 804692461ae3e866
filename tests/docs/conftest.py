# The code blocks of README.md, CONTRIBUTING.md and docs/*.md. What a comment above a fence means:
#   <!-- file: PATH -->     the block is that file, written into the page's folder; it is not run
#   <!-- slow -->           run by `make test-all` only, with the sizes of the quick preset
#   <!-- syntax: REASON --> never run; its syntax, options and file names are checked like everybody's
#   <!-- output -->         what the block before it prints; `...` stands for anything
# Blocks of a page run in order, in one folder and one namespace, with a handful of cases.
import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from bench.task import PRESETS, Sizes

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
BLOCK = re.compile(
    r"^(?:<!-- *(?P<kind>file|slow|syntax|output)(?:: *(?P<what>[^\n]*?))? *-->\n+)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
RUN = ("bash", "python")
FEW = Sizes(64, 32, 24, 1)
QUICK = PRESETS["quick"]


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str
    kind: str = ""
    what: str = ""
    slow: bool = False

    @property
    def name(self):
        """Identifier such as ``README.md:23-bash``."""
        return f"{self.page}:{self.line}-{self.language or 'text'}"

    @property
    def runs(self):
        """Whether anything happens when it is its turn."""
        return self.kind in ("file", "output") or (self.language in RUN and self.kind != "syntax")


def blocks_of(page, text):
    """Blocks of a page, in order; the output of a slow block is slow as well."""
    blocks = []
    for found in BLOCK.finditer(text):
        kind = found["kind"] or ""
        slow = kind == "slow" or (kind == "output" and bool(blocks) and blocks[-1].slow)
        line = text.count("\n", 0, found.start("text"))
        blocks.append(Block(page, line, found["language"], found["text"], kind, found["what"] or "", slow))
    return blocks


@dataclass
class Reader:
    """Somebody who follows one page, block by block, in a folder that looks like a checkout."""

    patience_s: ClassVar = {False: 900.0, True: 2400.0}

    folder: Path
    blocks: list
    done: set = field(default_factory=set)
    namespace: dict = field(default_factory=dict)
    said: str = ""

    def __post_init__(self):
        for path in ROOT.iterdir():
            if not path.name.startswith(".") and path.name != "results":
                (self.folder / path.name).symlink_to(path)
        bin_folder = self.folder / ".venv" / "bin"
        bin_folder.mkdir(parents=True)
        (bin_folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tests/docs/_small.py" "$@"\n')
        (bin_folder / "python").chmod(0o755)
        (bin_folder / "activate").write_text('PATH="$PWD/.venv/bin:$PATH"\n')
        (self.folder / "home").mkdir()

    def follow(self, block):
        """Run a block after those before it, which a slow one needs and a quick one cannot have."""
        before = self.blocks[: self.blocks.index(block)]
        for one in [*(each for each in before if each.runs and (block.slow or not each.slow)), block]:
            if one not in self.done:
                self.done.add(one)
                self._turn(one)

    def _turn(self, block):
        """Write, run or compare one block."""
        if block.kind == "file":
            path = self.folder / block.what
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.kind == "output":
            self._compare(block)
        elif block.language == "bash":
            self.said = self._shell(block)
        else:
            self.said = self._python(block)

    def _compare(self, block):
        checker, options = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        example = doctest.Example("", block.text)
        assert checker.check_output(example.want, self.said, options), (
            f"{block.name} says otherwise:\n" + checker.output_difference(example, self.said, options)
        )

    def _shell(self, block):
        sizes = QUICK if block.slow else FEW
        environment = os.environ | {
            "PATH": f"{self.folder}/.venv/bin:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(Path("~/.config/matplotlib").expanduser())),
            "COLUMNS": "100",
            "DOCUMENTED_SIZES": ",".join(map(str, (sizes.train, sizes.valid, sizes.test, sizes.seeds))),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=self.patience_s[block.slow],
            check=False,
        )
        assert done.returncode == 0, f"{block.name} ends with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _python(self, block):
        # Padded, so that a traceback names the line of the page.
        code = compile("\n" * block.line + block.text, str(ROOT / block.page), "exec")
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
            patch.chdir(self.folder)
            for preset in PRESETS:
                patch.setitem(PRESETS, preset, QUICK if block.slow else FEW)
            exec(code, self.namespace)
        return said.getvalue()


def pytest_generate_tests(metafunc):
    """Give a test of ``block`` every block that runs, and a test of ``any_block`` every one."""
    every = [block for page in PAGES for block in blocks_of(page, (ROOT / page).read_text(encoding="utf-8"))]
    if "any_block" in metafunc.fixturenames:
        metafunc.parametrize("any_block", every, ids=lambda block: block.name)
    if "block" in metafunc.fixturenames:
        marked = [
            pytest.param(block, id=block.name, marks=[pytest.mark.slow] if block.slow else [])
            for block in every
            if block.runs
        ]
        metafunc.parametrize("block", marked)


@pytest.fixture(scope="session")
def reader_of(tmp_path_factory):
    """Reader of a page, the same for all its blocks."""
    readers = {}

    def of(page):
        if page not in readers:
            folder = tmp_path_factory.mktemp(Path(page).stem)
            readers[page] = Reader(folder, blocks_of(page, (ROOT / page).read_text(encoding="utf-8")))
        return readers[page]

    return of


@pytest.fixture(scope="session")
def blocks_in():
    """The blocks of a text."""
    return lambda text: blocks_of("made_up.md", text)


@pytest.fixture
def reader_of_text(tmp_path):
    """Reader of a page that a test makes up."""
    return lambda text: Reader(tmp_path, blocks_of("made_up.md", text))


@pytest.fixture(scope="session")
def pages():
    """Name of a page to its text."""
    return {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
