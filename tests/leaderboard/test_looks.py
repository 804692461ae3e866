import matplotlib as mpl
from matplotlib.figure import Figure

from leaderboard.looks import drawing, looks_of, save


def test_looks_of_fifty_rows_are_all_different():
    looks = looks_of([f"row_{number}" for number in range(50)])
    assert len({(look.colour, look.marker) for look in looks.values()}) == 52


def test_looks_do_not_depend_on_the_order_of_rows():
    assert looks_of(["tcn", "gru", "mean"]) == looks_of(["mean", "gru", "tcn", "gru"])


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
