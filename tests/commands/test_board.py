import commands._run.asked
import commands.board


def test_page_and_pictures_of_the_prior_are_written_where_they_are_asked_for(invoke, hostile, tmp_path, monkeypatch):
    for module in (commands._run.asked, commands.board):  # the board itself takes most of a tiny run's time
        monkeypatch.setattr(module, "write_board", lambda findings, out=None: [tmp_path / "board.md"])
    common = ("--models", hostile, "--out", tmp_path / "run")
    asked = ("--task", "shift_10s", "--model", "behaves", "--preset", "quick", "--jobs", 1)
    assert invoke(*asked, *common).exit_code == 0
    (tmp_path / "board").mkdir()
    assert len(invoke("board", *common, "--to", tmp_path / "board").stdout.splitlines()) > 1
    assert not (tmp_path / "board" / "index.html").exists()
    result = invoke("board", *common, "--to", tmp_path / "board", "--page", "--prior")
    assert result.exit_code == 0
    page, prior = result.stdout.splitlines()[-2:]
    assert page.endswith("board/index.html")
    assert prior.endswith("board/prior_behaves.png")
    html = (tmp_path / "board" / "index.html").read_text(encoding="utf-8")
    assert '"row":"behaves"' in html
    assert str(tmp_path) not in html
