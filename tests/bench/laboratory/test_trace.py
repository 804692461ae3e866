import sys
from datetime import date, time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.laboratory.table import Reading
from bench.laboratory.trace import read_trace

REMARKS = "# urea: 50 mM\n# temperature: 30 C\n# initial pH: 7.0\n# powder: 0.25 g\n# volume: 0.2 L\n"
WORDS = {
    "substrate_mM": "urea",
    "temperature_C": "temperature",
    "initial_pH": "initial",
    "grams_urease_powder": "powder",
    "volume_L": "volume",
}
SAMPLES = "time_s,ph\n0,7.0\n1,7.5\n"


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "trace.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path, **given_values):
    with pytest.raises(BenchError) as caught:
        read_trace(path, Reading(given_values))
    return str(caught.value)


def test_a_plain_file_is_read_with_its_known_inputs_and_where_they_stood(written):
    trace = read_trace(written(REMARKS + SAMPLES))
    assert trace.time_s.tolist() == [0.0, 1.0]
    assert trace.ph.tolist() == [7.0, 7.5]
    assert trace.known == {
        "substrate_mM": 50.0,
        "grams_urease_powder": 0.25,
        "temperature_C": 30.0,
        "initial_pH": 7.0,
        "volume_L": 0.2,
    }
    assert trace.sources["temperature_C"] == "line 2"
    assert trace.notes == ()


