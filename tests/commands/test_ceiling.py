import pytest

from bench.compiled import ROOT
from leaderboard.site.attainable import GRID_FILE, read_attainable


def cells_of(line):
    return [cell.strip() for cell in line.strip("| \n").split(" | ")]


def test_an_acquisition_of_ones_own_is_told_in_units_beside_what_is_known_before(invoke):
    result = invoke("ceiling", "--prefix", "30", "--interval", "1")
    assert result.exit_code == 0, result.stderr
    heading, _, before, told = map(cells_of, result.stdout.splitlines()[:4])
    assert heading == ["acquisition", "samples", "RMSE E0 [g/L]", "R2 E0", "RMSE k_d [1e-3/s]", "R2 k_d"]
    assert before == ["before measuring", "0", "0.348", "0", "1.41", "0"]
    assert (told[:2], told[3]) == (["30 s @ 1 s", "31"], "0.9995")
    page = next(line for line in read_attainable((ROOT / GRID_FILE).read_text()) if line[:2] == [30.0, 1.0])
    shown = [float(text.split(" ± ")[0]) for text in (told[2], told[4])]
    assert shown == [round(page[3], 5), round(page[4], 3)]  # one number of an acquisition, here and on the page
    assert 1 - (shown[1] / 1.41) ** 2 == pytest.approx(float(told[5]), abs=0.01)


def test_prefixes_and_intervals_are_crossed_and_the_usual_ones_stand_in(invoke):
    def told(*options):
        return [cells_of(line)[0] for line in invoke("ceiling", *options, "--cases", "100").stdout.splitlines()[3:-3]]

    crossed = told("--prefix", "10", "--prefix", "20", "--interval", "5", "--interval", "10")
    assert crossed == ["10 s @ 5 s", "10 s @ 10 s", "20 s @ 5 s", "20 s @ 10 s"]
    assert told("--interval", "20") == ["30 s @ 20 s", "60 s @ 20 s"]
    assert told("--prefix", "5") == ["5 s @ 0.3 s", "5 s @ 1 s"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--prefix", "30", "--interval", "40"),
            "option '--interval': value must be above 0 and at most --prefix, got 40 s and 30 s. Name both.",
        ),
        (
            ("--prefix", "nan"),
            "option '--interval': value must be above 0 and at most --prefix, got 10 s and nan s. Name both.",
        ),
        (
            ("--prefix", "100000", "--interval", "1"),
            "option '--cases': samples of all cases must be at most 20,000,000, got 200,002,000 for 100000 s @ 1 s. "
            "Take fewer cases or a longer interval.",
        ),
    ],
)
def test_what_cannot_be_is_refused(invoke, options, message):
    result = invoke("ceiling", *options)
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")


def test_programs_get_every_acquisition_in_base_units_and_nothing_else(invoke, values_of):
    named = values_of(invoke("ceiling", "--prefix", "30", "--interval", "10", "--interval", "5", "--json"))
    assert [(each["acquisition"], each["n_samples"], each["n_cases"]) for each in named] == [
        ("30 s @ 10 s", 4, 2000),
        ("30 s @ 5 s", 7, 2000),
    ]
    k_d = named[0]["k_d_per_s"]
    assert (round(k_d["rmse_before"], 5), round(k_d["rmse"], 5), round(k_d["r2"], 3)) == (0.00141, 0.00137, 0.05)
    assert k_d["r2"] == pytest.approx(1 - (k_d["rmse"] / k_d["rmse_before"]) ** 2)
