import importlib.util
import inspect

import numpy as np
import pytest

from bench.cases import Cases, Targets, Traces
from bench.draw import test_cases as draw_test_cases
from bench.task import Sizes, Task
from bench.world.acquisition import Acquisition
from leaderboard.export.card import Export
from leaderboard.export.cases import CHANNELS, ts_text, write_task

SIZES = Sizes(6, 3, 4, 1)
TASK = Task("mixed", "is it read", (Acquisition(30.0, 1.0), Acquisition(30.0, 10.0)), Acquisition(30.0, 10.0))
KNOWN = ["substrate_mM", "grams_urease_powder", "temperature_C", "initial_pH", "volume_L"]


def parsed(text):
    """Heading, and a list of channels with the target for every case."""
    heading, _, body = text.partition("@data\n")
    fields = dict(line[1:].partition(" ")[::2] for line in heading.splitlines() if line.startswith("@"))
    cases = [line.split(":") for line in body.splitlines()]
    return fields, [[np.array(channel.split(","), dtype=float) for channel in case] for case in cases]


def test_a_ts_file_holds_every_case_with_its_channels_and_target(tmp_path):
    export = Export(TASK, "quick", SIZES)
    write_task(export, ("ts",), tmp_path, "abc")
    names = {path.name for path in (tmp_path / "mixed").iterdir()}
    assert names == {"README.md"} | {
        f"mixed_{target}_{split}.ts" for target in ("E0_g_per_L", "k_d_per_s") for split in ("TRAIN", "VALID", "TEST")
    }
    for split, drawn in export.splits():
        for column, target in enumerate(("E0_g_per_L", "k_d_per_s")):
            fields, cases = parsed((tmp_path / "mixed" / f"mixed_{target}_{split.upper()}.ts").read_text())
            assert fields["targetlabel"] == "true"
            assert int(fields["dimension"]) == len(CHANNELS) == 7
            for number, (*channels, label) in enumerate(cases):
                valid = drawn.traces.valid[number]
                assert channels[0] == pytest.approx(drawn.traces.ph[number][valid], rel=1e-8)
                assert channels[1] == pytest.approx(drawn.traces.time_s[number][valid], rel=1e-8)
                for channel, value in zip(channels[2:], drawn.traces.known[number], strict=True):
                    assert channel == pytest.approx(np.full(valid.sum(), value), rel=1e-8)
                assert label[0] == pytest.approx(drawn.targets.values[number, column], rel=1e-8)
            assert len(cases) == drawn.traces.n_cases


def test_traces_of_one_length_are_declared_so():
    known = [[50.0, 0.25, 30.0, 7.0, 0.2]] * 2
    traces = Traces.of([0.0, 0.3], [[7.0, 7.1], [7.0, 7.2]], known)
    fields, _ = parsed(ts_text(Cases(traces, Targets(np.full((2, 2), 0.5))), 0, "example"))
    assert (fields["equallength"], fields["serieslength"]) == ("true", "2")
    valid = np.array([[True, True], [True, False]])
    ragged = Traces(traces.time_s * valid, traces.ph * valid, valid, traces.known)
    fields, _ = parsed(ts_text(Cases(ragged, Targets(np.full((2, 2), 0.5))), 0, "example"))
    assert fields["equallength"] == "false"
    assert "serieslength" not in fields


def test_the_same_export_gives_the_same_bytes_and_another_seed_other_training_cases(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_task(Export(TASK, "quick", SIZES, seed), ("ts",), tmp_path / name, "abc")
    read = {name: {path.name: path.read_bytes() for path in (tmp_path / name / "mixed").glob("*.ts")} for name in "abc"}
    assert read["a"] == read["b"]
    assert read["a"]["mixed_k_d_per_s_TEST.ts"] == read["c"]["mixed_k_d_per_s_TEST.ts"]
    assert read["a"]["mixed_k_d_per_s_TRAIN.ts"] != read["c"]["mixed_k_d_per_s_TRAIN.ts"]


def test_only_public_test_cases_are_written_and_no_key_is_taken(tmp_path):
    public = draw_test_cases(TASK, SIZES)
    drawn = dict(Export(TASK, "quick", SIZES).splits())["test"]
    assert np.array_equal(drawn.targets.values, public.targets.values)
    assert [*inspect.signature(Export).parameters] == ["task", "preset", "sizes", "seed"]
    assert [*inspect.signature(write_task).parameters] == ["export", "formats", "folder", "commit"]


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")
def test_parquet_holds_every_bit(tmp_path):
    from pyarrow import parquet

    export = Export(TASK, "quick", SIZES)
    write_task(export, ("parquet",), tmp_path, "abc")
    for split, drawn in export.splits():
        table = parquet.read_table(tmp_path / "mixed" / f"{split}.parquet")
        values = table.to_pydict()
        lengths = drawn.traces.lengths
        for name, rows in (("time_s", drawn.traces.time_s), ("ph", drawn.traces.ph)):
            assert values[name] == [row[:n].tolist() for row, n in zip(rows, lengths, strict=True)]
        known = np.stack([values[name] for name in KNOWN], axis=1)
        assert np.array_equal(known, drawn.traces.known)
        targets = np.stack([values["E0_g_per_L"], values["k_d_per_s"]], axis=1)
        assert np.array_equal(targets, drawn.targets.values)
        assert table.schema.metadata[b"task_digest"].decode() == TASK.digest()


def test_the_card_says_what_was_written_and_how_to_make_it_again(tmp_path):
    write_task(Export(TASK, "quick", SIZES, 2), ("ts",), tmp_path, "abc")
    card = (tmp_path / "mixed" / "README.md").read_text()
    assert card.startswith("# mixed\n\nIs it read. Simulated pH traces")
    assert "| train | 6 | 4 to 31 | 30 s @ 1 s and 30 s @ 10 s |" in card
    assert "| test | 4 | 4 | 30 s @ 10 s |" in card
    assert "| `k_d_per_s` | **target** | 1/s | 1e-05 to 0.005 |" in card
    assert "python run_bench.py export --task mixed --preset quick --seed 2\n" in card
    assert f"Commit abc, task digest {TASK.digest()}, chemistry temperature_corrected." in card
    assert "load_from_ts_file" in card
    assert "parquet" not in card