@pytest.mark.parametrize(
    "samples",
    [
        "time_s;ph\n0;7,0\n1;7,5\n",
        "time_s\tpH\n0\t7.0\n1\t7.5\n",
        "Time [s], pH\n0, 7.0\n1, 7.5\n",
        '"time (s)","pH"\n"0","7,0"\n"1","7,5"\n',
        "pH;t/s\r\n7,0;0\r\n\r\n7,5;1\r\n",
        "time_s,ph,,\n0,7.0,,\n1,7.5,,\n,,,\n",
        "elapsed time (ms),ph\n0,7.0\n1e3,7.5\n",
        "time [min];ph\n0;7.0\n.016666666666666666;7.5\n",
        "ph value,seconds,time s\n7.0,x,0\n7.5,y,1\n",
    ],
    ids=["semicolon", "tab", "blanks", "quoted", "windows", "empty columns", "ms", "min", "other columns"],
)
def test_delimiters_decimals_and_units_of_time_are_found_out(written, samples):
    trace = read_trace(written(REMARKS + samples))
    assert trace.time_s == pytest.approx([0.0, 1.0])
    assert trace.ph.tolist() == [7.0, 7.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encodings_of_spreadsheets_are_read(written, encoding):
    text = REMARKS.replace("30 C", "30 °C") + SAMPLES
    assert read_trace(written(text.encode(encoding))).known["temperature_C"] == 30.0


@pytest.mark.parametrize(
    ("remark", "name", "value"),
    [
        ("# urea: 3 g/L", "substrate_mM", 3e3 / 60.055),
        ("# urea_M = 0.05", "substrate_mM", 50.0),
        ("#substrate [mmol/L]: 50", "substrate_mM", 50.0),
        ("# temperature_K: 303,15", "temperature_C", 30.0),
        ("# Temp (degC) = 30", "temperature_C", 30.0),
        ("# pH0 = 7", "initial_pH", 7.0),
        ("# grams_urease_powder: 0.25", "grams_urease_powder", 0.25),
        ("# powder: 250 mg;;", "grams_urease_powder", 0.25),
        ("# volume: 200 mL", "volume_L", 0.2),
    ],
)
def test_remarks_give_known_inputs_in_usual_units(written, remark, name, value):
    kept = [line for line in REMARKS.splitlines() if WORDS[name] not in line]
    trace = read_trace(written("\n".join([*kept, remark, SAMPLES])))
    assert trace.known[name] == pytest.approx(value, rel=1e-12)


def test_known_inputs_may_be_columns(written):
    text = "time_s,ph,urea_mM,temperature_C,initial_pH\n0,7.0,50,30,7\n1,7.5,50,30,7\n"
    trace = read_trace(written(text))
    assert (trace.known["substrate_mM"], trace.sources["substrate_mM"]) == (50.0, "line 2")
    assert trace.notes == (
        "Filled in, as the reaction does not depend on it: grams_urease_powder 0.275, volume_L 0.2.",
    )


def test_an_option_goes_before_what_the_file_says(written):
    trace = read_trace(written(REMARKS + SAMPLES), Reading({"temperature_C": 25.0}))
    assert (trace.known["temperature_C"], trace.sources["temperature_C"]) == (25.0, "option")


@pytest.mark.parametrize(
    ("samples", "mixed_at"),
    [
        ("Elapsed time (hh:mm:ss),pH\n0:00:00,7.0\n0:00:01,7.5\n", None),
        ("Time,pH\n00:00.0,7.0\n00:01.0,7.5\n", None),
        ("Time;pH\n14:03:07,5;7,0\n14:03:08,5;7,5\n", "14:03:07,5"),
        ("Date/Time,pH\n05/03/2026 11:59:59 AM,7.0\n05/03/2026 12:00:00 PM,7.5\n", "05/03/2026 11:59:59 AM"),
        ("Timestamp,pH\n2026-03-05T14:03:06Z,6.9\n2026-03-05T14:03:07Z,7.0\n2026-03-05T14:03:08Z,7.5\n", "14:03:07"),
        ("time_s,ph\n-1,6.9\n0,7.0\n1,7.5\n", None),
        ("time_min,ph\n1.9,6.9\n2,7.0\n2.0166666666666666,7.5\n", "2"),
        ("Time,Elapsed (s),pH\n14:03:07,0,7.0\n14:03:08,1,7.5\n", None),
    ],
    ids=["elapsed", "spreadsheet", "clock", "date", "timestamp", "negative", "minutes", "clock beside seconds"],
)
def test_times_are_those_since_mixing_however_the_instrument_counts(written, samples, mixed_at):
    trace = read_trace(written(REMARKS + samples), Reading(mixed_at=mixed_at))
    assert trace.time_s.tolist() == pytest.approx([0.0, 1.0])
    assert trace.ph.tolist() == [7.0, 7.5]
    before = ("Samples before mixing, which were left out: 1.",) if "6.9" in samples else ()
    assert tuple(note for note in trace.notes if "mixing" in note) == before


def test_the_moment_of_mixing_is_written_as_the_column_is(written):
    path = written(REMARKS + "Time,pH\n14:03:07,7.0\n14:03:08,7.5\n")
    for moment in ("50587", "noon"):
        with pytest.raises(BenchError) as caught:
            read_trace(path, Reading(mixed_at=moment))
        assert str(caught.value) == (
            "option '--mixed-at': moment must be written as in the column of time, such as '14:03:07', "
            f"got '{moment}'. "
            "Copy the time of the first sample after mixing."
        )


@pytest.mark.parametrize(
    "text",
    [
        "Urea;50;mM\nTemperature;30,0;°C\nInitial pH;7,0\n\nTime [s];pH\n0;7,0\n1;7,5\n",
        "Meter: A211\nTime: 14:03\nUrea: 50 mM\nTemperature,30,C\nInitial pH = 7\ntime_s,ph\n0,7.0\n1,7.5\n",
        "sep=;\n# urea: 50 mM\n# temperature: 30 C\n# initial pH: 7\nTime (s);pH\n0;7,0\n1;7,5\n",
        "# urea: 50 mM\n# temperature: 30 C\n# initial pH: 7\nLatest: Time (s),Latest: pH\n0,7.0\n1,7.5\n",
        "# urea: 50 mM\n# initial pH: 7\nRecord\tTime (s)\tpH (25.0 °C)\tTemp (°C)\n1\t0\t7.0\t30.1\n2\t1\t7.5\t29.9\n",
    ],
    ids=["cells", "lines", "spreadsheet", "run names", "meter"],
)
def test_what_instruments_write_above_and_into_the_names_is_understood(written, text):
    trace = read_trace(written(text))
    assert (trace.time_s.tolist(), trace.ph.tolist()) == ([0.0, 1.0], [7.0, 7.5])
    known = {name: trace.known[name] for name in ("substrate_mM", "temperature_C", "initial_pH")}
    assert known == pytest.approx({"substrate_mM": 50.0, "temperature_C": 30.0, "initial_pH": 7.0})


def test_a_measured_temperature_is_averaged_unless_one_is_given(written):
    text = "# urea: 50 mM\n# initial pH: 7\ntime_s,ph,temp_C\n0,7.0,30.1\n1,7.5,29.9\n"
    trace = read_trace(written(text))
    assert trace.known["temperature_C"] == pytest.approx(30.0)
    assert trace.sources["temperature_C"] == "mean of its column, 29.9 to 30.1"
    assert read_trace(written(text), Reading({"temperature_C": 25.0})).known["temperature_C"] == 25.0
    bare = "# temperature: 30 C\n" + text.replace("temp_C", "Temp")
    assert read_trace(written(bare)).notes[0] == "Columns that were passed over: Temp."


def test_samples_without_a_ph_are_left_out_and_counted(written):
    trace = read_trace(written(REMARKS + "time_s,ph,remark\n0,7.0,\n1,,stirrer\n2,#N/A,\n3,7.5,\n"))
    assert trace.time_s.tolist() == [0.0, 3.0]
    assert trace.notes == (
        "Columns that were passed over: remark.",
        "Lines without a pH, which were left out: 2 (#N/A).",
    )


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (
            "time_s,ph\n0,7.0\n1,7..5\n",
            "trace.csv, line 8 'ph': value must be a number, got '7..5'. Mend or drop the line.",
        ),
        (
            "time_s,ph\n0,7.0\n00:01,7.5\n",
            "trace.csv, line 8 'time_s': value must be a time, got '00:01'. "
            "Add --time-unit mm:ss or --time-unit hh:mm.",
        ),
        (
            "time_s,ph\n0,7.0\n0,7.5\n1,7.6\n2,7.7\n3,7.7\n4,7.8\n5,7.9\n",
            "trace.csv, line 8 'time_s': value must be after 0, the sample before, got 0. "
            "Drop the repeated sample, or export more digits of the time.",
        ),
        (
            "time,ph\n0:00:05,7.0\n0:00:04,7.5\n",
            "trace.csv, line 8 'time_s': value must be after 0:00:05, the sample before, got 0:00:04. "
            "Sort the lines by time, and give one trace a file.",
        ),
        (
            "time_s,ph\n-2,7.0\n-1,7.0\n0,7.5\n",
            "trace.csv 'samples': number must be at least 2, got 1. "
            "Check that the file is whole, and the moment of mixing.",
        ),
        (
            "time_s,ph\n100,7.0\n101,7.5\n",
            "trace.csv 'time_s': time must count from mixing, got a first sample at 100. "
            "Add --mixed-at '100' with your moment of mixing, or --mixed-at 0 if the times are right.",
        ),
        (
            "time_s,ph\n0,70\n",
            "trace.csv, line 7 'ph': value must be between 1 and 14, got 70. Mend the line.",
        ),
        (
            "time_s;ph\n0;7,0\n1;7.5\n",
            "trace.csv, line 8 'ph': decimal sign must be ',' as above, got '7.5'. Use one in the whole file.",
        ),
        (
            "time_s,ph\n0,7,0\n",
            "trace.csv, line 7: number of values must be 2, as in line 6, got 3. "
            "If the comma is a decimal sign too, export with semicolons or points.",
        ),
        (
            "time,ph\n0,7.0\n",
            "trace.csv, line 6 'time': unit must be one of s, ms, us, min, h, d, got none. "
            "Add the right one, such as --time-unit s.",
        ),
        (
            "0,7.0\n1,7.5\n",
            "trace.csv, line 6 'time_s and ph': columns must include time_s and ph, got '0,7.0'. "
            "Say which they are, by name or number, such as --time 1 --ph 2.",
        ),
        (
            "Meter;X1\nTime (s);mV\n0;12\n",
            "trace.csv, line 7 'ph': columns must include time_s and ph, got 'Time (s);mV'. "
            "Export the pH: millivolts mean nothing without the calibration of the electrode.",
        ),
        (
            "Probe [s];pH-Punkt;Temperatur;Bemerkung des Geräts am Messplatz 1\n0;7,0;30;-\n1;7,5;30;-\n",
            "trace.csv, line 6 'time_s and ph': columns must include time_s and ph, got "
            "'Probe [s];pH-Punkt;Temperatur;Bemerkung des Geräts am Messpl...'. "
            "Say which they are, by name or number, such as --time 1 --ph 2.",
        ),
        (
            "time_s,ph,temp_C\n0,7.0,30\n1,7.5,32\n",
            "trace.csv 'temperature_C': column must stay within 1 degree C, got 30 to 32. "
            "Cut the trace where it drifts, or insist on one value with --temperature.",
        ),
        (
            "time_s,ph,temp_C\n0,7.0,25.1\n1,7.5,25.0\n",
            "trace.csv 'temperature_C': column must agree with line 2 to 1 degree C, got 25.05 beside 30. "
            "Drop one of them, or insist on one value with --temperature.",
        ),
        (
            "time_s,t_ms,ph\n0,0,7.0\n",
            "trace.csv, line 6 'time_s': column must be the only time, got 'time_s' and 't_ms'. "
            "Add --time 'time_s', or another of them.",
        ),
        (
            "time_s,ph,urea_mM\n0,7.0,40\n",
            "trace.csv, line 7 'substrate_mM': value must be 50, as in line 1, got 40. "
            "Keep one of them, or give --substrate in mM.",
        ),
        (
            "time_s,ph\n0,7.0\n",
            "trace.csv 'samples': number must be at least 2, got 1. Check that the file is whole.",
        ),
        (
            "",
            "trace.csv 'samples': a line must hold a time and a pH, got none in 6 lines. "
            "Export the samples as CSV, a line each.",
        ),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(written, samples, message):
    assert refused(written(REMARKS + samples)) == message


def test_a_missing_known_input_is_shown_how_to_give(written):
    assert refused(written("# urea: 50 mM\n" + SAMPLES)) == (
        "trace.csv 'temperature_C': known inputs must include temperature_C, initial_pH, got none. "
        "Add on top, with your values: '# temperature: 25 C', '# initial pH: 7.0'; or give --temperature, --initial-ph."
    )


def test_a_remark_without_its_unit_is_refused(written):
    assert refused(written("# temperature: 30\n" + SAMPLES)) == (
        "trace.csv, line 1 'temperature': unit must be one of C, K, F, got none. Write 'temperature [C]', "
        "or give --temperature in degree C."
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "temperature_C",
            303.0,
            "between 0 and 60 degree C, got 303. Check its unit: temperature [C] or temperature [K].",
        ),
        ("substrate_mM", 0.0, "between 0 and 1000 mM, got 0. Check its unit: urea [mM], urea [M] or urea [g/L]."),
        ("initial_pH", 9.0, "between 4 and 8 pH, got 9. Mend it."),
        ("volume_L", 0.0, "above 0 L, got 0. Mend it."),
        ("initial_pH", float("nan"), "between 4 and 8 pH, got nan. Mend it."),
    ],
)
def test_a_known_input_that_cannot_be_is_refused(written, name, value, message):
    assert (
        refused(written(REMARKS + SAMPLES), **{name: value}) == f"trace.csv, option '{name}': value must be {message}"
    )


