import pytest

from bench.errors import BenchError
from leaderboard.pictures.looks import drawing, save
from leaderboard.pictures.scaling import Curve, Panel, draw_scaling, slopes_table

SQUARE = Curve("square", (1.0, 10.0, 100.0), (2.0, 200.0, 20_000.0))
FLAT = Curve("flat", (1.0, 10.0, 100.0), (3.0, 3.0, 3.0))
PANEL = Panel("cost against cases", "cases", "seconds", (SQUARE, FLAT))


def test_slopes_are_the_powers_of_the_size():
    assert SQUARE.slope == pytest.approx(2.0)
    assert SQUARE.last_slope == pytest.approx(2.0)
    assert FLAT.slope == pytest.approx(0.0)
    bent = Curve("bent", (1.0, 10.0, 100.0), (1.0, 10.0, 10.0))
    assert bent.slope == pytest.approx(0.5)
    assert bent.last_slope == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("sizes", "values", "message"),
    [
        (
            (1.0,),
            (1.0,),
            "curve 'c': sizes and values must be as many, at least 2, got 1 and 1. Measure more sizes.",
        ),
        (
            (1.0, 2.0),
            (1.0, 0.0),
            "curve 'c': numbers must be above 0 with sizes rising, got (1.0, 2.0) and (1.0, 0.0). "
            "Leave out what has no logarithm.",
        ),
    ],
)
def test_a_curve_without_logarithms_is_refused(sizes, values, message):
    with pytest.raises(BenchError) as error:
        Curve("c", sizes, values)
    assert str(error.value) == message


def test_the_picture_names_every_curve_with_its_slope(tmp_path):
    with drawing():
        figure = draw_scaling("Costs", [PANEL, PANEL])
        path = save(figure, tmp_path / "scaling.png")
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "square: slope 2.00",
        "flat: slope 0.00",
    ]
    assert len(figure.axes) == 2
    assert path.stat().st_size > 10_000


def test_a_panel_without_curves_is_drawn_without_a_legend():
    empty = Panel("error of k_d", "training cases", "RMSE / ceiling", ())
    with drawing():
        figure = draw_scaling("Scores", [empty, empty])
    assert [ax.get_legend() for ax in figure.axes] == [None, None]


def test_the_table_has_a_line_a_curve():
    lines = slopes_table([PANEL]).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| cost against cases | square | 2.00 | 2.00 | 1: 2, 10: 200, 100: 2e+04 |"
