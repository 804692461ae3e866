# Files as instruments write them, all of one simulated trace: read right, or refused with what leads to that.
from pathlib import Path

import numpy as np
import pytest

from bench.errors import BenchError
from bench.laboratory.table import Reading
from bench.laboratory.trace import read_trace

FILES = Path(__file__).parent / "files"
KNOWN = {"substrate_mM": 40.0, "temperature_C": 25.0, "initial_pH": 6.9}
ONE = "value must be one number with one unit, got "
REFUSED = {
    "after_midnight_no_mixed.csv": ("Add --mixed-at '00:00:12'", {"mixed_at": "00:00:12"}),
    "arduino_serial_monitor.txt": ("Add --mixed-at '09:12:31.000'", {"mixed_at": "09:12:31.000"}),
    "arduino_time_ms_offset.csv": ("Add --mixed-at '153204'", {"mixed_at": "153204"}),
    "atlas_epoch_ms.csv": ("Add --mixed-at '1795597951123'", {"mixed_at": "1795597951123"}),
    "atlas_epoch_time_ms.csv": ("Add --mixed-at '1795597951123'", {"mixed_at": "1795597951123"}),
    "campbell_toa5.dat": ("Add --mixed-at '2026-11-25 09:12:31'", {"mixed_at": "09:12:31"}),
    "epoch_ms_told_s.csv": ("Add --time-unit ms.", {"time_unit": "ms", "mixed_at": "1795597951123"}),
    "excel_mmss0_clock.csv": ("Add --mixed-at '12:31.0'", {"mixed_at": "12:31.0"}),
    "excel_renamed.csv": ("xport ", None),
    "hanna_hi5221.txt": ("Add --mixed-at '2026-11-25 09:12:31 AM'", {"mixed_at": "09:12:31 AM"}),
    "hh_mm_ss_12h_noon.csv": ("Add --mixed-at '12:59:30'", {"mixed_at": "12:59:30"}),
    "iso_utc_suffix.csv": ("Add --mixed-at '2026-11-25 09:12:31 UTC'", {"mixed_at": "2026-11-25 09:12:31 UTC"}),
    "json_lines.jsonl": ("such as --time-unit s.", {"time_unit": "s"}),
    "k_ph_range.csv": (f"line 3 'Initial pH': {ONE}'6.5 - 7.2'.", {}),
    "k_temp_range.csv": (f"line 2 'Temperature (C)': {ONE}'20-30'.", {}),
    "k_urea_cells_note.csv": ("line 1 'Urea': unit must be one of mM, M, uM, g/L,", {}),
    "k_urea_dilution.csv": (f"line 1 'Urea [mM]': {ONE}'80/2'.", {}),
    "k_urea_list2.csv": (f"line 1 'Urea [mM]': {ONE}'60, 40'.", {}),
    "k_urea_minus.csv": (f"line 1 'Urea [mM]': {ONE}'~40'.", {}),
    "k_urea_name_mM_value_M.csv": ("line 1 'Urea [mM]': unit must be mM, as in the name, got 'M'.", {}),
    "k_urea_ratio.csv": (f"line 1 'Urea [mM]': {ONE}'40/2'.", {}),
    "k_urea_thousand_us.csv": ("number must have one decimal sign and none of thousands, got '1,000'.", {}),
    "metrohm_pclims.txt": ("--time 2 --ph 3.", {"time": "2", "ph": "3", "time_unit": "s"}),
    "mettler_labx_en.csv": ("--time 2 --ph 3.", {"time": "2", "ph": "3", "mixed_at": "09:12:31 AM"}),
    "midnight.csv": ("Add --mixed-at '2026-11-25 23:59:40'", {"mixed_at": "23:59:40"}),
    "orion_star_a211.txt": ("--time 5 --ph 9.", {"time": "5", "ph": "9", "mixed_at": "11/25/26 09:12:31"}),
    "orion_starcom.csv": ("Add --mixed-at '11/25/2026 09:12:31'", {"mixed_at": "09:12:31"}),
    "time_in_comment_units.csv": ("such as --time-unit s.", {"time_unit": "s"}),
    "time_up_and_down_two_traces.csv": ("got 1 (lines 2 to 62), 2 (lines 63 to 123). Say which with", {"run": "1"}),
    "unquoted_decimal_comma_comma.csv": ("export with semicolons or points.", None),
    "urea_percent.csv": ("% (w/v), got '%'. Write 'Urea [mM]', or give --substrate in mM.", {}),
    "vernier_loggerpro_two_runs.csv": ("2 (Run 2, lines 2 to 62). Say which with --run 1", {"run": "Run 1"}),
    "ysi_kor.csv": ("Add --mixed-at '11/25/2026 09:12:31'", {"mixed_at": "09:12:31"}),
}
"""What is refused, and the options that read it; all others are read as they are."""
OTHER_TIMES = {"arduino_serial_monitor.txt", "baseline_30s_no_mark.csv"}
SHORTER = {"logged_on_change.csv": 49, "over_range.csv": 59, "sentinel_-9999.csv": 59}
SMOOTHED = "smoothed_centred.csv"


@pytest.fixture(scope="module")
def truth():
    trace = read_trace(FILES / "plus_sign_ph.csv", Reading(KNOWN))
    return dict(zip(trace.time_s.tolist(), trace.ph.tolist(), strict=True))


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_a_file_is_read_right_or_refused_with_what_leads_to_an_answer(path, truth):
    stated = {} if b"rea" in path.read_bytes()[:20] else KNOWN
    options = {}
    if path.name in REFUSED:
        message, options = REFUSED[path.name]
        with pytest.raises(BenchError) as caught:
            read_trace(path, Reading(stated))
        assert message in str(caught.value)
        if options is None:  # the file must be exported anew
            return
        stated = stated or KNOWN
    trace = read_trace(path, Reading(stated, **options))
    assert {name: trace.known[name] for name in KNOWN} == pytest.approx(KNOWN)
    if path.name not in OTHER_TIMES:
        assert len(trace.time_s) == SHORTER.get(path.name, 61)
        exact = np.array([truth[round(time_s)] for time_s in trace.time_s])
        assert np.abs(trace.time_s - np.round(trace.time_s)).max() < 2e-2
        assert np.abs(trace.ph - exact).max() < (0.8 if path.name == SMOOTHED else 0.06)
