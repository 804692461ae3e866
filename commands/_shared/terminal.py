"""The terminal that every verb prints to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rich.console
from rich.segment import Segment

from bench.run.isolation.protocol import clean_text


class Console(rich.console.Console):
    """A terminal to which no text, such as the name of a file, can give orders; colours and bars are rich's own."""

    def render(self, *arguments: Any, **options: Any) -> Iterable[Segment]:
        """Pieces of what is printed, their texts clean."""
        for segment in super().render(*arguments, **options):
            yield segment if segment.control else Segment(clean_text(segment.text), segment.style)
