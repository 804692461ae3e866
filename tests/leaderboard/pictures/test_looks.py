import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboard.pictures.looks import drawing, frame, look_of, looks_of, ratio_axis, save, text_width


def test_looks_of_fifty_rows_are_all_different():
    looks = looks_of([f"row_{number}" for number in range(50)])
    assert len({(look.colour, look.marker) for look in looks.values()}) == 52


def test_looks_do_not_depend_on_the_order_of_rows():
    assert looks_of(["tcn", "gru", "mean"]) == looks_of(["mean", "gru", "tcn", "gru"])


@pytest.mark.parametrize("row", ["tcn", 'tcn(name="a (b)")'])
@pytest.mark.parametrize("mark", ["", " (1 of 2, source 0123ab)", " (1 of 2, source 0123ab, stale)"])
def test_the_look_of_a_line_is_that_of_its_row(row, mark):
    looks = looks_of(["gru", row])
    assert look_of(row + mark, looks) is looks[row]


def test_drawing_leaves_the_settings_as_they_were():
    before = dict(mpl.rcParams)
    with drawing():
        assert mpl.rcParams["font.size"] == 9
    assert dict(mpl.rcParams) == before


def test_saved_picture_has_the_same_bytes_again(tmp_path):
    paths = []
    for name in ("a.png", "b.png"):
        with drawing():
            figure = Figure()
            figure.subplots().plot([0, 1])
            paths.append(save(figure, tmp_path / "folder" / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert b"Matplotlib" not in paths[0].read_bytes()


def test_frame_sets_margins_in_inches():
    figure = Figure(figsize=(10.0, 5.0))
    ax = figure.subplots()
    frame(figure, left=1.0, right=0.5, bottom=0.75, top=0.25)
    box = ax.get_position()
    assert [box.x0 * 10, box.x1 * 10, box.y0 * 5, box.y1 * 5] == pytest.approx([1.0, 9.5, 0.75, 4.75])


@pytest.mark.parametrize("text", ["gradient_boosting", "WMWM", "iii", "-1.874 (-1.9..-1.8)"])
def test_room_for_a_text_is_enough_for_names_of_rows(text):
    figure = Figure(dpi=100)
    canvas = FigureCanvasAgg(figure)
    with drawing():
        width = figure.text(0, 0, text, fontsize=8).get_window_extent(canvas.get_renderer()).width / 100
    assert width <= text_width(text) * (1.6 if text == "WMWM" else 1.0)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.95, 2.5, ["1", "1.1", "1.2", "1.5", "2"]),
        (0.95, 5.5, ["1", "1.5", "2", "3", "5"]),
        (0.95, 60.0, ["1", "2", "5", "10", "20", "50"]),
        (0.95, 3000.0, ["1", "10", "100", "1000"]),
    ],
)
def test_axis_of_ratios_has_few_round_numbers(low, high, ticks):
    for name in ("xaxis", "yaxis"):
        axis = getattr(Figure().subplots(), name)
        ratio_axis(axis, low, high)
        assert [label.get_text() for label in axis.get_ticklabels()] == ticks
        assert axis.get_scale() == "log"
