import numpy as np
import pytest

from leaderboard.pictures.looks import looks_of
from leaderboard.pictures.traces import MOST_CASES, MOST_ROWS, draw_examples
from leaderboard.predictions import ExampleTraces, Predicted
from leaderboard.tables import tables


def drawn(record_of, examples, rows=("tcn",), predicted=None):
    records = [record_of(row) for row in rows]
    (table,) = tables(records)
    predicted = {} if predicted is None else predicted
    return draw_examples(table, examples, predicted, dict.fromkeys(predicted, 0), looks_of(rows))


def visible(figure):
    return [ax for ax in figure.axes if ax.get_visible()]


def test_example_picture_shows_exactly_the_samples_that_a_model_saw(record_of, examples_of):
    examples = ExampleTraces(**examples_of())
    for number, ax in enumerate(visible(drawn(record_of, examples))[::2]):
        assert ax.lines[0].get_xdata() == pytest.approx(examples.time_s[number][examples.valid[number]])
        assert ax.lines[0].get_ydata() == pytest.approx(examples.ph[number][examples.valid[number]])


def test_example_picture_says_the_true_values(record_of, examples_of):
    arrays = examples_of(n_cases=1) | {"truth": np.array([[0.512, 1.25e-3]]), "case": np.array([17])}
    arrays["known"][0] = [50.0, 0.2, 31.25, 7.0, 0.2]
    title = visible(drawn(record_of, ExampleTraces(**arrays)))[0].get_title()
    assert title == ("case 17: E0 = 0.512 g/L, k_d = 1.25 × 10⁻³ s⁻¹\nurea 50 mM, 31.2 °C, pH 7.00 at t = 0, 5 samples")


def test_example_picture_marks_predictions_of_the_same_case_inside_the_prior(record_of, examples_of):
    examples = ExampleTraces(**examples_of(n_cases=2))
    cell = Predicted(np.array([1, 9]), np.zeros((2, 2)), np.array([[99.0, 2e-3], [0.5, 1e-3]]))
    first, second = visible(drawn(record_of, examples, predicted={"tcn": cell}))[1::2]
    assert first.lines[-1].get_xdata().size == 0
    assert np.concatenate(second.lines[-1].get_data()) == pytest.approx([1.25, 2.0])


def test_example_picture_stays_small(record_of, examples_of):
    rows = [f"row_{number}" for number in range(9)]
    cell = Predicted(np.arange(3), np.zeros((3, 2)), np.full((3, 2), 1e-3))
    figure = drawn(record_of, ExampleTraces(**examples_of(n_cases=8)), rows, dict.fromkeys(rows, cell))
    assert len(visible(figure)) == 2 * MOST_CASES
    assert len(figure.legends[0].get_texts()) == 2 + MOST_ROWS


def test_ceiling_is_among_the_rows_shown_however_many_there_are(record_of, examples_of):
    rows = [*(f"row_{number}" for number in range(9)), "bayes", "mean"]
    cell = Predicted(np.arange(3), np.zeros((3, 2)), np.full((3, 2), 1e-3))
    figure = drawn(record_of, ExampleTraces(**examples_of()), rows, dict.fromkeys(rows, cell))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == 2 + MOST_ROWS
    assert labels[-1].endswith(" bayes")
