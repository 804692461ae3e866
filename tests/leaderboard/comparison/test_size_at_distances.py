import pytest

from leaderboard.comparison.size_at_distances import METHODS, PROFILES, measure_at_distances
from leaderboard.comparison.size_tables import distance_table

UNITS, ONE = METHODS


@pytest.fixture(scope="module")
def sizes():
    return {size.profile: size for size in measure_at_distances(60, 3)}


@pytest.mark.parametrize("profile", PROFILES)
def test_equal_rows_are_seldom_told_apart_at_any_distance(sizes, profile):
    assert sizes[profile].pair[UNITS] < 0.05
    assert sizes[profile].family[UNITS] <= 4 / 60  # 1 or 2 of 60 are expected


def test_rows_near_the_ceiling_are_told_apart_in_spite_of_restless_ones_far_from_it(sizes):
    for profile in ("in proportion", "in proportion, the last wild"):
        assert sizes[profile].neighbours[UNITS] > sizes[profile].neighbours[ONE] + 0.1


def test_the_table_has_a_line_a_profile(sizes):
    heading, _, *lines = distance_table(list(sizes.values())).splitlines()
    assert heading == f"| seeds move rows | {UNITS} | {ONE} |"
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == list(PROFILES)
