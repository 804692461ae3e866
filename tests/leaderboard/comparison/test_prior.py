import numpy as np
import pytest

from bench.draw import TEST_STREAM, draw_parameters
from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.prior import prior_scores, ratios_by_thirds
from leaderboard.tables import tables

QUANTITIES = ["all", "E0_g_per_L", "k_d_per_s", "temperature_C", "initial_pH", "substrate_mM"]
KNOWN, TRUTH = draw_parameters(TEST_STREAM, range(300))


@pytest.fixture
def scores_of(record_of):
    """Scores of one row with two seeds that errs by 2 where it is warm and by 1 elsewhere, beside errors of 1."""
    (table,) = tables([record_of("tcn", seed) for seed in (0, 1)])
    warm = KNOWN[:, 2] > 20 + 40 / 3
    errors = np.where(warm[:, None], 4.0, 1.0) * np.ones((2, 300, 2))

    def build(truth=TRUTH, ceiling=None):
        return prior_scores([Evidence(table, truth, {"tcn": errors}, ceiling)])

    return build


def test_every_quantity_has_three_thirds_that_hold_all_cases(scores_of):
    scores = scores_of(ceiling=np.ones((300, 2)))
    assert list(scores["quantity"].unique()) == QUANTITIES
    n_cases = scores.groupby(["quantity", "seed", "target"])["n_cases"].sum()
    assert set(n_cases) == {300}
    assert len(scores) == 2 * 2 * (1 + 5 * 3)


def test_a_row_that_fails_where_it_is_warm_is_seen_there_alone(scores_of):
    scores = scores_of(ceiling=np.ones((300, 2)))
    warmth = scores[scores["quantity"] == "temperature_C"]
    ratio = warmth.groupby("third")["rmse_ratio"].unique()
    assert {third: values.tolist() for third, values in ratio.items()} == {"low": [1], "middle": [1], "high": [2]}
    others = scores[~scores["quantity"].isin(["temperature_C", "all"])]["rmse_ratio"]
    assert others.between(1.2, 1.7).all()


def test_thirds_are_pooled_over_seeds(scores_of):
    thirds = ratios_by_thirds(scores_of(ceiling=np.ones((300, 2))))["tcn"]
    assert list(thirds) == QUANTITIES[1:]
    assert np.allclose(thirds["temperature_C"], [[1, 1, 2], [1, 1, 2]])
    assert ratios_by_thirds(scores_of()) == {}


def test_known_inputs_of_a_draw_that_is_not_public_are_left_out(scores_of):
    assert list(scores_of(truth=TRUTH * 0.999)["quantity"].unique()) == QUANTITIES[:3]


def test_without_a_ceiling_there_is_no_ratio(scores_of):
    scores = scores_of()
    assert scores["rmse_ratio"].isna().all()
    assert scores["rmse"].notna().all()
