import pytest

from leaderboard.board.attainable import attainable
from leaderboard.tables import tables


def sentences_of(record_of, r2, implied, error=0.02, implied_error=0.01):
    stated = {"r2_error": error, "r2_implied": implied, "r2_implied_error": implied_error}
    scores = {name: {"r2": r2, "rmse": 0.1} for name in ("E0_g_per_L", "k_d_per_s")}
    ceiling = dict.fromkeys(scores, stated)
    (table,) = tables([record_of("bayes", scores=scores, ceiling=ceiling)])
    return attainable(table)


def test_what_nobody_can_know_is_said_with_its_error(record_of):
    assert sentences_of(record_of, 0.0521, 0.0637, 0.0212, 0.0027)[1] == (
        "k_d: the exact posterior itself reaches R2 0.05 ± 0.02 here: nobody can know k_d from these samples "
        "(its variance implies 0.064 ± 0.003)."
    )


@pytest.mark.parametrize(
    ("r2", "words"), [(0.5, "these samples tell a part of E0, not more"), (0.99, "these samples determine E0")]
)
def test_what_can_be_known_is_said(record_of, r2, words):
    first, second = sentences_of(record_of, r2, r2)
    assert words in first
    assert second.startswith("k_d: ")


def test_ceiling_that_contradicts_itself_is_a_warning(record_of):
    found = sentences_of(record_of, 0.5, 0.8)
    assert found[1] == (
        "Warning: observed and implied R2 of E0 are 13 standard errors apart; the ceiling of this task cannot be "
        "trusted."
    )
    assert len(found) == 4


def test_ceiling_without_its_errors_is_said_plainly(record_of):
    scores = {name: {"r2": 0.95, "rmse": 1.0} for name in ("E0_g_per_L", "k_d_per_s")}
    (table,) = tables([record_of("bayes", scores=scores)])
    assert attainable(table)[0] == "E0: the exact posterior reaches R2 0.950 here: these samples determine E0."


def test_undefined_r2_of_the_ceiling_is_a_sentence(record_of):
    assert sentences_of(record_of, "undefined: why", 0.5)[0] == "E0: R2 of the exact posterior is undefined: why."


def test_nothing_is_attainable_without_a_fresh_ceiling(record_of):
    (table,) = tables([record_of("tcn")])
    assert attainable(table) == ()
    cell = record_of("bayes")
    (table,) = tables([cell], {cell.cell: ("source",)})
    assert attainable(table) == ()
