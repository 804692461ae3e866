"""Generated blocks in documents: put between marks, so that what stands around them can be written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import BenchError


def fill(text: str, page: str, command: str, blocks: Mapping[str, str]) -> str:
    r"""Put blocks between their marks in a page, in place of what stands there.

    Examples
    --------
    >>> page = "before\n<!-- begin: a, written by `make a` -->\nold\n<!-- end: a -->\nafter"
    >>> fill(page, "page.md", "make a", {"a": "new"}).splitlines()[3]
    'new'
    """
    for name, block in blocks.items():
        begin, end = f"<!-- begin: {name}, written by `{command}` -->", f"<!-- end: {name} -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (begun and ended):
            raise BenchError(f"page '{page}': text must hold {begin} and {end}, got not both. Put them back.")
        text = f"{before}{begin}\n\n{block}\n\n{end}{after}"
    return text
