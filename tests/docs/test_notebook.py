# The notebook runs from top to bottom and prints what it shows.
import json

import matplotlib.pyplot as plt
import pytest

from bench.compiled import ROOT

CELLS = json.loads((ROOT / "docs" / "explore.ipynb").read_text(encoding="utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def shown(cell, kind):
    return [output for output in cell["outputs"] if output["output_type"] == kind]


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_the_notebook_runs_and_shows_what_it_prints_and_draws(capsys, monkeypatch):
    monkeypatch.chdir(ROOT / "docs")
    monkeypatch.setattr(plt, "show", lambda: None)
    space = {}
    for cell in CODE:
        plt.close("all")
        exec("".join(cell["source"]), space)
        printed = "".join(line for output in shown(cell, "stream") for line in output["text"])
        assert (capsys.readouterr().out, len(plt.get_fignums())) == (printed, len(shown(cell, "display_data")))
    assert [output for cell in CODE for output in shown(cell, "error")] == []
