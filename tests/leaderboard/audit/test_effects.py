import numpy as np
import pytest

from leaderboard.audit.effects import Effect, effects, verdict

WHERE = ("row", "base", "shift_1s", "E0_g_per_L")


def effect_of(factor, low, high, better=0, n_seeds=3):
    return Effect(*WHERE, 0.5, 0.6, factor, low, high, better, n_seeds)


def drawn(factors, n_seeds=3, n_cases=500, seed_sd=0.02, seed=0):
    """Truth, and squared errors of rows on the same cases whose RMSE differ by factors."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n_cases, 2))
    cases = 0.1 * rng.normal(size=(n_cases, 2))
    errors = {
        row: factor**2
        * (cases + 0.02 * rng.normal(size=(n_seeds, n_cases, 2))) ** 2
        * np.exp(2 * seed_sd * rng.normal(size=(n_seeds, 1, 1)))
        for row, factor in factors.items()
    }
    return truth, errors


def test_factor_and_r2_are_those_of_the_middle_fits():
    truth, errors = drawn({"sound": 1.0, "worse": 1.5})
    effect = effects("shift_1s", truth, errors, [("worse", "sound")])["worse", "sound", "k_d_per_s"]
    rmse = {row: np.median(np.sqrt(values[..., 1].mean(axis=1))) for row, values in errors.items()}
    assert effect.factor == pytest.approx(rmse["worse"] / rmse["sound"])
    r2 = {row: 1 - value**2 / truth[:, 1].var() for row, value in rmse.items()}
    assert (effect.r2, effect.base_r2) == pytest.approx((r2["worse"], r2["sound"]))
    assert 1 < effect.low < effect.factor < effect.high
    assert effect.better == -1


def test_rows_that_answer_alike_differ_by_nothing():
    truth, errors = drawn({"sound": 1.0}, seed_sd=0.0)
    errors = {row: np.repeat(errors["sound"][:1], 3, axis=0) for row in ("sound", "same")}
    effect = effects("shift_1s", truth, errors, [("same", "sound")])["same", "sound", "E0_g_per_L"]
    assert (effect.factor, effect.low, effect.high, effect.better) == (1.0, 1.0, 1.0, 0)


def test_no_pairs_have_no_effects():
    assert effects("shift_1s", np.zeros((4, 2)), {}, []) == {}


@pytest.mark.parametrize(
    ("effect", "sign", "expected"),
    [
        (effect_of(1.2, 1.1, 1.3, -1), -1, "confirmed"),
        (effect_of(1.2, 1.1, 1.3, -1), 1, "opposite"),
        (effect_of(0.8, 0.7, 0.9, 1), 1, "confirmed"),
        (effect_of(0.8, 0.7, 0.9, 1), -1, "opposite"),
        (effect_of(1.2, 0.9, 1.5), -1, "undecided"),
        (effect_of(1.2, 1.1, 1.3, -1, n_seeds=2), -1, "undecided"),
        (effect_of(1.03, 1.02, 1.04, -1), -1, "no measurable effect"),
        (effect_of(1.04, 1.02, 1.06, -1), -1, "undecided"),
        (effect_of(1.0, 0.94, 1.04), -1, "undecided"),
        (effect_of(2.32, 2.2, 2.4, -1), -1, "confirmed"),
        (None, -1, "undecided"),
    ],
)
def test_a_verdict_follows_the_rules(effect, sign, expected):
    assert verdict(effect, sign) == expected
