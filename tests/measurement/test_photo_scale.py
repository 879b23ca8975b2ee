"""A photo gives the same redness large and small, down to the size at which it is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import rubor
from rubor.vision.reference_face import REGIONS

FloatArray = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
Table = Callable[[rubor.Recording, str], FloatArray]

LINES, FEWER_LINES = 1080, 480
LIMIT = 0.005
# Between the outer eye corners of the photo as it is, by its mesh.
EYE_SPAN_PX = 456.3


@pytest.fixture(scope="module")
def photo(shared: Path) -> Picture:
    return np.asarray(Image.open(shared / "videos" / "face_even_light.jpg").convert("RGB"))


def scaled(picture: Picture, factor: float) -> Picture:
    size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def of_1080_lines(photo: Picture, eye_span_px: float) -> Picture:
    """The photo at such a size, cut or set on grey, in a picture of 1080 lines."""
    person = scaled(photo, eye_span_px / EYE_SPAN_PX)[:LINES, :1920]
    canvas = np.full((LINES, 1920, 3), 128, np.uint8)
    canvas[: len(person), : person.shape[1]] = person
    return canvas


def measure_saved(picture: Picture, path: Path) -> rubor.Recording:
    Image.fromarray(picture).save(path)
    return rubor.measure(path, mirrored=False)


def gate(recording: rubor.Recording, name: str) -> dict[str, object]:
    return next(gate for gate in recording.summary["quality"] if gate["name"] == name)


@pytest.mark.parametrize("small_span_px", [94, 118, 168])
def test_fewer_lines_give_the_same_redness(
    photo: Picture, table: Table, tmp_path: Path, small_span_px: int
) -> None:
    large = of_1080_lines(photo, small_span_px * LINES / FEWER_LINES)
    small = scaled(large, FEWER_LINES / LINES)
    assert small.shape[0] == FEWER_LINES
    recordings = [
        measure_saved(picture, tmp_path / name)
        for picture, name in ((large, "large.png"), (small, "small.png"))
    ]
    assert gate(recordings[1], "face_size_px")["value"] == pytest.approx(small_span_px, abs=3)
    assert gate(recordings[1], "face_size_px")["passed"] is True
    expected, got = (table(recording, "erythema_index")[0] for recording in recordings)
    shift = dict(zip(REGIONS, (got - expected).round(5), strict=True))
    assert max(map(abs, shift.values())) <= LIMIT, shift


@pytest.mark.parametrize("span_px", [60, 84])
def test_a_smaller_face_is_not_accepted_and_told_to_come_closer(
    photo: Picture, tmp_path: Path, span_px: int
) -> None:
    large = of_1080_lines(photo, span_px * LINES / FEWER_LINES)
    recording = measure_saved(scaled(large, FEWER_LINES / LINES), tmp_path / "small.png")
    assert not recording.accepted
    size = gate(recording, "face_size_px")
    assert size["passed"] is False
    assert size["matters"] is True
    assert "closer" in str(size["advice"])
