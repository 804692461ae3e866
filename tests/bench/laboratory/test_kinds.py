import pytest

from bench.errors import BenchError
from bench.laboratory.table import Reading
from bench.laboratory.trace import read_trace

# Files as instruments write them, each with six samples of one trace: a head, the line of a sample, and a tail.
# {t} time [s], {n} from 1, {p} pH, {c} pH with a decimal comma, {s} two digits of seconds.
PH = (7.012, 7.594, 7.815, 7.961, 8.058, 8.124)

READ = {
    "german": ("Zeit [s];pH-Wert\n", "{t},0;{c}\n", ""),
    "german units in words": ("Messzeit (Sekunden);pH-Messwert;Temperatur (°C)\n", "{t},00;{c};25,0\n", ""),
    "french": ("Temps (s);Valeur du pH;Température (°C)\n", "{t},0;{c};25,1\n", ""),
    "french elapsed": ("Temps écoulé en s\tpH mesuré\n", "{t}\t{p}\n", ""),
    "spanish": ("Tiempo (s);Valor de pH;Temperatura (°C)\n", "{t};{c};24,9\n", ""),
    "spanish elapsed": ("Tiempo transcurrido (segundos),pH medido\n", "{t},{p}\n", ""),
    "italian": ("Tempo [s];pH\n", "{t},0;{c}\n", ""),
    "chinese": ("时间（秒）,pH值,温度（℃）\n", "{t},{p},25.0\n", ""),
    "chinese traditional": ("時間(s),pH 值\n", "{t},{p}\n", ""),
    "unit row": ("Time,pH,Temp\ns,pH units,°C\n", "{t},{p},25.0\n", ""),
    "unit row of minutes": ("Time,pH\n[min],[-]\n", "{m},{p}\n", ""),
    "long and short names and units": ("Zeit\tpH\nt\tpH\ns\t\n\n", "{t}\t{c}\n", ""),
    "units in the cells": ("time;pH\n", "{t} s;{p} pH\n", ""),
    "accuracy": ('"Time (s)","pH (±0.3 pH)"\n', "{t},{p}\n", ""),
    "run number": ('"Time (s) Run #1","pH Run #1"\n', "{t},{p}\n", ""),
    "calibration temperature": ("Time (s);pH @ 25 °C\n", "{t};{p}\n", ""),
    "channel": ("Time (s),Ch1: pH,Ch1: mV\n", "{t},{p},-12\n", ""),
    "quality column": ("Time (s),pH,Quality\n", "{t},{p},Good\n", ""),
    "mark of stability": ("Time (s),pH\n", "{t},{p} S\n", ""),
    "alarm in front": ("Time (s),pH\n", "{t},*{p}\n", ""),
    "byte order mark and CRLF": ("\ufeffTime (s),pH\r\n", "{t},{p}\r\n", ""),
    "carriage returns": ("Time (s),pH\r", "{t},{p}\r", ""),
    "excel separator line": ("sep=;\nTime (s);pH\n", "{t};{c}\n", ""),
    "bars": ("Time (s) | pH\n", "{t} | {p}\n", ""),
    "blanks": ("Time/s    pH\n", "  {t}.00   {p}\n", ""),
    "one blank": ("t/s pH\n", "{t} {p}\n", ""),
    "numpy": ("# time_s pH\n", "{t}.000e+00 {p}\n", ""),
    "numpy with commas": ("# time_s,ph\n", "{t},{p}\n", ""),
    "quoted lines": ('"Time (s),pH"\n', '"{t},{p}"\n', ""),
    "quoted cells with commas": ('"Time (s)","pH"\n', '"{t},0","{c}"\n', ""),
    "trailing delimiters": ("Time (s);pH;;\n", "{t};{c};;\n", ";;;\n"),
    "index without a name": (",time_s,ph\n", "{n},{t},{p}\n", ""),
    "record number": ("Record;Time (s);pH\n", "{n};{t};{p}\n", ""),
    "thousands": ("Time (ms),pH\n", '"{k}",{p}\n', ""),
    "swiss thousands": ("Time (ms);pH\n", "{a};{p}\n", ""),
    "decimal comma and points of thousands": ("Zeit (ms);pH\n", "{d};{c}\n", ""),
    "exponents": ("time_s,ph\n", "{t}.0E+00,{p}E+00\n", ""),
    "microseconds": ("micros,pH\n", "{t}000000,{p}\n", ""),
    "millis": ("millis;pH\n", "{t}000;{p}\n", ""),
    "hours": ("Age [h];pH\n", "{h};{p}\n", ""),
    "seconds alone": ("seconds,pH\n", "{t},{p}\n", ""),
    "elapsed clock": ("Elapsed Time,pH\n", "0:00:0{t},{p}\n", ""),
    "elapsed clock of minutes": ("Time (mm:ss),pH\n", "00:0{t},{p}\n", ""),
    "python timedelta": ("elapsed,pH\n", "0 days 00:00:0{t}.000000,{p}\n", ""),
    "durations with units": ("Time;pH\n", "0m{t}s;{p}\n", ""),
    "clock and seconds": ("Date;Time;Elapsed (s);pH\n", "25.11.2026;09:12:3{t};{t};{p}\n", ""),
    "labels": ("", "Time: {t} s, pH: {p}, T: 25.0 C\n", ""),
    "equals signs": ("", "t_s={t};pH={p}\n", ""),
    "json lines": ("", '{{"time_s": {t}, "ph": {p}}}\n', ""),
    "footer of statistics": ("Time (s);pH\n", "{t};{p}\n", "Mean;7.76\nMin;7.01\n\nEnd of data\n"),
    "footer of signature": ("Time (s),pH\n", "{t},{p}\n", "\nOperator: X. Y., 25.11.2026\nSignature:,_____\n"),
    "event in between": ("Time (s),pH\n", "{t},{p}\n", "# stirrer stopped\n"),
    "backwards": ("Time (s),pH\n", "{b},{q}\n", ""),
    "temperature next to it": ("Time (s),pH,T (°C),T\n", "{t},{p},25.0,25.0\n", ""),
    "pH in millivolts beside it": ("Time (s);mV;pH;pH mV;pH setpoint\n", "{t};-12;{p};-12;7.0\n", ""),
    "mojibake degrees": ("Time (s),pH,Temp (Â°C)\n", "{t},{p},25.0\n", ""),
    "empty second run": ("Run 1: Time (s),Run 1: pH,Run 2: Time (s),Run 2: pH\n", "{t},{p},,\n", ""),
}
"""Read as they are."""

