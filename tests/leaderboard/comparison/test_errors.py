import re

import numpy as np
import pytest

from bench.errors import BenchError
from leaderboard.comparison.errors import Errors


@pytest.mark.parametrize(
    ("rows", "errors", "ceiling", "message"),
    [
        (
            ("a", "b"),
            np.ones((1, 3, 1, 10)),
            None,
            "errors 'squared_error': shape must be (2, seed, task, case) with at least 2 cases, got (1, 3, 1, 10). "
            "Give one block a row.",
        ),
        (
            ("a", "a"),
            np.ones((2, 3, 1, 10)),
            None,
            "errors 'rows': names must be different, got ('a', 'a'). Name each row once.",
        ),
        (
            ("a",),
            np.ones((1, 3, 1, 10)),
            np.ones((1, 9)),
            "errors 'ceiling': shape must be (1, 10), as the rows' tasks and cases, got (1, 9). "
            "Score the ceiling on the same cases.",
        ),
        (
            ("a",),
            np.full((1, 3, 1, 10), np.nan),
            None,
            "errors 'a': values must be finite and at least 0, got some that are not. "
            "Leave the row out of the comparison.",
        ),
        (
            ("a",),
            np.ones((1, 3, 1, 10)),
            np.zeros((1, 10)),
            "errors 'ceiling': mean squared error must be above 0, got 0. A log RMSE needs an error; look for a leak.",
        ),
    ],
)
def test_errors_that_cannot_be_compared_are_refused(rows, errors, ceiling, message):
    with pytest.raises(BenchError, match=f"^{re.escape(message)}$"):
        Errors(rows, errors, ceiling)
