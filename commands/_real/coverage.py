"""How often answers hold the truth on realistic traces of every world, and how often they miss it in silence."""

from __future__ import annotations

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

ACQUISITION = Laboratory(60.0, 1.0)
KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
LEAST_SHARE = 0.3
"""Share of the prior of E0 below which no reaction is seen in 60 s and the file is refused: targets lie above it."""
FARTHEST_OFF = 0.2
"""A miss of E0 by more than this share, without a word, is a silent one."""


@dataclass(frozen=True)
class Covered:
    """Answers to traces of one world: how many, trusted, holding E0 and k_d, silently wrong."""

    truth: str
    n: int
    trusted: int
    holds: tuple[int, int]
    silent: int

    def row(self) -> str:
        """A line of the table."""
        shares = [f"{each / max(self.trusted, 1):.2f}" for each in self.holds]
        return f"| {self.truth} | {self.trusted} of {self.n} | {' / '.join(shares)} | {self.silent / self.n:.2f} |"


def cover(truth: str, n: int, told: Told) -> Covered:
    """Answer so many traces of a world, targets from the laboratory's prior."""
    trusted, holds, silent = 0, [0, 0], 0
    for number in range(n):
        share = Stream("realistic/targets").generator(number).random((1, 2))
        share[0, 0] = LEAST_SHARE + (1.0 - LEAST_SHARE) * share[0, 0]
        targets = LABORATORY.draw(share)
        answer = answer_of(measure_anywhere(ACQUISITION, KNOWN, targets, TRUTHS[truth], number), told)
        if any(not each.trusted for each in warnings_of(answer)):
            continue
        trusted += 1
        inside = [_inside(answer, column, float(targets[0, column])) for column in (E0, K_D)]
        holds = [held + each for held, each in zip(holds, inside, strict=True)]
        off = abs(answer.mean[E0] / targets[0, E0] - 1.0)
        silent += (not inside[0] and off > FARTHEST_OFF) or (
            not inside[1] and estimates(answer)[K_D].bound in (BOTH, LOWER)
        )
    return Covered(truth, n, trusted, (holds[0], holds[1]), int(silent))


def _inside(answer: Answer, column: int, truth: float) -> bool:
    """Whether what is said of a target holds it; what is left open on a side holds all there."""
    said = estimates(answer)[column]
    return (said.low_90 is None or said.low_90 <= truth) and (said.high_90 is None or truth <= said.high_90)
