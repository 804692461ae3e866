"""How laboratories name their columns and units, and what each means in the suite's."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

UREA_G_PER_MOL = 60.055
"""Molar mass of urea, CH4N2O. Source: IUPAC standard atomic weights 2021, doi:10.1515/pac-2019-0603."""
_G_PER_L = 1e3 / UREA_G_PER_MOL

TIME, DATE, PH, RUN, UNIT = "time_s", "date", "ph", "run", "unit"
POWDER = "grams_urease_powder"

UNITS: dict[str, dict[str, tuple[str, float, float]]] = {
    TIME: {
        "s": ("sec|secs|second|seconds|sekunde|sekunden|sek|seconde|secondes|segundo|segundos|seg|秒", 1.0, 0.0),
        "ms": ("msec|millisecond|milliseconds|millis|millisekunden|millisecondes|milisegundos|毫秒", 1e-3, 0.0),
        "us": ("usec|microsecond|microseconds|micros|微秒", 1e-6, 0.0),
        "min": ("mins|minute|minutes|minuten|minuto|minutos|分|分钟|分鐘", 60.0, 0.0),
        "h": ("hr|hrs|hour|hours|std|stunde|stunden|heure|heures|hora|horas|小时|小時", 3600.0, 0.0),
        "d": ("day|days|tag|tage|jour|jours|dia|dias|天", 86400.0, 0.0),
    },
    "substrate_mM": {
        "mM": ("mmol l|mol m3|millimolar|mmol dm3|umol ml", 1.0, 0.0),
        "M": ("mol l|molar|mol dm3|mmol ml", 1e3, 0.0),
        "uM": ("umol l|micromolar", 1e-3, 0.0),
        "g/L": ("mg ml|kg m3|g dm3", _G_PER_L, 0.0),
        "mg/L": ("ug ml|mg dm3", 1e-3 * _G_PER_L, 0.0),
        "mg/dL": ("", 1e-2 * _G_PER_L, 0.0),
        "% (w/v)": ("w v %|g 100 ml|g dl", 10.0 * _G_PER_L, 0.0),
    },
    "temperature_C": {
        "C": (
            "°c|degc|deg c|degree c|degrees c|degree celsius|degrees celsius|celsius|°celsius|grad c|摄氏度",
            1.0,
            0.0,
        ),
        "K": ("kelvin|°k", 1.0, -273.15),
        "F": ("°f|degf|deg f|degree f|degrees f|fahrenheit", 5 / 9, -160 / 9),
    },
    POWDER: {"g": ("gram|grams|gramm|grammes|gramos|克", 1.0, 0.0), "mg": ("毫克", 1e-3, 0.0)},
    "volume_L": {
        "L": ("litre|liter|litres|liters|litro|litros|升", 1.0, 0.0),
        "mL": ("毫升|cm3", 1e-3, 0.0),
        "uL": ("", 1e-6, 0.0),
    },
}
"""Unit of each quantity to its other spellings, scale and shift: value in the suite's unit = scale * value + shift."""
ELAPSED = (
    "elapsed|elapsed time|elapsedtime|time elapsed|relative time|run time|runtime|reaction time|test time|age|log time|"
    "logtime|time since start|time after mixing|laufzeit|messzeit|verstrichene zeit|reaktionszeit|temps ecoule|duree|"
    "temps de reaction|tiempo transcurrido|tiempo de reaccion|经过时间|反应时间|运行时间|已用时间"
)
WORDS = {
    TIME: (
        "time|t|time stamp|timestamp|date time|datetime|date and time|pdattime|local time|sample time|sampling time|"
        "measurement time|time of day|clock|clock time|zeit|uhrzeit|zeitstempel|zeitpunkt|datum uhrzeit|datum zeit|"
        "datum und uhrzeit|temps|heure|horodatage|date heure|date et heure|tiempo|hora|fecha hora|fecha y hora|"
        f"marca de tiempo|tempo|ora|时间|時間|测量时间|采样时间|日期时间|时间戳|{ELAPSED}"
    ),
    DATE: "date|datum|fecha|日期",
    PH: (
        "ph|ph value|value ph|measured ph|ph measured|ph ph|ph reading|ph probe|ph sensor|sensor ph|ph avg|ph mean|"
        "ph wert|ph messwert|gemessener ph|gemessener ph wert|valeur ph|valeur du ph|valeur de ph|ph mesure|"
        "mesure ph|mesure de ph|mesure du ph|valor ph|valor de ph|valor del ph|ph medido|ph值|ph 值|酸碱度"
    ),
    "initial_pH": (
        "initial ph|ph initial|ph0|ph 0|start ph|starting ph|ph start|initial ph value|anfangs ph|anfangs ph wert|"
        "start ph wert|ph initiale|ph de depart|ph inicial|ph iniziale|初期ph|初始ph|初始ph值|起始ph|起始ph值"
    ),
    "substrate_mM": (
        "substrate|urea|s0|substrate concentration|urea concentration|initial urea|initial urea concentration|"
        "concentration of urea|harnstoff|harnstoffkonzentration|harnstoff konzentration|uree|concentration uree|"
        "concentration d uree|concentration en uree|concentracion de urea|ureia|尿素|尿素浓度|尿素濃度|底物浓度"
    ),
    "temperature_C": (
        "temperature|temp|temperature value|temp value|sample temperature|solution temperature|temp avg|"
        "temperatur|temperatura|温度|溫度"
    ),
    POWDER: "urease powder|powder|urease|grams urease powder",
    "volume_L": "volume|vol|volumen|体积",
    RUN: "run|run no|run number|trial|channel|ch|probe|vessel|well|sample id|sample name|experiment|lauf|kanal|essai|"
    "ensayo|通道|样品",
    UNIT: "unit|units|einheit|unite|unidad|单位|ph unit|temp unit|temp units|temperature unit|time unit|value unit",
}
_MEASURED = "measured value|value|reading|main reading|messwert|wert|valeur|valor|测量值|数值"
"""Words that mean a pH where their unit says so."""
_LABEL = re.compile(
    r"(?P<a>.*?) ?(?P<run>(run|latest run|trial|channel|ch|probe|data set|lauf|essai|ensayo) ?\w{1,3}|(?<=ph )[1-9]\d?)"
)
"""A run behind a name."""
_ACCURACY = re.compile(r"[(\[]?\s*(±|\+/-)[^)\]]*[)\]]?")
_AT_TEMPERATURE = re.compile(r"^(ph|ph value|ph wert) (at )?\d+( \d+)? ?(°?c|°)$")
"""A pH that names the temperature of its calibration."""
_CLOCK = re.compile(r" (hh mm ss( \w+)?|h mm ss|mm ss( \w+)?|hh mm|utc|gmt|(dd|mm|yyyy|yy|tt|jjjj|jj|aaaa)( \w+)+)$")
"""A time or a date that names how it is written, or its zone."""


