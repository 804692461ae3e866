from pathlib import Path

import numpy as np
import pytest
from matplotlib import image

from bench.world.acquisition import Acquisition, measure
from bench.world.equilibria import TEMPERATURE_CORRECTED

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example_trace.csv"
KNOWN = np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])


@pytest.fixture
def trace_of(tmp_path):
    """File of a simulated trace with its known inputs as remarks."""

    def write(acquisition, targets=(0.5, 1.5e-3), name="trace.csv"):
        traces = measure(acquisition, KNOWN, np.array([targets]), TEMPERATURE_CORRECTED, "verb", range(1))
        lines = ["# urea: 50 mM", "# temperature: 30 C", "# initial pH: 7.0", "time_s,ph"]
        lines += [f"{time_s:g},{ph:.4f}" for time_s, ph in zip(traces.time_s[0], traces.ph[0], strict=True)]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    return write


def table_of(result):
    """First cell of each line of the table to the others."""
    cells = [line.split("  ") for line in result.stdout.splitlines()]
    split = [[cell.strip() for cell in each if cell.strip()] for each in cells]
    return {each[0]: each[1:] for each in split if len(each) == 4}


@pytest.fixture(scope="module")
def plain(invoke):
    """What is said of the example, and its picture, in the folder of the work."""
    return invoke("infer", "--ideal", EXAMPLE)


def test_the_example_gives_both_targets_near_those_it_was_made_with(plain):
    result = plain
    assert result.exit_code == 0, result.stderr
    rows = table_of(result)
    assert list(rows) == ["exact posterior", "50 % interval", "90 % interval"]
    for column, truth in enumerate((0.5, 1.5)):
        low, high = map(float, rows["90 % interval"][column].split(" to "))
        assert low < truth < high
        assert low < float(rows["exact posterior"][column]) < high
    assert "the reaction explains the trace." in result.stdout
    assert "k_d is known only to 49 % (one standard deviation)." in result.stdout
    assert "To know k_d to 20 %, measure about " in result.stdout
    assert "A new trace sampled every 0.3 s would need " in result.stdout
    assert "warning" not in result.stdout


def test_the_picture_is_drawn_beside_the_work(plain):
    assert plain.stdout.splitlines()[-1] == "Picture: example_trace_inferred.png"
    pixels = image.imread("example_trace_inferred.png")
    assert pixels.shape[:2] == (720, 1200)
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 100


def test_a_trace_too_short_for_k_d_is_said_to_be(invoke, trace_of, undrawn):
    result = invoke("infer", "--ideal", trace_of(Acquisition(30.0, 10.0)))
    assert "k_d cannot be told from this trace: nearly every value from 0.01 to 5 1e-3/s fits it" in result.stdout
    assert "Few samples: a fault of the electrode could hide." in result.stdout


def test_a_long_trace_needs_no_longer_one(invoke, trace_of, undrawn):
    result = invoke("infer", "--ideal", trace_of(Acquisition(300.0, 1.0)))
    assert "k_d is known to " in result.stdout
    assert "To know k_d" not in result.stdout


def test_a_lagging_electrode_is_recognised_and_the_option_mends_it(invoke, trace_of, undrawn):
    path = trace_of(Acquisition(60.0, 1.0, lag_s=2.0))
    first = invoke("infer", "--ideal", path)
    assert "warning: An electrode that lags by 2 s would fit better. If it does, add --lag 2.\n" in first.stdout
    assert "are not to be trusted before that is settled." in first.stdout
    assert "is known" not in first.stdout
    second = invoke("infer", "--ideal", path, "--lag", "2")
    assert "the reaction explains the trace." in second.stdout
    low, high = map(float, table_of(second)["90 % interval"][0].split(" to "))
    assert low < 0.5 < high


def test_a_trace_outside_the_prior_is_warned_of_and_not_judged(invoke, trace_of, undrawn):
    result = invoke("infer", "--ideal", trace_of(Acquisition(60.0, 1.0), (2.0, 1.5e-3)))
    assert "warning: The trace asks for E0 = " in result.stdout
    assert "outside the prior of 0.05 to 1.25: estimate and intervals are cut off there" in result.stdout
    assert "is known" not in result.stdout
    assert float(table_of(result)["best fit, no prior"][0]) == pytest.approx(2.0, rel=0.05)


