"""Patch colours go to a file and come back, whatever the length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.patch_store import PatchStore

PATCHES = 7


def rows(frames: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).random((frames, PATCHES, 3)).astype(np.float32)
    values[:, 2] = np.nan
    return values


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_batches_of_any_size_come_back_in_chunks_of_any_size(
    batches: list[int], chunk: int
) -> None:
    stored = rows(sum(batches))
    with PatchStore(PATCHES) as store:
        at = 0
        for size in batches:
            store.append(stored[at : at + size])
            at += size
        assert store.frames == len(stored)
        parts = list(store.chunks(chunk))
    assert [first for first, _ in parts] == list(range(0, len(stored), chunk))
    back = np.concatenate([part for _, part in parts]) if parts else rows(0)
    np.testing.assert_allclose(back, stored, rtol=1e-3)


def test_rounding_is_far_below_the_noise_of_a_patch() -> None:
    # Half a unit of the last of 11 bits: a relative error of 2^-11 at most, 2^-11 / sqrt 3 rms.
    stored = rows(500, seed=1)
    with PatchStore(PATCHES) as store:
        store.append(stored)
        error = store.read(0, 500) / stored - 1.0
    known = error[np.isfinite(error)]
    assert np.abs(known).max() <= 2.0**-11 * 1.001
    assert np.sqrt((known**2).mean()) < 3e-4
    assert abs(known.mean()) < 1e-5


def test_a_patch_that_was_not_seen_stays_unknown() -> None:
    with PatchStore(PATCHES) as store:
        store.append(rows(3))
        assert np.isnan(store.read(0, 3)[:, 2]).all()


def test_reading_beyond_the_end_gives_what_there_is() -> None:
    with PatchStore(PATCHES) as store:
        store.append(rows(5))
        assert store.read(3, 10).shape == (2, PATCHES, 3)
        assert store.read(5, 10).shape == (0, PATCHES, 3)


def test_reading_and_appending_may_alternate() -> None:
    with PatchStore(PATCHES) as store:
        store.append(rows(4, seed=1))
        store.read(0, 1)
        store.append(rows(4, seed=2))
        np.testing.assert_allclose(store.read(4, 4), rows(4, seed=2), rtol=1e-3)


def test_the_file_is_gone_afterwards() -> None:
    with PatchStore(PATCHES) as store:
        store.append(rows(1))
    with pytest.raises(ValueError, match="closed"):
        store.append(rows(1))
