import numpy as np
import pytest

from bench.world.equilibria import FIXED_25C, TEMPERATURE_CORRECTED, WORLDS


@pytest.mark.parametrize(
    ("temperature_C", "pK"), [(25.0, (9.2442, 10.3289, 6.3519, 13.9948)), (40.0, (8.8070, 10.2217, 6.2974, 13.5334))]
)
def test_constants_are_the_published_ones(temperature_C, pK):
    constants = TEMPERATURE_CORRECTED.constants([temperature_C])
    found = [-np.log10(K[0]) for K in (constants.Ka_NH4, constants.K2, constants.K1, constants.Kw)]
    np.testing.assert_allclose(found, pK, rtol=0, atol=5e-5)


def test_fixed_world_holds_the_constants_of_the_study_at_every_temperature():
    constants = FIXED_25C.constants([0.0, 25.0, 60.0])
    for found, value in zip(
        (constants.Kw, constants.Ka_NH4, constants.K1, constants.K2), (1e-14, 5.62e-10, 4.45e-7, 4.69e-11), strict=True
    ):
        assert found.tolist() == [value] * 3


def test_worlds_differ_by_0_44_in_the_ammonium_constant_at_40_degrees():
    fixed, corrected = (world.constants(40.0).Ka_NH4 for world in (FIXED_25C, TEMPERATURE_CORRECTED))
    assert np.log10(corrected) - np.log10(fixed) == pytest.approx(0.44, abs=5e-3)


def test_one_constant_a_case_in_the_order_of_the_temperatures():
    together = TEMPERATURE_CORRECTED.constants([10.0, 50.0])
    apart = [TEMPERATURE_CORRECTED.constants([t]) for t in (10.0, 50.0)]
    assert together.K1.tolist() == [one.K1[0] for one in apart]
    assert together.K1[0] != together.K1[1]


def test_worlds_are_listed_under_their_names():
    assert {"temperature_corrected": TEMPERATURE_CORRECTED, "fixed_25C": FIXED_25C} == WORLDS
