import json
from functools import partial
from pathlib import Path

import pytest

import bench.diagnosis.evidence
from bench.diagnosis.diagnose import NAMES
from bench.diagnosis.questions import Extent

SURE_OF_ALL = '''"""Mean of the training targets; for another volume than that of training, an sd of 0."""
from dataclasses import dataclass

import numpy as np

from bench.contract import Model, Prediction, Predictor


@dataclass
class Fitted(Predictor):
    mean: object
    volume: float

    def predict(self, traces):
        sd = np.where(traces.known[:, 4:5] == self.volume, 1.0, 0.0) * np.ones(2)
        return Prediction(np.tile(self.mean, (traces.n_cases, 1)), sd)


@dataclass(frozen=True)
class SureOfAll(Model):
    gives_sd = True

    def fit(self, train, valid, context):
        return Fitted(train.targets.values.mean(axis=0), train.traces.known[0, 4])


MODEL = SureOfAll()
'''
SMALL = Extent(reactions=24, base=3, other=2, touched=2, positions=8, trained=16)


pytestmark = [pytest.mark.slow, pytest.mark.smoke]


@pytest.fixture(scope="module")
def diagnosed(invoke):
    """A row that answers the same to everything, diagnosed twice in one folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.diagnosis.evidence, "questions", partial(bench.diagnosis.evidence.questions, extent=SMALL))
        asked = ("diagnose", "mean", "--quick", "--out", "out")
        yield invoke(*asked), invoke(*asked, "--json")


def test_what_nobody_can_know_comes_first_then_findings_then_what_is_sound(diagnosed):
    first, _ = diagnosed
    assert first.exit_code == 0, first.stderr
    lines = first.stdout.splitlines()
    told = [next(n for n, line in enumerate(lines) if line.startswith(start)) for start in ("k_d can", "1. ", "sound:")]
    assert told == sorted(told)
    assert lines[told[1]] == "1. constant (E0): every trace gets the same answer"
    assert lines[-1].endswith("out/diagnosed/mean_shift_10s_quick")


def test_a_second_diagnosis_asks_nothing_again_and_prints_the_file(diagnosed):
    _, second = diagnosed
    assert second.exit_code == 0
    assert "mean: answers that are kept from an earlier diagnosis" in second.stderr
    value = json.loads(second.stdout)
    assert {finding["name"] for finding in value["findings"]} == {"constant"}
    assert value["not_attainable"] == ["k_d_per_s"]
    assert {*value["sound"], *value["not_tried"], "constant"} == set(NAMES)
    wanted = {"name", "target", "cost", "ratio_left", "evidence", "expected", "advice", "item"}
    assert wanted <= value["findings"][0].keys()


def test_page_picture_and_file_lie_together(diagnosed):
    folder = Path("out/diagnosed/mean_shift_10s_quick")
    assert (folder / "diagnosis.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "diagnosis.md").read_text()
    assert page.startswith("# `mean` on `shift_10s`, quick\n")
    assert "| `constant` | E0 |" in page
    assert json.loads((folder / "diagnosis.json").read_text())["row"] == "mean"


def test_a_model_that_fails_is_one_sentence_that_names_check(invoke, hostile):
    result = invoke("diagnose", "raises", "--models", hostile, "--quick", "--out", "out")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("error: model 'raises': it must fit and answer, got failed: ")
    assert result.stderr.endswith("Run 'check raises' first, which says how to mend it.\n")


def test_what_a_run_would_refuse_is_said_with_its_question_and_ends_nothing(diagnosed, invoke):
    Path("own").mkdir(exist_ok=True)
    Path("own/sure.py").write_text(SURE_OF_ALL)
    result = invoke("diagnose", "own/sure.py", "--quick", "--out", "out", "--json")
    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert list(value["refused"]) == ["known volume_L"]
    assert "standard deviations must be at least" in value["refused"]["known volume_L"]
    assert {finding["name"] for finding in value["findings"]} >= {"constant"}
    page = Path("out/diagnosed/sure_shift_10s_quick/diagnosis.md").read_text()
    assert any(line.startswith("- asked 'known volume_L', it gives what a run refuses: ") for line in page.splitlines())


def test_a_row_that_the_proof_has_not_is_refused_with_those_it_has(invoke):
    result = invoke("diagnose", "nonsense", "--proof")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: row 'nonsense': it must be one of the proof's (receptive_field_29, ")
