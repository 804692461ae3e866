"""Picture of designs: how well k_d would be known, against the time that it takes."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from bench.infer.design import Expected
from bench.world.quantities import K_D
from leaderboard.pictures.looks import BLUE, ORANGE, drawing, save


def draw_designs(expected: list[Expected], wanted: float, path: Path) -> Path:
    """Draw designs into a file."""
    with drawing():
        figure = Figure(figsize=(8.0, 4.5), layout="constrained")
        ax = figure.subplots()
        kinds = ((False, BLUE, "one run"), (True, ORANGE, "two runs, the second aged"))
        for aged, colour, label in kinds:
            for calibrated, marker in ((False, "o"), (True, "s")):
                chosen = [
                    each for each in expected if (each.design.aged_s > 0, each.design.calibrated) == (aged, calibrated)
                ]
                minutes = [each.design.cost_s / 60 for each in chosen]
                percent = [100 * each.share_sd[K_D] for each in chosen]
                text = label + ", calibrated" * calibrated
                ax.plot(minutes, percent, marker, color=colour, fillstyle="full" if calibrated else "none", label=text)
        ax.axhline(100 * wanted, color="0.4", linestyle=":", linewidth=1.2, label="wanted")
        ax.set_yscale("log")
        ax.set_xlabel("time in all [min]")
        ax.set_ylabel("sd of $k_d$ [% of its value]")
        ax.legend()
        return save(figure, path)