TOLD = {
    "no names": ("", "{t},{p}\n", "", {"time": "1", "ph": "2", "time_unit": "s"}, "--time 1 --ph 2"),
    "no names behind a head": (
        "Meter A\n\n",
        "{n};{t},0;{c};25,0\n",
        "",
        {"time": "2", "ph": "3", "time_unit": "s"},
        "--time 2 --ph 3",
    ),
    "names that mean nothing": (
        "x;y\n",
        "{t};{p}\n",
        "",
        {"time": "x", "ph": "y", "time_unit": "s"},
        "--time 1 --ph 2",
    ),
    "unit columns": ("Time,Time unit,Value,Unit\n", "{t},s,{p},pH\n", "", {"time": "1", "ph": "3"}, "--time 1 --ph 3"),
    "raw pH": ("Time (s),pH raw\n", "{t},{p}\n", "", {"ph": "pH raw"}, "--ph 2"),
    "no unit": ("Time,pH\n", "{t},{p}\n", "", {"time_unit": "s"}, "--time-unit s"),
    "no unit, milliseconds": ("Time,pH\n", "{t}000,{p}\n", "", {"time_unit": "ms"}, "--time-unit ms"),
    "spreadsheet days": ("Time,pH\n", "{x},{p}\n", "", {"time_unit": "d", "mixed_at": "46351.5"}, "--time-unit d"),
    "half a clock": ("Time,pH\n", "00:0{t},{p}\n", "", {"time_unit": "mm:ss"}, "--time-unit mm:ss"),
    "no time": ("No,pH\n", "{n},{p}\n", "", {"time": "0", "time_unit": "1s"}, "--time"),
    "two pHs": ("Time (s),pH A,pH 1,pH 2\n", "{t},1,{p},7.0\n", "", {"run": "1"}, "--run 1"),
    "two pHs by name": ("Time (s),pH 1,pH 2\n", "{t},{p},7.0\n", "", {"ph": "pH 1"}, "--run 1"),
    "two times": ("Time (s),Time (ms),pH\n", "{t},{t}000,{p}\n", "", {"time": "Time (ms)"}, "--time 'Time (s)'"),
    "several vessels": ("Vessel,Time (s),pH\n", "A,{t},{p}\nB,{t},7.0\n", "", {"run": "A"}, "--run 1"),
    "names again": ("Time (s),pH\n", "{t},{p}\n", "\nRun 2\nTime (s),pH\n0,7\n1,7\n2,7\n", {"run": "1"}, "--run 1"),
    "time from the start again": ("Time (s),pH\n", "{t},{p}\n", "0,7.01\n1,7.5\n2,7.8\n", {"run": "1"}, "--run 1"),
    "pH from the start again": ("Time (s),pH\n", "{t},{p}\n", "6,7.0\n7,7.1\n8,7.2\n", {"run": "1"}, "--run 1"),
    "clock of the day": ("Time;pH\n", "23:59:5{e};{p}\n", "", {"mixed_at": "23:59:52"}, "--mixed-at '23:59:52'"),
    "over midnight": ("Time;pH\n", "{w};{p}\n", "", {"mixed_at": "23:59:58"}, "--mixed-at '23:59:58'"),
    "dated over midnight": (
        "Date;Time;pH\n",
        "{y};{w};{c}\n",
        "",
        {"mixed_at": "23:59:58"},
        "--mixed-at '11/12/2026 23:59:58'",
    ),
    "zone": ("Timestamp,pH\n", "2026-11-25T09:12:3{t}.250+01:00,{p}\n", "", {"mixed_at": "09:12:30.250"}, "--mixed-at"),
    "UTC in words": ("Time (UTC),pH\n", "2026-11-25 09:12:3{t} UTC,{p}\n", "", {"mixed_at": "09:12:30"}, "--mixed-at"),
    "Uhr": ("Uhrzeit;pH\n", "09:12:3{t} Uhr;{c}\n", "", {"mixed_at": "09:12:30"}, "--mixed-at"),
    "chinese date": ("日期时间,pH\n", "2026年11月25日 09:12:3{t},{p}\n", "", {"mixed_at": "09:12:30"}, "--mixed-at"),
    "p.m.": ("Time;pH\n", "2:03:0{t} p.m.;{p}\n", "", {"mixed_at": "2:03:00 p.m."}, "--mixed-at"),
    "milliseconds behind a colon": (
        "Time;pH\n",
        "09:12:3{t}:250;{p}\n",
        "",
        {"mixed_at": "09:12:30:250"},
        "--mixed-at",
    ),
    "points in a clock": ("Clock;pH\n", "09.12.3{t};{c}\n", "", {"mixed_at": "09.12.30"}, "--mixed-at"),
    "epoch": ("time,pH\n", "179559795{t},{p}\n", "", {"mixed_at": "1795597950"}, "--mixed-at '1795597950'"),
    "epoch in ms": ("timestamp,pH\n", "179559795{t}123,{p}\n", "", {"mixed_at": "1795597950123"}, "--mixed-at"),
    "epoch told in s": (
        "time_s,pH\n",
        "179559795{t}123,{p}\n",
        "",
        {"time_unit": "ms", "mixed_at": "1795597950123"},
        "--time-unit ms",
    ),
    "serial monitor": ("", "09:12:3{t}.000 -> pH: {p}, T: 25.0\n", "", {"mixed_at": "09:12:30.000"}, "--mixed-at"),
    "two samples a second": (
        "Time,pH\n",
        "0:00:00,{p}\n",
        "",
        {"time": "0", "time_unit": "1s"},
        "--time 0 --time-unit 1s.",
    ),
    "preamble that misleads": ("time,ph,7,8\n1,2,3\nTime (s),pH\n", "{t},{p}\n", "", {"skip_rows": 2}, ""),
}
"""Refused with what to do, and then read."""


