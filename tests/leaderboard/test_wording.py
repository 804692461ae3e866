import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.world.quantities import TARGETS
from leaderboard.wording import (
    LONGEST_GIST,
    SHOWN,
    bias_text,
    code_span,
    error_text,
    gist,
    grid,
    quantity_text,
    r2_text,
    ratio_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0000"),
        (0.99999, ">0.9999"),
        (0.9923, "0.9923"),
        (0.99, "0.990"),
        (-0.0004, "0.000"),
        (-9.9996, "-10.000"),
        (-10.0, "-10.0"),
        (-999.94, "-999.9"),
        (-1e9, "-1.0e+09"),
        ("undefined: why", "undefined: why"),
        (None, "-"),
    ],
)
def test_r2_is_printed_with_digits_that_tell_rows_apart(value, text):
    assert r2_text(value) == text


@settings(deadline=None)
@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_quantity_keeps_three_significant_digits(value):
    assert float(quantity_text(value)) == pytest.approx(value, rel=5.1e-3)


def test_quantity_that_rounds_up_to_the_next_power_of_ten_keeps_three_digits():
    assert quantity_text(0.99999) == "1.00"
    assert quantity_text(99999.9) == "1.00e+05"


def test_bias_has_the_decimals_of_its_error():
    assert bias_text(-0.000012, 0.514) == "-0.000"
    assert bias_text(0.25, 3.1e7) == "+2.50e-01"
    assert bias_text(1.0, None) == "-"


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("", ""),
        ("\n\n", ""),
        ("first\nsecond", "first"),
        ("Traceback (most recent call last):\n  File 'a'\nValueError: bad\n", "ValueError: bad"),
        ("red \x1b[31mtext", "red  [31mtext"),
    ],
)
def test_gist_is_the_line_that_says_most(message, line):
    assert gist(message) == line


def test_gist_of_a_long_line_is_cut_visibly():
    assert len(gist("x" * 1000)) == LONGEST_GIST
    assert gist("x" * 1000).endswith("x...")


@settings(deadline=None)
@given(st.text())
def test_code_span_stays_on_one_line_and_inside_one_table_cell(text):
    span = code_span(text)
    assert len(span.splitlines()) <= 1
    assert "|" not in span.replace("\\|", "")


def test_code_span_fence_is_longer_than_any_inside():
    assert code_span("a``b`c") == "``` a``b`c ```"


def test_shown_targets_are_the_declared_ones_in_order():
    assert [shown.name for shown in SHOWN] == [target.name for target in TARGETS]
    for shown, target in zip(SHOWN, TARGETS, strict=True):
        assert (shown.low * shown.scale, shown.high * shown.scale) == pytest.approx((target.low, target.high))


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.73214, 0.0146, "0.732 ± 0.015"),
        (0.73214, 0.0196, "0.73 ± 0.02"),
        (-12.34, 3.4, "-12 ± 3"),
        (0.999823, 7.4e-6, "0.999823 ± 0.000007"),
        (0.5, 0.0, "0.500 ± 0"),
    ],
)
def test_number_is_printed_to_the_decimals_that_its_error_leaves(value, error, text):
    assert error_text(value, error) == text


def test_ratio_has_two_decimals_near_one_and_three_digits_beyond():
    assert [ratio_text(value) for value in (0.5, 1.0, 9.999, 10.0, 123456.0, None)] == [
        "0.50",
        "1.00",
        "10.00",
        "10.0",
        "1.23e+05",
        "-",
    ]


def test_grid_repeats_the_last_alignment():
    assert grid(["a", "b", "c"], [], "lr") == "| a | b | c |\n| --- | ---: | ---: |"
