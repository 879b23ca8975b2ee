"""The face cut out of a recording, for a report that may show it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rubor.errors import FaceNotFoundError
from rubor.vision.face_picture import face_picture


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)


@pytest.mark.parametrize("name", ["face.mp4", "face_even_light.jpg"])
def test_is_a_small_png_filled_with_the_face(shared: Path, name: str) -> None:
    picture = pixels(face_picture(shared / "videos" / name))
    assert 200 <= max(picture.shape[:2]) <= 482
    height, width = picture.shape[:2]
    middle = picture[height // 3 : -height // 3, width // 3 : -width // 3].mean(axis=(0, 1))
    assert middle[0] > middle[1] > middle[2]  # skin


def test_is_turned_back_where_the_file_is_mirrored(shared: Path) -> None:
    path = shared / "videos" / "face_even_light.jpg"
    mirrored = pixels(face_picture(path, mirrored=True))
    np.testing.assert_array_equal(mirrored[:, ::-1], pixels(face_picture(path)))


def test_is_taken_from_the_time_that_is_asked_for(shared: Path) -> None:
    path = shared / "videos" / "face.mp4"
    assert face_picture(path, after_s=1.0) != face_picture(path)


def test_needs_a_face(shared: Path) -> None:
    with pytest.raises(FaceNotFoundError):
        face_picture(shared / "videos" / "no_face.mp4")
