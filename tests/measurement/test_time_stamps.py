"""What counts as time stamps."""

from __future__ import annotations

import pytest

from rubor.errors import InputError
from rubor.measurement.time_stamps import check_time_stamps


def test_uneven_and_repeated_times_are_accepted() -> None:
    assert check_time_stamps([0.0, 0.1, 0.1, 5.0], 4).tolist() == [0.0, 0.1, 0.1, 5.0]


@pytest.mark.parametrize(
    ("times", "rows", "words"),
    [
        ([0.0, 1.0], 3, "3 samples"),
        ([0.0, float("nan")], 2, "finite"),
        ([0.0, 2.0, 1.0], 3, "backwards"),
    ],
)
def test_other_times_are_refused_with_a_cure(times: list[float], rows: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        check_time_stamps(times, rows)
    assert refusal.value.cure
