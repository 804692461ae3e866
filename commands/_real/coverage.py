"""How often answers hold the truth on realistic traces of every world, and how often they miss it in silence."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from bench.ceiling.untold.prior import LABORATORY
from bench.infer.answer import Answer, answer_of
from bench.infer.report import BOTH, LOWER, estimates, warnings_of
from bench.infer.told import Told
from bench.seeding import Stream
from bench.world.laboratory import Laboratory
from bench.world.quantities import E0, K_D
from commands._real.simulated import TRUTHS, measure_anywhere
from commands._shared.terminal import Console

MINUTE = Laboratory(60.0, 1.0)
KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
LEAST_SHARE = 0.3
"""Share of the prior of E0 below which no reaction is seen in 60 s and the file is refused: targets lie above it."""
FARTHEST_OFF = 0.2
"""A miss of E0 by more than this share, without a word, is a silent one."""
HEADINGS = (
    "| what is really there | trusted | 90 % of E0 / k_d holds | E0, upper over lower end | silent miss |",
    "| --- | --- | --- | --- | --- |",
)


@dataclass(frozen=True)
class Covered:
    """Answers to traces of one world: how many, trusted, holding E0 and k_d, median width of E0, silently wrong."""

    truth: str
    n: int
    trusted: int
    holds: tuple[int, int]
    width: float
    silent: int

    def row(self) -> str:
        """A line of the table; shares that hold are those of the trusted, silent misses of all."""
        shares = [f"{each / max(self.trusted, 1):.2f}" for each in self.holds]
        cells = (self.truth, f"{self.trusted} of {self.n}", " / ".join(shares), f"{self.width:.2f}")
        return f"| {' | '.join(cells)} | {self.silent / self.n:.2f} |"


def cover(truth: str, numbers: range, laboratory: Laboratory = MINUTE, told: Told | None = None) -> Covered:
    """Answer some traces of a world, targets from the laboratory's prior."""
    trusted, holds, silent, widths = 0, np.zeros(2, dtype=int), 0, []
    for number in numbers:
        share = Stream("realistic/targets").generator(number).random((1, 2))
        share[0, 0] = LEAST_SHARE + (1.0 - LEAST_SHARE) * share[0, 0]
        targets = LABORATORY.draw(share)
        answer = answer_of(measure_anywhere(laboratory, KNOWN, targets, TRUTHS[truth], number), told)
        if any(not each.trusted for each in warnings_of(answer)):
            continue
        trusted += 1
        inside = [_inside(answer, column, float(targets[0, column])) for column in (E0, K_D)]
        holds += inside
        widths.append(answer.quantile(0.95)[E0] / answer.quantile(0.05)[E0])
        off = abs(answer.mean[E0] / targets[0, E0] - 1.0)
        silent += (not inside[0] and off > FARTHEST_OFF) or (
            not inside[1] and estimates(answer)[K_D].bound in (BOTH, LOWER)
        )
    width = float(np.median(widths)) if widths else np.nan
    return Covered(truth, len(numbers), trusted, (int(holds[0]), int(holds[1])), width, int(silent))


def _inside(answer: Answer, column: int, truth: float) -> bool:
    """Whether what is said of a target holds it; what is left open on a side holds all there."""
    said = estimates(answer)[column]
    return (said.low_90 is None or said.low_90 <= truth) and (said.high_90 is None or truth <= said.high_90)


def main() -> None:
    """Print the table, a line as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m commands._real.coverage", description=__doc__)
    parser.add_argument("--traces", type=int, default=40, metavar="N", help="traces a world (default: 40)")
    parser.add_argument("--length", type=float, default=MINUTE.prefix_s, metavar="S", help="length (default: 60 s)")
    parser.add_argument(
        "--interval", type=float, default=MINUTE.interval_s, metavar="S", help="interval (default: 1 s)"
    )
    parser.add_argument("--worlds", default=None, metavar="NAME,...", help="as infer has it (default: all)")
    parser.add_argument("--truth", default=None, choices=TRUTHS, help="what is really there (default: each in turn)")
    asked = parser.parse_args()
    told = Told() if asked.worlds is None else Told(weighed=tuple(asked.worlds.split(",")))
    laboratory = Laboratory(asked.length, asked.interval)
    print(*HEADINGS, sep="\n", flush=True)
    for truth in TRUTHS if asked.truth is None else (asked.truth,):
        with Console(stderr=True).status(f"answering {asked.traces} traces of {truth}"):
            covered = cover(truth, range(asked.traces), laboratory, told)
        print(covered.row(), flush=True)


if __name__ == "__main__":
    main()
