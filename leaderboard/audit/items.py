"""Every item of the seed audit, and what answers it: tests, tasks, variants."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.audit.plan import HOLDS

MODELS = "tests/models/_sequence/"
FAULTS = "tests/models/_faults/test_arithmetic.py"


@dataclass(frozen=True)
class Item:
    """One item of the seed audit."""

    name: str
    asks: str
    tests: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()


ITEMS = (
    Item(
        "A1",
        "split drawn with a seed",
        ("tests/bench/test_draw.py::test_same_seed_gives_the_same_cases_and_another_seed_others",),
        measured=("split_unseeded",),
    ),
    Item(
        "A2",
        "statistics of training cases only",
        (f"{MODELS}test_encoder.py::test_known_inputs_are_standardized_and_a_constant_one_is_zero",),
    ),
    Item(
        "A3",
        "order of the parameters",
        (
            "tests/bench/test_cases.py::test_targets_in_another_order_are_refused_with_both_orders",
            f"{MODELS}test_scaler.py::test_targets_of_another_order_are_an_error_that_names_both_orders",
        ),
        measured=("targets_swapped",),
    ),
    Item(
        "A4",
        "prefix that does not exist",
        ("tests/bench/run/test_catalogue.py::test_an_unknown_task_is_an_error_that_names_the_closest",),
        ("prefix_10s", "prefix_60s", "prefix_transfer_10s"),
    ),
    Item(
        "A5",
        "no edge padding of time",
        ("tests/bench/test_cases.py::test_repeated_times_as_of_edge_padding_are_refused",),
        ("shift_1s", "shift_10s"),
        ("edge_padding", "interpolation"),
    ),
    Item(
        "B1",
        "scale of time",
        (
            f"{MODELS}test_encoder.py::test_time_does_not_depend_on_the_traces_that_the_encoder_was_fitted_on",
            f"{FAULTS}::test_a_global_z_score_of_time_keeps_the_ratios_of_intervals",
            f"{FAULTS}::test_a_z_score_within_each_trace_gives_traces_of_different_intervals_the_same_times",
        ),
        measured=("time_global_z", "time_sequence_z", "time_in_seconds", "time_dropped"),
    ),
    Item(
        "B2",
        "initial pH survives normalization",
        (f"{MODELS}test_pipeline.py::test_answers_depend_on_initial_ph_and_on_time",),
        measured=("ph_global_z", "ph_sequence_z", "initial_ph_dropped"),
    ),
    Item(
        "B3",
        "dt as a channel",
        (f"{MODELS}test_pipeline.py::test_tcn_and_tcn_dt_differ_in_the_dt_channel_alone",),
        measured=("tcn", HOLDS),
    ),
    Item("B4", "order of the known inputs", ("tests/bench/test_cases.py::test_shapes_that_do_not_fit_are_named",)),
    Item(
        "C1",
        "predictions are denormalized",
        (f"{MODELS}test_scaler.py::test_scaling_and_back_gives_the_physical_values",),
        measured=("denormalization_skipped",),
    ),
    Item(
        "C2",
        "R2 on the right scale",
        (
            "tests/bench/test_metrics.py::test_affine_scaler_of_each_target_leaves_r2_as_it_was_and_only_r2",
            f"{FAULTS}::test_an_affine_scaler_of_each_target_leaves_r2_as_it_is",
        ),
        measured=("r2_normalized", "r2_pooled"),
    ),
    Item(
        "C3",
        "statistics stored with the model",
        (f"{MODELS}test_pipeline.py::test_a_fitted_model_survives_pickling",),
        measured=("scaler_of_test",),
    ),
    Item(
        "C4",
        "no division by a zero spread",
        (f"{MODELS}test_scaler.py::test_a_constant_column_keeps_its_unit_in_spite_of_rounding",),
    ),
    Item(
        "D1",
        "negative likelihood loss",
        (
            f"{FAULTS}::test_a_negative_likelihood_loss_is_that_of_a_sharp_and_right_answer",
            f"{FAULTS}::test_the_clamp_at_10_does_not_keep_the_loss_positive",
            f"{MODELS}test_loss.py::test_log_variance_is_bounded_and_still_has_a_gradient_beyond_its_bounds",
        ),
        measured=("nll_plain", "nll_unbounded", "nll_clamped", "nll_regularised"),
    ),
    Item(
        "D2",
        "mean over cases and targets",
        (f"{MODELS}test_loss.py::test_likelihood_is_that_of_the_normal_distribution",),
    ),
    Item(
        "D3",
        "scale of the losses",
        (f"{MODELS}test_loss.py::test_squared_error_weighs_both_targets_alike",),
        measured=("tcn_dt_nll",),
    ),
    Item(
        "E1",
        "shape of the input",
        (f"{MODELS}test_network.py::test_channels_that_a_network_was_not_built_for_are_an_error",),
    ),
    Item(
        "E2",
        "receptive field covers the trace",
        (
            f"{MODELS}test_pipeline.py::test_receptive_field_covers_the_longest_trace",
            f"{FAULTS}::test_a_receptive_field_of_29_does_not_see_the_first_72_of_101_samples",
        ),
        measured=("receptive_field_29",),
    ),
    Item(
        "E3",
        "known inputs are used",
        (f"{MODELS}test_pipeline.py::test_answers_depend_on_initial_ph_and_on_time",),
        measured=("known_dropped",),
    ),
    Item("E4", "dropout", measured=("dropout",)),
    Item("E5", "batch normalization", measured=("batch_norm",)),
    Item(
        "F1",
        "learning rate",
        (f"{MODELS}test_training.py::test_an_epoch_records_losses_gradient_norm_and_learning_rate",),
        measured=("rate_times_10", "rate_tenth"),
    ),
    Item(
        "F2",
        "gradient clipping",
        (f"{MODELS}test_training.py::test_gradients_are_clipped_and_their_norm_before_that_is_recorded",),
        measured=("no_clipping",),
    ),
    Item(
        "F3",
        "patience",
        (f"{MODELS}test_training.py::test_the_best_weights_are_restored",),
        measured=("patience_10", "patience_1"),
    ),
    Item(
        "F4",
        "schedule of the learning rate",
        (f"{MODELS}test_training.py::test_learning_rate_warms_up_then_falls_to_nothing",),
        measured=("no_schedule", "plateau_schedule"),
    ),
    Item(
        "G1",
        "causes of a negative R2",
        (
            "tests/bench/test_metrics.py::test_predicting_the_test_mean_scores_zero_and_anything_worse_is_negative",
            "tests/bench/test_metrics.py::test_constant_truth_is_a_sentence_and_leaves_the_other_target_alone",
        ),
        measured=("r2_normalized", "r2_mean_of_cases", "r2_about_training_mean"),
    ),
    Item(
        "G2",
        "model and fit see the same traces",
        ("tests/tasks/test_tasks.py::test_all_tasks_share_the_parameters_of_their_test_cases",),
    ),
    Item(
        "G3",
        "forecasts on one reference grid",
        ("tests/bench/ceiling/test_forecast.py::test_reference_grid_is_every_5_s_to_2000_s",),
    ),
    Item(
        "H1",
        "interpolated traces",
        (f"{FAULTS}::test_interpolation_gives_every_trace_the_interval_of_training",),
        ("shift_1s_resampled", "shift_10s_resampled"),
    ),
    Item(
        "H2",
        "another noise",
        ("tests/bench/world/test_acquisition.py::test_noise_is_gaussian_with_the_stated_width",),
        ("noise_3x",),
    ),
    Item(
        "H3",
        "one simulator",
        ("tests/bench/ceiling/test_forecast.py::test_another_world_costs_even_the_true_targets",),
        ("world_fixed_25C",),
    ),
    Item("I1", "shapes are checked", ("tests/bench/test_cases.py::test_shapes_that_do_not_fit_are_named",)),
    Item(
        "I2",
        "ranges are checked",
        (
            "tests/bench/test_cases.py::test_trace_that_breaks_a_rule_is_named",
            "tests/bench/world/test_acquisition.py::test_value_out_of_range_is_named",
        ),
    ),
    Item("I3", "pictures of batches", ("tests/commands/test_plot.py::test_pictures_of_a_run_are_written",)),
    Item(
        "I4",
        "a few cases can be learnt by heart",
        ("tests/models/test_contract.py::test_every_row_keeps_the_contract",),
    ),
    Item("experiment 1", "repair the scale of time", measured=("time_sequence_z", "time_in_seconds")),
    Item(
        "experiment 2",
        "repair the padding of time",
        ("tests/bench/test_cases.py::test_repeated_times_as_of_edge_padding_are_refused",),
        measured=("interpolation",),
    ),
    Item("experiment 3", "add gradient clipping", measured=("no_clipping",)),
    Item(
        "experiment 4",
        "clamp the variance",
        (f"{FAULTS}::test_the_clamp_at_10_does_not_keep_the_loss_positive",),
        measured=("nll_clamped",),
    ),
    Item(
        "experiment 5",
        "learn 100 cases by heart",
        ("tests/models/test_contract.py::test_every_row_keeps_the_contract",),
    ),
    Item(
        "experiment 6",
        "predictions in physical units",
        ("tests/bench/run/scores/test_prediction.py::test_an_answer_is_scored_in_physical_units_and_kept",),
    ),
    Item(
        "experiment 7",
        "look at the time features",
        (
            f"{FAULTS}::test_a_global_z_score_of_time_keeps_the_ratios_of_intervals",
            "tests/commands/test_plot.py::test_pictures_of_a_run_are_written",
        ),
    ),
)
"""In the seed audit's order."""
