import numpy as np
import pytest

from leaderboard.audit.effects import Effect, effects, verdict

WHERE = ("row", "base", "shift_1s", "E0_g_per_L")


def effect_of(change, half_width=0.01, n_seeds=3):
    return Effect(*WHERE, 0.5, 0.6, change, change - half_width, change + half_width, 1.1, 1.0, 1.2, 0.01, n_seeds)


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


def test_factor_and_change_are_those_of_the_squared_errors():
    truth, errors = drawn({"sound": 1.0, "worse": 1.5}, seed_sd=0.0)
    effect = effects("shift_1s", truth, errors, [("worse", "sound")])["worse", "sound", "k_d_per_s"]
    rmse = {row: np.sqrt(values[..., 1].mean(axis=1)) for row, values in errors.items()}
    assert effect.factor == pytest.approx(np.exp(np.mean(np.log(rmse["worse"] / rmse["sound"]))))
    r2 = {row: np.mean(1 - values**2 / truth[:, 1].var()) for row, values in rmse.items()}
    assert effect.change == pytest.approx(r2["worse"] - r2["sound"], abs=1e-3)
    assert (effect.r2, effect.base_r2) == pytest.approx((r2["worse"], r2["sound"]))
    assert effect.low < effect.change < effect.high < 0
    assert effect.factor_low < effect.factor < effect.factor_high


def test_rows_that_answer_alike_differ_by_nothing():
    truth, errors = drawn({"sound": 1.0})
    errors["same"] = errors["sound"]
    effect = effects("shift_1s", truth, errors, [("same", "sound")])["same", "sound", "E0_g_per_L"]
    assert (effect.change, effect.factor, effect.p) == (0.0, 1.0, 1.0)
    assert -1e-6 < effect.low <= 0.0 <= effect.high < 1e-6


def test_no_pairs_have_no_effects():
    assert effects("shift_1s", np.zeros((4, 2)), {}, []) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "least", "most"), [(1.0, 0.0, 0.08), (1.2, 0.8, 1.0)])
def test_p_below_5_percent_is_rare_without_a_difference_and_common_with_one(factor, least, most):
    significant = []
    for seed in range(60):
        truth, errors = drawn({"sound": 1.0, **{f"v{i}": factor for i in range(8)}}, seed=seed)
        pairs = [(f"v{i}", "sound") for i in range(8)]
        significant += [effect.p < 0.05 for effect in effects("t", truth, errors, pairs).values()]
    assert least <= np.mean(significant) <= most


@pytest.mark.parametrize(
    ("effect", "p_holm", "sign", "expected"),
    [
        (effect_of(-0.1), 0.01, -1, "confirmed"),
        (effect_of(-0.1), 0.01, 1, "opposite"),
        (effect_of(0.1), 0.01, 1, "confirmed"),
        (effect_of(0.1), 0.01, -1, "opposite"),
        (effect_of(-0.1), 0.06, -1, "undecided"),
        (effect_of(-0.1, n_seeds=2), 0.01, -1, "undecided"),
        (effect_of(-0.015, half_width=0.004), 1e-9, -1, "no measurable effect"),
        (effect_of(-0.015, half_width=0.01), 1e-9, -1, "undecided"),
        (effect_of(0.0, half_width=0.03), 1.0, -1, "undecided"),
        (None, 1.0, -1, "undecided"),
    ],
)
def test_a_verdict_follows_the_rules(effect, p_holm, sign, expected):
    assert verdict(effect, p_holm, sign) == expected
