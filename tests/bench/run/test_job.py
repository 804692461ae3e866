import json
import sys

import pytest

from bench.errors import BenchError
from bench.run.child import Limits
from bench.run.engine import check_settings, with_settings
from bench.run.plan import Plugin
from bench.run.record import read_records
from bench.task import Sizes
from tests.patience import PATIENCE_S

SIZES = Sizes(16, 8, 12, 1)
WHERE = ("fit", "predict", "cannot", "reason", "declines", "result", "device", "lambda")
FAILING = [("raises", {"where": where}) for where in WHERE]
OTHERS = [("broken_import", {}), ("no_model", {}), ("needs_package", {}), ("behaves", {}), ("neighbour", {})]


@pytest.fixture(scope="module")
def ran(run_rows, tmp_path_factory, notes):
    out, broken = tmp_path_factory.mktemp("ran"), tmp_path_factory.mktemp("mine") / "no_python"
    broken.with_suffix(".py").write_text("def f(:\n")
    records = run_rows(out, [*FAILING, *OTHERS, (str(broken), {})], ("dense", "sparse"), n_jobs=3)
    return out, {
        (next(iter(r.settings.values()), "") if r.model == "raises" else r.model, t): r for (_, t), r in records.items()
    }


@pytest.fixture(scope="module")
def seen(run_rows, tmp_path_factory, notes):
    run_rows(tmp_path_factory.mktemp("spied"), [("spies", {})], ("dense", "sparse"))
    return [json.loads(line) for line in (notes / "seen").read_text().splitlines()]


def test_a_fit_that_raises_fails_every_cell_with_the_last_lines(ran):
    for task in ("dense", "sparse"):
        record = ran[1]["fit", task]
        assert record.status == "failed"
        assert record.message.endswith(
            'in fit\n    raise ValueError("no urease in sight")\nValueError: no urease in sight [raises.py, line 45]'
        )


def test_a_predict_that_raises_fails_its_own_cell_only(ran, notes):
    assert ran[1]["predict", "sparse"].status == "failed"
    assert ran[1]["predict", "sparse"].message.endswith("ValueError: too few samples for me [raises.py, line 23]")
    assert ran[1]["predict", "dense"].status == "ok"


def test_an_import_that_raises_fails_with_the_last_lines(ran):
    record = ran[1]["broken_import", "dense"]
    assert record.status == "failed"
    assert record.message.endswith("RuntimeError: this plugin cannot be imported [broken_import.py, line 3]")


def test_a_plugin_without_a_model_fails_in_one_sentence(ran):
    assert ran[1]["no_model", "dense"].message == (
        "plugin 'no_model': file must define MODEL, a frozen dataclass of bench.contract.Model, got none. "
        "End it with MODEL = YourModel()."
    )


def test_a_file_that_is_no_python_fails_in_one_sentence(ran):
    record = ran[1]["no_python", "dense"]
    assert (record.status, record.message) == (
        "failed",
        "plugin 'no_python': file must be Python, got invalid syntax in line 1. Mend the file.",
    )


def test_a_cannot_that_raises_fails_with_the_last_lines(ran):
    assert ran[1]["cannot", "dense"].status == "failed"
    assert ran[1]["cannot", "dense"].message.endswith("KeyError: 'what a task is' [raises.py, line 36]")


def test_a_cannot_that_gives_no_sentence_fails_in_one(ran):
    assert (ran[1]["reason", "dense"].status, ran[1]["reason", "dense"].message) == (
        "failed",
        "plugin 'cannot': result must be None or one sentence, got True. Mend cannot.",
    )


def test_a_fit_that_gives_no_predictor_fails_in_one_sentence(ran):
    assert ran[1]["result", "dense"].message == (
        "plugin 'fit': result must be a bench.contract.Predictor, got NoneType. Mend fit."
    )


def test_a_fit_that_wants_a_gpu_in_a_run_on_the_processor_fails_in_one_sentence(ran):
    assert ran[1]["device", "dense"].message == (
        "plugin 'device': device must be the given one, cpu, got: Found no NVIDIA driver on your system. "
        "Use context.device. [raises.py, line 47]"
    )


def test_a_predictor_that_cannot_be_stored_fails_in_one_sentence(ran):
    verb = "get" if sys.version_info >= (3, 13) else "pickle"
    assert ran[1]["lambda", "dense"].message == (
        f"plugin 'fit': predictor must be stored by pickle, got AttributeError: Can't {verb} local object "
        "'Raises.fit.<locals>.<lambda>'. Keep no lambda in the predictor."
    )


def test_a_model_that_declines_a_task_is_cannot_there_and_runs_elsewhere(ran):
    assert ran[1]["declines", "dense"].status == "ok"
    record = ran[1]["declines", "sparse"]
    assert (record.status, record.message) == ("cannot", "it has too few samples")


