# What the page of the audit says in words, held against the published reports: a publication that moves it fails here.
import pytest

from bench.compiled import ROOT
from leaderboard.audit.document import PAGE, published
from leaderboard.audit.effects import CONFIRMED, OPPOSITE, WITHIN

PUBLISHED = published(ROOT / "leaderboard" / "audited")
SOUND, HOLDS = PUBLISHED["tcn_dt"], PUBLISHED["tcn_dt_subsampled"]
HERE, AT_1S, AT_10S = "in_distribution", "shift_1s", "shift_10s"
E0, K_D = "E0_g_per_L", "k_d_per_s"
LEAST, MOST = WITHIN
LITTLE, MUCH = 0.1, 0.99
"""R2 of what is not learnt, and of what is known."""


def finding(row, audit=SOUND):
    return next(each for each in audit.findings if each.variant.row == row)


def effect(row, task=HERE, target=K_D, audit=SOUND):
    return next(each for each in finding(row, audit).added if (each.task, each.target) == (task, target))


def factor(row, audit=SOUND):
    return finding(row, audit).deciding.factor


def base_r2(audit, task, target):
    return next(each for each in audit.metrics[0].scored if (each.task, each.target) == (task, target)).right


def removals_that_bring_k_d_back():
    removed = [each for finding in SOUND.findings for each in finding.removed]
    return [each.row for each in removed if (each.task, each.target) == (HERE, K_D) and each.r2 > LITTLE]


def pooled_and_right():
    metric = next(each for each in SOUND.metrics if each.metric.name == "r2_pooled")
    scored = next(each for each in metric.scored if (each.task, each.target) == (HERE, K_D))
    return min(scored.reported), max(scored.right)


SAID = {
    "The pipeline as found never learns k_d.": lambda: effect("as_found").r2 < LITTLE,
    "what is learnt at one interval does not carry to another, not even in the sound pipeline": lambda: (
        min(base_r2(SOUND, HERE, E0)) > MUCH and max(base_r2(SOUND, AT_10S, E0)) < 0.5
    ),
    "A receptive field of 29 samples, which it calls sufficient, costs k_d": lambda: (
        finding("receptive_field_29").verdict == CONFIRMED
        and finding("receptive_field_29").variant.decides.target == K_D
    ),
    "Of all that can be removed from the pipeline as found, only this brings k_d back.": lambda: (
        removals_that_bring_k_d_back() == [finding("receptive_field_29").variant.removed]
    ),
    "All its priority repairs together leave k_d unlearnt.": lambda: effect("as_found_repaired").r2 < LITTLE,
    "and holds at 1 s and 10 s": lambda: min(*base_r2(HOLDS, AT_1S, E0), *base_r2(HOLDS, AT_10S, E0)) > MUCH,
    "It makes the pipeline as found worse.": lambda: (
        finding("time_sequence_z").at(finding("time_sequence_z").removed).factor > MOST
    ),
    "That helps the network that knows one interval, and harms the one that knows several.": lambda: (
        factor("interpolation") < LEAST and finding("subsampled_interpolation", HOLDS).verdict == OPPOSITE
    ),
    "Edge padding is nothing to the latter": lambda: LEAST < factor("subsampled_edge_padding", HOLDS) < MOST,
    "Neither the sign of the loss nor the bounds of the variance cost anything.": lambda: all(
        LEAST < factor(row) < MOST for row in ("nll_unbounded", "nll_clamped", "nll_regularised")
    ),
    "With Muon the same loss costs little.": lambda: factor("subsampled_nll_plain", HOLDS) < 1.1,
    "E0 hides how little of k_d is known": lambda: pooled_and_right()[0] > MUCH > 0.8 > pooled_and_right()[1],
    "`tcn_dt` is told the interval, and fails at another.": lambda: max(base_r2(SOUND, AT_1S, K_D)) < LITTLE,
    "Without them most of what is known of k_d is lost.": lambda: (
        effect("known_dropped").r2 < effect("known_dropped").base_r2 / 2
    ),
}


@pytest.mark.parametrize("sentence", SAID)
def test_what_the_page_says_in_words_was_measured(sentence):
    assert sentence in " ".join((ROOT / "docs" / PAGE).read_text(encoding="utf-8").split())
    assert SAID[sentence](), f"docs/{PAGE} says '{sentence}', and the published reports do not. Change the sentence."
