"""What an answer must be: asked by a run of every plugin's, and by the conformance suite of a plugin on trial."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from bench.arrays import Array
from bench.contract import N_DRAWS, Prediction, Predictor
from bench.errors import PluginError
from bench.metrics import LARGEST
from bench.run.isolation.protocol import LARGEST_INTEGER, LONGEST_WORDS
from bench.world.quantities import TARGET_NAMES

COUNTS = ("n_parameters", "simulator_calls", "trials")
"""What a predictor counts."""
SMALLEST_SD = 1e-50
"""In the target's unit: the square of the largest error over this is still a number."""


class InvalidAnswerError(PluginError):
    """A prediction that is not what it must be."""


def check_predictor(fitted: object) -> Predictor:
    """What a fit gave, if it is what it must be."""
    if not isinstance(fitted, Predictor):
        raise PluginError(
            f"plugin 'fit': result must be a bench.contract.Predictor, got {type(fitted).__name__}. Mend fit."
        )
    for name in COUNTS:
        count = getattr(fitted, name)
        whole = isinstance(count, Integral)
        if not (whole and abs(count) <= LARGEST_INTEGER) and not (count is None and name != "simulator_calls"):
            got = f"one of {int(count).bit_length()} bits" if whole else f"{count!r:.40}"
            raise PluginError(
                f"predictor '{name}': count must be a whole number of at most {LARGEST_INTEGER:g}, got {got}. Mend fit."
            )
    history_of(fitted)
    words = fitted.pretrained_on
    if not isinstance(words, str) or len(words) > LONGEST_WORDS:
        raise PluginError(
            f"predictor 'pretrained_on': text must have at most {LONGEST_WORDS} letters, got {words!r:.40}. Shorten it."
        )
    return fitted


def history_of(fitted: Predictor) -> list[dict[str, float]]:
    """Epochs of a fit as they are recorded."""
    try:
        return [{str(name): float(value) for name, value in epoch.items()} for epoch in fitted.history]
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise PluginError(
            f"predictor 'history': every epoch must be a dictionary of numbers, got: {error}. Mend fit."
        ) from error


def plain_arrays(prediction: object, gives_sd: bool) -> dict[str, Array]:
    """Arrays of a prediction: ``mean``, ``sd`` if its model declares that it gives one, ``samples`` where there are."""
    if not isinstance(prediction, Prediction):
        raise PluginError(
            f"plugin 'predict': result must be a bench.contract.Prediction, got {type(prediction).__name__}. "
            "Wrap the means in one."
        )
    if (prediction.sd is not None) != gives_sd:
        raise InvalidAnswerError(
            f"prediction 'sd': standard deviations must be {'given' if gives_sd else 'left out'}, as gives_sd is "
            f"{gives_sd}, got {'none' if gives_sd else 'some'}. Declare what predict does."
        )
    given = {"mean": prediction.mean, "sd": prediction.sd, "samples": prediction.samples}
    answer = {name: np.asarray(values) for name, values in given.items() if values is not None}
    for name, values in answer.items():
        if values.dtype.kind not in "fiu":
            raise InvalidAnswerError(
                f"prediction '{name}': values must be real numbers, got {values.dtype}. Mend predict."
            )
    return {name: values.astype(np.float64) for name, values in answer.items()}


def check_shape(values: Array, n_cases: int, name: str) -> None:
    """Refuse an array that has not one row a case."""
    n_targets, dimensions = len(TARGET_NAMES), 3 if name == "samples" else 2
    whole = values.ndim == dimensions and (values.shape[0], values.shape[-1]) == (n_cases, n_targets)
    if not whole or (name == "samples" and values.shape[1] not in N_DRAWS) or values.dtype != np.float64:
        what, shape = "the answer", str((n_cases, n_targets))
        if name == "samples":
            what, shape = f"{what}'s samples", f"({n_cases}, {N_DRAWS[0]} to {N_DRAWS[-1]:,}, {n_targets})"
        raise InvalidAnswerError(
            f"{what} must have shape {shape}, got {values.shape} of {values.dtype}. Give both targets, one row a case."
        )


def check_finite(values: Array) -> None:
    """Refuse numbers that cannot be scored."""
    wrong = ~(np.abs(values) <= LARGEST)  # so that nan is wrong as well
    if wrong.any():
        case, *_, target = place = np.argwhere(wrong)[0]
        raise InvalidAnswerError(
            f"the answer must be finite and at most {LARGEST:g} in size, got {values[tuple(place)]} for "
            f"{TARGET_NAMES[target]} of case {case}, and {int(wrong.sum())} such values in all. Guard the division or "
            "the logarithm; volume_L does not vary, so that its spread is 0."
        )


def check_sd(sd: Array) -> None:
    """Refuse standard deviations that are not above 0."""
    if not (sd >= SMALLEST_SD).all():
        raise InvalidAnswerError(
            f"the answer's standard deviations must be at least {SMALLEST_SD:g}, got {sd.min()}. "
            "Guard the logarithm that they come from."
        )
