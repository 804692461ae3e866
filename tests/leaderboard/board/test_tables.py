from dataclasses import replace

import pytest

from leaderboard.board.tables import attainable, cost_table, forecast_table, scores_table, uncertainty_table
from leaderboard.tables import tables

STATED = {"nll": 0.5, "crps": 0.002, "sharpness": 0.004, "coverage_50": 0.3, "coverage_90": 0.654}


def cells_of(text, row):
    heading, _, *lines = text.splitlines()
    (line,) = [line for line in lines if line.startswith(f"| `{row}`")]
    names, values = ([cell.strip() for cell in each.strip("|").split(" | ")] for each in (heading, line))
    return dict(zip(names, values, strict=True))


@pytest.fixture
def table_of(beside_ceiling):
    def build(errors=None, **changes):
        (table,) = tables(beside_ceiling(errors or {"tcn": 0.1}, n_seeds=2, **changes))
        return table

    return build


def test_scores_stand_beside_the_ceiling(table_of):
    table = table_of()
    line = table.lines[0]
    cells = cells_of(scores_table(table), "tcn")
    assert float(cells["RMSE / ceiling k_d"].split()[0]) == pytest.approx(line.ratio("k_d_per_s").mean, abs=0.01)
    assert float(cells["error"].split()[0]) == pytest.approx(line.overall.mean, abs=0.01)
    assert cells["status"] == "2 ok"


def test_ceiling_has_the_monte_carlo_error_of_its_r2(table_of):
    cells = cells_of(scores_table(table_of()), "bayes")
    assert cells["R2 k_d"].endswith(" ± 0.02")
    assert (cells["error"], cells["RMSE / ceiling E0"]) == ("1.00", "1.00")


def test_without_a_ceiling_the_error_is_that_of_the_prior(record_of):
    (table,) = tables([record_of("tcn")])
    cells = cells_of(scores_table(table), "tcn")
    assert cells["error"].endswith(" of the prior")
    assert cells["RMSE / ceiling k_d"] == "-"


@pytest.fixture
def both(table_of):
    return table_of({"tcn": 0.1, "laboratory_posterior": 0.04})


def test_a_told_ceiling_and_the_untold_one_stand_side_by_side(both):
    cells = cells_of(scores_table(both), "tcn")
    told, untold = (float(cells[f"RMSE / {kind} ceiling k_d"].split()[0]) for kind in ("told", "untold"))
    rmse = both.untold.mean("k_d_per_s_rmse") / both.ceiling.mean("k_d_per_s_rmse")
    assert untold == pytest.approx(told / rmse, abs=0.02)
    assert "| `laboratory_posterior` (untold ceiling) |" in scores_table(both)
    assert "| `bayes` (told ceiling) |" in scores_table(both)
    assert float(cells_of(scores_table(both), "laboratory_posterior")["RMSE / untold ceiling E0"].split()[0]) == 1.0
    assert "RMSE / told ceiling" in cells_of(forecast_table(both), "tcn")


def test_what_the_untold_posterior_reaches_is_said_beside_the_exact_one(both):
    assert [sentence.partition(" reaches")[0] for sentence in attainable(both)] == [
        "E0: the exact posterior",
        "k_d: the exact posterior",
        "E0: the untold posterior, whom nobody told how these traces were measured,",
        "k_d: the untold posterior, whom nobody told how these traces were measured,",
    ]


def test_a_ceiling_that_nobody_told_is_called_so_and_no_exact_posterior(beside_ceiling):
    ceiling, *rows = beside_ceiling({"tcn": 0.1, "laboratory_posterior": 0.02}, n_seeds=1)
    (table,) = tables([replace(ceiling, told=False), *rows])
    assert "| `bayes` (untold ceiling) |" in scores_table(table)
    assert "| `laboratory_posterior` |" in scores_table(table)
    headings = [name for name in cells_of(scores_table(table), "tcn") if "/" in name and "[" not in name]
    assert headings == ["RMSE / untold ceiling E0", "RMSE / untold ceiling k_d"]
    assert all("the untold posterior reaches R2" in sentence for sentence in attainable(table))


