"""Numbers and moments as instruments write them: decimal signs, marks, clocks, dates and zones."""

from __future__ import annotations

import re
import warnings

import pandas as pd

from bench.laboratory.text import NUMBER

DAY_S, HOUR_S = 86400.0, 3600.0
_CLOCK = r"(?P<sign>-?)(?P<h>\d+:)?(?P<m>\d+):(?P<s>\d\d(?:\.\d+)?)\s*(?P<half>[apAP][mM])?"
_ZONE = re.compile(r"(?<=:\d\d)(\.\d+)?\s*((?:[(\[]?(?:Z|Uhr|\w+/\w+|[A-Z]{3,4}|(?:UTC|GMT)?[+-]\d\d?:?\d\d)[)\]]?)+)$")
_COMPACT = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)(?!\d)")
MARKED = re.compile(
    rf"^(?P<before>[*#!]?)\s*(?P<value>{NUMBER})\s*(?P<after>(?:(?!(?:mv|[vckf]|°\w)$)[^\d.,\s]\D{{0,5}})?)$", re.I
)
"""A number with a mark of quality, which no unit but pH can be."""


def decimal_of(*columns: pd.Series[str]) -> str:
    """Find the decimal sign."""
    for cells in columns:
        signs = cells[~cells.str.contains(":")].str.extract(r"\d([.,])\d", expand=False).dropna()
        if len(signs):
            return str(signs.iloc[0])
    return "."


def numbers_of(cells: pd.Series[str], decimal: str, grouped: bool = True) -> pd.Series[float]:
    """Read numbers, with a sign of thousands where they may be grouped.

    Examples
    --------
    >>> numbers_of(pd.Series(["1'000,5", "-2.000", "7.5", "x"]), ",").tolist()
    [1000.5, -2000.0, nan, nan]
    """
    thousands = "." if decimal == "," else ","
    whole = rf"[+-]?[1-9]\d{{0,2}}(?:[{thousands} '’\u00a0\u202f]\d{{3}})+(?:[{decimal}]\d*)?"
    cells = cells.str.replace("−", "-")
    cells = cells.mask(
        cells.str.fullmatch(whole) & grouped, cells.str.replace(rf"[{thousands} '’\u00a0\u202f]", "", regex=True)
    )
    plain = cells.str.fullmatch(NUMBER) & ~cells.str.contains(thousands, regex=False)
    return pd.to_numeric(cells.where(plain).str.replace(",", "."))


def moments_of(cells: pd.Series[str], minutes: bool = False) -> pd.Series[float]:
    """Read clocks, dated or not, and durations with their units.

    Examples
    --------
    >>> moments_of(pd.Series(["0:01:30", "2:00:07 pm", "01:30,5", "1m30s", "01:30"])).tolist()
    [90.0, 50407.0, 90.5, 90.0, nan]
    >>> moments_of(pd.Series(["31.12.2026 23:59:59", "01.01.2027 00:00:00,5"])).tolist()
    [86399.0, 86400.5]
    """
    texts = cells.str.replace(_COMPACT, r"\1-\2-\3 \4:\5:\6", regex=True)
    texts = texts.str.replace(r"(\d:\d\d:\d\d)[,:](?=\d)", r"\1.", regex=True)
    texts = texts.str.replace(r"^(\d+:\d\d),(?=\d)", r"\1.", regex=True)
    texts = texts.str.replace(r"^(\d\d?)\.(\d\d)\.(\d\d)$", r"\1:\2:\3", regex=True)
    texts = texts.str.replace(r"(?<=\d) ?([ap])\. ?m\.?$", r" \1m", regex=True, case=False)
    if texts.str.extract(_ZONE)[1].nunique(dropna=False) == 1:  # else it changes in between, and pandas must know
        texts = texts.str.replace(_ZONE, r"\1", regex=True)
    parts = texts.str.extract(rf"^{_CLOCK}$")
    hours = parts["h"].str.rstrip(":").astype(float)
    hours = hours.fillna(0.0).where(hours.notna() | parts["s"].str.contains(".", regex=False).eq(True) | minutes)
    half = parts["half"].str.lower()
    hours = hours.where(half.isna(), hours % 12 + 12 * (half == "pm"))
    seconds = 3600 * hours + 60 * parts["m"].astype(float) + parts["s"].astype(float)
    seconds = seconds.mask(parts["sign"] == "-", -seconds)
    if texts.str.contains(r"\w.*[ T,]\d+:\d\d|:\d\d(?:\.\d+)?[ ,]+\w*\d").all() and not texts.str.contains("day").any():
        return _dated(texts)
    spans = texts.where(texts.str.contains(r"\d ?[a-zA-Z]") & parts["s"].isna())
    return _unwrapped(seconds, half).fillna(pd.to_timedelta(spans, errors="coerce").dt.total_seconds())


def _unwrapped(seconds: pd.Series[float], half: pd.Series[str]) -> pd.Series[float]:
    """Clocks that went over midnight, or over one o'clock without saying which half of the day."""
    steps = seconds.diff()
    turns = DAY_S * (steps <= HOUR_S - DAY_S)
    turns += DAY_S / 2 * (half.isna() & steps.between(-DAY_S / 2 - 1, HOUR_S - DAY_S / 2))
    return seconds + turns.cumsum()


def _dated(texts: pd.Series[str]) -> pd.Series[float]:
    """Clocks with dates: of the orders of day, month and year, the one in which they lie closest together."""
    texts = texts.str.replace("[年月]", "-", regex=True).str.replace("日", " ")
    readings = []
    for dayfirst, yearfirst in ((False, False), (True, False), (False, True)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an order that cannot be is tried all the same
            moments = pd.to_datetime(
                texts, errors="coerce", format="mixed", utc=True, dayfirst=dayfirst, yearfirst=yearfirst
            )
        readings.append((moments - moments.dt.normalize().min()).dt.total_seconds())
    best = min(readings, key=lambda seconds: (seconds.isna().sum(), seconds.max() - seconds.min()))
    clocks = texts.str.extract(rf"(?P<date>.*?)\s*{_CLOCK}$")  # a date in words that pandas does not know
    if best.isna().all() and clocks["date"].nunique() <= 2:
        return moments_of(clocks["h"] + clocks["m"] + ":" + clocks["s"])
    return best
