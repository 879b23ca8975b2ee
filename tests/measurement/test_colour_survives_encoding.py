"""The same clip gives the same redness however it is encoded, as long as its tags are kept.

The clip is converted exactly, rounded anew to the other matrix and range without noise, and encoded
at 1.5 Mbit/s. That rounding alone moves a cheek by 3e-3: one 8-bit level of chroma is 13 to 18e-3.
All copies are measured from one named baseline. Left to itself, the quietest stretch of one copy is
another's second quietest, and a chin that talks is valid near the baseline only.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import rubor
from rubor.simulation import write_video
from rubor.vision.reference_face import REGIONS

FloatArray = npt.NDArray[np.float64]
Table = Callable[[rubor.Recording, str], FloatArray]

BIT_RATE = 1_500_000
LIMIT = 0.005

CODECS = (
    ("libx264", "mp4"),
    ("libx265", "mp4"),
    ("libvpx-vp9", "mp4"),
    ("libvpx-vp9", "webm"),
    ("mpeg4", "mp4"),
)
ALL_WAYS = [
    pytest.param(*codec, matrix, full, id=f"{codec[0]}-{codec[1]}-{matrix}-{full}")
    for codec, matrix, full in product(CODECS, ("bt601", "bt709"), (False, True))
]
# Each codec in two opposite ways; the others with the whole clip, where the suite may take long.
SOME_WAYS = [way for way in ALL_WAYS if way.values[2:] in (("bt601", False), ("bt709", True))]


def time_means(recording: rubor.Recording, table: Table) -> FloatArray:
    """Mean index of each region over the frames in which it is valid."""
    index = table(recording, "erythema_index")
    assert np.isfinite(index).any(axis=0).all()
    return np.asarray(np.nanmean(index, axis=0))


def rest_of(recording: rubor.Recording) -> tuple[float, float]:
    rest = recording.summary["baseline"]
    return rest["start_s"], rest["end_s"]


def assert_same_redness(copy: rubor.Recording, original: rubor.Recording, table: Table) -> None:
    shift = time_means(copy, table) - time_means(original, table)
    by_region = dict(zip(REGIONS, shift.round(5).tolist(), strict=True))
    assert np.abs(shift).max() <= LIMIT, by_region


def assert_tags(recording: rubor.Recording, matrix: str, full_range: bool) -> None:
    video = recording.summary["video"]
    assert (video["matrix"], video["range"]) == (matrix, "full" if full_range else "limited")
    assert not video["assumed"]


@pytest.fixture(scope="module")
def whole_clip(shared: Path, clip_of: Callable[..., Any]) -> Any:
    return clip_of(shared / "videos" / "face.mp4", 301)


class TestAnExcerpt:
    @pytest.mark.parametrize(("codec", "container", "matrix", "full_range"), SOME_WAYS)
    def test_keeps_its_redness(
        self,
        excerpt: Any,
        excerpt_recording: rubor.Recording,
        table: Table,
        tmp_path: Path,
        codec: str,
        container: str,
        matrix: Any,
        full_range: bool,
    ) -> None:
        path = tmp_path / f"copy.{container}"
        frames = map(excerpt.linear, range(len(excerpt.planes)))
        write_video(
            path, frames, frame_rate=30, codec=codec, matrix=matrix, full_range=full_range,
            bit_rate=BIT_RATE,
        )  # fmt: skip
        copy = rubor.measure(path, mirrored=False, baseline=rest_of(excerpt_recording))
        assert_tags(copy, matrix, full_range)
        assert_same_redness(copy, excerpt_recording, table)

    def test_in_10_bits_and_full_chroma_nothing_is_lost(
        self, excerpt: Any, excerpt_recording: rubor.Recording, table: Table, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.mkv"
        frames = map(excerpt.linear, range(len(excerpt.planes)))
        write_video(path, frames, frame_rate=30, pixel_format="yuv444p10le", matrix="bt709", crf=0)
        copy = rubor.measure(path, mirrored=False, baseline=rest_of(excerpt_recording))
        assert copy.summary["video"]["bit_depth"] == 10
        got, expected = time_means(copy, table), time_means(excerpt_recording, table)
        steady = [REGIONS.index(name) for name in ("forehead", "cheek_left", "cheek_right")]
        np.testing.assert_allclose(got[steady], expected[steady], atol=0.002)


@pytest.mark.slow
class TestTheWholeClip:
    @pytest.mark.parametrize(("codec", "container", "matrix", "full_range"), ALL_WAYS)
    def test_keeps_its_redness(
        self,
        whole_clip: Any,
        measured: Callable[[str], rubor.Recording],
        table: Table,
        tmp_path: Path,
        codec: str,
        container: str,
        matrix: Any,
        full_range: bool,
    ) -> None:
        path = tmp_path / f"copy.{container}"
        frames = map(whole_clip.linear, range(len(whole_clip.planes)))
        write_video(
            path, frames, frame_rate=30, codec=codec, matrix=matrix, full_range=full_range,
            bit_rate=BIT_RATE,
        )  # fmt: skip
        original = measured("face.mp4")
        copy = rubor.measure(path, mirrored=False, baseline=rest_of(original))
        assert_tags(copy, matrix, full_range)
        assert_same_redness(copy, original, table)