def test_a_stale_untold_posterior_is_no_ceiling(beside_ceiling):
    records = beside_ceiling({"laboratory_posterior": 0.04}, n_seeds=1)
    (table,) = tables(records, {records[1].cell: ("source",)})
    assert (table.untold, table.ceiling_name) == (None, "ceiling")


def test_forecast_has_ratio_median_tail_and_number_clipped(table_of):
    cells = cells_of(forecast_table(table_of()), "tcn")
    assert list(cells.values())[1:] == ["0.0125", "1.25", "0.0123", "0.0456", "3"]


def test_records_without_forecast_have_no_table_of_it(record_of):
    (table,) = tables([record_of("tcn")])
    assert forecast_table(table) == ""


def test_uncertainty_stands_beside_the_exact_posteriors(table_of):
    scores = STATED | {"unevenness": 0.04}
    table = table_of(uncertainty={"E0_g_per_L": scores, "k_d_per_s": scores})
    cells = cells_of(uncertainty_table(table), "tcn")
    assert list(cells.values())[8:] == ["+0.50", "-0.33", "2.00", "30 %", "65 %", "4 %", "2.00"]
    assert list(cells_of(uncertainty_table(table), "bayes").values())[8:11] == ["-1.50", "1.00", "1.00"]


def test_rows_that_state_samples_have_scores_of_both_targets_together(table_of):
    both = {"energy": 3.0, "apart": 0.25, "told_apart": 0.98}
    table = table_of(uncertainty={"E0_g_per_L": STATED, "k_d_per_s": STATED, "both": both})
    assert list(cells_of(uncertainty_table(table), "tcn").values())[-3:] == ["-", "0.250", "98 %"]


def test_uncertainty_that_was_scored_otherwise_stands_beside_none(table_of):
    table = table_of(uncertainty={"E0_g_per_L": STATED, "k_d_per_s": STATED}, uncertainty_version=1)
    assert uncertainty_table(table) == ""


def test_where_no_model_states_uncertainty_there_is_no_table_of_it(table_of):
    assert uncertainty_table(table_of()) == ""


def test_costs_and_further_errors_are_of_rows_with_scores(table_of, record_of):
    cells = cells_of(cost_table(table_of()), "tcn")
    assert (cells["fit CPU [s]"], cells["fit [s]"], cells["parameters"]) == ("11.5", "12.5", "10,234")
    (table,) = tables([record_of("tcn", status="failed")])
    assert cost_table(table) == ""


def test_stale_row_is_marked_in_every_table(beside_ceiling):
    records = beside_ceiling({"tcn": 0.1}, n_seeds=1)
    (table,) = tables(records, {records[1].cell: ("source",)})
    assert "| `tcn` | ok; stale: source |" in scores_table(table)
    assert "| `tcn` (stale) |" in forecast_table(table)
    assert "| `tcn` (stale) |" in cost_table(table)


def sentences_of(record_of, r2, implied, error=0.02, implied_error=0.01):
    stated = {"r2_error": error, "r2_implied": implied, "r2_implied_error": implied_error}
    scores = {name: {"r2": r2, "rmse": 0.1, "mae": 0.1, "bias": 0.0} for name in ("E0_g_per_L", "k_d_per_s")}
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
    sentences = sentences_of(record_of, 0.5, 0.8)
    assert sentences[1] == (
        "Warning: observed and implied R2 of E0 are 13 standard errors apart; the ceiling of this task cannot be "
        "trusted."
    )
    assert len(sentences) == 4


def test_ceiling_without_its_errors_is_said_plainly(record_of):
    scores = {name: {"r2": 0.95, "rmse": 1.0, "mae": 1.0, "bias": 0.0} for name in ("E0_g_per_L", "k_d_per_s")}
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
