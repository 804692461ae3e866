"""What repairs a sampling shift: the learner, its input, or the sub-samplings that it was trained on."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bench.run.record import Record
from leaderboard.wording import SHOWN, code_span, grid, ratio_text

MEANING = """\
RMSE relative to the exact posterior's, E0 / k_d, mean over seeds, all trained on the same traces of 30 s every 0.3 s;
*fewest* is the fewest samples of a sub-sampling in training. Nothing was tuned."""


def inputs_table(records: Sequence[Record], tasks: Sequence[str]) -> str:
    """Lay out scores of learner x fewest samples against task x input."""
    frame = pd.DataFrame(
        {name: record.settings[name] for name in ("learner", "inputs", "fewest")}
        | {"task": record.task}
        | {shown.symbol: record.ceiling[shown.name]["rmse_ratio"] for shown in SHOWN}
        for record in records
    )
    ratios = frame.groupby(["learner", "fewest", "task", "inputs"], sort=False).mean()
    columns = [(task, kind) for task in tasks for kind in dict.fromkeys(frame["inputs"])]
    rows = [
        [
            str(learner),
            "whole traces" if fewest == 0 else str(fewest),
            *(_cell(ratios, (learner, fewest, *column)) for column in columns),
        ]
        for learner, fewest in frame[["learner", "fewest"]].drop_duplicates().itertuples(index=False)
    ]
    heading = ["learner", "fewest", *(f"{code_span(task)}, {kind}" for task, kind in columns)]
    return f"{MEANING}\n\n{grid(heading, rows, 'llr')}\n"


def _cell(ratios: pd.DataFrame, place: tuple[object, ...]) -> str:
    """Both targets of one place, nothing where there is no score."""
    return " / ".join(ratio_text(ratios[s.symbol].get(place)) for s in SHOWN)
