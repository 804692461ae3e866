"""Traces of a laboratory in any world, slow CO2 and air included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.arrays import Array
from bench.cases import Traces
from bench.infer.others import shown_at
from bench.world.buffers import Buffer
from bench.world.equilibria import TEMPERATURE_CORRECTED, World
from bench.world.laboratory import Laboratory, draw_circumstances
from bench.world.mixing import measure_in_laboratory

TRUTHS: dict[str, World] = {
    "pure water": TEMPERATURE_CORRECTED,
    "carbonate 10 uM": replace(TEMPERATURE_CORRECTED, carbonate_uM=10.0),
    "ammonium 10 uM": replace(TEMPERATURE_CORRECTED, ammonium_uM=10.0),
    "HEPES 10 uM": replace(TEMPERATURE_CORRECTED, buffer=Buffer("HEPES", 0.01)),
    "slow CO2, product CO2": replace(TEMPERATURE_CORRECTED, co2_share=1.0),
    "slow CO2, product HCO3-": replace(TEMPERATURE_CORRECTED, co2_share=0.0),
    "air 1e-3 1/s": replace(TEMPERATURE_CORRECTED, kla_per_s=1e-3),
}
"""Worlds of simulated traces, by name."""


def measure_anywhere(laboratory: Laboratory, known: Array, targets: Array, world: World, number: int) -> Traces:
    """Measure one case in a laboratory; where carbon takes its time the reading is moved by what that does to it."""
    stream, numbers = "realistic", range(number, number + 1)
    if world.autonomous:
        return measure_in_laboratory(laboratory, known, targets, world, stream, numbers)
    plain = measure_in_laboratory(
        replace(laboratory, step_ph=0.0), known, targets, TEMPERATURE_CORRECTED, stream, numbers
    )
    held = draw_circumstances(laboratory, known, stream, numbers)
    drawn = np.column_stack([targets, held.lag_s, held.start_s, held.ramp_s])
    exact, simple = (shown_at(held.known, each, drawn, plain.time_s[0]) for each in (world, TEMPERATURE_CORRECTED))
    step = laboratory.step_ph
    return replace(plain, ph=np.round((plain.ph + exact - simple) / step) * step)
