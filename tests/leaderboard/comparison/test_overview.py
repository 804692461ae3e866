import numpy as np
import pytest

from leaderboard.comparison.evidence import Evidence
from leaderboard.comparison.overview import overview_text, overviews
from leaderboard.tables import tables

CORE = ("in_distribution", "shift_1s")
SIZES = {"gru": 1.2, "tcn": 2.5, "ridge": 2.5}
N_CASES = 400


@pytest.fixture
def found_of(record_of):
    """Tables with errors drawn for them: ``found_of({"gru": 1.2}, n_seeds=3, without={("gru", "shift_1s")})``."""

    def build(sizes=None, n_seeds=3, tasks=CORE, without=(), preset="quick"):
        generator = np.random.default_rng(7)
        ceiling = {task: generator.standard_normal((N_CASES, 2)) for task in tasks}
        sizes = SIZES if sizes is None else sizes
        cells = [record_of("bayes", task=task, preset=preset) for task in tasks]
        for task in tasks:
            for row in sizes:
                lacks = {"status": "cannot", "message": "why"} if (row, task) in without else {}
                cells += [record_of(row, seed, task=task, preset=preset, **lacks) for seed in range(n_seeds)]
        of_tasks = []
        for table in tables(cells):
            errors = {
                line.label: size**2 * generator.standard_normal((len(line.scored), N_CASES, 2)) ** 2
                for line in table.lines
                if line.scored and (size := sizes.get(line.row))
            }
            of_tasks.append(Evidence(table, np.zeros((N_CASES, 2)), errors, ceiling[table.task] ** 2))
        return of_tasks

    return build


def test_overview_orders_rows_and_gives_places(found_of):
    (overview,) = overviews(found_of(), CORE)
    assert overview.rows[0] == "gru"
    assert (overview.tasks, overview.seeds, overview.outside) == (CORE, (0, 1, 2), ())
    for standing in overview.standings:
        assert {row.row: row.place for row in standing.rows} == {"gru": (1, 1), "tcn": (2, 3), "ridge": (2, 3)}
        ratios = {row.row: row.ratio for row in standing.rows}
        assert ratios["gru"] == pytest.approx(1.2, rel=0.1)


def test_overview_text_has_a_line_a_row_and_says_what_was_found(found_of):
    (overview,) = overviews(found_of(), CORE)
    text = overview_text(overview)
    assert [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")] == [
        f"| `{row}`" for row in overview.rows
    ]
    assert "| row | both | E0 RMSE / ceiling | 95 % | place | k_d RMSE / ceiling | 95 % | place |" in text
    assert "(2.39 standard errors: 5 % over 3 pairs), and by more than either row's fits scatter (their range)." in text
    found = "in 2 of 3 pairs one row stands above the other, at most 0.07 of them by luck with seeds: places are of the"
    assert f"E0: {found} methods. k_d: {found} methods." in text
    assert "Cases only" not in text
    assert "Outside the ranking" not in text


def test_one_seed_has_intervals_of_cases_only_and_no_places(found_of):
    (overview,) = overviews(found_of(n_seeds=1), CORE)
    text = overview_text(overview)
    assert "**Cases only**" in text
    assert "| row | both | E0 RMSE / ceiling | 95 %, cases only | k_d RMSE / ceiling | 95 %, cases only |" in text


def test_row_that_cannot_do_a_core_task_is_outside_with_its_status(found_of):
    (overview,) = overviews(found_of(without={("tcn", "shift_1s")}), CORE)
    assert sorted(overview.rows) == ["gru", "ridge"]
    assert overview.outside == (("tcn", "no score on shift_1s (3 cannot)"),)
    assert "| `tcn` | no score on shift_1s (3 cannot) |" in overview_text(overview)


def test_row_without_any_core_task_is_outside(found_of):
    (overview,) = overviews(found_of(without={("tcn", task) for task in CORE}), CORE)
    assert overview.outside == (("tcn", "no score on any core task (3 cannot)"),)


def test_row_that_lacks_a_seed_is_outside(found_of):
    of_tasks = found_of()
    for place, evidence in enumerate(of_tasks):
        lines = [line if line.row != "tcn" else type(line)("tcn", line.scored[:2], ()) for line in evidence.table.lines]
        table = type(evidence.table)(evidence.table.task, "quick", evidence.table.sizes, tuple(lines))
        errors = evidence.errors | {"tcn": evidence.errors["tcn"][:2]}
        of_tasks[place] = Evidence(table, evidence.truth, errors, evidence.ceiling)
    (overview,) = overviews(of_tasks, CORE)
    assert overview.seeds == (0, 1, 2)
    assert overview.outside == (("tcn", "no score with seed 2 on every core task"),)


def test_row_without_any_error_is_outside(found_of):
    of_tasks = found_of()
    of_tasks[0].errors["tcn"][:] = 0.0
    (overview,) = overviews(of_tasks, CORE)
    assert overview.outside == (("tcn", "its error is exactly 0 on a core task: look for a leak"),)


def test_single_row_is_shown_without_pairs(found_of):
    (overview,) = overviews(found_of({"gru": 1.2}), CORE)
    assert overview.rows == ["gru"]
    assert "pairs one row" not in overview_text(overview)


def test_overview_without_ranked_rows_says_so(found_of):
    (overview,) = overviews(found_of({"gru": 1.2}, without={("gru", "shift_1s")}), CORE)
    assert overview.rows == []
    assert "No row has every core task." in overview_text(overview)


def test_there_is_no_overview_unless_every_core_task_has_its_ceiling_on_the_same_cases(found_of):
    of_tasks = found_of()
    assert overviews(of_tasks, (*CORE, "prefix_10s")) == []
    assert overviews(of_tasks, ()) == []
    first, second = of_tasks
    assert overviews([first, Evidence(second.table, second.truth, second.errors, None)], CORE) == []
    assert overviews([first, Evidence(second.table, second.truth + 1, second.errors, second.ceiling)], CORE) == []


def test_presets_have_an_overview_each(found_of):
    of_tasks = found_of() + found_of(preset="full")
    assert [overview.preset for overview in overviews(of_tasks, CORE)] == ["full", "quick"]


def test_places_that_luck_can_have_made_are_of_these_fits(found_of):
    sizes = {"gru": 1.2} | {f"row{n}": 2.5 for n in range(6)}
    (overview,) = overviews(found_of(sizes), CORE)
    assert [each.of_methods for each in overview.standings] == [False, False]
    assert "by luck with seeds: places are of these fits, not of the methods." in overview_text(overview)
