# The notebook runs from top to bottom, in a process of its own, and prints and draws what it shows.
import json
import subprocess
import sys

from bench.compiled import ROOT

CELLS = json.loads((ROOT / "docs" / "explore.ipynb").read_text(encoding="utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]
FIGURE, END = "<figure>\n", "<end of a cell>\n"
BEFORE = f"""
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
def show():
    plt.close("all")
    print({FIGURE!r}, end="")
plt.show = show
"""


def shown(cell):
    """What a cell of the notebook shows: text, and a mark a picture."""
    texts = {"stream": lambda output: "".join(output["text"]), "display_data": lambda output: FIGURE}
    return "".join(texts[output["output_type"]](output) for output in cell["outputs"])


def test_the_notebook_runs_and_shows_what_it_prints_and_draws():
    script = BEFORE + "".join("".join(cell["source"]) + f"\nprint({END!r}, end='')\n" for cell in CODE)
    line = [sys.executable, "-c", script]
    done = subprocess.run(line, cwd=ROOT / "docs", capture_output=True, text=True, timeout=900, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split(END)[:-1] == [shown(cell) for cell in CODE]
