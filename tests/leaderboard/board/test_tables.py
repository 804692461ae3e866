import pytest

from leaderboard.board.tables import cost_table, forecast_table, scores_table, uncertainty_table
from leaderboard.tables import tables


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


def test_forecast_has_ratio_median_tail_and_number_clipped(table_of):
    cells = cells_of(forecast_table(table_of()), "tcn")
    assert list(cells.values())[1:] == ["0.0125", "1.25", "0.0123", "0.0456", "3"]


def test_records_without_forecast_have_no_table_of_it(record_of):
    (table,) = tables([record_of("tcn")])
    assert forecast_table(table) == ""


def test_uncertainty_stands_beside_the_exact_posteriors(table_of):
    scores = {"nll": 0.5, "crps": 0.002, "sharpness": 0.004, "coverage_50": 0.3, "coverage_90": 0.654}
    table = table_of(uncertainty={"E0_g_per_L": scores, "k_d_per_s": scores})
    cells = cells_of(uncertainty_table(table), "tcn")
    assert list(cells.values())[6:] == ["+0.50", "2.00", "30 %", "65 %", "4.00"]
    assert cells_of(uncertainty_table(table), "bayes")["NLL E0"] == "-1.50"


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
