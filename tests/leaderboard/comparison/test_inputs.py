from leaderboard.comparison.inputs import inputs_table


def test_a_cell_has_both_targets_of_its_learner_input_and_training(record_of):
    def cell(learner, inputs, fewest, e0, k_d, **changes):
        settings = {"learner": learner, "inputs": inputs, "fewest": fewest}
        ceiling = {"E0_g_per_L": {"rmse_ratio": e0}, "k_d_per_s": {"rmse_ratio": k_d}}
        return record_of("learner", settings=settings, ceiling=ceiling, task="shift_1s", **changes)

    records = [
        cell("trees", "time", 0, 90.0, 40.0, seed=0),
        cell("trees", "time", 0, 92.0, 44.0, seed=1),
        cell("trees", "exposure", 0, 1.5, 1.25),
        cell("trees", "exposure", 4, 1.0, 1.125),
    ]
    *_, heading, _, whole, four = inputs_table(records, ["shift_1s"]).splitlines()
    assert heading == "| learner | fewest | `shift_1s`, time | `shift_1s`, exposure |"
    assert whole == "| trees | whole traces | 91.0 / 42.0 | 1.50 / 1.25 |"
    assert four == "| trees | 4 | - / - | 1.00 / 1.12 |"
