import pytest

from bench.world import quantities
from bench.world.quantities import KNOWN, KNOWN_NAMES, TARGET_NAMES, TARGETS


def test_order_and_prior_of_targets_and_known_inputs_are_fixed():
    assert [(q.name, q.unit, q.low, q.high) for q in TARGETS] == [
        ("E0_g_per_L", "g/L", 0.05, 1.25),
        ("k_d_per_s", "1/s", 1e-5, 5e-3),
    ]
    assert [(q.name, q.unit, q.low, q.high) for q in KNOWN] == [
        ("substrate_mM", "mM", 10.0, 100.0),
        ("grams_urease_powder", "g", 0.05, 0.5),
        ("temperature_C", "degree C", 20.0, 40.0),
        ("initial_pH", "pH", 6.5, 7.5),
        ("volume_L", "L", 0.2, 0.2),
    ]


def test_prior_variance_of_the_targets_is_the_one_that_scores_refer_to():
    variances = [(q.high - q.low) ** 2 / 12 for q in TARGETS]
    assert variances == pytest.approx([0.12, 2.0750e-6], rel=1e-4)


def test_column_numbers_point_at_their_names():
    columns = {
        "substrate_mM": quantities.SUBSTRATE,
        "grams_urease_powder": quantities.POWDER,
        "temperature_C": quantities.TEMPERATURE,
        "initial_pH": quantities.INITIAL_PH,
        "volume_L": quantities.VOLUME,
    }
    assert {name: KNOWN_NAMES.index(name) for name in KNOWN_NAMES} == columns
    assert TARGET_NAMES.index("E0_g_per_L") == quantities.E0
    assert TARGET_NAMES.index("k_d_per_s") == quantities.K_D
