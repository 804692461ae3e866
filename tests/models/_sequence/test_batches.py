import numpy as np
import pytest

from models._sequence.batches import batches

LENGTHS = np.array([4, 31, 101, 4, 31, 4, 4, 101, 4, 31])


@pytest.mark.parametrize("one_length", [False, True])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_case_is_in_one_batch(one_length, shuffled):
    generator = np.random.default_rng(0) if shuffled else None
    parts = list(batches(LENGTHS, 3, one_length, generator))
    assert sorted(np.concatenate(parts)) == list(range(len(LENGTHS)))
    assert max(len(part) for part in parts) == 3


def test_a_network_without_a_mask_is_given_one_length_at_a_time():
    for part in batches(LENGTHS, 3, True, np.random.default_rng(0)):
        assert len(np.unique(LENGTHS[part])) == 1


def test_a_network_with_a_mask_is_given_mixed_lengths():
    parts = list(batches(LENGTHS, 5, False, np.random.default_rng(0)))
    assert len(parts) == 2
    assert all(len(np.unique(LENGTHS[part])) > 1 for part in parts)


def test_the_same_generator_state_gives_the_same_batches_and_the_next_pass_others():
    def two_passes():
        generator = np.random.default_rng(3)
        return [[part.tolist() for part in batches(LENGTHS, 3, True, generator)] for _ in range(2)]

    assert two_passes() == two_passes()
    first, second = two_passes()
    assert first != second


def test_no_batch_is_left_with_a_single_case_of_many():
    parts = list(batches(np.full(129, 4), 128, one_length=True))
    assert [len(part) for part in parts] == [65, 64]