def test_a_missing_package_is_cannot_with_the_line_that_installs_it(ran):
    record = ran[1]["needs_package", "dense"]
    assert (record.status, record.message) == (
        "cannot",
        "the package no-such-package-of-urease is not installed; "
        "run 'pip install no-such-package-of-urease' and try again",
    )


def test_other_models_go_on(ran):
    assert {ran[1][model, task].status for model in ("behaves", "neighbour") for task in ("dense", "sparse")} == {"ok"}


def test_settings_and_history_are_stored_and_what_json_lacks_is_text(ran):
    record = ran[1]["behaves", "dense"]
    assert record.settings == {
        "width": 4,
        "rate": 0.1,
        "name": "plain",
        "flag": False,
        "starts": [0.2, 0.8],
        "most": "inf",
    }
    assert record.history == [{"loss": 1.0}, {"loss": "nan"}]
    assert (record.trials, record.pretrained_on) == (12, "10,000 traces of another buffer")
    assert ran[1]["neighbour", "dense"].trials is None


def test_a_fit_is_told_what_is_left_of_its_limits(ran, notes):
    (limits,) = (notes / "limits").read_text().split("\n")[:-1]
    time_s, memory_mb = map(float, limits.split())
    assert 0.0 < time_s < PATIENCE_S
    assert memory_mb == Limits.memory_mb


def test_no_record_names_a_folder_of_this_machine(ran, hostile, notes):
    text = (ran[0] / "records.jsonl").read_text()
    assert 'File \\"tests/hostile/raises.py\\", line' in text
    for folder in (hostile.parents[1], hostile.home(), ran[0], notes):
        assert f"{folder}/" not in text
        assert str(folder) not in text


def test_a_fit_sees_its_training_files_and_nothing_of_the_test(seen):
    assert seen[0]["when"] == "fit"
    assert {name: arrays for name, arrays in seen[0]["files"].items() if name.partition("/")[0] != "packages"} == {
        "job.json": [],
        "train.npz": ["time_s 16", "ph 16", "valid 16", "known 16", "targets 16"],
        "valid.npz": ["time_s 8", "ph 8", "valid 8", "known 8", "targets 8"],
    }


def test_a_predict_sees_traces_without_targets_and_none_of_the_tests_to_come(seen):
    assert [look["when"] for look in seen] == [
        "fit",
        *["predict 1"] * 5,
        "predict 12",
        *["predict 1"] * 5,
        "predict 12",
    ]
    with_targets = {
        name for look in seen for name, arrays in look["files"].items() if any("targets" in a for a in arrays)
    }
    assert with_targets == {"train.npz", "valid.npz"}
    assert {name for look in seen[1:6] for name in look["files"] if name.startswith("test")} == set()
    assert {name for name in seen[6]["files"] if name.endswith(".npz")} == {
        *(f"single-{case}.npz" for case in range(5)),
        "test.npz",
        "train.npz",
        "valid.npz",
    }
    assert {name for name in seen[-1]["files"] if name.endswith(".npz")} == {
        "test.npz",
        *(f"single-{case}.npz" for case in range(5)),
    }


def test_a_child_has_a_small_environment(seen, monkeypatch):
    allowed = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"}
    allowed |= {"NUMBA_CACHE_DIR", "PYTHONHASHSEED", "PYTHONUNBUFFERED", "PWD"}
    allowed |= {f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR")}
    assert {name for look in seen for name in look["environment"]} - allowed == {
        name for name in seen[0]["environment"] if name.startswith("KMP_")
    }


def test_a_context_says_nothing_of_the_test(seen, notes):
    assert (notes / "context").read_text().strip() == str(
        sorted(["seed", "acquisitions", "world", "device", "threads", "report", "time_s", "memory_mb"])
    )


def test_a_setting_that_does_not_exist_is_refused_before_a_run_begins(hostile):
    with pytest.raises(BenchError) as caught:
        check_settings([Plugin(hostile / "behaves.py", {"widht": 8})], SIZES)
    assert str(caught.value) == (
        "setting of behaves 'widht': name must be one of flag, most, name, rate, starts, width, got 'widht'. "
        "Did you mean 'width'?"
    )


def test_settings_that_are_right_pass_the_check(hostile):
    (settings,) = check_settings([Plugin(hostile / "behaves.py", {"width": 8})], SIZES)
    assert settings["width"] == 8


def test_of_several_plugins_each_is_given_the_settings_that_it_has(hostile):
    plugins = [Plugin(hostile / f"{name}.py") for name in ("behaves", "neighbour")]
    assert [plugin.row for plugin in with_settings(plugins, {"width": 8}, SIZES)] == ["behaves(width=8)", "neighbour"]
    with pytest.raises(BenchError, match=r"^setting of behaves, neighbour 'widht': name must be one of flag, "):
        with_settings(plugins, {"widht": 8}, SIZES)


def test_every_outcome_is_on_disk(ran):
    assert len(read_records(ran[0])) == 2 * (len(FAILING + OTHERS) + 1)