@dataclass(frozen=True)
class Meaning:
    """What a name means: a quantity, its unit where it has and names one, and the run that it belongs to."""

    quantity: str
    unit: str = ""
    run: str = ""

    @property
    def lacks_unit(self) -> bool:
        """Whether the quantity has units and none is named."""
        return self.quantity in UNITS and not self.unit


def spelled(text: str) -> str:
    """Bring a name to one spelling.

    Examples
    --------
    >>> [spelled(text) for text in ("Time [s]", "urea_g_per_L", "Durée/µs", "Temperature (℃)", "mmol·L⁻¹")]
    ['time s', 'urea g l', 'duree us', 'temperature °c', 'mmol l']
    """
    text = unicodedata.normalize("NFKD", re.sub("[º˚]", "°", text)).casefold().replace("μ", "u")
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    words = re.findall(r"%|°?[^\W_]+", re.sub(r"(?<=[a-z])\^?[-−]1", "", text))
    return " ".join(word for word in words if word not in ("per", "in", "en"))


@lru_cache(4096)
def meaning_of(text: str) -> Meaning | None:
    """Find what a name means.

    Examples
    --------
    >>> meaning_of("Time [min]"), meaning_of("Run 2: pH (±0.3 pH)")
    (Meaning(quantity='time_s', unit='min', run=''), Meaning(quantity='ph', unit='', run='Run 2'))
    >>> meaning_of("Temp."), meaning_of("pH setpoint")
    (Meaning(quantity='temperature_C', unit='', run=''), None)
    """
    if text.strip() == "T":  # t is a time
        return Meaning("temperature_C")
    text = _ACCURACY.sub("", text)
    before, _, after = text.rpartition(":")
    for run, name in (("", spelled(text)), (before.strip(), spelled(after))):
        bare = _CLOCK.sub("", _AT_TEMPERATURE.sub(r"\1", name))
        labelled = _LABEL.fullmatch(bare)
        for label, each in ((run, name), (run, bare), *([(labelled["run"], labelled["a"])] if labelled else [])):
            if each in _meanings():
                quantity, unit = _meanings()[each]
                return Meaning(quantity, unit, label)
    return None


def unit_of(quantity: str, text: str) -> str:
    """Find a quantity's unit.

    Examples
    --------
    >>> unit_of("time_s", "Sekunden"), unit_of("temperature_C", "mM")
    ('s', '')
    """
    word = WORDS[quantity].split("|")[0]
    return _meanings().get(f"{word} {spelled(text)}", ("", ""))[1]


def is_elapsed(name: str) -> bool:
    """Whether a column of time counts from its start, by its name.

    Examples
    --------
    >>> is_elapsed("Elapsed time (hh:mm:ss)"), is_elapsed("Time")
    (True, False)
    """
    return _CLOCK.sub("", spelled(name)) in ELAPSED.split("|")


@cache
def _meanings() -> dict[str, tuple[str, str]]:
    """Every spelling of every name, with and without its unit, to its quantity and unit."""
    found = {f"{word} ph": (PH, "") for word in _MEASURED.split("|")}
    for quantity, words in WORDS.items():
        for word in words.split("|"):
            found[word] = (quantity, "")
            for unit, (others, _, _) in UNITS.get(quantity, {}).items():
                found |= {f"{word} {each}": (quantity, unit) for each in (spelled(unit), *others.split("|")) if each}
    found |= {f"{word} ph units": (PH, "") for word in ("ph", "ph value")} | {"grams urease powder": (POWDER, "g")}
    found |= {each: (TIME, unit) for unit in ("s", "ms", "us") for each in UNITS[TIME][unit][0].split("|")}
    return found | {"t °c": ("temperature_C", "C"), "t c": ("temperature_C", "C"), "minutes": (TIME, "min")}
