import io
import json
from pathlib import Path

import pandas as pd
import pytest

from commands._infer.answering import say_many
from commands._shared.terminal import Console

EXAMPLE = Path(__file__).parents[3] / "docs" / "example_trace.csv"


@pytest.fixture(scope="module")
def answered(invoke, tmp_path_factory):
    """The example and a file that cannot be read, asked together, and the table that was written."""
    folder = tmp_path_factory.mktemp("answers")
    (folder / "bad.csv").write_text("time,ph\n0,7\n1,8\n")
    asked = ("infer", "--worlds", "water", "--json", "--csv", folder / "a.csv", EXAMPLE, folder / "bad.csv")
    return invoke(*asked), pd.read_csv(folder / "a.csv")


def test_the_example_is_answered_within_what_it_can_tell(answered):
    first, _ = json.loads(answered[0].stdout)
    e0, k_d = first["estimates"]["E0_g_per_L"], first["estimates"]["k_d_per_s"]
    assert e0["low_90"] < 0.5 < e0["high_90"]
    assert e0["bound"] == "both"
    assert (k_d["mean"], k_d["low_90"], k_d["bound"]) == (None, None, "upper")  # sixty seconds do not identify it
    assert 1.5e-3 < k_d["high_90"] < 2e-2
    assert (first["trusted"], first["world"], first["also_explained_by"]) == (True, "pure water", [])
    assert first["known"]["substrate_mM"] == {"value": 50.0, "source": "line 2"}
    assert first["warnings"] == []


def test_a_file_that_is_refused_is_a_line_of_its_own_and_the_status(answered):
    result, table = answered
    assert result.exit_code == 2
    assert "unit must be one of s, ms" in json.loads(result.stdout)[1]["refused"]
    assert table["file"].tolist() == ["example_trace.csv", "bad.csv"]
    assert "unit must be one of s, ms" in table["refused"][1]


@pytest.mark.parametrize("width", [80, 200])
def test_many_files_are_a_line_each_and_what_there_is_to_say_of_some_below(answered, width):
    found, refused = json.loads(answered[0].stdout)
    doubted = found | {
        "file": "[a] long name of a run.csv",
        "trusted": False,
        "warnings": [{"code": "closed_vessel"}] * 9,
    }
    console = Console(width=width, file=io.StringIO())
    say_many(console, [found, doubted, refused])
    lines = [line.strip() for line in console.file.getvalue().splitlines()]
    table = [line for line in lines if line.endswith((" yes", " no", " refused"))]
    assert [line.partition("  ")[0] for line in table] == [EXAMPLE.name, "[a] long name of a run.csv", "bad.csv"]
    assert all(" to " in line and "below " in line for line in table[:2])
    assert lines[-2].startswith("[a] long name of a run.csv: warned: closed_vessel, closed_vessel")
    assert lines[-1] == f"bad.csv: refused: {refused['refused']}"


def test_the_table_has_the_keys_of_the_json(answered):
    first, table = json.loads(answered[0].stdout)[0], answered[1]
    assert table["estimates.E0_g_per_L.mean"][0] == pytest.approx(first["estimates"]["E0_g_per_L"]["mean"])
    assert {"trusted", "world", "also_explained_by", "warnings", "known.substrate_mM.value"} <= set(table.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--prior", "box"), "error: prior 'box': name must be one of benchmark, laboratory, got 'box'."),
        (
            ("--worlds", "water,slo"),
            "error: world 'slo': name must be one of air, ammonium, buffer, carbonate, slow, water, got 'slo'.",
        ),
        (("--noise", "0"), "error: told 'noise_sd': value must be between 0.0001 and 1, got 0. Mend it.\n"),
        (("--model", "ridge"), "error: option '--model': it must come with --ideal, got --model ridge alone. "),
        (("--aged", "300", "--replicates"), "error: option '--aged': it must be given without --replicates, got both."),
        (("--replicates",), "error: infer 'runs': number must be at least two, got 1. Give one file a run.\n"),
        (("--ideal", "--calibrated"), "error: option '--ideal': it must be asked of one trace, without --json, "),
    ],
)
def test_an_option_that_cannot_be_is_refused(invoke, options, message):
    result = invoke("infer", EXAMPLE, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)


def test_replicates_are_one_answer_with_the_names_of_the_files(invoke):
    result = invoke("infer", EXAMPLE, EXAMPLE, "--replicates", "--worlds", "water", "--json")
    found = json.loads(result.stdout)
    assert found["files"] == [EXAMPLE.name] * 2
    assert found["estimates"]["E0_g_per_L"]["low_90"] < 0.5 < found["estimates"]["E0_g_per_L"]["high_90"]
    assert result.exit_code == 0
    words = invoke("infer", EXAMPLE, EXAMPLE, "--aged", "0", "--worlds", "water").stdout
    assert "Assumed: the runs share enzyme, water and solutions;" in words
