"""Levels of a trace: the best split, no split of noise, gaps skipped."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.response.change_points import find_levels


def test_noise_without_a_change_is_one_level() -> None:
    split = 0
    for seed in range(200):
        trace = np.random.default_rng(seed).normal(0.0, 1.0, 200)
        split += len(find_levels(np.arange(200), trace, 1.0)) > 1
    assert split <= 2


def test_levels_are_found_where_they_change() -> None:
    true = np.repeat([0.0, 5.0, 2.0, 0.0], [40, 30, 20, 60])
    trace = true + np.random.default_rng(3).normal(0.0, 1.0, true.size)
    levels = find_levels(np.arange(true.size), trace, 1.0)
    assert [level.start_s for level in levels] == pytest.approx([0, 40, 70, 90], abs=2)
    assert [level.mean for level in levels] == pytest.approx([0.0, 5.0, 2.0, 0.0], abs=0.6)


def test_samples_that_are_missing_belong_to_no_level() -> None:
    trace = np.array([0.0, np.nan, 0.0, 0.0, 9.0, np.nan, np.nan, 9.0, 9.0])
    levels = find_levels(np.arange(9), trace, 0.5)
    assert [level.samples for level in levels] == [3, 3]
    assert (levels[1].start_s, levels[1].end_s) == (4.0, 8.0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=60),
    st.floats(0.1, 3.0),
)
def test_levels_cover_every_sample_once_with_its_mean(trace: list[float], noise_sd: float) -> None:
    levels = find_levels(range(len(trace)), trace, noise_sd)
    assert sum(level.samples for level in levels) == len(trace)
    total = sum(level.mean * level.samples for level in levels)
    assert total == pytest.approx(sum(trace), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=9), st.floats(0.3, 3.0))
def test_no_other_split_costs_less(trace: list[float], noise_sd: float) -> None:
    """Pruning never loses the best split: all splits of short traces are tried."""
    size = len(trace)
    values = np.array(trace) / noise_sd
    price = 4.0 * np.log(size)

    def cost(edges: list[int]) -> float:
        parts = [values[one:other] for one, other in pairwise(edges)]
        return sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + price * (
            len(parts) - 1
        )

    best = min(
        cost([0, *[cut for cut in range(1, size) if mask >> (cut - 1) & 1], size])
        for mask in range(2 ** (size - 1))
    )
    levels = find_levels(range(size), trace, noise_sd)
    found = [0]
    for level in levels:
        found.append(found[-1] + level.samples)
    assert cost(found) == pytest.approx(best, abs=1e-6)


def test_a_trace_of_gaps_has_no_level_and_no_noise_is_refused() -> None:
    assert find_levels([0, 1], [np.nan, np.nan], 1.0) == ()
    with pytest.raises(InputError, match="noise above 0"):
        find_levels([0, 1], [0.0, 1.0], 0.0)
