import pytest

from bench.errors import BenchError
from leaderboard.published.marked import fill

BEGIN, END = "<!-- begin: items, written by `make items` -->", "<!-- end: items -->"


def test_a_page_without_a_mark_is_refused():
    with pytest.raises(BenchError) as error:
        fill("no mark", "page.md", "make items", {"items": "table"})
    assert str(error.value) == f"page 'page.md': text must hold {BEGIN} and {END}, got not both. Put them back."


def test_filling_a_page_twice_changes_nothing_more():
    page = f"a\n{BEGIN}\n{END}\nb\n"
    once = fill(page, "page.md", "make items", {"items": "table"})
    assert fill(once, "page.md", "make items", {"items": "table"}) == once
    assert fill(once, "page.md", "make items", {"items": "other"}) == once.replace("table", "other")


def test_blocks_do_not_disturb_each_other():
    other = BEGIN.replace("items", "rest", 1), END.replace("items", "rest")
    page = f"{BEGIN}\n{END}\nbetween\n{other[0]}\n{other[1]}\n"
    filled = fill(page, "page.md", "make items", {"rest": "below", "items": "above"})
    assert filled.split() == f"{BEGIN} above {END} between {other[0]} below {other[1]}".split()
