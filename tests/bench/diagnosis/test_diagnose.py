# Every finding from the exact posterior's own answers with one fault put into them: nothing is trained.
from dataclasses import replace

import numpy as np
import pytest

from bench.cases import Traces
from bench.contract import Prediction
from bench.diagnosis.asking import exact_answers
from bench.diagnosis.diagnose import NAMES, diagnose
from bench.diagnosis.evidence import UNITS, Evidence
from bench.diagnosis.questions import Extent, questions
from bench.task import Task
from bench.world.acquisition import Acquisition
from bench.world.quantities import E0, K_D, POWDER, TARGETS, TEMPERATURE, VOLUME

FINE = Acquisition(30.0, 0.3)
TASK = Task("sparse", "does it hold", (FINE,), Acquisition(30.0, 3.0))
EXTENT = Extent(reactions=80, base=4, other=2, touched=4, positions=16, trained=160)
MIDDLE = np.array([(target.high + target.low) / 2 for target in TARGETS])
HISTORY = [{"valid_loss": 0.1 + np.exp(-epoch / 4), "learning_rate": 1e-3 * (40 - epoch)} for epoch in range(40)]


@pytest.fixture(scope="module")
def asked():
    return questions(TASK, extent=EXTENT)


@pytest.fixture(scope="module")
def exact(asked):
    return exact_answers(asked.asked | asked.parts)


@pytest.fixture(scope="module")
def evidence(asked, exact):
    """Evidence of a model that answers as the exact posterior does, but for a change of its means or of its view."""

    def build(change=None, view=None, **more):
        seen = exact if view is None else exact_answers({name: view(each) for name, each in asked.asked.items()})
        answers = {
            name: seen[name] if change is None else Prediction(change(name, seen[name].mean.copy()))
            for name in asked.asked
        }
        if view is not None:
            answers = {name: Prediction(each.mean) for name, each in answers.items()}
        return Evidence(asked, answers, exact, notes={"history": HISTORY}, **more)

    return build


def names(diagnosis):
    return list(dict.fromkeys(finding.name for finding in diagnosis.findings))


def found(diagnosis):
    return [(finding.name, finding.target.split("_")[0]) for finding in diagnosis.findings]


def test_the_exact_posterior_itself_has_no_fault(evidence):
    diagnosis = diagnose(evidence())
    assert diagnosis.findings == []
    assert set(diagnosis.sound) | set(diagnosis.untried) == set(NAMES)
    assert list(diagnosis.untried) == ["seeds_disagree"]


def test_what_nobody_can_know_is_said(asked, exact):
    coarse = questions(replace(TASK, test=Acquisition(30.0, 10.0)), extent=EXTENT)
    answers = exact_answers(coarse.asked | coarse.parts)
    told = diagnose(Evidence(coarse, {name: answers[name] for name in coarse.asked}, answers))
    assert [(score.target, score.where) for score in told.not_attainable] == [("k_d_per_s", "30 s @ 10 s")]
    assert told.findings == []


def put(column, values):
    def change(name, mean):
        mean[:, column] = values(mean[:, column])
        return mean

    return change


OF_FORM = {
    "targets_swapped": lambda name, mean: mean[:, ::-1],
    "output_scale": lambda name, mean: (mean - MIDDLE) / UNITS,
    "constant": put(K_D, lambda k_d: np.full(len(k_d), 2.5e-3)),
    "output_form": put(K_D, lambda k_d: np.log10(k_d)),
    "shrinks_too_much": lambda name, mean: MIDDLE + 0.6 * (mean - MIDDLE),
    "shrinks_too_little": lambda name, mean: MIDDLE + 1.4 * (mean - MIDDLE),
    "cut_off": put(E0, lambda load: np.minimum(load, 1.0)),
}


@pytest.mark.parametrize("name", OF_FORM)
def test_form_of_the_answers_is_named_first_and_nothing_else_is_made_of_it(evidence, name):
    assert names(diagnose(evidence(OF_FORM[name])))[0] == name
    if name not in ("cut_off", "constant"):
        assert names(diagnose(evidence(OF_FORM[name]))) == [name]


def test_another_unit_is_a_scale_of_that_target_alone(evidence):
    assert found(diagnose(evidence(put(K_D, lambda k_d: 60 * k_d)))) == [("output_scale", "k")]


