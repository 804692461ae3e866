"""The quantities of a case: their names, units, order and prior ranges.

Source: Qin & Cabral, Appl. Biochem. Biotechnol. 49 (1994) 217-240, as used by the urease early-inference study.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One column of an array of cases, with the uniform prior that cases are drawn from.

    Parameters
    ----------
    name : str
        Column name; the unit is its suffix.
    unit : str
        Unit as printed.
    low, high : float
        Ends of the uniform prior, in that unit; equal for a constant.
    """

    name: str
    unit: str
    low: float
    high: float


E0_g_per_L = Quantity("E0_g_per_L", "g/L", 0.05, 1.25)
k_d_per_s = Quantity("k_d_per_s", "1/s", 1e-5, 5e-3)
substrate_mM = Quantity("substrate_mM", "mM", 10.0, 100.0)
grams_urease_powder = Quantity("grams_urease_powder", "g", 0.05, 0.5)
temperature_C = Quantity("temperature_C", "degree C", 20.0, 40.0)
initial_pH = Quantity("initial_pH", "pH", 6.5, 7.5)
volume_L = Quantity("volume_L", "L", 0.2, 0.2)

TARGETS = (E0_g_per_L, k_d_per_s)
KNOWN = (substrate_mM, grams_urease_powder, temperature_C, initial_pH, volume_L)
TARGET_NAMES = tuple(quantity.name for quantity in TARGETS)
KNOWN_NAMES = tuple(quantity.name for quantity in KNOWN)

SUBSTRATE, POWDER, TEMPERATURE, INITIAL_PH, VOLUME = range(5)
"""Column numbers of the known inputs."""
E0, K_D = range(2)
"""Column numbers of the targets."""
