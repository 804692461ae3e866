"""The audit's plan: which row stands for which item, and the one comparison that decides each, fixed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from bench.errors import unknown

SOUND = "tcn_dt"
"""Row of the sound pipeline."""
LIKELIHOOD = "tcn_dt_nll"
"""The same with a likelihood, from which faults of the likelihood are measured."""
AS_FOUND = "as_found"
"""Row of the pipeline with all faults together."""
HOLDS = "tcn_dt_subsampled"
"""Row that holds under shift: the other base."""
ON_HOLDS_PREFIX = "subsampled_"
"""Beginning of the names of the rows with faults added to it."""
TASKS = ("in_distribution", "shift_1s", "shift_10s")
FAULT, REPAIR = -1, 1
"""What the seed audit says of a variant: it lowers R2, or it raises it."""
SPLIT = "split_unseeded"
"""Row whose spread over repeats is reported beside the spread over seeds."""
REPEATS = (1, 2)
"""Further fits of the unseeded split with the first seed."""


@dataclass(frozen=True)
class Comparison:
    """The comparison that decides a verdict."""

    task: str
    target: str
    sign: int


SHIFTED = Comparison("shift_1s", "E0_g_per_L", FAULT)
"""Faults of time: where the interval is not that of training and E0 can be known."""
LEARNT = Comparison("in_distribution", "k_d_per_s", FAULT)
"""Faults of learning: E0 is learnt by every network, k_d by few."""
SCALE = Comparison("in_distribution", "E0_g_per_L", FAULT)
"""Faults that take away what E0 is known by."""
SHIFTED_REPAIR = Comparison("shift_1s", "E0_g_per_L", REPAIR)
LEARNT_REPAIR = Comparison("in_distribution", "k_d_per_s", REPAIR)


@dataclass(frozen=True)
class Variant:
    """One fault or proposed repair: a row that differs from its base in one stage."""

    row: str
    items: str
    severity: str
    sentence: str
    decides: Comparison
    place: int | None = None
    base: str = SOUND
    removed: str = ""

    def on(self, base: str) -> Variant | None:
        """Same variant on another base."""
        if base == SOUND:
            return self
        if self.base not in (SOUND, LIKELIHOOD) or self.row in NOT_ON_HOLDS:
            return None  # the row that holds learns by the same likelihood as LIKELIHOOD
        return Variant(
            ON_HOLDS_PREFIX + self.row, self.items, self.severity, self.sentence, self.decides, self.place, base
        )


TRAINED = (
    Variant(
        "time_global_z",
        "B1, #1",
        "critical",
        "time as a z-score over all training samples",
        SHIFTED,
        1,
        removed="as_found_fixed_time",
    ),
    Variant(
        "time_sequence_z",
        "B1, experiment 1",
        "repair",
        "time as a z-score within each trace",
        SHIFTED_REPAIR,
        removed="as_found_time_sequence_z",
    ),
    Variant("time_in_seconds", "B1", "repair", "time in seconds, not scaled", SHIFTED_REPAIR),
    Variant("time_dropped", "B1, B3", "-", "neither time nor dt reaches the network", SHIFTED),
    Variant("tcn", "B3, #5", "medium", "no dt channel", SHIFTED, 5, removed="as_found_dt"),
    Variant(HOLDS, "B3", "-", "several intervals in training, by random sub-sampling", SHIFTED_REPAIR),
    Variant(
        "edge_padding",
        "A5, #2, #8",
        "critical",
        "short traces padded at their edge, times repeated, no mask",
        SHIFTED,
        2,
        removed="as_found_masked",
    ),
    Variant(
        "interpolation",
        "A5, experiment 2",
        "repair",
        "short traces interpolated to the number of samples of training",
        SHIFTED_REPAIR,
        removed="as_found_interpolation",
    ),
    Variant(
        "split_unseeded",
        "A1, #6",
        "medium",
        "training and validation cases split without a seed",
        LEARNT,
        6,
        removed="as_found_seeded_split",
    ),
    Variant(
        "ph_global_z",
        "B2, #7",
        "medium",
        "pH as one z-score over all training samples",
        LEARNT,
        7,
        removed="as_found_fixed_ph",
    ),
    Variant("ph_sequence_z", "B2", "-", "pH as a z-score within each trace", SCALE),
    Variant("initial_ph_dropped", "B2", "-", "known inputs without the initial pH", LEARNT),
    Variant("known_dropped", "E3", "correct", "no known input reaches the network", SCALE),
    Variant(
        "nll_plain",
        "D1, #3",
        "high",
        "the study's likelihood: no weights, no bounds of the variance",
        LEARNT,
        3,
        base=LIKELIHOOD,
    ),
    Variant("nll_unbounded", "D1", "high", "no bounds of the variance", LEARNT, base=LIKELIHOOD),
    Variant(
        "nll_clamped",
        "D1, experiment 4",
        "repair",
        "logarithm of the variance clamped at +-10",
        LEARNT_REPAIR,
        base="nll_unbounded",
    ),
    Variant(
        "nll_regularised",
        "D1",
        "repair",
        "regulariser of the variance with weight 0.01",
        LEARNT_REPAIR,
        base="nll_unbounded",
    ),
    Variant(LIKELIHOOD, "D3", "-", "bounded likelihood in place of squared error", LEARNT),
    Variant(
        "receptive_field_29",
        "E2",
        "sufficient",
        "receptive field of 29 samples, read at the last one",
        LEARNT,
        removed="as_found_receptive_field_232",
    ),
    Variant("width_halved", "#10", "low", "half as many channels", LEARNT),
    Variant("width_doubled", "#10", "repair", "twice as many channels", LEARNT_REPAIR, 10),
    Variant(
        "dropout", "E4", "-", "dropout of 0.2 in the blocks, 0.1 in the head", LEARNT, removed="as_found_no_dropout"
    ),
    Variant(
        "batch_norm", "E5", "repair", "batch normalization in the blocks", LEARNT_REPAIR, removed="as_found_batch_norm"
    ),
    Variant("rate_times_10", "F1", "-", "ten times the learning rate", LEARNT),
    Variant("rate_tenth", "F1", "-", "a tenth of the learning rate", LEARNT, removed="as_found_tuned_rate"),
    Variant(
        "no_clipping", "F2, #9, experiment 3", "low", "gradients not clipped", LEARNT, 9, removed="as_found_clipping"
    ),
    Variant("patience_10", "F3", "-", "training stops after 10 epochs", LEARNT, removed="as_found_patience_40"),
    Variant("patience_1", "F3", "-", "training stops after 1 epoch", LEARNT),
    Variant("no_schedule", "F4", "-", "one learning rate throughout", LEARNT),
    Variant(
        "plateau_schedule",
        "F4",
        "correct",
        "learning rate halved on a plateau, no warm-up",
        LEARNT,
        removed="as_found_cosine",
    ),
    Variant("muon", "not listed", "-", "Muon in place of AdamW, with its own learning rate", LEARNT_REPAIR),
    Variant(AS_FOUND, "all", "-", "all faults of the study together", LEARNT),
    Variant(
        "as_found_repaired",
        "priority fixes 1, 2, 4 to 8",
        "repair",
        "all repairs that the seed puts first, together, on the pipeline as found",
        SHIFTED_REPAIR,
        base=AS_FOUND,
    ),
)
"""Variants that are trained."""

NOT_ON_HOLDS = (
    *(HOLDS, LIKELIHOOD, AS_FOUND),
    *("time_global_z", "time_in_seconds", "no_schedule", "plateau_schedule", "muon"),
)
"""Variants that are not measured on the row that holds under shift. Its network places cells by the seconds since the
start, so another zero or unit of time has no meaning there; its training is part of its repair."""


def variants(base: str, asked: list[str] | None = None) -> list[Variant]:
    """Variants on a base.

    Examples
    --------
    >>> [variant.base for variant in variants("tcn_dt", ["edge_padding", "nll_plain"])]
    ['tcn_dt', 'tcn_dt_nll']
    """
    if base not in (SOUND, HOLDS):
        raise unknown("base", base, (SOUND, HOLDS))
    found = {variant.row: moved for variant in TRAINED if (moved := variant.on(base)) is not None}
    for name in asked or []:
        if name not in found:
            raise unknown("variant", name, found)
    return [found[name] for name in asked or found]


def rows(chosen: list[Variant]) -> list[str]:
    """Rows that must be run for variants, each once: bases, the variants, and the pipelines as found.

    Examples
    --------
    >>> rows(variants("tcn_dt", ["edge_padding"]))
    ['tcn_dt', 'edge_padding', 'as_found', 'as_found_masked']
    """
    named = [(v.base, v.row, *((AS_FOUND, v.removed) if v.removed else ())) for v in chosen]
    return list(dict.fromkeys(row for each in named for row in each))
