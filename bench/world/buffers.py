"""Buffers that an assay is run in: one ionisation each, with its dependence on temperature.

Source: Goldberg, Kishore & Lennen, J. Phys. Chem. Ref. Data 31 (2002) 231-370, doi:10.1063/1.1416902, section 8 (pK,
enthalpy and heat capacity at 298.15 K and no ionic strength), as public transcriptions quote it: two agree
on phosphate, one gives HEPES and Tris; the paper itself was not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Array
from bench.errors import BenchError

GAS_CONSTANT = 8.314462618  # J/(mol K)
REFERENCE_K = 298.15
MOST_MM = 1000.0
"""Largest total concentration that the simulator is tested for [mM]."""


class Ionisation(NamedTuple):
    """Acid = base + H+ at 25 C: pK there, enthalpy [J/mol], heat capacity [J/(mol K)], and the charge of the acid."""

    at_25C: float
    enthalpy: float
    heat_capacity: float
    acid_charge: int


IONISATIONS = {
    "HEPES": Ionisation(7.564, 20.4e3, 47.0, 0),
    "Tris": Ionisation(8.072, 47.45e3, -59.0, 1),
    "phosphate": Ionisation(7.198, 3.6e3, -230.0, -1),
}
"""Of phosphate the second ionisation, H2PO4- = HPO4-- + H+, alone."""


@dataclass(frozen=True)
class Buffer:
    """A buffer of a known total concentration.

    Parameters
    ----------
    name : str
        One of ``IONISATIONS``.
    total_mM : float or array
        Acid and base together [mM], 0 to 1000; an array holds one a case.

    Raises
    ------
    BenchError
        A buffer that is not known, or a concentration outside its range.

    Examples
    --------
    >>> round(float(-np.log10(Buffer("Tris", 10.0).constant(37.0))), 2)
    7.75
    """

    name: str
    total_mM: float | Array

    def __post_init__(self) -> None:
        if self.name not in IONISATIONS:
            raise BenchError(
                f"buffer '{self.name}': name must be one of {', '.join(IONISATIONS)}, got '{self.name}'. "
                "Name one of them, or leave the buffer out."
            )
        check_between(f"buffer '{self.name}'", "total_mM", self.total_mM, MOST_MM)

    @property
    def acid_charge(self) -> int:
        """Charge of the acid; the base has one less."""
        return IONISATIONS[self.name].acid_charge

    def constant(self, temperature_C: ArrayLike) -> Array:
        """Ionisation constant at a temperature.

        Parameters
        ----------
        temperature_C : array_like, shape (case,)
            Temperature in degree Celsius.

        Returns
        -------
        array, shape (case,)
            mol/L.
        """
        pK_25C, enthalpy, heat_capacity, _ = IONISATIONS[self.name]
        ratio = REFERENCE_K / (np.asarray(temperature_C, dtype=np.float64) + 273.15)
        warming = enthalpy / REFERENCE_K * (1.0 - ratio) + heat_capacity * (ratio - 1.0 - np.log(ratio))
        return np.asarray(10.0**-pK_25C * np.exp(warming / GAS_CONSTANT))


def check_between(where: str, what: str, value: float | Array, most: float) -> None:
    """Raise unless every value is between 0 and ``most``.

    Parameters
    ----------
    where, what : str
        Owner and name of the value, for the message.
    value : float or array
        The value.
    most : float
        Largest value allowed.

    Raises
    ------
    BenchError
        A value outside, or not a number.

    Examples
    --------
    >>> check_between("world 'mine'", "carbonate_uM", -1.0, 1e5)
    Traceback (most recent call last):
    bench.errors.BenchError: world 'mine': carbonate_uM must be between 0 and 100000, got -1.0. Mend the world.
    """
    values = np.ravel(value)
    wrong = ~((values >= 0.0) & (values <= most))
    if wrong.any():
        got = values[int(np.argmax(wrong))]
        raise BenchError(f"{where}: {what} must be between 0 and {most:.0f}, got {got}. Mend the world.")
