"""Say before measuring what each design would tell of E0 and k_d."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.table import Column, Table

from bench.arrays import Array
from bench.errors import BenchError
from bench.infer.design import Expected, designs, expect
from bench.world.quantities import E0, INITIAL_PH, K_D, SUBSTRATE, TEMPERATURE
from bench.world.simulator import DOMAIN
from commands._infer.answered import AGEING
from commands._infer.plan_picture import draw_designs
from commands._shared.arguments import Json
from commands._shared.options import print_json, say
from commands._shared.terminal import Console
from leaderboard.pictures.looks import check_picture
from leaderboard.wording import SHOWN, quantity_text


def plan(
    e0: Annotated[float, typer.Option("--e0", help="Enzyme load that you expect [g/L].")],
    kd: Annotated[float, typer.Option("--kd", help="Deactivation that you expect [1/s].")],
    substrate: Annotated[float, typer.Option(help="Urea at mixing [mM].")] = 50.0,
    temperature: Annotated[float, typer.Option(help="Temperature [degree C].")] = 30.0,
    initial_ph: Annotated[float, typer.Option(help="pH before mixing.")] = 7.0,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="Offset, drift and initial pH will be known from buffers anyhow.")
    ] = False,
    target: Annotated[
        str, typer.Option(help="How well k_d is to be known, as a standard deviation.", metavar="PERCENT")
    ] = "20%",
    picture: Annotated[Path, typer.Option(help="Picture to write.")] = Path("plan.png"),
    as_json: Json = False,
) -> None:
    """Say before measuring what each design would tell of E0 and k_d.

    Lag, mixing, offset, drift, noise and errors of the record are unknown, as in docs/laboratory.md. Urea, temperature
    and initial pH are yours to try: k_d is that at the temperature you give. For example:

      python run_bench.py plan --e0 0.5 --kd 1e-3

      python run_bench.py plan --e0 0.05 --kd 3e-4 --temperature 40 --calibrated --target 10%
    """
    console = Console(stderr=as_json)
    check_picture(picture)
    wanted = _share(target)
    known = np.array([[substrate, 0.25, temperature, initial_ph, 0.2]])
    for column, option in ((SUBSTRATE, "--substrate"), (TEMPERATURE, "--temperature"), (INITIAL_PH, "--initial-ph")):
        low, high = DOMAIN[column]
        if not low <= known[0, column] <= high or (column == SUBSTRATE and substrate == 0):
            raise BenchError(
                f"option '{option}': value must be between {low:g} and {high:g}, got {known[0, column]:g}. Mend it."
            )
    targets = np.array([e0, kd])
    with console.status("trying designs"):
        expected = sorted(
            (expect(design, known, targets) for design in designs(calibrated)), key=lambda each: each.design.cost_s
        )
    reaching = [each for each in expected if each.share_sd[K_D] <= wanted]
    if as_json:
        print_json({"cheapest": reaching[0].design.label if reaching else None, "designs": _values(expected, targets)})
        return
    console.print(_table(expected, targets))
    say(
        console,
        "Standard deviations; in brackets with every nuisance known. Aged: a second run with enzyme that was kept so "
        "long without urea.",
    )
    if reaching:
        best = reaching[0]
        say(
            console,
            f"Cheapest that knows k_d to {100 * wanted:g} %: {best.design.label}, {best.design.cost_s / 60:.0f} min in "
            f"all; k_d to {100 * best.share_sd[K_D]:.2g} %, E0 to {100 * best.share_sd[E0]:.2g} %.",
        )
    else:
        best = min(expected, key=lambda each: float(each.share_sd[K_D]))
        say(
            console,
            f"No design knows k_d to {100 * wanted:g} %; the best is {best.design.label}, "
            f"{100 * best.share_sd[K_D]:.2g} %.",
        )
    say(console, AGEING)
    say(console, "The figures are linear: where k_d is not known to 50 %, read them as not known.")
    say(console, f"Picture: {os.path.relpath(draw_designs(expected, wanted, picture))}")


def _share(text: str) -> float:
    """A percentage as a share."""
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = np.nan
    if not 0 < share < 10:
        raise BenchError(f"option '--target': value must be a percentage such as 20%, got '{text}'. Mend it.")
    return share


def _values(expected: list[Expected], targets: Array) -> list[dict[str, Any]]:
    """What each design would tell, the cheapest first, for other programs."""
    return [
        {"design": each.design.label, **asdict(each.design), "cost_s": each.design.cost_s}
        | {
            shown.name: {"sd": each.share_sd[i] * targets[i], "told_sd": each.told_share_sd[i] * targets[i]}
            for i, shown in enumerate(SHOWN)
        }
        for each in expected
    ]


def _table(expected: list[Expected], targets: Array) -> Table:
    """A line a design, the cheapest first: standard deviations in units, and in brackets were all nuisances known."""
    columns = [Column(f"{shown.symbol} \\[{shown.unit}]", justify="right", no_wrap=True) for shown in SHOWN]
    headings = [Column(text, no_wrap=True) for text in ("run", "enzyme", "calib.", "aged")]
    table = Table(
        *headings, Column("min", justify="right", no_wrap=True), *columns, box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.padding = (0, 1, 0, 0)
    for each in expected:
        cells = []
        for column, shown in enumerate(SHOWN):
            sd, told = (
                quantity_text(share[column] * targets[column] / shown.scale)
                for share in (each.share_sd, each.told_share_sd)
            )
            cells.append(f"{sd} ({told})")
        design = each.design
        kind = (
            f"{design.length_s:g} s @ {design.interval_s:g} s",
            f"1:{design.dilution:g}",
            "yes" if design.calibrated else "no",
            f"{design.aged_s:g} s" if design.aged_s > 0 else "-",
        )
        table.add_row(*kind, f"{design.cost_s / 60:.0f}", *cells)
    return table
