"""What other chemistry costs beside the ideal world, and what a laboratory's posterior and answer do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from bench.ceiling.untold.posterior import untold_posteriors
from bench.draw import draw_parameters
from bench.infer.answer import answer_of
from bench.infer.told import with_carbonate
from bench.timing import Figure, cpu_seconds, turns, usual_ratio
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED as IDEAL
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory
from bench.world.simulator import simulate_ph

WORLDS = {
    "10 uM carbonate": replace(IDEAL, carbonate_uM=10.0),
    "10 uM ammonium": replace(IDEAL, ammonium_uM=10.0),
    "10 mM phosphate": replace(IDEAL, buffer=Buffer("phosphate", 10.0)),
    "activity coefficients": replace(IDEAL, activity=True),
    "slow CO2": replace(IDEAL, co2_share=1.0),
    "air": replace(IDEAL, kla_per_s=1e-3),
}
MOST_DEARER = 1.3
"""How much dearer than the ideal world one may be whose pH is a function of the exposure."""
LENGTHS_S = {60.0: 8_000.0, 2000.0: 1_500.0}
"""Length of a trace to the traces a second that a world has to reach which is integrated [s]."""
MINUTE = Laboratory(60.0, 1.0)
STREAM = "timing"
SECTION, LABORATORY = "worlds", "laboratory"


def worlds(quick: bool) -> Iterator[Figure]:
    """Time the simulator in every world, in turns with the ideal one where both go by the exposure."""
    n_cases, n_rounds = (200, 3) if quick else (2_000, 7)
    known, targets = draw_parameters(STREAM, range(n_cases))
    for name, world in WORLDS.items():
        for length_s, least in LENGTHS_S.items():
            time_s = np.linspace(0.0, length_s, 61)
            work = f"61 samples of {length_s:g} s with {name}, one core"
            if world.autonomous:
                both = {"it": world, "ideal": IDEAL}
                works = {key: partial(simulate_ph, time_s, known, targets, each) for key, each in both.items()}
                spent = turns(works, n_rounds)
                us = 1e6 * min(spent["it"]) / n_cases
                beside = us * usual_ratio(spent, "ideal", "it")
                peer = "the ideal world" + ", no coefficients" * world.activity
                yield Figure(SECTION, work, us, "us", peer, beside, 1.0 / MOST_DEARER)
            else:
                seconds = cpu_seconds(partial(simulate_ph, time_s, known, targets, world)) / n_cases
                yield Figure(SECTION, f"traces a second: {work}", 1.0 / seconds, "1/s", least=least)


def posteriors(quick: bool) -> Iterator[Figure]:
    """Time the untold posterior, and an answer that weighs all worlds."""
    n_cases = 2 if quick else 20
    known, targets = draw_parameters(STREAM, range(n_cases))
    for name, laboratory in (("dry", MINUTE), ("with carbonate", with_carbonate(MINUTE))):
        traces = measure_in_laboratory(laboratory, known, targets, IDEAL, STREAM, range(n_cases))
        ms = 1e3 * cpu_seconds(lambda traces=traces, by=laboratory: list(untold_posteriors(traces, by)), 1) / n_cases
        yield Figure(LABORATORY, f"an untold posterior of 60 s @ 1 s, {name}", ms, "ms", most=100.0)
    traces = measure_in_laboratory(MINUTE, known, targets, IDEAL, STREAM, range(n_cases))
    few = [traces.take(slice(case, case + 1)) for case in range(min(n_cases, 5))]
    seconds = cpu_seconds(lambda: [answer_of(each) for each in few], 1) / len(few)
    yield Figure(LABORATORY, "an answer of infer to 60 s @ 1 s, all worlds", seconds, "s", most=3.0)
