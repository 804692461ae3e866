from types import SimpleNamespace

import numpy as np
import pytest

from bench.infer.duration import Duration
from bench.infer.fit import Doubt
from commands._infer.words import duration_sentences, fit_sentences, half_life_min, knowledge_sentences

UNSETTLED = "Estimates and intervals are not to be trusted before that is settled."


def inference(relative_sd=0.5, explained=(1.0, 0.8), n_samples=30, interval_s=1.0):
    """What the sentences look at."""
    return SimpleNamespace(
        traces=SimpleNamespace(ph=np.zeros((1, n_samples)), known=np.array([[50.0, 0.25, 30.0, 7.0, 0.2]])),
        acquisition=SimpleNamespace(noise_sd=0.01, prefix_s=60.0, interval_s=interval_s),
        fit=SimpleNamespace(chi_square=4.0 * 25, n_free=25),
        mean=np.array([0.5, 1e-3]),
        sd=np.array([0.005, relative_sd * 1e-3]),
        explained=np.array(explained),
    )


@pytest.mark.parametrize(
    ("doubt", "sentence"),
    [
        (("lag", 2.04), "An electrode that lags by 2 s would fit better. If it does, add --lag 2."),
        (
            ("offset", 0.052),
            "A probe that reads 0.052 pH too high would fit better. Calibrate it, or add --offset 0.05.",
        ),
        (
            ("offset", -0.052),
            "A probe that reads 0.052 pH too low would fit better. Calibrate it, or add --offset 0.05.",
        ),
        (
            ("initial pH", -0.1),
            "An initial pH of 6.90 would fit better. Check it: everything else rests on it.",
        ),
        (
            ("start", -2.0),
            "A reaction that began 2 s before time 0 would fit better. "
            "Check the moment of mixing; --mixed-at corrects it.",
        ),
        (
            ("start", 1.5),
            "A reaction that began 1.5 s after time 0 would fit better. "
            "Check the moment of mixing; --mixed-at corrects it.",
        ),
    ],
)
def test_each_doubt_says_what_to_do(doubt, sentence):
    start = "Residuals of the best fit are 0.02 pH, the noise was taken as 0.01 pH."
    assert fit_sentences(inference(), [Doubt(*doubt, 1e-6)]) == [start, sentence, UNSETTLED]


def test_doubts_that_explain_a_trace_about_equally_well_are_all_named():
    doubts = [Doubt("start", -0.2, 1e-25), Doubt("initial pH", 0.2, 2e-25), Doubt("offset", 0.2, 1e-15)]
    assert fit_sentences(inference(), doubts)[1:] == [
        "A reaction that began 0.2 s before time 0 would fit better. "
        "Check the moment of mixing; --mixed-at corrects it.",
        "An initial pH of 7.20 would fit about as well. Check it: everything else rests on it.",
        UNSETTLED,
    ]


@pytest.mark.parametrize(("noise_sd", "kind"), [(0.02, "larger"), (0.004, "smaller")])
def test_only_a_smaller_noise_is_no_reason_to_stop(noise_sd, kind):
    _, sentence, *rest = fit_sentences(inference(), [Doubt("noise", noise_sd, 1e-6)])
    assert rest == [UNSETTLED] * (kind == "larger")
    assert sentence == (
        f"The scatter is {kind} than the noise that was assumed. Add --noise {noise_sd} for true intervals."
    )


def test_what_is_known_is_told_from_what_is_not():
    assert knowledge_sentences(inference(0.1)) == [
        "E0 is known to 1 % (one standard deviation).",
        "k_d is known to 10 % (one standard deviation).",
    ]
    assert knowledge_sentences(inference(0.5))[1] == "k_d is known only to 50 % (one standard deviation)."
    assert knowledge_sentences(inference(0.9, (1.0, 0.05)))[1] == (
        "k_d cannot be told from this trace: nearly every value from 0.01 to 5 1e-3/s fits it, "
        "and the interval only repeats the prior."
    )


def test_how_much_longer_is_said_with_both_chances():
    same, fine = Duration(np.array([100.0, 200.0, np.inf, np.inf])), Duration(np.full(4, 90.0))
    assert duration_sentences(inference(), same, fine) == [
        "To know k_d to 20 %, measure about 140 s longer: 200 s in all, sampled every 1 s, are enough with a chance of "
        "50 %, more than 2000 s for 90 %.",
        "A new trace sampled every 0.3 s would need 90 s for 50 %, 90 s for 90 %.",
    ]
    never = Duration(np.array([100.0, np.inf, np.inf, np.inf]))
    assert duration_sentences(inference(), never, None) == [
        "To know k_d to 20 % takes more than 2000 s sampled every 1 s; 2000 s are enough with a chance of 25 %."
    ]
    assert duration_sentences(inference(0.2), same, fine) == []


def test_half_life():
    assert half_life_min(np.log(2.0) / 60.0) == pytest.approx(1.0)
    assert half_life_min(0.0) == half_life_min(-1.0) == np.inf
