import io
import re

import pytest
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bench.compiled import ROOT
from commands._shared.options import say
from commands._shared.terminal import Console

ORDER = "\x1b]0;title\x07\x1b[2J\x9b31m"


@pytest.fixture
def terminal():
    """A terminal and what it was sent."""
    return Console(file=io.StringIO(), force_terminal=True, width=100, color_system="standard")


def sent(terminal):
    return terminal.file.getvalue()


def test_no_text_gives_orders_to_the_terminal_in_a_line_a_table_or_an_error(terminal):
    table = Table(title=ORDER)
    table.add_column(ORDER)
    table.add_row(ORDER)
    say(terminal, f"folder '{ORDER}'", "red")
    terminal.print(Text(ORDER, "bold"), ORDER, table)
    text = re.sub(r"\x1b\[[\d;]*m", "", sent(terminal))  # rich's own colours
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert text.count("?]0;title?[2J?") == 6


def test_colours_and_bars_are_drawn(terminal):
    say(terminal, "bad\tand worse", "red")
    with Progress(console=terminal) as progress:
        progress.add_task(ORDER, total=1)
    assert "\x1b[31mbad" in sent(terminal)
    assert "\x1b[?25l" in sent(terminal)  # the cursor is hidden while bars move
    assert "\x1b[2J" not in sent(terminal)


def test_every_verb_prints_to_this_terminal():
    paths = sorted((ROOT / "commands").rglob("*.py"))
    other = [path.name for path in paths if re.search(r"from rich\.console import .*\bConsole\b", path.read_text())]
    assert other == []
