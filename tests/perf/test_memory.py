import pytest

from commands._timing.runner import memory


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_training_set_of_preset_full_is_drawn_within_two_gibibytes():
    (figure,) = memory(True)
    assert figure.unit == "GiB"
    assert figure.value < 2.0
