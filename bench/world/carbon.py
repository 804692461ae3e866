"""Carbon dioxide that takes its time: hydration and exchange with air, packed for the compiled integrator.

Sources: rates of hydration by water and by OH-, Johnson, Limnol. Oceanogr. 27 (1982) 849-855, made for 5 to 35 degree C
and extrapolated outside; solubility in fresh water, Weiss, Mar. Chem. 2 (1974) 203-215,
doi:10.1016/0304-4203(74)90015-2. The reverse rates follow from the equilibrium constants. Their coefficients were read
in public programs that quote the two papers and agree.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.arrays import Array
from bench.world.equilibria import World
from bench.world.kinetics import pack_cases
from bench.world.quantities import TEMPERATURE

AIR_CO2_ATM = 420e-6
"""Partial pressure of CO2 in air."""

# Columns of packed carbon: share of the product that is CO2 (negative: hydrated at once), rate of hydration by water
# [1/s] and by OH- times Kw [mol/(L s)], rate of the exchange with air [1/s], CO2 in equilibrium with air [mol/L].
SHARE, K_WATER, K_OH_KW, KLA, CO2_AIR = range(5)
N_CARBON = 5


def pack_world(known: Array, world: World) -> tuple[Array, Array]:
    """Pack cases of any world.

    Parameters
    ----------
    known : array, shape (case, 5)
        Known inputs.
    world : World
        Chemistry that the cases live in.

    Returns
    -------
    packed : array, shape (case, column)
        As ``bench.world.kinetics.pack_cases`` gives it.
    carbon : array, shape (case, 5) or (case, 0)
        Share of CO2 in the product, rates and solubility; nothing for a world where pH is a function of the exposure.
    """
    if world.autonomous:
        return pack_cases(known, world), np.empty((len(known), 0))
    T = known[:, TEMPERATURE] + 273.15
    carbon = np.empty((len(known), N_CARBON))
    carbon[:, SHARE] = -1.0 if world.co2_share is None else world.co2_share
    carbon[:, K_WATER] = np.exp(1246.98 - 6.19e4 / T - 183.0 * np.log(T))
    carbon[:, K_OH_KW] = np.exp(-930.13 + 3.10e4 / T + 140.9 * np.log(T))
    carbon[:, KLA] = world.kla_per_s
    carbon[:, CO2_AIR] = AIR_CO2_ATM * np.exp(-58.0931 + 9050.69 / T + 22.2940 * np.log(T / 100.0))
    return pack_cases(known, replace(world, co2_share=None, kla_per_s=0.0)), carbon
