# Answers that are kept between two diagnoses.
import pytest

from bench.diagnosis.asking import Asked, kept
from bench.errors import BenchError
from bench.task import Task
from bench.world.acquisition import Acquisition

FINE = Acquisition(3.0, 0.3)
TASK = Task("dense", "as trained", (FINE,), FINE)


def test_kept_answers_are_asked_once_and_say_what_to_remove_where_they_cannot_be_read(tmp_path):
    asked = []

    def make():
        asked.append(1)
        return Asked({}, {"seed": 3})

    for _ in range(2):
        assert kept(tmp_path, "mine", TASK, {}, make).notes == {"seed": 3}
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BenchError) as caught:
        kept(tmp_path, "mine", TASK, {}, make)
    assert str(caught.value).startswith(f"arrays '{file.name}': file must be a readable .npz of plain arrays, got: ")
    assert str(caught.value).endswith(f". Remove {file}: the same command asks again.")
    assert len(asked) == 1
