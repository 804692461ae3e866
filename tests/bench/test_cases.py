import dataclasses

import numpy as np
import pytest

from bench.cases import Cases, Targets, Traces, concatenate
from bench.errors import BenchError

KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2], [60.0, 0.25, 31.0, 7.1, 0.2], [70.0, 0.25, 32.0, 7.2, 0.2]])
COLUMNS = "substrate_mM, grams_urease_powder, temperature_C, initial_pH, volume_L"


def ragged():
    """Three cases of 3, 1 and 2 samples."""
    time_s = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    ph = np.array([[7.0, 7.5, 8.0], [7.1, 0.0, 0.0], [7.2, 7.3, 0.0]])
    return Traces(time_s, ph, np.array([[True, True, True], [True, False, False], [True, True, False]]), KNOWN)


def with_change(field, index, value):
    arrays = {name: getattr(ragged(), name).copy() for name in ("time_s", "ph", "valid", "known")}
    arrays[field][index] = value
    return arrays


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (with_change("valid", (1, 2), True), "case 1 'valid': value must be a run of True, then padding"),
        (with_change("valid", (2, 0), False), "case 2 'valid': value must be a run of True, then padding"),
        (with_change("valid", (1, 0), False), "case 1 'valid': value must be at least one sample"),
        (with_change("ph", (2, 1), np.nan), "case 2 'time_s and ph': value must be finite"),
        (with_change("time_s", (0, 2), np.inf), "case 0 'time_s and ph': value must be finite"),
        (with_change("known", (1, 3), np.nan), "case 1 'known': value must be finite"),
        (with_change("time_s", (0, 2), 1.0), "case 0 'time_s': value must be strictly increasing"),
        (with_change("time_s", (2, 1), -1.0), "case 2 'time_s': value must be strictly increasing"),
    ],
)
def test_trace_that_breaks_a_rule_is_named(arrays, message):
    with pytest.raises(BenchError) as error:
        Traces(**arrays)
    assert str(error.value) == f"{message}, got one that is not. Mend or drop the case."


def test_repeated_times_as_of_edge_padding_are_refused():
    with pytest.raises(BenchError, match="case 0 'time_s': value must be strictly increasing"):
        Traces.of([0.0, 1.0, 1.0], [[7.0, 7.5, 7.5]], KNOWN[:1])


def test_padding_may_hold_anything():
    arrays = with_change("ph", (1, 2), np.nan)
    assert Traces(**arrays).lengths.tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"time_s": np.zeros((3, 2))},
            "traces 'ph': shapes of time_s, ph and valid must be one (case, sample), "
            "got (3, 2), (3, 3) and (3, 3). Give one row a case.",
        ),
        (
            {"valid": np.ones((2, 3), dtype=bool)},
            "traces 'ph': shapes of time_s, ph and valid must be one (case, sample), "
            "got (3, 3), (3, 3) and (2, 3). Give one row a case.",
        ),
        (
            {"known": KNOWN[:2]},
            f"traces 'known': shape must be (3, 5), got (2, 5). Give the columns {COLUMNS}.",
        ),
        (
            {"known": KNOWN[:, :4]},
            f"traces 'known': shape must be (3, 5), got (3, 4). Give the columns {COLUMNS}.",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(change, message):
    with pytest.raises(BenchError) as error:
        dataclasses.replace(ragged(), **change)
    assert str(error.value) == message


def test_traces_of_regular_samples_do_not_share_memory_with_their_source():
    time_s, ph = np.array([0.0, 1.0]), np.full((3, 2), 7.0)
    traces = Traces.of(time_s, ph, KNOWN)
    traces.time_s[0, 1] = 9.0
    assert time_s.tolist() == [0.0, 1.0]
    assert traces.time_s[1].tolist() == [0.0, 1.0]
    assert not np.shares_memory(traces.ph, ph)
    assert not np.shares_memory(traces.known, KNOWN)
    assert traces.valid.all()


def test_taken_cases_keep_their_order_and_lose_the_padding_of_the_others():
    taken = ragged().take(np.array([2, 1]))
    assert taken.ph.tolist() == [[7.2, 7.3], [7.1, 0.0]]
    assert taken.time_s.tolist() == [[0.0, 5.0], [0.0, 0.0]]
    assert taken.valid.tolist() == [[True, True], [True, False]]
    assert np.array_equal(taken.known, KNOWN[[2, 1]])
    assert ragged().take(slice(1, 2)).ph.tolist() == [[7.1]]
    assert ragged().take(slice(0, 0)).n_cases == 0


def test_concatenated_traces_are_those_they_were_made_of():
    short, long = Traces.of([0.0], [[7.5]], KNOWN[:1]), ragged()
    joined = concatenate([short, long])
    assert joined.lengths.tolist() == [1, 3, 1, 2]
    assert joined.ph.dtype == joined.time_s.dtype == np.float64
    assert joined.valid.dtype == np.bool_
    for field in ("time_s", "ph", "valid", "known"):
        assert np.array_equal(getattr(joined.take(slice(0, 1)), field), getattr(short, field))
        assert np.array_equal(getattr(joined.take(slice(1, 4)), field), getattr(long, field))


def test_targets_in_another_order_are_refused_with_both_orders():
    with pytest.raises(BenchError) as error:
        Targets(np.zeros((1, 2)), ("k_d_per_s", "E0_g_per_L"))
    assert str(error.value) == (
        "targets 'names': order must be ('E0_g_per_L', 'k_d_per_s'), got ('k_d_per_s', 'E0_g_per_L'). "
        "Reorder the columns."
    )


@pytest.mark.parametrize("shape", [(2,), (3, 1), (3, 3)])
def test_targets_of_another_shape_are_refused(shape):
    with pytest.raises(BenchError) as error:
        Targets(np.zeros(shape))
    assert str(error.value) == f"targets 'values': shape must be (case, 2), got {shape}. Give one row a case."


def test_target_that_is_not_finite_is_named():
    with pytest.raises(BenchError) as error:
        Targets(np.array([[0.5, 1e-3], [0.5, np.nan]]))
    assert str(error.value) == "case 1 'targets': value must be finite, got one that is not. Mend or drop the case."


def test_cases_need_one_row_of_targets_a_trace():
    with pytest.raises(BenchError) as error:
        Cases(ragged(), Targets(np.zeros((2, 2))))
    assert str(error.value) == (
        "cases 'targets': number must be 3, one a trace, got 2. Give as many targets as traces."
    )


def test_taken_cases_keep_traces_and_targets_together():
    cases = Cases(ragged(), Targets(np.array([[0.1, 1e-3], [0.2, 2e-3], [0.3, 3e-3]]))).take(np.array([2, 0]))
    assert cases.targets.values.tolist() == [[0.3, 3e-3], [0.1, 1e-3]]
    assert cases.traces.known.tolist() == KNOWN[[2, 0]].tolist()


def test_values_are_frozen():
    targets = Targets(np.zeros((3, 2)))
    for value, field in ((ragged(), "ph"), (targets, "values"), (Cases(ragged(), targets), "targets")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, None)
