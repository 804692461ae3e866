"""The reaction once more, as plainly as can be: the extent as the state of an ODE, the pH by root finding.

Shares nothing with bench.world but the published numbers, so that an error there has nowhere to hide.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

K_P_TABLE = [
    (6.25, 0.1785),
    (6.50, 0.1194),
    (7.00, 0.0693),
    (7.50, 0.0386),
    (8.00, 0.0311),
    (8.50, 0.0327),
    (8.75, 0.0298),
    (9.00, 0.0310),
]
K_P_PH, K_P = np.array(K_P_TABLE).T


@dataclass(frozen=True)
class Reaction:
    """One case: concentrations in mol/L, equilibrium constants as 10^-pK, time in s."""

    urea: float
    initial_ph: float
    k: float
    p1: float
    p2: float
    a: float
    b: float
    Kw: float
    Ka: float
    K1: float
    K2: float
    N0: float = 0.0
    C0: float = 0.0
    BT: float = 0.0
    KB: float = 1.0

    @classmethod
    def of(cls, known: list[float], world: str, **held: float) -> "Reaction":
        substrate_mM, _, t, initial_ph, _ = (float(value) for value in known)
        T = t + 273.15
        lg = math.log10(T)
        if world == "fixed_25C":
            Kw, Ka, K1, K2 = 1e-14, 5.62e-10, 4.45e-7, 4.69e-11
        else:
            Kw = 10 ** (293.29227 + 0.1360833 * T - 10576.913 / T - 123.73158 * lg - 6.996455e-5 * T * T)
            Ka = 10 ** -(2835.76 / T - 0.6322 + 0.001225 * T)
            K2 = 10 ** -(107.8871 + 0.03252849 * T - 5151.79 / T - 38.92561 * lg + 563713.9 / T**2)
            K1 = 10 ** -(464.1965 + 0.09344813 * T - 26986.16 / T - 165.75951 * lg + 2248628.9 / T**2) / K2
        return cls(
            urea=substrate_mM / 1000,
            initial_ph=initial_ph,
            k=0.267 * math.exp(-29100 / (8.314 * T)),
            p1=8.217143 + 0.0342857 * t,
            p2=6.407143 - 0.0317143 * t,
            a=0.0908571 + 0.01131429 * t,
            b=0.22 + 0.0139 * t,
            Kw=Kw,
            Ka=Ka,
            K1=K1,
            K2=K2,
            **held,
        )

    def charge(self, ph: float, extent: float) -> float:
        """Cations less anions, with the strong-ion charge that makes the initial pH."""
        return self.weak_ions(ph, extent) - self.weak_ions(self.initial_ph, 0.0)

    def weak_ions(self, ph: float, extent: float) -> float:
        H = 10.0**-ph
        ammonium = (self.N0 + 2 * extent) * H / (H + self.Ka)
        carbonate_sum = H * H + self.K1 * H + self.K1 * self.K2
        carbon = self.C0 + extent
        HCO3 = carbon * self.K1 * H / carbonate_sum
        CO3 = carbon * self.K1 * self.K2 / carbonate_sum
        return H + ammonium - self.Kw / H - HCO3 - 2 * CO3 - self.BT * self.KB / (H + self.KB)

    def ph(self, extent: float) -> float:
        if extent == 0:
            return self.initial_ph
        # A little beyond the initial pH, where the charge of a small extent is rounded away beside a molar buffer.
        ends = (self.initial_ph - 1e-3, 14.0) if extent > 0 else (-1.0, self.initial_ph + 1e-3)
        return brentq(self.charge, *ends, args=(extent,), xtol=1e-14, rtol=1e-14)

    def rate(self, extent: float, ph: float, enzyme: float) -> float:
        """d(extent)/dt [mol/(L s)] at the pH of that extent, with the given active enzyme [g/L]."""
        S, N = self.urea - extent, self.N0 + 2 * extent
        f = 1 / (1 + 10 ** (self.a * (ph - self.p1)) + 10 ** (self.b * (self.p2 - ph)))
        return enzyme * self.k * f * S / (2.56e-3 + S + S * S / 6.18) / (1 + N / np.interp(ph, K_P_PH, K_P)) / 2

    def extents(self, time_s: Sequence[float], E0: float, k_d: float, method: str = "DOP853") -> NDArray[np.float64]:
        """Extent [mol/L] at increasing times."""

        def slopes(t: float, y: NDArray[np.float64]) -> list[float]:
            return [self.rate(y[0], self.ph(y[0]), E0 * math.exp(-k_d * t))]

        return self._solved(slopes, [0.0], 1e-18, time_s, method)[0]

    def trace(self, time_s: Sequence[float], E0: float, k_d: float, method: str = "DOP853") -> NDArray[np.float64]:
        """PH at increasing times."""
        return np.array([self.ph(extent) for extent in self.extents(time_s, E0, k_d, method)])

    def electrode(self, time_s: Sequence[float], E0: float, k_d: float, lag_s: float) -> NDArray[np.float64]:
        """PH that an electrode of time constant ``lag_s`` shows: both equations as one system."""

        def slopes(t: float, y: NDArray[np.float64]) -> list[float]:
            ph = self.ph(y[0])
            return [self.rate(y[0], ph, E0 * math.exp(-k_d * t)), (ph - self.initial_ph - y[1]) / lag_s]

        return self.initial_ph + self._solved(slopes, [0.0, 0.0], [1e-18, 1e-13], time_s, "LSODA")[1]

    def extent_at_exposure(self, exposure: float) -> float:
        """Extent [mol/L] at an exposure [g s/L], negative ones included."""

        def slopes(x: float, y: NDArray[np.float64]) -> list[float]:
            return [math.copysign(self.rate(y[0], self.ph(y[0]), 1.0), exposure)]

        return float(self._solved(slopes, [0.0], 1e-18, [abs(exposure)], "LSODA")[0, 0])

    @staticmethod
    def _solved(slopes, start, atol, at, method) -> NDArray[np.float64]:
        solution = solve_ivp(slopes, (0.0, float(at[-1])), start, method, t_eval=at, rtol=1e-12, atol=atol)
        assert solution.success, solution.message
        return solution.y


@pytest.fixture(scope="session")
def reaction_of():
    """``reaction_of(known, world name, **held)``: the independent reaction of one case, held in mol/L."""
    return Reaction.of
