"""Fine red lines are counted where they are drawn; hair, wrinkles, noise and blur are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from rubor.errors import FaceNotFoundError
from rubor.measurement.visible_vessels import (
    VisibleVessels,
    visible_vessels,
    visible_vessels_in_photo,
)
from rubor.vision.reference_face import REGIONS, reference_face

Picture = npt.NDArray[np.float32]
PX_PER_CM = 50.0
SKIN = np.array([0.45, 0.25, 0.18], np.float32)
# What darkens each channel: blood hardly red, hair all alike.
BLOOD = np.array([0.03, 0.35, 0.3], np.float32)
HAIR = np.array([0.6, 0.7, 0.75], np.float32)


@dataclass(frozen=True, eq=False)
class Face:
    """Plain skin with texture, mouth and eyes as sharp edges, at the reference face's own points."""

    picture: Picture
    points: npt.NDArray[np.float32]


@cache
def face(px_per_cm: float = PX_PER_CM, noise: float = 0.01) -> Face:
    geometry = reference_face()
    place = geometry.landmarks_cm[:, :2] * np.array([1.0, -1.0]) * px_per_cm
    points = (place - place.min(axis=0) + 40.0).astype(np.float32)
    width, height = (int(value) for value in points.max(axis=0) + 40.0)
    draw = np.random.default_rng(2)
    shade = cv2.GaussianBlur(
        draw.normal(0.0, 1.0, (height, width)).astype(np.float32), (0, 0), 30.0
    )
    shade += cv2.GaussianBlur(
        draw.normal(0.0, 1.0, (height, width)).astype(np.float32), (0, 0), 1.2
    )
    picture = SKIN * np.exp(0.05 * shade[..., None] / shade.std())
    picture = picture * np.exp(draw.normal(0.0, noise, picture.shape))
    for corner in (33, 133, 263, 362, 61, 291):
        x, y = (int(value) for value in points[corner])
        cv2.circle(picture, (x, y), int(0.3 * px_per_cm), (0.05, 0.04, 0.03), -1)
    return Face(picture.astype(np.float32), points)


def with_lines(
    plain: Face, absorbs: Picture, width_px: int = 2, number: int = 10, region: str = "cheek_left"
) -> tuple[Picture, float]:
    """The picture with lines of 1 cm within a region, and their length in cm."""
    geometry = reference_face()
    taps = geometry.taps_from_landmarks @ plain.points[:, :2]
    there = taps[geometry.cell_region[geometry.tap_cell] == REGIONS.index(region)]
    low, high = np.percentile(there, (25, 75), axis=0)
    mask = np.zeros(plain.picture.shape[:2], np.float32)
    for row in np.linspace(low[1], high[1], number):
        middle = int((low[0] + high[0]) / 2.0)
        ends = (middle - int(PX_PER_CM / 2), int(row)), (middle + int(PX_PER_CM / 2), int(row) + 6)
        cv2.line(mask, *ends, 1.0, width_px, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.6)
    return (plain.picture * np.exp(-mask[..., None] * absorbs)).astype(np.float32), float(number)


def measured(found: VisibleVessels) -> float:
    assert found.density_cm_per_cm2 is not None, found.reason
    return found.density_cm_per_cm2


def test_plain_skin_has_as_many_red_lines_as_pale_ones() -> None:
    found = visible_vessels(face().picture, face().points)
    assert measured(found) == pytest.approx(0.0, abs=0.01)
    assert found.px_per_mm == pytest.approx(5.0, rel=0.02)


def test_drawn_vessels_are_counted_by_their_length() -> None:
    picture, length_cm = with_lines(face(), BLOOD)
    found = visible_vessels(picture, face().points)
    assert measured(found) == pytest.approx(length_cm / found.skin_cm2, rel=0.25)


def test_they_are_where_they_are_drawn_and_mirroring_moves_them() -> None:
    picture, _ = with_lines(face(), BLOOD)
    for mirrored, side in ((False, "cheek_left"), (True, "cheek_right")):
        found = visible_vessels(picture, face().points, mirrored=mirrored)
        dense = [name for name, density in found.cells.items() if density > 0.3]
        assert dense
        assert all(name.startswith(side) for name in dense)


def test_hair_and_wrinkles_are_no_vessels() -> None:
    plain = measured(visible_vessels(face().picture, face().points))
    picture, length_cm = with_lines(face(), HAIR)
    found = visible_vessels(picture, face().points)
    assert abs(measured(found) - plain) < 0.15 * length_cm / found.skin_cm2


def test_broad_redness_is_no_vessel() -> None:
    rosy = face().picture.copy()
    height, width = rosy.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    patch = np.exp(-((columns - width * 0.7) ** 2 + (rows - height * 0.55) ** 2) / (2 * 60.0**2))
    rosy *= np.exp(-patch[..., None] * BLOOD).astype(np.float32)
    assert measured(visible_vessels(rosy, face().points)) == pytest.approx(0.0, abs=0.01)


def test_a_soft_picture_and_a_small_one_give_a_reason() -> None:
    soft = cv2.GaussianBlur(face().picture, (0, 0), 8.0)
    found = visible_vessels(soft, face().points)
    assert found.density_cm_per_cm2 is None
    assert "too soft" in str(found.reason)
    small = face(20.0)
    assert "too small" in str(visible_vessels(small.picture, small.points).reason)


def test_a_turned_picture_has_the_same_vessels() -> None:
    picture, _ = with_lines(face(), BLOOD)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 12.0, 1.0)
    turned = cv2.warpAffine(picture, turn, (width, height), borderValue=(1, 1, 1))
    points = (face().points @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    upright = measured(visible_vessels(picture, face().points))
    assert measured(visible_vessels(turned, points)) == pytest.approx(upright, rel=0.25)


def test_clipped_skin_is_left_out() -> None:
    picture, _ = with_lines(face(), BLOOD)
    found = visible_vessels(np.ones_like(picture), face().points)
    assert found.density_cm_per_cm2 is None
    assert found.reason is not None


def test_a_real_photo_has_few_and_a_picture_without_a_face_is_refused(
    shared: Path, tmp_path: Path
) -> None:
    found = visible_vessels_in_photo(shared / "videos" / "face_even_light.jpg", mirrored=False)
    assert measured(found) < 0.05
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((400, 400, 3), 128, np.uint8))
    with pytest.raises(FaceNotFoundError):
        visible_vessels_in_photo(tmp_path / "wall.png")
