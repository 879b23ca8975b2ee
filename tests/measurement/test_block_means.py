"""Means over quarters of a second: of what was seen, and never across a cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.block_means import BLOCK_S, BlockMeans, block_means, smooth_in_time
from rubor.measurement.patch_store import PatchStore

PATCHES = 3


def blocks_of(values: np.ndarray, time_s: np.ndarray, segment: np.ndarray) -> BlockMeans:
    with PatchStore(PATCHES) as store:
        # In uneven batches, as they come from a video.
        for first in range(0, len(values), 17):
            store.append(values[first : first + 17].astype(np.float32))
        return block_means(store, time_s, segment)


def flat(frames: int, value: float = 0.25) -> np.ndarray:
    return np.full((frames, PATCHES, 3), value)


@given(
    st.lists(st.floats(0.01, 0.4), min_size=3, max_size=120),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_each_block_is_the_mean_of_its_frames(steps_s: list[float], seed: int) -> None:
    generator = np.random.default_rng(seed)
    time_s = np.concatenate([[0.0], np.cumsum(steps_s)])
    segment = np.cumsum(generator.random(len(time_s)) < 0.05)
    # Values that 16 bits hold exactly.
    values = generator.integers(1, 256, (len(time_s), PATCHES, 3)) / 256.0
    values[generator.random((len(time_s), PATCHES)) < 0.2] = np.nan
    blocks = blocks_of(values, time_s, segment)
    for block in range(len(blocks.time_s)):
        members = blocks.block_of_frame == block
        assert np.ptp(time_s[members]) <= BLOCK_S
        assert len(np.unique(segment[members])) == 1
        assert blocks.segment[block] == segment[members][0]
        assert blocks.time_s[block] == pytest.approx(time_s[members].mean())
        for patch in range(PATCHES):
            seen = values[members, patch]
            seen = seen[np.isfinite(seen[:, 0])]
            got = blocks.linear_rgb[block, patch]
            if len(seen):
                np.testing.assert_allclose(got, seen.mean(axis=0), rtol=1e-5)
            else:
                assert np.isnan(got).all()


def test_a_cut_within_a_quarter_of_a_second_splits_it() -> None:
    time_s = np.arange(6) / 30.0
    blocks = blocks_of(flat(6), time_s, np.array([0, 0, 0, 1, 1, 1]))
    assert blocks.segment.tolist() == [0, 1]
    assert blocks.block_of_frame.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_long_gap_makes_no_blocks() -> None:
    time_s = np.array([0.0, 0.1, 1e7, 1e7 + 0.1])
    blocks = blocks_of(flat(4), time_s, np.zeros(4, int))
    assert len(blocks.time_s) == 2


class TestSmoothing:
    def test_a_constant_stays(self) -> None:
        values = np.full((9, 2), 3.0)
        segment = np.array([0] * 4 + [1] * 5)
        np.testing.assert_allclose(smooth_in_time(values, segment), 3.0)

    def test_it_adds_no_lag(self) -> None:
        pulse = np.zeros((11, 1))
        pulse[5] = 1.0
        smooth = smooth_in_time(pulse, np.zeros(11, int))[:, 0]
        np.testing.assert_allclose(smooth, smooth[::-1])
        np.testing.assert_allclose(smooth[4:7], 1.0 / 3.0)

    def test_it_does_not_reach_across_a_cut(self) -> None:
        values = np.array([[0.0], [0.0], [9.0], [9.0]])
        smooth = smooth_in_time(values, np.array([0, 0, 1, 1]))
        np.testing.assert_array_equal(smooth[:, 0], [0, 0, 9, 9])

    def test_what_is_missing_is_left_out_and_nothing_is_made_up(self) -> None:
        values = np.array([[1.0], [np.nan], [3.0], [np.nan], [np.nan], [np.nan]])
        smooth = smooth_in_time(values, np.zeros(6, int))[:, 0]
        np.testing.assert_allclose(smooth[:4], [1.0, 2.0, 3.0, 3.0])
        assert np.isnan(smooth[4:]).all()
