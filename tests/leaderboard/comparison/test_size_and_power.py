import numpy as np
import pytest

from leaderboard.comparison.size_and_power import (
    METHODS,
    PROFILES,
    SEEDS,
    USED,
    draw_case_noise,
    measure_power,
    measure_size,
)
from leaderboard.comparison.size_tables import power_table, size_table


@pytest.fixture(scope="module")
def noise():
    return draw_case_noise(200, seed=3, n_cases=300)


@pytest.mark.parametrize("n_seeds", SEEDS)
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_chance_makes_few_winners_but_some(noise, n_seeds, profile, share):
    size = measure_size(noise, n_seeds, profile, share, seed=5)
    assert 0.02 < size.pair[USED] < 0.08
    assert size.family[USED] < 0.12  # 8 % and two standard errors of 200 repeats


def test_what_is_not_used_makes_too_many_winners(noise):
    size = measure_size(noise, 3, "half small", 0.9, seed=5)
    assert size.pair["bootstrap"] > 0.12
    assert size.pair["tasks as repetitions"] > 0.15
    assert size.family["as Smyth"] > size.family[USED]
    assert size.family["not moderated"] > size.family[USED]
    assert size.worst_pair["one pooled variance"] > 0.12


def test_a_bootstrap_over_three_seeds_is_wrong_one_time_in_four(noise):
    size = measure_size(noise, 3, "equal", 1.0, seed=6)
    assert size.pair["bootstrap"] == pytest.approx(0.25, abs=0.04)


def test_a_useful_difference_is_found(noise):
    power = {n: np.mean([row.pair for row in measure_power(noise, n, seed=7)]) for n in SEEDS}
    assert power[3] > 0.75
    assert power[5] > 0.95


def test_power_grows_with_the_difference_and_falls_with_the_seeds(noise):
    small, large = (measure_power(noise, 3, seed=7, useful=useful)[5].pair for useful in (0.03, 0.2))
    assert small < large
    calm, wild = (measure_power(noise, 3, seed=7, seed_sd=(sd,) * 8)[0].pair for sd in (0.01, 0.08))
    assert wild < calm


def test_the_same_seed_measures_the_same():
    first, second = (measure_size(draw_case_noise(5, seed=1, n_cases=50), 3, "equal", 0.5, seed=2) for _ in range(2))
    assert first == second


def test_tables_are_markdown_with_a_line_for_each(noise):
    sizes = [measure_size(noise, 3, "equal", share, seed=5) for share in (0.0, 1.0)]
    lines = size_table(sizes).splitlines()
    assert len(lines) == 4
    assert lines[1] == "|" + "---|" * (3 + len(METHODS))
    assert lines[2].startswith("| 3 | equal | 0 | ")
    powers = power_table(measure_power(noise, 3, seed=7)).splitlines()
    assert len(powers) == 2 + 8
    assert powers[-1].startswith("| 3 | 4 % | ")
