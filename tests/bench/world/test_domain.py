# What the simulator refuses, and in which words.
import numpy as np
import pytest

from bench.errors import BenchError, DomainError
from bench.world.simulator import checked_known, exposure_of_ph, simulate_ph

KNOWN_CASE = [50.0, 0.25, 30.0, 7.0, 0.2]
TARGETS = [0.5, 1e-3]


def known_with(column, value):
    return [KNOWN_CASE, [value if i == column else entry for i, entry in enumerate(KNOWN_CASE)]]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, 0.0, "case 1 'substrate_mM': value must be above 0.0, got 0.0. Mend the input."),
        (0, -1.0, "case 1 'substrate_mM': value must be between 0.0 and 1000.0, got -1.0. Mend the input."),
        (0, 1000.5, "case 1 'substrate_mM': value must be between 0.0 and 1000.0, got 1000.5. Mend the input."),
        (1, np.inf, "case 1 'grams_urease_powder': value must be finite, got inf. Mend the input."),
        (2, -0.1, "case 1 'temperature_C': value must be between 0.0 and 60.0, got -0.1. Mend the input."),
        (2, 60.1, "case 1 'temperature_C': value must be between 0.0 and 60.0, got 60.1. Mend the input."),
        (3, 3.9, "case 1 'initial_pH': value must be between 4.0 and 8.0, got 3.9. Mend the input."),
        (3, 8.1, "case 1 'initial_pH': value must be between 4.0 and 8.0, got 8.1. Mend the input."),
        (3, np.nan, "case 1 'initial_pH': value must be between 4.0 and 8.0, got nan. Mend the input."),
        (4, np.nan, "case 1 'volume_L': value must be finite, got nan. Mend the input."),
    ],
)
def test_known_input_outside_the_domain_is_named(column, value, message):
    for ask in (
        checked_known,
        lambda known: simulate_ph([1.0], known, [TARGETS, TARGETS]),
        lambda known: exposure_of_ph([[7.0], [7.0]], known),
    ):
        with pytest.raises(DomainError) as error:
            ask(known_with(column, value))
        assert str(error.value) == message


@pytest.mark.parametrize(("column", "value"), [(0, 1e-9), (0, 1000.0), (2, 0.0), (2, 60.0), (3, 4.0), (3, 8.0)])
def test_ends_of_the_domain_belong_to_it(column, value):
    assert checked_known(known_with(column, value))[1, column] == value


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([-0.1, 1e-3], "case 1 'E0_g_per_L': value must be at least 0.0, got -0.1. Mend the input."),
        ([0.5, -1e-9], "case 1 'k_d_per_s': value must be at least 0.0, got -1e-09. Mend the input."),
        ([0.5, np.inf], "case 1 'k_d_per_s': value must be at least 0.0, got inf. Mend the input."),
    ],
)
def test_target_outside_the_domain_is_named(targets, message):
    with pytest.raises(DomainError) as error:
        simulate_ph([1.0], [KNOWN_CASE, KNOWN_CASE], [TARGETS, targets])
    assert str(error.value) == message


def test_time_before_the_start_is_named():
    with pytest.raises(DomainError) as error:
        simulate_ph([[0.0, 1.0], [0.0, -1.0]], [KNOWN_CASE, KNOWN_CASE], [TARGETS, TARGETS])
    assert str(error.value) == "case 1, sample 1, 'time_s': value must be at least 0.0, got -1.0. Mend the input."


@pytest.mark.parametrize("ph", [0.5, 14.5, np.nan])
def test_measured_ph_that_no_probe_shows_is_named(ph):
    with pytest.raises(DomainError) as error:
        exposure_of_ph([[7.0, ph]], [KNOWN_CASE])
    assert str(error.value) == f"case 0, sample 1, 'pH': value must be between 1.0 and 14.0, got {ph}. Mend the input."


COLUMNS = "substrate_mM, grams_urease_powder, temperature_C, initial_pH, volume_L"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: simulate_ph([1.0], [KNOWN_CASE[:4]], [TARGETS]),
            f"simulator 'known': shape must be (case, 5), got (1, 4). Give the columns {COLUMNS}.",
        ),
        (
            lambda: simulate_ph([1.0], KNOWN_CASE, [TARGETS]),
            f"simulator 'known': shape must be (case, 5), got (5,). Give the columns {COLUMNS}.",
        ),
        (
            lambda: simulate_ph([1.0], [KNOWN_CASE], TARGETS),
            "simulator 'targets': shape must be (1, 2), got (2,). Give the columns E0_g_per_L, k_d_per_s.",
        ),
        (
            lambda: simulate_ph([[1.0], [2.0]], [KNOWN_CASE] * 3, [TARGETS] * 3),
            "simulator 'time_s': shape must be (sample,) or (3, sample), got (2, 1). "
            "Give one row of times, or one a case.",
        ),
        (
            lambda: exposure_of_ph([7.0, 7.1], [KNOWN_CASE]),
            "exposure_of_ph 'ph': shape must be (1, sample), got (2,). Give one row of pH a case.",
        ),
    ],
)
def test_wrong_shape_is_named(ask, message):
    with pytest.raises(BenchError) as error:
        ask()
    assert str(error.value) == message
