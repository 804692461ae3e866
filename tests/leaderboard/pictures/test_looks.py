import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboard.pictures.looks import drawing, legend, look_of, looks_of, ratio_axis, save, write_beside


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
        assert mpl.rcParams["font.size"] == 8
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


def test_legend_names_what_several_panels_show_once_and_in_their_order():
    figure = Figure(layout="constrained")
    for ax in figure.subplots(1, 2):
        for name in ("true", "gru", "tcn"):
            ax.plot([0, 1], label=name)
    legend(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["true", "gru", "tcn"]


def test_a_text_beside_a_panel_lies_within_the_figure():
    with drawing():
        figure = Figure(layout="constrained", dpi=100)
        ax = figure.subplots()
        write_beside(ax, ["short", "-1.874 (-1.9..-1.8)"])
        FigureCanvasAgg(figure).draw()
    labels = ax.child_axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["short", "-1.874 (-1.9..-1.8)"]
    assert ax.bbox.x1 < min(label.get_window_extent().x0 for label in labels)
    assert max(label.get_window_extent().x1 for label in labels) < figure.bbox.x1


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
    for name in ("x", "y"):
        ax = Figure().subplots()
        ax.set(**{f"{name}lim": (low, high)})
        axis = getattr(ax, f"{name}axis")
        ratio_axis(axis)
        shown = [label.get_text() for label in axis.get_ticklabels()]
        places = axis.get_majorticklocs()
        assert [text for text, at in zip(shown, places, strict=True) if low <= at <= high] == ticks
        assert axis.get_scale() == "log"