def test_a_cost_is_a_share_and_what_is_left_is_the_ceiling(evidence):
    (finding,) = diagnose(evidence(put(K_D, lambda k_d: 60 * k_d))).findings
    assert finding.cost == pytest.approx(1.0, abs=0.01)
    assert finding.ratio > 50
    assert finding.ratio_left == pytest.approx(1.0, abs=0.05)
    assert finding.evidence == pytest.approx(1 / 60, rel=0.1)
    assert finding.expected == pytest.approx(1.0, abs=0.1)


def test_a_target_that_was_not_learnt_is_no_input_that_is_not_used(evidence):
    flat = evidence(put(K_D, lambda k_d: MIDDLE[K_D] + 0.011 * (k_d - MIDDLE[K_D])))
    assert not {"known_unused", "baseline", "time_unused"} & {finding.name for finding in diagnose(flat).findings}


def with_known(column, value):
    def view(question):
        known = question.measured.known.copy()
        known[:, column] = value
        return replace(question, measured=replace(question.measured, known=known))

    return view


def without_times(question):
    measured = question.measured
    times = np.where(measured.valid, 0.3 * np.arange(measured.ph.shape[1]), 0.0)
    return replace(question, measured=replace(measured, time_s=times))


def only(kept):
    """View of the samples that a function of the share of the trace and the number of the sample keeps."""

    def view(question):
        measured = question.measured
        time_s = np.where(measured.valid, measured.time_s, 0.0)
        share = time_s / time_s.max(axis=1, keepdims=True)
        keep = measured.valid & kept(share, np.arange(measured.ph.shape[1]))
        order = np.argsort(~keep, axis=1, kind="stable")
        rows = [np.take_along_axis(each, order, axis=1) for each in (measured.time_s, measured.ph, keep)]
        return replace(question, measured=Traces(*rows, measured.known))

    return view


def without_level(question):
    return replace(question, acquisition=replace(question.acquisition, offset_sd=1.0))


VIEWS = {
    "known_unused": with_known(TEMPERATURE, 30.0),
    "time_unused": without_times,
    "reach": only(lambda share, number: share > 0.74),
    "noise_not_averaged": only(lambda share, number: number % 15 == 1),
    "baseline": without_level,
}


@pytest.mark.parametrize("name", VIEWS)
def test_what_does_not_reach_the_answer_is_among_the_first_two(evidence, name):
    assert name in names(diagnose(evidence(view=VIEWS[name])))[:2]


def test_an_input_that_is_misused_and_one_that_should_not_be_used_are_told_apart(asked, evidence):
    def known(name, column):
        return asked.asked[name].measured.known[:, column]

    def powder(name, mean):
        return mean + 2.0 * UNITS * (known(name, POWDER) - 0.27)[:, None]

    def temperature(name, mean):
        return mean + 0.08 * UNITS * (known(name, TEMPERATURE) - 30.0)[:, None]

    assert "distractor_used" in names(diagnose(evidence(powder)))
    assert "known_misread" in names(diagnose(evidence(temperature)))[:1]
    assert "distractor_used" not in names(diagnose(evidence(temperature)))


def test_an_input_that_no_case_varies_is_found_though_it_costs_nothing_there(asked, evidence):
    def volume(name, mean):
        return mean + 1e3 * UNITS * (asked.asked[name].measured.known[:, VOLUME] - 0.2)[:, None]

    told = [each for each in diagnose(evidence(volume)).findings if each.name == "distractor_used"]
    assert [(each.cost, each.expected, each.evidence > 1.0) for each in told] == [(0.0, 0.0, True)] * 2


def interval_off(name, mean):
    return mean + UNITS * (name == "test" or name.startswith("interval"))


def test_an_interval_that_was_not_trained_on_is_named(evidence):
    assert names(diagnose(evidence(interval_off))) == ["interval"]


def test_padding_at_the_edge_is_told_with_the_interval(exact, evidence):
    def padded(name, mean):
        off = UNITS * (name == "test" or name.startswith("interval"))
        return (exact["short"].mean if name == "held" else mean) + off

    finding = diagnose(evidence(padded)).findings[0]
    assert finding.name == "interval"
    assert "as if its last sample were repeated" in finding.detail
    assert "repeated" not in diagnose(evidence(interval_off)).findings[0].detail