def test_a_file_that_is_not_there_or_no_text_is_refused(written, tmp_path):
    assert refused(tmp_path / "none.csv") == (
        "trace 'none.csv': path must be a readable file, got: No such file or directory. Check the spelling."
    )
    (tmp_path / "folder.csv").mkdir()
    assert refused(tmp_path / "folder.csv") == (
        "trace 'folder.csv': path must be one file, got a folder. Name the CSV in it."
    )
    assert refused(written(b"\x89PNG\0\0\0")) == (
        "trace 'trace.csv': file must be the text of one trace, got binary content. Export it as CSV."
    )


def test_a_workbook_is_read_with_all_its_sheets(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="an extra, which the lock of the tests installs")
    book = openpyxl.Workbook()
    for row in (["Urea", 50, "mM"], ["Temperature", 30, "C"], ["Initial pH", 7]):
        book.active.append(row)
    sheet = book.create_sheet("Data")
    for row in (["Date", "Time", "pH"], [date(2026, 11, 25), time(9, 12, 30), 7.0], [None, time(9, 12, 31), 7.5]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    trace = read_trace(tmp_path / "a.xlsx", Reading(mixed_at="09:12:30"))
    assert (trace.time_s.tolist(), trace.ph.tolist()) == ([0.0, 1.0], [7.0, 7.5])
    assert trace.known["substrate_mM"] == 50.0


def test_without_its_reader_a_workbook_is_refused_with_the_command_that_installs_it(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert refused(written(b"PK\x03\x04\0\0\0")) == (
        "trace 'trace.csv': file must be text, or openpyxl must be installed to read a spreadsheet, got neither. "
        "Run: python -m pip install openpyxl, or export the sheet as CSV."
    )


def test_one_endless_line_is_refused_like_any_other(written):
    assert refused(written("{" + "1" * 200_000)) == (
        "trace.csv 'samples': a line must hold a time and a pH, got none in 1 lines. "
        "Export the samples as CSV, a line each."
    )


numbers = st.floats(1.0, 14.0).map(lambda value: float(f"{value:.4f}"))


@given(
    ph=st.lists(numbers, min_size=2, max_size=20).map(sorted),  # a fall to the start is another run
    steps=st.lists(st.integers(1, 10_000), min_size=20, max_size=20),
    delimiter=st.sampled_from(["\t", ";", ","]),
    comma=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    first=st.booleans(),
)
@settings(deadline=None, max_examples=25)
def test_what_was_written_is_read_back_whatever_the_dialect(tmp_path_factory, ph, steps, delimiter, comma, end, first):
    comma = comma and delimiter != ","
    times = np.cumsum(steps[: len(ph)]) / 1000.0

    def line(time_s, value):
        cells = [f"{time_s:.3f}", f"{value:.4f}"]
        cells = [cell.replace(".", ",") if comma else cell for cell in cells]
        return delimiter.join(cells if first else cells[::-1])

    header = delimiter.join(["time_s", "pH"] if first else ["pH", "time_s"])
    lines = [*REMARKS.splitlines(), header, *map(line, times, ph)]
    path = tmp_path_factory.mktemp("dialect") / "trace.csv"
    path.write_bytes(end.join(lines).encode())
    trace = read_trace(path, Reading(mixed_at="0"))
    assert trace.time_s.tolist() == pytest.approx(times.tolist(), abs=1e-9)
    assert trace.ph.tolist() == pytest.approx(ph, abs=1e-9)


@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(deadline=None, max_examples=40)
def test_no_file_does_more_than_raise_an_error_that_names_it(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "trace.csv"
    path.write_bytes(content)
    with pytest.raises(BenchError, match=r"trace\.csv"):
        read_trace(path)
