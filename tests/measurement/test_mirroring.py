"""Left and right are the person's: declared mirroring swaps them, exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import rubor
from rubor.vision.reference_face import REGIONS, mirrored_name

FloatArray = npt.NDArray[np.float64]
Table = Callable[[rubor.Recording, str], FloatArray]

# The mesh model is not mirror-symmetric: its points lie a few pixels apart.
FLIPPED_LIMIT = 0.015


@pytest.fixture(scope="module")
def clip(excerpt: Any, write_planes: Callable[..., Path], tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("mirroring")
    return write_planes(folder / "clip.mp4", excerpt.planes, tags=(6, 1, 6, 6))


@pytest.fixture(scope="module")
def as_mirrored(clip: Path) -> rubor.Recording:
    return rubor.measure(clip, mirrored=True)


def with_sides_exchanged(table: pd.DataFrame, column: str) -> pd.DataFrame:
    exchanged = table.copy()
    exchanged[column] = [mirrored_name(str(name)) for name in table[column]]
    return exchanged.sort_values(["time_s", column]).reset_index(drop=True)


def sorted_rows(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.astype({column: str}).sort_values(["time_s", column]).reset_index(drop=True)


def test_the_two_ways_swap_exactly_left_and_right(
    excerpt_recording: rubor.Recording, as_mirrored: rubor.Recording
) -> None:
    pd.testing.assert_frame_equal(
        sorted_rows(as_mirrored.traces, "region"),
        with_sides_exchanged(excerpt_recording.traces, "region"),
        check_dtype=False,
    )
    pd.testing.assert_frame_equal(
        sorted_rows(as_mirrored.cells, "cell"),
        with_sides_exchanged(excerpt_recording.cells, "cell"),
        check_dtype=False,
    )
    left, right = (
        as_mirrored.summary["noise_floor"][name] for name in ("cheek_left", "cheek_right")
    )
    other = excerpt_recording.summary["noise_floor"]
    assert (left, right) == (other["cheek_right"], other["cheek_left"])


def test_it_is_recorded(
    excerpt_recording: rubor.Recording, as_mirrored: rubor.Recording, clip: Path
) -> None:
    assert as_mirrored.summary["mirrored"] is True
    assert excerpt_recording.summary["mirrored"] is False


def test_undeclared_it_is_unknown_measured_as_not_mirrored_and_said(
    excerpt_recording: rubor.Recording, clip: Path
) -> None:
    undeclared = rubor.measure(clip)
    assert undeclared.summary["mirrored"] is None
    pd.testing.assert_frame_equal(undeclared.traces, excerpt_recording.traces)
    assert any("irroring" in warning for warning in undeclared.summary["warnings"])
    gate = next(g for g in undeclared.summary["quality"] if g["name"] == "mirroring_known")
    assert gate["passed"] is False
    assert gate["advice"]


def test_a_flipped_copy_declared_as_mirrored_measures_like_the_original(
    excerpt: Any,
    excerpt_recording: rubor.Recording,
    table: Table,
    write_planes: Callable[..., Path],
    tmp_path: Path,
) -> None:
    flipped = [[np.fliplr(plane) for plane in picture] for picture in excerpt.planes]
    path = write_planes(tmp_path / "flipped.mp4", flipped, tags=(6, 1, 6, 6))
    copy = rubor.measure(path, mirrored=True)
    got, expected = (
        np.nanmean(table(recording, "erythema_index"), axis=0)
        for recording in (copy, excerpt_recording)
    )
    shift = dict(zip(REGIONS, (got - expected).round(5), strict=True))
    assert max(map(abs, shift.values())) <= FLIPPED_LIMIT, shift
    # The two cheeks differ by more than that: not swapping would show.
    undeclared = dict(zip(REGIONS, got, strict=True))
    assert np.isfinite(list(undeclared.values())).all()


@pytest.mark.slow
def test_the_whole_clip_flipped_measures_like_the_original(
    shared: Path,
    clip_of: Callable[..., Any],
    measured: Callable[[str], rubor.Recording],
    table: Table,
    write_planes: Callable[..., Path],
    tmp_path: Path,
) -> None:
    whole = clip_of(shared / "videos" / "face.mp4", 301)
    flipped = [[np.fliplr(plane) for plane in picture] for picture in whole.planes]
    path = write_planes(tmp_path / "flipped.mp4", flipped, tags=(6, 1, 6, 6))
    got = np.nanmean(table(rubor.measure(path, mirrored=True), "erythema_index"), axis=0)
    expected = np.nanmean(table(measured("face.mp4"), "erythema_index"), axis=0)
    shift = dict(zip(REGIONS, (got - expected).round(5), strict=True))
    assert max(map(abs, shift.values())) <= FLIPPED_LIMIT, shift
