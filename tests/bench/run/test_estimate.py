import pytest

from bench.run.estimate import START_S, duration, estimate, job_seconds, longest_first
from bench.task import Sizes

ROWS = [("behaves", {}), ("neighbour", {})]


@pytest.fixture
def timed(make_record):
    """Record of a row that took 8 s to fit 16 cases and 3 s to predict 12."""

    def timed(row, **changes):
        return make_record(**({"row": row, "model": row, "fit_s": 8.0, "predict_s": 3.0} | changes))

    return timed


def test_an_estimate_scales_with_training_and_test_cases(plan_of, timed):
    def seconds(sizes, names=("dense",)):
        return job_seconds(plan_of(ROWS[:1], names, sizes=sizes).jobs[0], [timed("behaves")])

    assert seconds(Sizes(16, 8, 12, 1)) == START_S + 8.0 + 3.0
    assert seconds(Sizes(32, 8, 12, 1)) == START_S + 16.0 + 3.0
    assert seconds(Sizes(16, 8, 24, 1)) == START_S + 8.0 + 6.0
    assert seconds(Sizes(16, 8, 12, 1), ("dense", "sparse")) == START_S + 8.0 + 2 * 3.0


def test_records_of_the_same_preset_come_first(plan_of, timed):
    job = plan_of(ROWS[:1]).jobs[0]
    other = timed("behaves", preset="quick", fit_s=100.0)
    assert job_seconds(job, [other]) == START_S + 103.0
    assert job_seconds(job, [other, timed("behaves")]) == START_S + 11.0


def test_untimed_records_say_nothing(plan_of, timed):
    records = [timed("behaves", fit_s=None, status="failed"), timed("neighbour")]
    assert job_seconds(plan_of(ROWS[:1]).jobs[0], records) is None


def test_jobs_at_a_time_share_the_work(plan_of, timed):
    plan = plan_of(ROWS, seeds=2)
    records = [timed("behaves"), timed("neighbour", fit_s=18.0)]
    assert estimate(plan, records, 1).seconds == 2 * (START_S + 11.0) + 2 * (START_S + 21.0)
    assert estimate(plan, records, 4).seconds == START_S + 21.0


def test_rows_that_were_never_timed_are_named(plan_of, timed):
    assert str(estimate(plan_of(ROWS), [timed("behaves")], 1)) == "about 13 s, plus not yet timed here: neighbour"
    assert str(estimate(plan_of(ROWS), [], 1)) == "not yet timed here: behaves, neighbour"


def test_nothing_to_do_is_said(plan_of):
    assert str(estimate(plan_of([]), [], 1)) == "nothing to do"


def test_unknown_and_long_jobs_start_first(plan_of, timed):
    rows = [("neighbour", {}), ("raises", {}), ("behaves", {})]
    records = [timed("neighbour"), timed("behaves", fit_s=50.0)]
    plan = plan_of(rows)
    ordered = longest_first(plan, records)
    assert [job.first.plugin.row for job in ordered.jobs] == ["raises", "behaves", "neighbour"]
    assert ordered.cells == plan.cells


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (99.4, "99 s"), (100.0, "1.7 min"), (5399.0, "90.0 min"), (5400.0, "1.5 h")]
)
def test_durations_are_said_as_people_say_them(seconds, text):
    assert duration(seconds) == text
