"""What was planned for the published board, and what of it is stale."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from bench.run.record import CellKey
from leaderboard.families import Declared

PLAN_FILE = "leaderboard/site/plan.json"


@dataclass(frozen=True)
class Published:
    """What was planned, and what of it is stale: all that the board says beyond the records."""

    rows: dict[str, Declared]
    tasks: tuple[str, ...]
    stale: dict[CellKey, tuple[str, ...]]

    def to_json(self) -> str:
        """Write it as text that reads well in a diff."""
        marks = [[*cell, list(reasons)] for cell, reasons in sorted(self.stale.items())]
        rows = {name: asdict(row) for name, row in self.rows.items()}
        value = {"rows": rows, "tasks": list(self.tasks), "stale": marks}
        return json.dumps(value, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Published:
        """Read what ``to_json`` wrote.

        Examples
        --------
        >>> rows = {"gru": Declared("A network.", "learned", "one")}
        >>> planned = Published(rows, ("shift_1s",), {("shift_1s", "gru", 0, "standard"): ("source",)})
        >>> Published.from_json(planned.to_json()) == planned
        True
        """
        value = json.loads(text)
        stale = {(task, row, seed, preset): tuple(why) for task, row, seed, preset, why in value["stale"]}
        rows = {name: Declared(**row) for name, row in value["rows"].items()}
        return cls(rows, tuple(value["tasks"]), stale)
