import pandas as pd

from leaderboard.comparison.prior import ALL, THIRDS
from leaderboard.pictures.prior import draw_prior


def scores_of(row, ratios):
    """Scores of a row on one task: those of all cases, and by thirds of E0."""
    slices = [(ALL, ALL), *(("E0_g_per_L", third) for third in THIRDS)]
    return pd.DataFrame(
        [
            {
                "task": "shift_1s",
                "row": row,
                "quantity": quantity,
                "third": third,
                "target": target,
                "rmse_ratio": ratio,
            }
            for (quantity, third), ratio in zip(slices, ratios, strict=True)
            for target in ("E0_g_per_L", "k_d_per_s")
        ]
    )


def test_every_third_of_every_task_has_its_ratio():
    scores = pd.concat([scores_of("gru", (2.0, 1.0, 2.0, 4.0)), scores_of("tcn", (9.0, 9.0, 9.0, 9.0))])
    for ax in draw_prior("gru", scores).axes:
        assert [text.get_text() for text in ax.texts] == ["2.00", "1.00", "2.00", "4.00"]
        assert [label.get_text() for label in ax.get_yticklabels()] == ["shift_1s"]


def test_row_without_a_ratio_is_not_drawn():
    assert draw_prior("gru", scores_of("gru", (float("nan"),) * 4)) is None
