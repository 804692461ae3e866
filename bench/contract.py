"""The plugin interface: a model is fitted on cases and gives a predictor; a predictor turns traces into targets."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from bench.arrays import Array
from bench.cases import Cases, Traces
from bench.errors import PluginError
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from bench.world.equilibria import World
from bench.world.quantities import TARGET_NAMES

N_DRAWS = range(100, 1_001)
"""Draws of a case that a prediction may hold."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a predictor answers: physical units, one row a case, columns in the declared order of the targets.

    Parameters
    ----------
    mean : array, shape (case, 2)
        E0 [g/L] and k_d [1/s].
    sd : array, shape (case, 2), or None
        Standard deviations in the same units, for models that give them.
    targets : tuple of str
        Names of the columns.
    samples : array, shape (case, draw, 2), or None
        Equal draws from the posterior of both targets together, for models that know more of it than mean and
        standard deviation: 100 to 1,000, the same number for every case. ``sd`` is theirs where it is not given.

    Raises
    ------
    PluginError
        Columns in another order, what is no plain numpy array, or shapes that do not fit.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal([0.5, 2e-3], [0.01, 5e-4], (3, 200, 2))
    >>> Prediction(draws.mean(axis=1), samples=draws).sd.shape
    (3, 2)
    """

    mean: Array
    sd: Array | None = None
    targets: tuple[str, ...] = TARGET_NAMES
    samples: Array | None = None

    def __post_init__(self) -> None:
        if self.targets != TARGET_NAMES:
            raise PluginError(
                f"prediction 'targets': order must be {TARGET_NAMES}, got {self.targets}. Reorder the columns."
            )
        for name, values in (("mean", self.mean), ("sd", self.sd), ("samples", self.samples)):
            if values is not None and (type(values) is not np.ndarray or values.dtype.names):
                raise PluginError(_no_plain_array(name, values))
            if name != "samples" and values is not None and np.shape(values)[1:] != (len(TARGET_NAMES),):
                raise PluginError(
                    f"prediction '{name}': shape must be (case, {len(TARGET_NAMES)}), got {np.shape(values)}. "
                    "Give both targets, one row a case."
                )
        if self.samples is not None:
            _check_samples(self.samples)
            if self.sd is None and self.samples.dtype.kind in "fiu":
                with np.errstate(all="ignore"):  # what is not finite is refused, with its place, before it is scored
                    object.__setattr__(self, "sd", self.samples.std(axis=1))


def _check_samples(samples: Array) -> None:
    """Refuse draws of another shape, too few to be scored, or more than are worth handing over."""
    if samples.ndim != 3 or samples.shape[2] != len(TARGET_NAMES) or samples.shape[1] not in N_DRAWS:
        raise PluginError(
            f"prediction 'samples': shape must be (case, draw, {len(TARGET_NAMES)}) with {N_DRAWS[0]} to "
            f"{N_DRAWS[-1]:,} draws, got {samples.shape}. Give equal draws of both targets, as many for every case."
        )


def _no_plain_array(name: str, values: object) -> str:
    """What is wrong with values that are no plain array, and how to make one of them."""
    named = getattr(values, "columns", None) is not None or getattr(getattr(values, "dtype", None), "names", None)
    got = type(values).__name__ + " with named columns" * bool(named)
    by_name = f"Join its columns {' and '.join(TARGET_NAMES)}, by name, into one array"
    step = by_name if named else "Convert it by np.asarray, a tensor by .detach().cpu().numpy()"
    return f"prediction '{name}': values must be a plain numpy array, got {got}. {step}."


def _no_report(fraction: float, message: str) -> None:
    """Drop a progress report."""


@dataclass(frozen=True, eq=False)
class Context:
    """What a model may know beside its cases.

    Parameters
    ----------
    seed : int
        Seed of the run; all randomness of a fit comes from it.
    acquisitions : tuple of Acquisition
        How the training cases were measured. Never the test's.
    world : World
        Chemistry of the training cases. Never the test's.
    device : str
        Torch device.
    threads : int
        Threads that a fit may use.
    report : callable
        ``report(fraction, message)``: progress of the fit, between 0 and 1.
    time_s : float
        Wall seconds that the fit, and the first prediction after it, may take from the call of ``fit`` on; a search
        within a fit has its deadline before.
    memory_mb : float
        Megabytes that the fit's process and those that it starts may hold.

    Examples
    --------
    >>> from bench.world.equilibria import TEMPERATURE_CORRECTED
    >>> context = Context(0, (Acquisition(30.0, 0.3),), TEMPERATURE_CORRECTED)
    >>> context.generator().random() == context.generator().random()
    True
    """

    seed: int
    acquisitions: tuple[Acquisition, ...]
    world: World
    device: str = "cpu"
    threads: int = 1
    report: Callable[[float, str], None] = field(default=_no_report)
    time_s: float = math.inf
    memory_mb: float = math.inf

    def generator(self) -> np.random.Generator:
        """Fresh numpy generator of this seed.

        Returns
        -------
        numpy.random.Generator
            The same draws at every call.
        """
        return np.random.default_rng(self.seed)


class Predictor(ABC):
    """A fitted model. It is pickled, so it holds plain values and arrays; only its own child process opens it again."""

    n_parameters: int | None = None
    """Number of fitted numbers, where that means something."""
    simulator_calls: int = 0
    """Traces simulated so far, in fit and predict together, by models that use the simulator."""
    history: tuple[dict[str, float], ...] = ()
    """One entry an epoch: losses, gradient norm, learning rate."""
    trials: int | None = None
    """Settings that were tried on the validation cases for this fit: by hand before it, and by a search within it."""
    pretrained_on: str = ""
    """What it was trained on beside the training cases, in a few words; nothing for most."""

    @abstractmethod
    def predict(self, traces: Traces) -> Prediction:
        """Predict the targets of traces.

        Parameters
        ----------
        traces : Traces
            What was measured; must not be changed.

        Returns
        -------
        Prediction
            One row a case.
        """


class Model(ABC):
    """A model family with its settings: subclasses are frozen dataclasses whose fields are the settings."""

    uses_time: ClassVar[bool] = True
    """Whether answers depend on the sample times."""
    uses_simulator: ClassVar[bool] = False
    """Whether predict integrates or optimises over the targets with the simulator."""
    gives_sd: ClassVar[bool] = False
    """Whether predictions carry standard deviations, or samples, which have some."""
    trained: ClassVar[bool] = True
    """Whether the answer depends on the training cases at all."""
    fixed_features: ClassVar[bool] = False
    """Whether it cannot be expected to fit sixteen cases exactly."""
    floor: ClassVar[bool] = False
    """Whether it is the row that others must beat, and need not learn anything."""
    family: ClassVar[str] = ""
    """How boards show it: physics, learned_on_physics, learned, trees or baseline; its plugin's own class says it."""
    trained_at: ClassVar[str] = ""
    """Sampling intervals that training shows it, beside ``family``: none (it does not train), one or many."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Distributions that it needs beyond numpy, scipy and scikit-learn, as pip names them."""

    def cannot(self, task: Task, sizes: Sizes) -> str | None:
        """Say why the model cannot do a task, in one sentence; None where it can.

        Parameters
        ----------
        task : Task
            The task.
        sizes : Sizes
            Numbers of cases.

        Returns
        -------
        str or None
            The reason.
        """
        return None

    @abstractmethod
    def fit(self, train: Cases, valid: Cases, context: Context) -> Predictor:
        """Fit the model.

        Parameters
        ----------
        train : Cases
            Training cases; must not be changed.
        valid : Cases
            Validation cases, for early stopping and the like.
        context : Context
            Seed, device, threads, training acquisition and world, progress, limits.

        Returns
        -------
        Predictor
            A new object: the model itself stays as it was.
        """
