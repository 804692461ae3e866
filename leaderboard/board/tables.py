"""Markdown tables of one task: scores, forecasts, stated uncertainty, errors and costs; and what is attainable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bench.run.record import Record
from leaderboard.frame import FORECAST
from leaderboard.tables import Line, Spread, Table
from leaderboard.wording import (
    NONE,
    SHOWN,
    UNCHECKED,
    Shown,
    bias_text,
    code_span,
    count_text,
    error_text,
    grid,
    quantity_text,
    r2_text,
    ratio_text,
)

Column = Callable[[Line], str]
"""How a line is printed under one heading."""

NOBODY = 0.1
"""Below this R2 of the exact posterior, a target counts as unknowable; the prior mean is then an honest answer."""
KNOWN = 0.9
"""From this R2 of the exact posterior on, a target counts as determined."""
FAR = 5.0
"""Standard errors between observed and implied R2 that are no accident, few boards having a thousand of them."""

COSTS = {
    "fit CPU [s]": ("fit_cpu_s", quantity_text),
    "fit [s]": ("fit_s", quantity_text),
    "predict CPU [µs/case]": ("predict_cpu_us_per_case", quantity_text),
    "predict [µs/case]": ("predict_us_per_case", quantity_text),
    "one case [ms]": ("predict_one_ms", quantity_text),
    "peak memory [MB]": ("peak_memory_mb", count_text),
    "parameters": ("n_parameters", count_text),
}
"""Costs by heading: processor seconds, which other work hardly moves, and wall seconds."""


def scores_table(table: Table) -> str:
    """Write R2, the ratio to the ceiling and RMSE, a line a row."""
    columns: dict[str, Column] = {
        "row": lambda line: _name(replace(line, stale=(), unchecked=())),  # which its status says
        "status": lambda line: line.status,
        "seeds": lambda line: str(len(line.scored)),
        "error": _error,
    }
    for shown in SHOWN:
        columns |= {
            f"R2 {shown.symbol}": _r2(shown),
            f"RMSE / ceiling {shown.symbol}": _ratio(shown.name),
            f"RMSE {shown.symbol} [{shown.unit}]": _mean(f"{shown.name}_rmse", unit=shown.scale),
        }
    return _table(table.lines, columns, "llr")


def forecast_table(table: Table) -> str:
    """Write the errors of the forecast, a line a row that has one."""
    columns = {
        "row": _name,
        "pH RMSE": _mean("forecast_ph_rmse"),
        "RMSE / ceiling": _ratio(FORECAST),
        "median of cases": _mean("forecast_ph_rmse_median"),
        "95 % of cases below": _mean("forecast_ph_rmse_p95"),
        "cases clipped": _mean("forecast_n_clipped", count_text),
    }
    return _table([line for line in table.lines if line.spread("forecast_ph_rmse")], columns, "lr")


def uncertainty_table(table: Table) -> str:
    """Write the scores of the stated uncertainty, a line a row that states one."""
    lines = [line for line in table.lines if line.spread(f"{SHOWN[0].name}_nll")]
    if all(line.role == "ceiling" for line in lines):
        return ""
    columns: dict[str, Column] = {"row": _name}
    for shown in SHOWN:
        columns |= {
            f"NLL {shown.symbol}": _mean(f"{shown.name}_nll", _nll_text),
            f"information / ceiling {shown.symbol}": _mean(f"{shown.name}_information", ratio_text),
            f"CRPS / ceiling {shown.symbol}": _mean(f"{shown.name}_crps_ratio", ratio_text),
            f"within 50 % {shown.symbol}": _mean(f"{shown.name}_coverage_50", _share_text),
            f"within 90 % {shown.symbol}": _mean(f"{shown.name}_coverage_90", _share_text),
            f"ranks off even {shown.symbol}": _mean(f"{shown.name}_unevenness", _share_text),
            f"mean sd / ceiling {shown.symbol}": _mean(f"{shown.name}_sharpness_ratio", ratio_text),
        }
    if any(line.spread("apart") for line in lines):
        columns |= {
            "energy score / ceiling": _mean("energy_ratio", ratio_text),
            "samples apart from the ceiling's": _mean("apart", quantity_text),
            "told from them": _mean("told_apart", _share_text),
        }
    return _table(lines, columns, "lr")


def cost_table(table: Table) -> str:
    """Write MAE, bias and costs, a line a row with scores."""
    columns: dict[str, Column] = {"row": _name}
    columns |= {f"MAE {shown.symbol} [{shown.unit}]": _mean(f"{shown.name}_mae", unit=shown.scale) for shown in SHOWN}
    columns |= {f"bias {shown.symbol} [{shown.unit}]": _bias(shown) for shown in SHOWN}
    columns |= {heading: _mean(column, text) for heading, (column, text) in COSTS.items()}
    return _table([line for line in table.lines if line.scored], columns, "lr")


def attainable(table: Table) -> tuple[str, ...]:
    """Say what the exact posterior reaches on a task, one sentence a target."""
    ceiling = table.ceiling
    if ceiling is None:
        return ()
    return tuple(sentence for shown in SHOWN for sentence in _sentences(ceiling.scored[0], shown))


def r2_and_error(line: Line, target: str) -> str:
    """R2 over seeds; of the ceiling with its Monte-Carlo error."""
    r2, error = line.r2(target), line.mean(f"{target}_ceiling_r2_error")
    if line.role == "ceiling" and error is not None and isinstance(r2, Spread):
        return error_text(r2.mean, error)
    return line.r2_text(target)


def _sentences(record: Record, shown: Shown) -> list[str]:
    """What the exact posterior reaches of one target."""
    value = record.scores[shown.name]["r2"]
    if isinstance(value, str):
        return [f"{shown.symbol}: R2 of the exact posterior is {value}."]
    stated = record.ceiling.get(shown.name, {})
    error, implied, implied_error = (
        float(stated[key]) if key in stated else None for key in ("r2_error", "r2_implied", "r2_implied_error")
    )
    reached = r2_text(value) if error is None else error_text(value, error)
    best = value if implied is None else implied
    if best < NOBODY:
        text = (
            f"the exact posterior itself reaches R2 {reached} here: nobody can know {shown.symbol} from these samples"
        )
    elif best < KNOWN:
        text = f"the exact posterior reaches R2 {reached} here: these samples tell a part of {shown.symbol}, not more"
    else:
        text = f"the exact posterior reaches R2 {reached} here: these samples determine {shown.symbol}"
    if implied is None or implied_error is None or error is None:
        return [f"{shown.symbol}: {text}."]
    sentences = [f"{shown.symbol}: {text} (its variance implies {error_text(implied, implied_error)})."]
    distance = abs(value - implied) / math.hypot(error, implied_error) if error + implied_error > 0 else 0.0
    if distance > FAR:
        sentences.append(
            f"Warning: observed and implied R2 of {shown.symbol} are {distance:.0f} standard errors apart; "
            "the ceiling of this task cannot be trusted."
        )
    return sentences


def _table(lines: Sequence[Line], columns: Mapping[str, Column], align: str) -> str:
    """Lay out lines; nothing without any."""
    return grid(list(columns), [[text(line) for text in columns.values()] for line in lines], align) if lines else ""


def _name(line: Line) -> str:
    """Row with what tells it from others."""
    marks = [line.note] * bool(line.note) + [line.role] * bool(line.role) + ["stale"] * bool(line.stale)
    marks += [UNCHECKED] * bool(line.unchecked)
    return code_span(line.row) + "".join(f" ({mark})" for mark in marks)


def _mean(column: str, text: Callable[[float | None], str] = quantity_text, unit: float = 1.0) -> Column:
    """Mean over seeds of a number."""
    return lambda line: text(line.mean(column, unit))


def _ratio(which: str) -> Column:
    """RMSE relative to the ceiling's, with its range over seeds."""
    return lambda line: ratio.text(ratio_text) if (ratio := line.ratio(which)) else NONE


def _r2(shown: Shown) -> Column:
    """R2 of a target."""
    return lambda line: r2_and_error(line, shown.name)


def _bias(shown: Shown) -> Column:
    """Bias of a target, to the decimals of its RMSE."""
    return lambda line: bias_text(*(line.mean(f"{shown.name}_{name}", shown.scale) for name in ("bias", "rmse")))


def _error(line: Line) -> str:
    """Error that gives the order."""
    if line.overall is None and line.error is not None:
        return f"{line.error.text(quantity_text)} of the prior"
    return line.overall.text(ratio_text) if line.overall else NONE


def _nll_text(nll: float | None) -> str:
    """Print nats a case."""
    return NONE if nll is None else f"{nll:+.2f}" if abs(nll) < 1e3 else f"{nll:+.1e}"


def _share_text(share: float | None) -> str:
    """Print a share in percent."""
    return NONE if share is None else f"{100 * share:.0f} %"