def text_of(head, line, tail):
    """The file of a kind."""
    lines = []
    for t, ph in enumerate(PH):
        clock = 86398 + t
        lines.append(
            line.format(
                t=t,
                n=t + 1,
                p=ph,
                c=f"{ph:g}".replace(".", ","),
                m=f"{t / 60:.9f}",
                h=f"{t / 3600:.9f}",
                k=f"{1000 * t:,}",
                a=f"{1000 * t:,}".replace(",", "'"),
                d=f"{1000 * t:,}".replace(",", "."),
                b=5 - t,
                q=PH[5 - t],
                e=2 + t,
                x=f"{46351.5 + t / 86400:.10f}",
                w=f"{clock // 3600 % 24:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}",
                y=f"{11 + clock // 86400}/12/2026",
            )
        )
    return head + "".join(lines) + tail


KNOWN = {"substrate_mM": 50.0, "temperature_C": 25.0, "initial_pH": 7.0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"run": "2"}, "option '--run': run must be 1, the only one, got '2'. Leave it out."),
        ({"decimal": "x"}, "option '--decimal': sign must be '.' or ',', got 'x'. Write one of them."),
        (
            {"time_unit": "weeks"},
            "option '--time-unit': unit must be one of s, ms, us, min, h, d, mm:ss or hh:mm, or a number and a unit as "
            "in 0.5s, got 'weeks'. Write one of them.",
        ),
        (
            {"time": "0"},
            "a.csv 'time_s': interval must be told where samples are counted, got none. Add --time-unit "
            "with the time from one sample to the next, such as --time-unit 1s.",
        ),
        (
            {"ph": "9"},
            "a.csv, line 1 '--ph': column must be one of 'Time (s)', 'pH', or 1 to 2, got '9'. Name one of them.",
        ),
    ],
)
def test_an_option_that_cannot_be_is_refused(tmp_path, options, message):
    (tmp_path / "a.csv").write_text(text_of("Time (s),pH\n", "{t},{p}\n", ""))
    with pytest.raises(BenchError) as caught:
        read_trace(tmp_path / "a.csv", Reading(KNOWN, **options))
    assert str(caught.value) == message


def check(path, reading):
    trace = read_trace(path, reading)
    assert trace.time_s.tolist() == pytest.approx([0, 1, 2, 3, 4, 5], abs=1e-4)
    assert trace.ph.tolist() == list(PH)


@pytest.mark.parametrize("kind", READ)
def test_a_file_of_this_kind_is_read_as_it_is(tmp_path, kind):
    (tmp_path / "a.csv").write_bytes(text_of(*READ[kind]).encode())
    check(tmp_path / "a.csv", Reading(KNOWN))


@pytest.mark.parametrize("kind", TOLD)
def test_a_file_of_this_kind_is_refused_with_what_leads_to_an_answer(tmp_path, kind):
    *parts, options, step = TOLD[kind]
    (tmp_path / "a.csv").write_bytes(text_of(*parts).encode())
    with pytest.raises(BenchError) as caught:
        read_trace(tmp_path / "a.csv", Reading(KNOWN))
    assert step in str(caught.value)
    check(tmp_path / "a.csv", Reading(KNOWN, **options))
