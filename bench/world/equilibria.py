"""Acid-base equilibria, and the worlds that differ in them.

All equilibria are ideal (no activity coefficients) and instantaneous. Source: USGS ``phreeqc.dat``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Array


@dataclass(frozen=True)
class EquilibriumConstants:
    """Dissociation constants at one temperature, or arrays of them, one a case.

    Parameters
    ----------
    Kw : float or array
        Ion product of water, mol2/L2.
    Ka_NH4 : float or array
        NH4+ = NH3 + H+, mol/L.
    K1, K2 : float or array
        CO2(aq) + H2O = HCO3- + H+ and HCO3- = CO3-- + H+, mol/L.
    """

    Kw: float | Array
    Ka_NH4: float | Array
    K1: float | Array
    K2: float | Array


@dataclass(frozen=True)
class World:
    """A chemistry that cases live in, as a value, so that a task can train in one and test in another.

    Parameters
    ----------
    name : str
        Name in tasks and records.
    fixed : EquilibriumConstants or None
        Constants that hold at every temperature; None for the temperature-dependent expressions.
    """

    name: str
    fixed: EquilibriumConstants | None = None

    def constants(self, temperature_C: ArrayLike) -> EquilibriumConstants:
        """Equilibrium constants of this world.

        Parameters
        ----------
        temperature_C : array_like, shape (case,)
            Temperature in degree Celsius.

        Returns
        -------
        EquilibriumConstants
            Arrays of shape (case,), mol/L (Kw in mol2/L2).

        Examples
        --------
        >>> at_25C = TEMPERATURE_CORRECTED.constants([25.0])
        >>> [round(float(-np.log10(k[0])), 4) for k in (at_25C.Ka_NH4, at_25C.K2, at_25C.K1, at_25C.Kw)]
        [9.2442, 10.3289, 6.3519, 13.9948]
        """
        T_C = np.asarray(temperature_C, dtype=np.float64)
        if self.fixed is not None:
            one = np.ones_like(T_C)
            return EquilibriumConstants(
                Kw=self.fixed.Kw * one, Ka_NH4=self.fixed.Ka_NH4 * one, K1=self.fixed.K1 * one, K2=self.fixed.K2 * one
            )
        T = T_C + 273.15
        log10_T = np.log10(T)
        pKa_NH4 = 2835.76 / T - 0.6322 + 0.001225 * T
        log_K2 = -(107.8871 + 0.03252849 * T - 5151.79 / T - 38.92561 * log10_T + 563713.9 / T**2)
        log_K1_K2 = -(464.1965 + 0.09344813 * T - 26986.16 / T - 165.75951 * log10_T + 2248628.9 / T**2)
        log_Kw = 293.29227 + 0.1360833 * T - 10576.913 / T - 123.73158 * log10_T - 6.996455e-5 * T**2
        return EquilibriumConstants(
            Kw=10.0**log_Kw, Ka_NH4=10.0**-pKa_NH4, K1=10.0 ** (log_K1_K2 - log_K2), K2=10.0**log_K2
        )


TEMPERATURE_CORRECTED = World("temperature_corrected")
FIXED_25C = World("fixed_25C", EquilibriumConstants(Kw=1e-14, Ka_NH4=5.62e-10, K1=4.45e-7, K2=4.69e-11))
WORLDS = {world.name: world for world in (TEMPERATURE_CORRECTED, FIXED_25C)}
