import pytest
from matplotlib import image


def test_the_cheapest_design_that_knows_k_d_is_named_and_all_are_drawn(invoke):
    result = invoke("plan", "--e0", "0.5", "--kd", "2.5e-3", "--calibrated", "--target", "20%")
    assert result.exit_code == 0, result.stderr
    assert "Cheapest that knows k_d to 20 %: 300 s @ 1 s, enzyme 1:10, calibrated, 20 min in all;" in result.stdout
    assert "A second run with aged enzyme takes deactivation to be the same with and without urea" in result.stdout
    assert image.imread("plan.png").shape[:2] == (540, 960)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--kd", "0"), "error: plan 'targets': values must be above 0, got 0. Say what you expect.\n"),
        (
            ("--kd", "1e-3", "--target", "much"),
            "error: option '--target': value must be a percentage such as 20%, got 'much'. Mend it.\n",
        ),
        (
            ("--kd", "1e-3", "--initial-ph", "9"),
            "error: option '--initial-ph': value must be between 4 and 8, got 9. Mend it.\n",
        ),
    ],
)
def test_what_cannot_be_is_refused(invoke, options, message):
    result = invoke("plan", "--e0", "0.5", *options)
    assert (result.exit_code, result.stderr) == (2, message)


def test_programs_get_every_design_and_no_picture(invoke, values_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ("plan", "--e0", "0.5", "--kd", "2.5e-3", "--calibrated", "--json")
    values = values_of(invoke(*asked))
    assert values["cheapest"] == "300 s @ 1 s, enzyme 1:10, calibrated"
    best = next(each for each in values["designs"] if each["design"] == values["cheapest"])
    assert best["cost_s"] == 1200.0
    assert best["k_d_per_s"]["told_sd"] < best["k_d_per_s"]["sd"] <= 0.2 * 2.5e-3
    assert values_of(invoke(*asked, "--target", "0.01%"))["cheapest"] is None
    assert not list(tmp_path.iterdir())
