import pytest

from bench.cases import Traces
from bench.run.record import read_records
from leaderboard.pictures.fit import draw_fit
from leaderboard.predictions import read_examples, read_predicted

HISTORY = [
    {"epoch": float(n), "train_loss": 1.0 / n, "valid_loss": 1.1 / n, "gradient_norm": 0.5, "learning_rate": 1e-3}
    for n in range(1, 6)
]
TRAINED = Traces.of([0.0, 0.25, 0.5], [[7.0, 7.1, 7.2]], [[50.0, 0.25, 30.0, 7.0, 0.2]])


@pytest.fixture
def drawn(record_of, folder_of):
    def draw(**changes):
        folder = folder_of([record_of("tcn", **changes)])
        record = read_records(folder)[0]
        return draw_fit(record, read_examples(folder, record.task), read_predicted(folder, record), TRAINED)

    return draw


def titles(figure):
    return {ax.get_title() for ax in figure.axes}


def test_six_panels_show_traces_intervals_training_and_answers(drawn):
    figure = drawn(history=HISTORY)
    shown = titles(figure)
    assert {"traces", "intervals between samples", "loss", "gradient norm before clipping"} <= shown
    assert sum("R2" in title for title in shown) == 2
    losses = next(ax for ax in figure.axes if ax.get_title() == "loss")
    assert [len(line.get_xdata()) for line in losses.lines] == [5, 5, 1]
    assert losses.get_yscale() == "log"
    rates = next(ax for ax in figure.axes if ax.get_ylabel() == "learning rate [1e-3], dotted")
    assert rates.lines[0].get_ydata().tolist() == [1.0] * 5


def test_the_intervals_of_training_stand_beside_those_of_the_test(drawn):
    intervals = next(ax for ax in drawn().axes if ax.get_title() == "intervals between samples")
    assert [text.get_text() for text in intervals.get_legend().get_texts()] == ["training", "test"]
    assert intervals.lines[0].get_ydata().tolist() == [0.25, 0.25]


def test_a_negative_loss_is_drawn_on_a_plain_axis(drawn):
    history = [{**epoch, "train_loss": epoch["train_loss"] - 2.0} for epoch in HISTORY]
    losses = next(ax for ax in drawn(history=history).axes if ax.get_title() == "loss")
    assert losses.get_yscale() == "linear"


def test_an_epoch_that_diverged_leaves_the_others_visible(drawn):
    history = [*HISTORY, {**HISTORY[0], "epoch": 6.0, "valid_loss": "inf", "gradient_norm": "nan"}]
    losses = next(ax for ax in drawn(history=history).axes if ax.get_title() == "loss")
    assert losses.lines[2].get_xdata().tolist() == [5]


def test_a_row_without_epochs_says_so(drawn):
    texts = [text.get_text() for ax in drawn(history=[]).axes for text in ax.texts]
    assert texts.count("no history was given") == 2


def test_a_quantity_that_no_epoch_recorded_is_left_out_or_said_to_be_missing(drawn):
    figure = drawn(history=[{"train_loss": epoch["train_loss"], "step": 1.0} for epoch in HISTORY])
    losses = next(ax for ax in figure.axes if ax.get_title() == "loss")
    assert [line.get_label() for line in losses.lines] == ["training"]
    texts = [text.get_text() for ax in drawn(history=[{"loss": 1.0}]).axes for text in ax.texts]
    assert texts == ["no train_loss or valid_loss\nin the history", "no gradient_norm\nin the history"]
