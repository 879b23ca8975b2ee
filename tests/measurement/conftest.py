"""Measured recordings and footage that several tests here look at; each is made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import rubor
from rubor.vision.colour_coding import ColourCoding
from rubor.vision.video import VideoFile

Planes = list[npt.NDArray[Any]]
LinearFrame = npt.NDArray[np.float32]

# Matrix, range, transfer and primaries of the still face by ITU-T H.273.
BT601_LIMITED = (6, 1, 6, 6)


@dataclass(frozen=True)
class StoredClip:
    """The stored planes of a clip's pictures, its colour rule and its frame rate."""

    planes: list[Planes]
    coding: ColourCoding
    chroma_shift: tuple[int, int]
    frame_rate: float

    def linear(self, number: int) -> LinearFrame:
        """One picture in linear light (h, w, 3), by the exact conversion with chroma repeated."""
        luma, *chroma = self.planes[number]
        rows, columns = (1 << shift for shift in self.chroma_shift)
        whole = [plane.repeat(rows, 0).repeat(columns, 1) for plane in chroma]
        coded = self.coding.to_coded_rgb(np.stack([luma, *whole]))
        return np.ascontiguousarray(self.coding.to_linear(coded).transpose(1, 2, 0))


def read_clip(path: Path, frames: int) -> StoredClip:
    with VideoFile(path) as video:
        planes, shift = [], (0, 0)
        for frame in video.frames():
            if len(planes) == frames:
                break
            planes.append([plane.copy() for plane in frame.planes])
            shift = frame.chroma_shift
        return StoredClip(planes, video.info.coding, shift, video.info.nominal_fps or 30.0)


@pytest.fixture(scope="session")
def clip_of() -> Callable[[Path, int], StoredClip]:
    """The first pictures of a video, as stored."""
    return read_clip


@pytest.fixture(scope="session")
def excerpt(shared: Path) -> StoredClip:
    """The first 3.5 s of the still face: long enough for a baseline of its own."""
    return read_clip(shared / "videos" / "face.mp4", 105)


@pytest.fixture(scope="session")
def excerpt_recording(
    excerpt: StoredClip,
    write_planes: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> rubor.Recording:
    """The excerpt, cut out without loss and measured."""
    path = tmp_path_factory.mktemp("excerpt") / "excerpt.mp4"
    write_planes(path, excerpt.planes, tags=BT601_LIMITED)
    return rubor.measure(path, mirrored=False)


@pytest.fixture(scope="session")
def measured(shared: Path) -> Callable[[str], rubor.Recording]:
    """The recording of one of the real files, measured once, as a person would: not mirrored."""

    @cache
    def measure(name: str) -> rubor.Recording:
        return rubor.measure(shared / "videos" / name, mirrored=False)

    return measure


@pytest.fixture(scope="session")
def table() -> Callable[[rubor.Recording, str], npt.NDArray[np.float64]]:
    """A column of the traces as (frames, regions), regions in the order of the summary."""

    def column(recording: rubor.Recording, name: str) -> npt.NDArray[np.float64]:
        values = recording.traces[name].to_numpy()
        return values.reshape(-1, len(recording.summary["regions"]))

    return column
