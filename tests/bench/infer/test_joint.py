import numpy as np
import pytest

from bench.errors import BenchError
from bench.infer.joint import joint_answer_of
from bench.infer.report import report, warnings_of
from bench.infer.told import Told
from bench.world.equilibria import TEMPERATURE_CORRECTED
from bench.world.laboratory import Laboratory
from bench.world.mixing import measure_in_laboratory

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])
PURE = Told(weighed=("water",))


def runs_of(*targets):
    laboratory = Laboratory(60.0, 2.0, initial_ph_sd=0.0, temperature_sd_C=0.0, substrate_share_sd=0.0)
    return [
        measure_in_laboratory(laboratory, KNOWN, np.array([each]), TEMPERATURE_CORRECTED, f"run {number}", range(1))
        for number, each in enumerate(targets)
    ]


def test_an_aged_run_identifies_a_k_d_that_a_fresh_one_cannot_tell():
    load, k_d, aged_s = 0.5, 2e-3, 600.0
    answer = joint_answer_of(runs_of((load, k_d), (load * np.exp(-k_d * aged_s), k_d)), PURE, aged_s)
    assert not answer.alone[0].identified
    assert answer.identified
    found = report(answer, {})["estimates"]
    assert found["k_d_per_s"]["low_90"] < k_d < found["k_d_per_s"]["high_90"]
    assert found["k_d_per_s"]["sd"] < 0.2 * k_d
    assert found["E0_g_per_L"]["low_90"] < load < found["E0_g_per_L"]["high_90"]
    assert warnings_of(answer) == []  # air looks the same fresh and aged


def test_replicates_know_the_load_better_than_each_but_not_as_if_their_solution_were_their_own():
    answer = joint_answer_of(runs_of(*[(0.5, 1e-4)] * 3), PURE)
    alone = np.mean([each.sd[0] for each in answer.alone])
    assert alone / np.sqrt(3) < answer.sd[0] < alone
    assert answer.quantile(0.05)[0] < 0.5 < answer.quantile(0.95)[0]
    assert not answer.apart


def test_runs_of_different_loads_are_said_to_be_no_replicates():
    answer = joint_answer_of(runs_of((0.5, 1e-4), (0.9, 1e-4)), PURE)
    assert answer.apart
    found = report(answer, {})
    assert (found["trusted"], found["warnings"][0]["code"]) == (False, "runs_disagree")


@pytest.mark.parametrize(
    ("n_runs", "told", "aged_s", "message"),
    [
        (1, PURE, 0.0, r"infer 'runs': number must be at least two, got 1. Give one file a run."),
        (3, PURE, 300.0, r"infer 'runs': number must be two, fresh and aged, got 3. Give one file a run."),
        (2, PURE, -1.0, r"infer 'aged': time must be between 0 and 100000 s, got -1. Mend it."),
    ],
)
def test_runs_that_make_no_joint_answer_are_refused(n_runs, told, aged_s, message):
    with pytest.raises(BenchError, match=message):
        joint_answer_of(runs_of(*[(0.5, 1e-3)] * n_runs), told, aged_s)
