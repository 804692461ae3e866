"""An answer for other programs: estimates, what bounds them, whether they can be trusted, and every warning."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bench.arrays import Array
from bench.infer.answer import Answer
from bench.infer.joint import JointAnswer
from bench.world.quantities import E0, K_D, TARGET_NAMES

BOTH, UPPER, LOWER, NONE, OPEN = "both", "upper", "lower", "none", "not established"
"""What an estimate is: bounded on both sides, from above or below alone, not at all, or other in every world."""
SHORT_S, LONG_S = 2.0, 10_000.0
"""Traces shorter or longer than these are more likely in another unit of time."""
COARSE_PH = 0.05
"""Steps from this on hide k_d [pH]."""

LIKE_DEACTIVATION = ("slow CO2", "air")
"""Worlds that can look like deactivation."""
CLOSED = "Either can look like deactivation and was not weighed."
AGED = " A second short run with enzyme that has aged tells k_d; 'plan' says how well."
LEAVE_OUT = " Leave out with --worlds what the beaker cannot hold."
APART = (
    "The runs are better explained as different solutions than as one: something was changed between them. "
    "Answer each by itself to see which."
)


@dataclass(frozen=True)
class Estimate:
    """What is known of E0 or k_d; None for what cannot be said.

    Parameters
    ----------
    mean, sd : float or None
        Of the posterior.
    low_90, high_90 : float or None
        Ends of the 90 % interval, or the bound.
    bound : str
        ``both``, ``upper``, ``lower``, ``none`` or ``not established``.
    """

    mean: float | None
    sd: float | None
    low_90: float | None
    high_90: float | None
    bound: str


@dataclass(frozen=True)
class Warned:
    """Something that speaks against an answer.

    Parameters
    ----------
    code : str
        For programs.
    text : str
        One or two sentences.
    trusted : bool
        Whether the answer can be trusted all the same.
    """

    code: str
    text: str
    trusted: bool = True


def estimates(answer: Answer) -> list[Estimate]:
    """E0 [g/L] and k_d [1/s] as far as an answer knows them.

    Parameters
    ----------
    answer : Answer
        Of one trace.

    Returns
    -------
    list of Estimate
        In the order of the targets.
    """
    low, high, mean, sd = answer.quantile(0.05), answer.quantile(0.95), answer.mean, answer.sd
    found = [_estimate(answer, column, low, high, mean, sd) for column in (E0, K_D)]
    if answer.contradicted or answer.disagree(K_D):
        found[K_D] = Estimate(None, None, float(low[K_D]) if answer.identified else None, float(high[K_D]), OPEN)
    elif not answer.identified:
        below = answer.k_d_below
        found[K_D] = Estimate(None, None, None, below, NONE if below is None else UPPER)
    return found


def _estimate(answer: Answer, column: int, low: Array, high: Array, mean: Array, sd: Array) -> Estimate:
    """One target, cut where its posterior is piled up at an end of the prior."""
    piled = answer.piled(column)
    if piled == "upper":
        return Estimate(None, None, float(low[column]), None, LOWER)
    if piled == "lower":
        return Estimate(None, None, None, float(high[column]), UPPER)
    return Estimate(float(mean[column]), float(sd[column]), float(low[column]), float(high[column]), BOTH)


def warnings_of(answer: Answer) -> list[Warned]:
    """Everything that speaks against an answer.

    Parameters
    ----------
    answer : Answer
        Of one trace.

    Returns
    -------
    list of Warned
        Empty for a sound trace.
    """
    found = []
    if answer.contradicted:
        text = (
            f"The trace contradicts the answer: measured again it would look this bad with a chance of "
            f"{answer.predictive_p:.1g}. Something is in the beaker or the electrode that is not weighed, or an option "
            "tells what is not so; k_d is not established, and E0 is not to be trusted."
        )
        found.append(Warned("contradicted", text, trusted=False))
    if isinstance(answer, JointAnswer) and answer.apart:
        found.append(Warned("runs_disagree", APART, trusted=False))
    if not answer.sampled:
        size = min(answer.worlds[name].effective_size for name in answer.near)
        text = f"The posterior could not be sampled well (effective size {size:.0f}): it may be too narrow."
        found.append(Warned("sampling", text, trusted=False))
    for column, symbol in enumerate(("E0", "k_d")):
        end = answer.piled(column)
        if end and (column == E0 or (end == "upper" and answer.identified)):
            limit = (answer.prior.E0_g_per_L, answer.prior.k_d_per_s)[column][end == "upper"]
            text = (
                f"{symbol} is piled up at the {end} end of its prior, {limit:g}: the value may lie beyond it. "
                "Check the units of time, urea and temperature."
            )
            found.append(Warned(f"{TARGET_NAMES[column]}_at_prior_end", text, trusted=False))
    aged = isinstance(answer, JointAnswer) and answer.aged_s > 0
    apart = [column for column in (E0, K_D) if answer.disagree(column)]
    if apart:
        text = (
            f"{listed(answer.near)} explain the trace about equally well and disagree on "
            f"{listed([('E0', 'k_d')[column] for column in apart])}." + LEAVE_OUT + AGED * (K_D in apart and not aged)
        )
        found.append(Warned("worlds_disagree", text))
    closed = [name for name in LIKE_DEACTIVATION if name not in answer.worlds]
    if closed and not aged and not answer.contradicted and estimates(answer)[K_D].bound in (BOTH, LOWER):
        found.append(Warned("closed_vessel", f"k_d is that of a beaker without {listed(closed)}. {CLOSED}{AGED}"))
    singles = answer.alone if isinstance(answer, JointAnswer) else (answer,)
    for length_s in sorted({float(each.traces.time_s[0, -1]) for each in singles}):
        if SHORT_S <= length_s <= LONG_S:
            continue
        text = f"The trace is {length_s:g} s long. If that is not so, mend the unit of the time column."
        found.append(Warned("length", text))
    step = max(next(iter(each.worlds.values())).laboratory.step_ph for each in singles)
    if step >= COARSE_PH:
        found.append(Warned("coarse_steps", f"The pH is written in steps of {step:g}. Export more digits."))
    return found


def listed(names: list[str]) -> str:
    """Names in a sentence.

    Parameters
    ----------
    names : list of str
        At least one.

    Returns
    -------
    str
        With commas and an ``and``.

    Examples
    --------
    >>> listed(["air"]), listed(["air", "buffer", "slow CO2"])
    ('air', 'air, buffer and slow CO2')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def report(answer: Answer, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Everything that an answer says, as plain values for JSON.

    Parameters
    ----------
    answer : Answer
        Of one trace.
    known : dict
        Known inputs as they were read.

    Returns
    -------
    dict
        ``estimates``, ``trusted``, ``world``, ``also_explained_by``, ``known``, ``warnings``.
    """
    warned = warnings_of(answer)
    best, *others = answer.near
    return {
        "estimates": dict(zip(TARGET_NAMES, map(asdict, estimates(answer)), strict=True)),
        "trusted": all(each.trusted for each in warned),
        "world": best,
        "also_explained_by": others,
        "known": known,
        "warnings": [{"code": each.code, "text": each.text} for each in warned],
    }
