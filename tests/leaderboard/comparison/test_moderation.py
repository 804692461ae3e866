import numpy as np
import pytest
from scipy import special

from leaderboard.comparison.moderation import moderate


def test_moderation_agrees_with_a_case_worked_by_hand():
    # Log variances -1, 0 and 1 scatter by 1; with 20 degrees of freedom, chance explains trigamma(10) = 0.105166 of
    # it. trigamma(d0 / 2) = 0.894834 has the root d0 / 2 = 1.5737, and s0^2 follows from equation (3) of the source.
    moderated, prior_df, prior = moderate(np.exp([-1.0, 0.0, 1.0]), 20)
    assert special.polygamma(1, 10) == pytest.approx(0.105166, abs=1e-6)
    assert float(special.polygamma(1, prior_df / 2)) == pytest.approx(0.894834, abs=1e-6)
    centre = -special.digamma(10) + np.log(10)
    assert np.log(prior) == pytest.approx(centre + special.digamma(prior_df / 2) - np.log(prior_df / 2))
    assert moderated == pytest.approx((prior_df * prior + 20 * np.exp([-1.0, 0.0, 1.0])) / (prior_df + 20))


def test_moderation_finds_the_prior_that_variances_were_drawn_from():
    generator = np.random.default_rng(1)
    d0, s0 = 8.0, 0.5
    true = d0 * s0 / generator.chisquare(d0, size=20_000)
    _, prior_df, prior = moderate(true * generator.chisquare(4, size=20_000) / 4, 4)
    assert prior_df == pytest.approx(d0, rel=0.1)
    assert prior == pytest.approx(s0, rel=0.03)


def test_variances_that_scatter_less_than_chance_become_the_pooled_one():
    moderated, prior_df, prior = moderate(np.array([1.0, 1.1, 1.2]), 2)
    assert prior_df == np.inf
    assert prior == pytest.approx(1.1)
    assert moderated == pytest.approx([1.1, 1.1, 1.1])


def test_variances_with_nothing_in_common_stay_nearly_as_they_are():
    variance = np.array([1e-12, 1e-6, 1.0, 1e6])
    moderated, prior_df, _ = moderate(variance, 4)
    assert prior_df < 0.3
    assert moderated[-1] == pytest.approx(variance[-1], rel=0.1)


def test_a_single_variance_stays_as_it_is():
    moderated, prior_df, _ = moderate(np.array([0.0, 3.0]), 2)
    assert moderated.tolist() == [0.0, 3.0]
    assert prior_df == 0


def test_moderation_carries_leading_axes_along():
    variance = np.random.default_rng(2).chisquare(2, size=(5, 8))
    together, prior_df, _ = moderate(variance, 2)
    for row, values in enumerate(variance):
        alone, alone_df, _ = moderate(values, 2)
        assert together[row] == pytest.approx(alone)
        assert prior_df[row] == pytest.approx(alone_df)
