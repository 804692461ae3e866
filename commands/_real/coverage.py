"""How often answers hold the truth on realistic traces of every world, and how often they miss it in silence."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

import numpy as np

from bench.arrays import Array
from bench.ceiling.untold.prior import LABORATORY
from bench.infer.answer import Answer, answer_of
from bench.infer.report import BOTH, LOWER, estimates, warnings_of
from bench.infer.told import Told
from bench.seeding import Stream
from bench.world.laboratory import Laboratory
from bench.world.quantities import E0, K_D
from commands._real.simulated import TRUTHS, measure_anywhere
from commands._shared.options import say
from commands._shared.terminal import Console

MINUTE = Laboratory(60.0, 1.0)
KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
LEAST_SHARE = 0.3
"""Share of the prior of E0 below which no reaction is seen in 60 s and the file is refused: targets lie above it."""
FARTHEST_OFF = 0.2
"""A miss of E0 by more than this share, without any warning, is a silent one."""
HEADINGS = (
    "| really there | trusted | 90 % of E0 / k_d holds | no warning | holds | E0, high over low end | silent | CPU s |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass
class Covered:
    """Answers to traces of one world: how many hold E0 and k_d, of the trusted and of those without any warning."""

    truth: str
    n: int = 0
    silent: int = 0
    trusted: list[list[bool]] = field(default_factory=list)
    quiet: list[list[bool]] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def row(self) -> str:
        """A line of the table."""
        cells = [self.truth]
        for held in (self.trusted, self.quiet):
            shares = np.reshape(held, (-1, 2)).mean(axis=0) if held else (np.nan, np.nan)
            cells += [f"{len(held)} of {self.n}", " / ".join(f"{share:.2f}" for share in shares)]
        width = np.median(self.widths) if self.widths else np.nan
        silent, cpu_s = self.silent / max(self.n, 1), np.median(self.cpu_s) if self.cpu_s else np.nan
        return f"| {' | '.join(cells)} | {width:.2f} | {silent:.2f} | {cpu_s:.1f} |"

    def count(self, answer: Answer, targets: Array) -> None:
        """Add an answer; one that misses without any warning is silent."""
        self.n += 1
        warned = warnings_of(answer)
        if any(not each.trusted for each in warned):
            return
        inside = [_inside(answer, column, float(targets[column])) for column in (E0, K_D)]
        self.trusted.append(inside)
        self.widths.append(float(answer.quantile(0.95)[E0] / answer.quantile(0.05)[E0]))
        if not warned:
            self.quiet.append(inside)
            off = abs(answer.mean[E0] / targets[E0] - 1.0)
            k_d_said = estimates(answer)[K_D].bound in (BOTH, LOWER)
            self.silent += (not inside[0] and off > FARTHEST_OFF) or (not inside[1] and k_d_said)


def cover(truth: str, numbers: range, laboratory: Laboratory = MINUTE, told: Told | None = None) -> Covered:
    """Answer some traces of a world, targets from the laboratory's prior."""
    covered = Covered(truth)
    for number in numbers:
        share = Stream("realistic/targets").generator(number).random((1, 2))
        share[0, 0] = LEAST_SHARE + (1.0 - LEAST_SHARE) * share[0, 0]
        targets = LABORATORY.draw(share)
        traces, began_s = measure_anywhere(laboratory, KNOWN, targets, TRUTHS[truth], number), time.process_time()
        answer = answer_of(traces, told)
        covered.cpu_s.append(time.process_time() - began_s)
        covered.count(answer, targets[0])
    return covered


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
    console = Console()
    say(console, "\n".join(HEADINGS))
    for truth in TRUTHS if asked.truth is None else (asked.truth,):
        with Console(stderr=True).status(f"answering {asked.traces} traces of {truth}"):
            covered = cover(truth, range(asked.traces), laboratory, told)
        say(console, covered.row())


if __name__ == "__main__":
    main()
