import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from leaderboard.families import FAMILIES, Declared
from leaderboard.pictures.looks import (
    drawing,
    family_key,
    legend,
    look_of,
    looks_of,
    ratio_axis,
    save,
    spread,
    write_beside,
)

DECLARED = {
    "tcn": Declared("", "learned", "one"),
    "s4d": Declared("", "learned", "many"),
    "laplace": Declared("", "physics", "none"),
}


def test_a_row_looks_the_same_whatever_stands_beside_it():
    alone, beside = looks_of(["tcn"], DECLARED), looks_of(["a", "laplace", "s4d", "tcn"], DECLARED)
    assert alone["tcn"] == beside["tcn"]


def test_family_gives_colour_and_mark_and_training_the_filling():
    looks = looks_of(["tcn", "s4d", "laplace", "mine"], DECLARED)
    assert (looks["tcn"].colour, looks["tcn"].marker) == (looks["s4d"].colour, looks["s4d"].marker)
    hollow = [row for row, look in looks.items() if look.marks["mfc"] == "white"]
    assert sorted(hollow) == ["mine", "tcn"]
    assert looks["bayes"].marker == "*"


def test_families_differ_in_colour_and_in_mark():
    for theme in ("light", "dark", "marker"):
        assert len({getattr(family, theme) for family in FAMILIES.values()}) == len(FAMILIES)


def test_the_key_names_families_that_were_drawn_and_what_hollow_is():
    key = family_key(looks_of(["tcn", "laplace"], DECLARED).values())
    names = [handle.get_label() for handle in key]
    assert names == ["physics", "learned without physics", "hollow: trained at one interval"]


@pytest.mark.parametrize("places", [[5.0, 5.0, 5.0], [90.0, 99.0, 100.0], [0.0, 50.0, 51.0]])
def test_labels_are_moved_apart_within_their_space_and_keep_their_order(places):
    moved = spread(places, 10.0, 0.0, 100.0)
    assert np.diff(moved).min() >= 10.0 - 1e-9
    assert moved[0] >= 0.0
    assert moved[-1] <= 100.0 + 1e-9


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
