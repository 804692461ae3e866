import io
from pathlib import Path

import pytest
from rich.console import Console

import leaderboard.board.terminal
from bench.run.plan import NOT_FOUND
from bench.run.record import STATUSES
from leaderboard.board.terminal import came_out, terminal_board
from leaderboard.comparison.findings import Findings


def printed(records, width=120, stale=None, folder=None):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(terminal_board(Findings.of(records, folder or Path("none"), stale=stale)))
    return console.file.getvalue()


def test_one_sentence_says_what_came_out(record_of, beside_ceiling):
    records = beside_ceiling({"mean": 0.3, "tcn": 0.04, "gru": 3.0}, ["shift_1s", "shift_10s"])
    said = came_out(Findings.of(records, Path("none")))
    assert said.startswith("On 2 tasks, tcn comes nearest, with 1.9")
    assert said.endswith(" times the best possible error; 1 of 2 rows are worse than always the average.")
    assert came_out(Findings.of([record_of("tcn", 0, "failed")], Path("none"))) == ""


@pytest.mark.parametrize("width", [80, 200])
def test_an_r2_far_below_0_is_not_cut(record_of, width):
    targets = ("E0_g_per_L", "k_d_per_s")
    scores = {seed: {each: {"r2": -390_000.0 * seed, "rmse": 1.0} for each in targets} for seed in (1, 2)}
    text = printed([record_of("gradient_boosting", seed, scores=each) for seed, each in scores.items()], width)
    assert text.count("-5.8e5") + text.count("-5.9e5") == 2
    assert "…" not in text


def test_a_narrow_terminal_leaves_columns_out_and_says_so(beside_ceiling):
    records = beside_ceiling({"gradient_boosting_exposure": 0.1, "nls_scipy": 0.2})
    narrow, wide = (printed(records, width) for width in (80, 120))
    (line,) = [line for line in narrow.splitlines() if "gradient_boosting" in line]
    assert len(line.split()) == 6  # the name and five whole numbers
    assert "Below 100 columns: means alone, without pH and status." in " ".join(narrow.split())
    assert "status" in wide.splitlines()[2]


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_readable_without_colour(record_of, status):
    text = printed([record_of("tcn", status=status, message="the reason\nmore")])
    assert status in text
    assert ("tcn, seed 0: " + status + ": the reason" in text) == (status != "ok")


def test_brackets_in_names_messages_and_units_are_not_markup(record_of):
    text = printed([record_of("tcn[red]"), record_of("gru", status="failed", message="got [bold] [/nothing]")])
    assert "tcn[red]" in text
    assert "got [bold] [/nothing]" in text
    assert "RMSE E0 [g/L]" in text


def test_seeds_are_one_line_with_their_deviation(record_of):
    text = printed([record_of("tcn", seed) for seed in range(3)])
    assert text.count("tcn") == 1
    assert "±" in text
    assert "3 ok" in text


@pytest.mark.parametrize("beside", [False, True])
def test_reference_rows_fit_a_narrow_terminal(record_of, beside_ceiling, beside):
    errors = {"mean": 1.0, "gradient_boosting": 0.1, "inception_time": 0.2}
    text = printed(beside_ceiling(errors) if beside else [record_of(row) for row in errors], width=80)
    assert "gradient_boosting" in text
    assert "mean (floor)" in text
    assert "…" not in text


def test_seeds_that_agree_have_no_deviation(record_of):
    text = printed([record_of("tcn", seed, scores=record_of("tcn").scores) for seed in range(3)])
    assert "±" not in next(line for line in text.splitlines() if "tcn" in line)


def test_stale_scores_are_said_in_words(record_of):
    cell = record_of("tcn")
    assert "stale: source" in printed([cell], stale={cell.cell: ("source",)})


def test_a_row_whose_plugin_is_not_found_is_told_to_give_its_folder(record_of):
    cell = record_of("my_net")
    text = printed([cell, record_of("gru")], stale={cell.cell: (NOT_FOUND,)})
    assert "\nStale, plugin not found: my_net. Give the folder of the plugin with --models.\n" in text
    assert "Stale, plugin" not in printed([cell], stale={cell.cell: ("source",)})


def test_cost_is_processor_time_or_wall_time_in_records_that_do_not_know_it(record_of):
    assert "fit CPU [s]" in printed([record_of("tcn"), record_of("gru", fit_cpu_s=None)])
    assert "fit CPU [s]" not in printed([record_of("gru", fit_cpu_s=None)])


def test_whether_the_run_was_sealed_is_said(record_of):
    sealed = record_of("tcn", sealed=True, seal_sha256="5e" * 32, isolation="landlock 7")
    assert "Sealed run: test cases of key 5e5e5e5e5e5e; isolation landlock 7." in printed([sealed])
    assert "Open run: public test cases; isolation none." in printed([record_of("tcn")])


def test_nothing_to_show_is_said():
    assert printed([]) == "No cells: nothing was planned or recorded.\n"


def test_rows_beside_a_ceiling_show_their_ratio_and_what_is_attainable(beside_ceiling):
    text = printed(beside_ceiling({"tcn": 0.1}), width=160)
    heading = next(line for line in text.splitlines() if "status" in line)
    assert [name in heading for name in ("ratio E0", "ratio k_d", "ratio pH")] == [True] * 3
    assert "RMSE k_d" not in heading
    assert "1.25" in next(line for line in text.splitlines() if "tcn" in line)
    assert "k_d: the exact posterior reaches R2" in text
    assert "Ratio: RMSE relative to the exact posterior" in text


def test_row_that_beats_the_ceiling_is_a_warning(beside_ceiling, folder_of):
    errors = {"tcn": 0.0001, "gru": 0.2}
    records = beside_ceiling(errors)
    folder = folder_of(records)
    assert "Leak alarm: `tcn` beats the exact posterior" in printed(records, folder=folder)
    assert "Leak alarm" not in printed(records)
    honest = [record for record in records if record.row != "tcn"]
    assert "Leak alarm" not in printed(honest, folder=folder)


def test_rows_beyond_what_can_be_read_are_counted(beside_ceiling, monkeypatch):
    monkeypatch.setattr(leaderboard.board.terminal, "MOST_PRINTED", 3)
    text = printed(beside_ceiling({f"row{n}": 0.1 + 0.1 * n for n in range(5)}, n_seeds=1))
    assert [name in text for name in ("row0", "row1", "row2", "bayes")] == [True, True, False, True]
    assert "Printed: the best 3 of 6 rows; board.csv has all." in text


def test_a_very_long_name_leaves_room_for_the_numbers(record_of):
    long = "net(" + "layer=1," * 30 + ")"
    text = printed([record_of("tcn"), record_of(long)], width=100)
    assert "R2 E0" in text
    assert long in "".join(line.split()[0] for line in text.splitlines() if line.strip())
