import numpy as np
import pytest

from bench.run.record import write_arrays
from leaderboard.comparison.evidence import Evidence, leaks, read_evidence
from leaderboard.predictions import Predictions
from leaderboard.tables import tables

ERRORS = {"gru": 0.05, "tcn": 0.2}


@pytest.fixture
def evidence_of(beside_ceiling, folder_of):
    def build(n_seeds=2, change=lambda folder, records: None, stale=None):
        records = beside_ceiling(ERRORS, n_seeds=n_seeds)
        folder = folder_of(records)
        change(folder, records)
        (table,) = tables(records, stale(records) if stale else None)
        return read_evidence(Predictions(folder), table)

    return build


def made(table, errors, ceiling):
    generator = np.random.default_rng(0)
    noise = generator.standard_normal((1000, 2))
    return Evidence(
        table,
        np.zeros((1000, 2)),
        {row: (size * np.stack([noise + 0.3 * generator.standard_normal((1000, 2))])) ** 2 for row, size in errors},
        (ceiling * noise) ** 2,
    )


def test_evidence_holds_the_squared_errors_that_the_scores_come_from(evidence_of):
    evidence = evidence_of()
    assert sorted(evidence.errors) == ["gru", "tcn"]
    for line in evidence.table.lines:
        if line.role != "ceiling":
            for record, errors in zip(line.scored, evidence.errors[line.label], strict=True):
                rmse = [record.scores[name]["rmse"] for name in ("E0_g_per_L", "k_d_per_s")]
                assert np.sqrt(errors.mean(axis=0)) == pytest.approx(rmse)


def test_row_with_a_missing_file_is_left_out(evidence_of):
    evidence = evidence_of(change=lambda folder, records: (folder / records[1].prediction_file).unlink())
    assert list(evidence.errors) == ["tcn"]


def test_row_tested_on_other_cases_than_the_ceiling_is_left_out(evidence_of):
    def other_cases(folder, records):
        arrays = {"case": np.arange(40), "truth": np.ones((40, 2)), "mean": np.zeros((40, 2))}
        write_arrays(folder / records[-1].prediction_file, arrays)

    assert list(evidence_of(change=other_cases).errors) == ["gru"]


def test_stale_row_is_left_out(evidence_of):
    evidence = evidence_of(n_seeds=1, stale=lambda records: {records[1].cell: ("source",)})
    assert list(evidence.errors) == ["tcn"]


def test_table_without_files_has_no_evidence(record_of, tmp_path):
    (table,) = tables([record_of("tcn")])
    assert read_evidence(Predictions(tmp_path), table) is None


def test_honest_rows_raise_no_alarm(record_of):
    (table,) = tables([record_of("tcn")])
    assert leaks([made(table, [("gru", 1.0), ("tcn", 2.0)], 1.0)]) == [()]


def test_row_that_beats_the_ceiling_raises_an_alarm_beside_its_own_table(record_of):
    (table,) = tables([record_of("tcn")])
    honest, leak = made(table, [("tcn", 1.0)], 1.0), made(table, [("gru", 1.0), ("tcn", 0.5)], 1.0)
    none, (alarm,) = leaks([honest, leak])
    assert none == ()
    assert alarm.startswith("Leak alarm: `tcn` beats the exact posterior on the same cases (p = ")
    assert alarm.endswith("Look for test targets that reach the model, or for a wrong ceiling.")


def test_row_without_any_error_raises_an_alarm(record_of):
    (table,) = tables([record_of("tcn")])
    evidence = made(table, [("gru", 1.0), ("tcn", 0.0)], 1.0)
    assert leaks([evidence]) == [
        ("Leak alarm: `tcn` predicts E0 and k_d without any error. Look for test targets that reach the model.",)
    ]


def test_without_a_ceiling_there_is_no_alarm(record_of):
    (table,) = tables([record_of("tcn")])
    evidence = made(table, [("gru", 1.0)], 1.0)
    assert leaks([Evidence(table, evidence.truth, evidence.errors, None)]) == [()]
    assert leaks([]) == []


@pytest.fixture
def alarms_of(record_of):
    """Number of alarms of each row, with given errors (seed, case, target) beside those of a ceiling."""
    (table,) = tables([record_of("tcn")])

    def build(errors, ceiling):
        (said,) = leaks([Evidence(table, np.zeros_like(ceiling), errors, ceiling)])
        return [sum(f"`{row}`" in text for text in said) for row in errors]

    return build


def heavy_tailed(shape, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=shape) * np.exp(0.6 * generator.normal(size=(shape[-2], 1)))


def test_alarm_is_raised_by_errors_five_percent_lower_on_one_target(alarms_of):
    ceiling = heavy_tailed((2000, 2)) ** 2
    leaks_one = (ceiling * [0.95**2, 1.05**2])[None]
    assert alarms_of({"leaks": leaks_one, "honest": 1.05**2 * ceiling[None]}, ceiling) == [1, 0]


@pytest.mark.parametrize("rounding", [0.0, 1e-13, -1e-13])
def test_alarm_is_not_raised_by_the_ceiling_itself(alarms_of, rounding):
    ceiling = heavy_tailed((2000, 2)) ** 2
    assert alarms_of({"equal": np.repeat((1 + rounding) * ceiling[None], 3, axis=0)}, ceiling) == [0]


def test_alarm_is_rarely_raised_by_rows_as_good_as_the_ceiling(alarms_of):
    n_alarms = 0
    for seed in range(200):
        ceiling = heavy_tailed((500, 2), seed)
        # What an honest row adds to the best answer has nothing to do with that answer's error.
        rows = ceiling + 0.01 * heavy_tailed((4, 1, 500, 2), 1000 + seed)
        n_alarms += sum(alarms_of(dict(zip("abcd", rows**2, strict=True)), ceiling**2)) > 0
    assert n_alarms <= 6  # 2 expected; more than 6 has a chance of 0.4 %
