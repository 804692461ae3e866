"""Markdown tables of one task: scores, forecasts, stated uncertainty, errors and costs."""

from __future__ import annotations

from leaderboard.cells import FORECAST
from leaderboard.lines import Line
from leaderboard.tables import Table
from leaderboard.wording import (
    NONE,
    SHOWN,
    bias_text,
    code_span,
    count_text,
    error_text,
    grid,
    quantity_text,
    ratio_text,
)


def scores_table(table: Table) -> str:
    """Write R2, the ratio to the ceiling and RMSE, a line a row."""
    heading = ["row", "status", "seeds", "error"]
    for shown in SHOWN:
        heading += [f"R2 {shown.symbol}", f"RMSE / ceiling {shown.symbol}", f"RMSE {shown.symbol} [{shown.unit}]"]
    return grid(heading, [_score_cells(line) for line in table.lines], "llr")


def forecast_table(table: Table) -> str:
    """Write the errors of the forecast, a line a row that has one."""
    heading = ["row", "pH RMSE", "RMSE / ceiling", "median of cases", "95 % of cases below", "cases clipped"]
    rows = [
        [
            _name(line),
            quantity_text(line.forecast("ph_rmse")),
            ratio.text(ratio_text) if (ratio := line.ratio(FORECAST)) else NONE,
            quantity_text(line.forecast("ph_rmse_median")),
            quantity_text(line.forecast("ph_rmse_p95")),
            count_text(line.forecast("n_clipped")),
        ]
        for line in table.lines
        if line.forecast("ph_rmse") is not None
    ]
    return grid(heading, rows, "lr") if rows else ""


def uncertainty_table(table: Table) -> str:
    """Write the scores of the stated uncertainty, a line a row that states one."""
    lines = [line for line in table.lines if line.uncertainty(SHOWN[0].name, "nll") is not None]
    if all(line.role == "ceiling" for line in lines):
        return ""
    heading = ["row"]
    for shown in SHOWN:
        heading += [f"NLL {shown.symbol}", f"CRPS {shown.symbol} [{shown.unit}]", f"within 50 % {shown.symbol}"]
        heading += [f"within 90 % {shown.symbol}", f"mean sd {shown.symbol} [{shown.unit}]"]
    rows = [
        [_name(line), *(text for shown in SHOWN for text in _uncertainty_cells(line, shown.name, shown.scale))]
        for line in lines
    ]
    return grid(heading, rows, "lr")


def cost_table(table: Table) -> str:
    """Write MAE, bias and costs, a line a row with scores."""
    lines = [line for line in table.lines if line.scored]
    if not lines:
        return ""
    heading = ["row", *(f"{score} {shown.symbol} [{shown.unit}]" for score in ("MAE", "bias") for shown in SHOWN)]
    heading += list(lines[0].costs())
    rows = [
        [
            _name(line),
            *(quantity_text(line.mean(shown.name, "mae", shown.scale)) for shown in SHOWN),
            *(
                bias_text(line.mean(shown.name, "bias", shown.scale), line.mean(shown.name, "rmse", shown.scale))
                for shown in SHOWN
            ),
            *line.costs().values(),
        ]
        for line in lines
    ]
    return grid(heading, rows, "lr")


def _name(line: Line, with_status: bool = False) -> str:
    """Row with what tells it from others; that it is stale, unless its status stands beside it."""
    marks = [line.note] * bool(line.note) + [line.role] * bool(line.role)
    marks += ["stale"] * (bool(line.stale) and not with_status)
    return code_span(line.row) + "".join(f" ({mark})" for mark in marks)


def _score_cells(line: Line) -> list[str]:
    """Cells of one line of the table of scores."""
    error = line.overall
    cells = [_name(line, with_status=True), line.status, str(len(line.scored))]
    if error is None and line.error is not None:
        cells.append(f"{line.error.text(quantity_text)} of the prior")
    else:
        cells.append(error.text(ratio_text) if error else NONE)
    for shown in SHOWN:
        ratio = line.ratio(shown.name)
        cells += [_r2(line, shown.name), ratio.text(ratio_text) if ratio else NONE]
        cells.append(quantity_text(line.mean(shown.name, "rmse", shown.scale)))
    return cells


def _r2(line: Line, target: str) -> str:
    """R2 over seeds; of the ceiling with its Monte-Carlo error."""
    r2 = line.r2(target)
    error = line.scored[0].ceiling.get(target, {}).get("r2_error") if line.role == "ceiling" and line.scored else None
    if error is None or r2 is None or isinstance(r2, str):
        return line.r2_text(target)
    return error_text(r2.mean, float(error))


def _uncertainty_cells(line: Line, target: str, unit: float) -> list[str]:
    """Cells of one line and target of the table of uncertainty."""
    nll = line.uncertainty(target, "nll")
    coverages = [line.uncertainty(target, score) for score in ("coverage_50", "coverage_90")]
    return [
        NONE if nll is None else f"{nll:+.2f}" if abs(nll) < 1e3 else f"{nll:+.1e}",
        quantity_text(line.uncertainty(target, "crps", unit)),
        *(NONE if coverage is None else f"{100 * coverage:.0f} %" for coverage in coverages),
        quantity_text(line.uncertainty(target, "sharpness", unit)),
    ]