def test_a_trace_without_a_reaction_is_refused(invoke, tmp_path):
    lines = EXAMPLE.read_text().splitlines()
    flat = [line if line.startswith("#") or "ph" in line else f"{line.split(',')[0]},7.00" for line in lines]
    (tmp_path / "flat.csv").write_text("\n".join(flat))
    result = invoke("infer", "--ideal", tmp_path / "flat.csv")
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        "error: flat.csv 'ph': value must rise as urea is split, got 7.00 at the end from an initial pH of 7. "
        "Check that enzyme was added, that this column is the pH of this vessel, and the initial pH.\n",
    )


def test_a_ph_in_coarse_steps_is_warned_of_and_not_judged(invoke, tmp_path, undrawn):
    lines = EXAMPLE.read_text().splitlines()
    split = [line.split(",") for line in lines]
    coarse = [f"{each[0]},{float(each[1]):.1f}" if each[0].isdigit() else ",".join(each) for each in split]
    (tmp_path / "coarse.csv").write_text("\n".join(coarse))
    result = invoke("infer", "--ideal", tmp_path / "coarse.csv")
    assert "warning: The pH is written in steps of 0.1, coarser than the noise. Export more digits.\n" in result.stdout
    assert "is known" not in result.stdout


def test_the_clock_of_a_logger_needs_the_moment_of_mixing(invoke, tmp_path, plain, undrawn):
    lines = EXAMPLE.read_text().splitlines()
    split = [line.split(",") for line in lines]
    clock = [f"14:{int(each[0]) // 60:02d}:{int(each[0]) % 60:02d},{each[1]}" for each in split if each[0].isdigit()]
    known = [line for line in lines if line.startswith("#")]
    (tmp_path / "logger.csv").write_text("\n".join([*known, "Time,pH", *clock]))
    assert (
        "Add --mixed-at '14:00:00' with your moment of mixing"
        in invoke("infer", "--ideal", tmp_path / "logger.csv").stderr
    )
    timed = invoke("infer", "--ideal", tmp_path / "logger.csv", "--mixed-at", "14:00:00")
    assert table_of(timed) == table_of(plain)


def test_a_trace_to_the_end_leaves_nothing_to_forecast_and_its_picture_is_drawn_where_asked(invoke, trace_of, tmp_path):
    path = tmp_path / "deep" / "long.png"
    result = invoke("infer", "--ideal", trace_of(Acquisition(2000.0, 10.0)), "--picture", path)
    assert result.exit_code == 0, result.stderr
    assert image.imread(path).shape[:2] == (720, 1200)


def test_an_option_is_shown_as_the_source_and_a_temperature_outside_is_warned_of(invoke, undrawn):
    result = invoke("infer", "--ideal", EXAMPLE, "--temperature", "41")
    assert "temperature_C 41 (option)" in result.stdout
    assert "warning: temperature_C = 41 is outside the usual 20 to 40 degree C:" in result.stdout


def test_a_file_that_cannot_be_read_is_one_sentence(invoke, tmp_path):
    (tmp_path / "bad.csv").write_text("time,ph\n0,7\n1,8\n")
    result = invoke("infer", "--ideal", tmp_path / "bad.csv")
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        "error: bad.csv, line 1 'time': unit must be one of s, ms, us, min, h, d, got none. "
        "Add the right one, such as --time-unit s.\n",
    )


@pytest.fixture(scope="module")
def asked(invoke, hostile, tmp_path_factory):
    """The row ``behaves`` asked about the same kind of trace twice, and the folder of its fits."""
    out = tmp_path_factory.mktemp("infer")
    common = ("--models", hostile, "--model", "behaves", "--preset", "quick", "--out", out, "--force")
    return out, [invoke("infer", "--ideal", EXAMPLE, *common) for _ in range(2)]


def test_a_learned_row_is_fitted_once_and_then_taken_from_its_fit(asked):
    out, (first, second) = asked
    assert first.exit_code == 0, first.stderr
    assert "behaves: fitted in " in first.stdout
    assert "behaves: stored fit, once fitted in " in second.stdout
    assert "16 training cases of in_distribution" in first.stdout
    assert table_of(first)["behaves"] == table_of(second)["behaves"]
    assert len(list((out / "fits").glob("*.pickle"))) == 1