def test_a_prefix_that_was_not_trained_on_is_named(exact):
    task = replace(TASK, test=Acquisition(10.0, 0.3))
    asked = questions(task, extent=EXTENT)
    answers = exact_answers(asked.asked | asked.parts)
    off = {name: Prediction(answers[name].mean + UNITS * (name in ("test", "prefix 10"))) for name in asked.asked}
    assert names(diagnose(Evidence(asked, off, answers))) == ["prefix"]


def test_noise_that_moves_the_answer_more_than_it_must_is_named(asked, evidence):
    def overread(name, mean):
        measured = asked.asked[name].measured
        total = np.sum(np.where(measured.valid, measured.ph, 0.0), axis=1)
        return mean + 0.1 * UNITS * np.sin(1e4 * total)[:, None]

    assert ("noise_overread", "E0") in found(diagnose(evidence(overread)))


def test_batches_and_padding_are_named(evidence):
    def batch(name, mean):
        return mean + 0.1 * UNITS * (len(mean) < 100)

    def padding(name, mean):
        return mean + 0.1 * UNITS * (name in ("mixed", "filled"))

    assert names(diagnose(evidence(batch))) == ["batch_dependent"]
    assert names(diagnose(evidence(padding))) == ["padding_read"]


def test_cases_known_by_heart_are_named(asked, evidence):
    def heart(name, mean):
        wrong = mean + 0.7 * UNITS * np.sin(1e3 * asked.asked[name].truth / UNITS)
        return asked.asked[name].truth if name == "train" else wrong

    assert "learnt_by_heart" in names(diagnose(evidence(heart)))


def not_learnt(name, mean):
    mean[:, K_D] = MIDDLE[K_D] + 0.05 * (mean[:, K_D] - MIDDLE[K_D])
    return mean + 0.3 * UNITS * np.sin(1e5 * mean / UNITS) * np.array([0.0, 1.0])


def stopped(history):
    return [entry | {"learning_rate": 1e-3} for entry in history[:4]]


def jumping(history):
    return [entry | {"valid_loss": entry["valid_loss"] * (1 + number % 2)} for number, entry in enumerate(history)]


def falling(history):
    return [entry | {"valid_loss": 1.0 - 0.02 * number} for number, entry in enumerate(history)]


@pytest.mark.parametrize(
    ("course", "name"),
    [(list, "not_learnt"), (stopped, "stopped_early"), (jumping, "unstable"), (falling, "still_falling")],
)
def test_what_was_not_learnt_is_named_by_the_course_of_training(evidence, course, name):
    unlearnt = replace(evidence(not_learnt), notes={"history": course(HISTORY)})
    assert (name, "k") in found(diagnose(unlearnt))
    assert "reach" not in names(diagnose(unlearnt))
    assert "known_unused" not in names(diagnose(unlearnt))


def test_without_a_history_nothing_is_said_of_training(evidence):
    untold = replace(evidence(), notes={})
    assert set(diagnose(untold).untried) == {"stopped_early", "still_falling", "unstable", "seeds_disagree"}


def test_two_fits_that_disagree_are_named(exact, asked, evidence):
    def own(name, mean):
        return mean + 0.6 * UNITS * np.sin(1e4 * asked.asked[name].truth / UNITS)

    second = Prediction(exact["base"].mean + 0.6 * UNITS * np.sin(3e4 * asked.asked["base"].truth / UNITS))
    assert "seeds_disagree" in names(diagnose(evidence(own, second=second)))
    assert "seeds_disagree" not in names(diagnose(evidence(own, second=Prediction(own("base", exact["base"].mean)))))


@pytest.mark.parametrize(
    ("sd", "name"),
    [
        (lambda sd: 0.4 * sd, "sd_too_small"),
        (lambda sd: 3.0 * sd, "sd_too_large"),
        (lambda sd: np.full_like(sd, 1.0) * sd.mean(axis=0), "sd_uninformative"),
    ],
)
def test_stated_spread_is_held_against_errors_and_against_the_exact_one(evidence, sd, name):
    sound = evidence()
    stated = {which: Prediction(each.mean, sd(each.sd)) for which, each in sound.answers.items()}
    assert names(diagnose(replace(sound, answers=stated)))[:1] == [name]
