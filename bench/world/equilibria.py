"""Acid-base equilibria, and the worlds that differ in them or in what the water holds.

Source of the constants: USGS ``phreeqc.dat``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Array
from bench.errors import BenchError
from bench.world.buffers import Buffer, check_between

MOST_CARBONATE_UM, MOST_AMMONIUM_UM, MOST_KLA_PER_S = 1e5, 1e6, 1.0
"""Largest values that the simulator is tested for."""
MOST_BUFFER_WITH_ACTIVITY_MM = 100.0
"""The law of the activity coefficients is none of stronger solutions."""


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

    By default a closed vessel of pure water with ideal, instantaneous equilibria. A number of the water or of the gas
    may be an array that holds one a case. Strong ions of one sign make up the initial pH.

    Parameters
    ----------
    name : str
        Name in tasks and records.
    fixed : EquilibriumConstants or None
        Constants that hold at every temperature; None for the temperature-dependent expressions.
    carbonate_uM, ammonium_uM : float or array
        Total inorganic carbon and total ammonia in the water at t = 0 [umol/L].
    buffer : Buffer or None
        Buffer in the water.
    activity : bool
        Whether ions have activity coefficients (extended Debye-Hueckel); pH is then that of the activity of H+.
    co2_share : float, array or None
        Part of the carbon that the enzyme sets free as CO2, the rest as HCO3-, where CO2 is hydrated as slowly as it
        is; None where that is instantaneous.
    kla_per_s : float or array
        Rate of the exchange of CO2 with air [1/s]; 0 for a closed vessel.

    Raises
    ------
    BenchError
        A number outside its range, or activity together with slow CO2 or air.

    Examples
    --------
    >>> from dataclasses import replace
    >>> replace(TEMPERATURE_CORRECTED, carbonate_uM=10.0).autonomous
    True
    """

    name: str
    fixed: EquilibriumConstants | None = None
    carbonate_uM: float | Array = 0.0
    ammonium_uM: float | Array = 0.0
    buffer: Buffer | None = None
    activity: bool = False
    co2_share: float | Array | None = None
    kla_per_s: float | Array = 0.0

    def __post_init__(self) -> None:
        where = f"world '{self.name}'"
        check_between(where, "carbonate_uM", self.carbonate_uM, MOST_CARBONATE_UM)
        check_between(where, "ammonium_uM", self.ammonium_uM, MOST_AMMONIUM_UM)
        check_between(where, "kla_per_s", self.kla_per_s, MOST_KLA_PER_S)
        if self.co2_share is not None:
            check_between(where, "co2_share", self.co2_share, 1.0)
        if self.activity and self.buffer is not None:
            check_between(where, "buffer.total_mM with activity", self.buffer.total_mM, MOST_BUFFER_WITH_ACTIVITY_MM)
        if self.activity and not self.autonomous:
            raise BenchError(f"{where}: activity must be False with slow CO2 or air, got True. Leave out one of them.")

    @property
    def autonomous(self) -> bool:
        """Whether pH is a function of the exposure alone: no slow CO2 and no air."""
        return self.co2_share is None and not np.any(self.kla_per_s)

    def as_dict(self) -> dict[str, Any]:
        """What makes the world what it is, as plain values; what the water and the gas have by default is left out.

        Returns
        -------
        dict
            Fields by name, as ``world_from_dict`` takes them.

        Examples
        --------
        >>> from dataclasses import replace
        >>> replace(TEMPERATURE_CORRECTED, buffer=Buffer("Tris", 10)).as_dict()
        {'name': 'temperature_corrected', 'fixed': None, 'buffer': {'name': 'Tris', 'total_mM': 10.0}}
        """
        value = asdict(self)
        kept = (
            "name",
            "fixed",
            *(field.name for field in fields(self)[2:] if np.any(value[field.name] != field.default)),
        )
        return {name: _plain(value[name]) for name in kept}

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


def world_from_dict(value: dict[str, Any]) -> World:
    """Rebuild a world from what ``World.as_dict`` or ``dataclasses.asdict`` made of it.

    Parameters
    ----------
    value : dict
        Fields of the world.

    Returns
    -------
    World
        An equal world.

    Raises
    ------
    BenchError
        A field that this version does not have, or a value out of its range.

    Examples
    --------
    >>> world_from_dict(FIXED_25C.as_dict()) == FIXED_25C
    True
    """
    extra = sorted(value.keys() - {field.name for field in fields(World)})
    if extra:
        raise BenchError(
            f"world '{value.get('name')}': fields must be those of bench.world.equilibria.World, got "
            f"{', '.join(extra)} as well. Run it with the version that wrote it."
        )
    parts = {"fixed": EquilibriumConstants, "buffer": Buffer}
    made = {name: kind(**value[name]) for name, kind in parts.items() if value.get(name) is not None}
    return World(**{**value, **made})


def _plain(value: Any) -> Any:
    """A field as JSON writes it: 10 and 10.0 are one number, but two texts."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