def test_a_row_that_was_forced_says_that_it_was(asked):
    _, (first, _) = asked
    assert (
        "warning: model 'behaves': trace must be measured as its training cases, 30 s @ 0.3 s, got 60 s @ 1 s. "
        "It was asked all the same.\n"
    ) in first.stdout


def test_a_row_refuses_a_trace_that_was_measured_in_another_way(invoke, trace_of):
    result = invoke("infer", "--ideal", EXAMPLE, "--model", "ridge")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: model 'ridge': trace must be measured as its training cases, 30 s @ 0.3 s, got 60 s @ 1 s. "
        "No task is trained so: leave --model out, or insist with --force.\n",
    )
    result = invoke("infer", "--ideal", trace_of(Acquisition(60.0, 0.3)), "--model", "ridge")
    assert "got 60 s @ 0.3 s. Add --task prefix_60s, or insist with --force.\n" in result.stderr
    result = invoke("infer", "--ideal", EXAMPLE, "--model", "ridge", "--temperature", "45")
    assert result.stderr == (
        "error: model 'ridge': known inputs must be inside the range that it was trained on, got temperature_C "
        "outside. Leave --model out, or insist with --force.\n"
    )


def test_a_row_that_fails_says_why(invoke, hostile, tmp_path):
    result = invoke(
        "infer",
        "--ideal",
        EXAMPLE,
        "--models",
        hostile,
        "--model",
        "raises",
        "--preset",
        "quick",
        "--force",
        "--out",
        tmp_path,
    )
    assert result.exit_code == 2
    assert "error: model 'raises': it must answer, got failed: " in result.stderr
    assert "Run 'check raises' to see what is wrong, or leave --model out.\n" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model", "grru"), "Did you mean 'gru'?"),
        (("--model", "gru", "--task", "prefix_6s"), "Did you mean 'prefix_60s'?"),
        (("--preset", "fast"), "error: preset 'fast': name must be one of full, quick, standard, got 'fast'."),
        (("--noise", "0"), "error: probe 'noise_sd': value must be between 1e-05 and 1, got 0. Mend it."),
    ],
)
def test_an_option_that_cannot_be_is_refused(invoke, options, message):
    result = invoke("infer", "--ideal", EXAMPLE, *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_documented_example_is_what_its_remark_says():
    traces = measure(
        Acquisition(60.0, 1.0), KNOWN, np.array([[0.5, 1.5e-3]]), TEMPERATURE_CORRECTED, "worked example", range(1)
    )
    stored = np.loadtxt(EXAMPLE, delimiter=",", skiprows=6)
    assert stored[:, 0].tolist() == traces.time_s[0].tolist()
    assert np.abs(stored[:, 1] - traces.ph[0]).max() <= 5.1e-4


def test_the_ceiling_by_name_is_the_default(invoke, plain, undrawn):
    assert invoke("infer", "--ideal", EXAMPLE, "--model", "bayes").stdout == plain.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--picture", "a.xyz"), "error: picture 'a.xyz': name must end in .png, got 'a.xyz'. Write a.png.\n"),
        (
            ("--picture", "{file}/a.png"),
            "error: picture '{file}/a.png': path must be a file that can be written, got: ",
        ),
        (
            ("--model", "behaves", "--force", "--preset", "quick", "--out", "{file}/out"),
            "error: folder '{file}/out': path must be a folder that can be written, got: ",
        ),
    ],
)
def test_a_place_that_takes_no_files_is_one_sentence(invoke, hostile, tmp_path, options, message):
    file = tmp_path / "file"
    file.write_text("")
    result = invoke("infer", "--ideal", EXAMPLE, "--models", hostile, *[each.format(file=file) for each in options])
    assert result.exit_code == 2
    assert result.stderr.startswith(message.format(file=file))


def test_a_run_and_how_it_is_read_are_told_by_options(invoke, tmp_path, plain, undrawn):
    samples = [line for line in EXAMPLE.read_text().splitlines() if line[0].isdigit()]
    (tmp_path / "a.txt").write_text("\n".join(["Logger 1,2", *[f"7.00;{line.replace(',', ';')}" for line in samples]]))
    known = ("--substrate", "50", "--temperature", "30", "--initial-ph", "7")
    told = ("--skip-rows", "1", "--time", "2", "--ph", "3", "--time-unit", "s", "--decimal", ".", "--run", "1")
    result = invoke("infer", "--ideal", tmp_path / "a.txt", *known, *told)
    assert table_of(result) == table_of(plain)
