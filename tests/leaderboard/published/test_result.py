import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from leaderboard.families import FAMILIES, Declared
from leaderboard.pictures.looks import drawing
from leaderboard.published.result import Result, draw_result

DECLARED = {
    "laplace": Declared("", "physics", "none"),
    "tcn_dt_subsampled": Declared("", "learned", "many"),
    "gru": Declared("", "learned", "one"),
    "mean": Declared("", "baseline", "none"),
}
ROWS = {
    "laplace": [[1.0, 1.0], [1.0, 1.0]],
    "tcn_dt_subsampled": [[1.1, 1.0], [1.1, 1.0]],
    "gru": [[2.0, 13.6], [1.2, 1.2]],
    "mean": [[70.0, 16.0], [1.9, 1.03]],
}
RESULT = Result(30.0, 0.3, (0.3, 10.0), [["4.7", "21.5"], ["0.75", "1.37"]], ROWS)
SEVEN = Result(
    30.0,
    0.3,
    (0.3, 0.5, 1.0, 3.0, 5.0, 10.0, 15.0),
    [["11.9"] * 7, ["1.05"] * 7],
    {row: [[first, *[last] * 6] for first, last in targets] for row, targets in ROWS.items()},
)


@pytest.mark.parametrize(("dark", "theme"), [(False, "light"), (True, "dark")])
def test_every_row_has_the_look_of_its_family_in_both_themes(dark, theme):
    for ax in draw_result(RESULT, DECLARED, dark).axes:
        drawn = [line for line in ax.lines if line.get_marker() not in ("None", "")]
        colours = [to_hex(line.get_color()) for line in drawn]
        assert colours == [getattr(FAMILIES[each.family], theme) for each in DECLARED.values()]
        hollow = [line.get_markerfacecolor() == ax.get_facecolor() for line in drawn]
        assert hollow == [False, False, True, False]


@pytest.mark.parametrize("result", [RESULT, SEVEN], ids=["two intervals", "seven"])
def test_nothing_is_cut_and_no_label_lies_on_another(result):
    with drawing():
        figure = draw_result(result, DECLARED)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    for ax in figure.axes:
        boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
        assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)
        assert not [1 for i, one in enumerate(boxes) for other in boxes[:i] if one.overlaps(other)]
