import numpy as np
import pytest

from bench.run.record import write_arrays
from leaderboard.pictures.forecasts import MOST_CASES, MOST_ROWS, draw_forecasts
from leaderboard.pictures.looks import looks_of
from leaderboard.predictions import ExampleTraces, Predicted, read_examples
from leaderboard.tables import tables


@pytest.fixture
def drawn(record_of, example_file_of, tmp_path):
    def build(rows=("tcn",), n_cases=2, forecast=None):
        write_arrays(tmp_path / "examples" / "shift_1s.npz", example_file_of(n_cases=n_cases))
        examples = read_examples(tmp_path, "shift_1s")
        forecast = examples.forecasts.true + 0.02 if forecast is None else forecast
        cell = Predicted(np.arange(9), np.zeros((9, 2)), np.zeros((9, 2)), forecast=forecast)
        (table,) = tables([record_of(row) for row in rows])
        figure = draw_forecasts(table, examples, dict.fromkeys(rows, cell), looks_of(rows))
        return figure, examples

    return build


def curves(ax, look):
    return [line for line in ax.lines if line.get_color() == look.colour]


def test_forecast_picture_shows_truth_and_forecasts_beyond_the_trace_and_the_samples_within(drawn):
    figure, examples = drawn()
    look = looks_of(["tcn"])["tcn"]
    for number, ax in enumerate(figure.axes[:2]):
        (curve,) = curves(ax, look)
        later = examples.forecasts.time_s >= examples.time_s.max()
        assert curve.get_xdata() == pytest.approx(examples.forecasts.time_s[later])
        assert curve.get_ydata() == pytest.approx(examples.forecasts.true[number, later] + 0.02)
        (samples,) = [line for line in ax.lines if line.get_color() == "0.15"]
        assert samples.get_ydata() == pytest.approx(examples.ph[number][examples.valid[number]])


def test_forecast_picture_shows_errors_beside_the_posteriors_band(drawn):
    figure, _ = drawn()
    for ax in figure.axes[2:]:
        (curve,) = curves(ax, looks_of(["tcn"])["tcn"])
        assert curve.get_ydata() == pytest.approx(0.02)
        band = ax.collections[0].get_paths()[0].vertices[:, 1]
        assert [band.min(), band.max()] == pytest.approx([-0.05 - 0.1645, -0.05 + 0.1645])


def test_wild_forecast_leaves_the_frame_and_the_band_stays_visible(drawn):
    figure, _ = drawn(forecast=np.full((2, 5), 99.0))
    assert figure.axes[2].get_ylim()[1] < 2.0


def test_forecast_picture_stays_small(drawn):
    rows = [f"row_{number}" for number in range(9)]
    figure, _ = drawn(rows, n_cases=8)
    assert len(figure.axes) == 2 * MOST_CASES
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len([label for label in labels if "row_" in label]) == MOST_ROWS


def test_examples_without_forecasts_are_not_drawn(record_of, examples_of):
    (table,) = tables([record_of("tcn")])
    assert draw_forecasts(table, ExampleTraces(**examples_of()), {}, looks_of(["tcn"])) is None
