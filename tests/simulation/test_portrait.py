"""The portrait: in linear light, not mirrored, with maps that lie on the face."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from skimage.data import astronaut

from rubor.optics import srgb_decode
from rubor.simulation import Portrait, load_portrait


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return load_portrait(2.0)


def weighted(picture: npt.NDArray[np.float32], area: npt.NDArray[np.float32]) -> np.ndarray:
    return np.asarray((picture * area[..., None]).sum(axis=(0, 1)) / area.sum())


def column_of(area: npt.NDArray[np.float32]) -> float:
    return float((area.sum(axis=0) * np.arange(area.shape[1])).sum() / area.sum())


def test_maps_have_the_size_of_the_picture_and_stay_between_0_and_1(portrait: Portrait) -> None:
    for area in (portrait.person, portrait.skin, portrait.cheek_left, portrait.cheek_right):
        assert area.shape == portrait.linear.shape[:2]
        assert area.dtype == np.float32
        assert float(area.min()) == 0.0
        assert float(area.max()) == pytest.approx(1.0, abs=1e-4)


def test_person_left_is_at_the_right_of_the_picture(portrait: Portrait) -> None:
    # The photo is not mirrored: its lettering reads forwards.
    assert portrait.outer_eye_corner_left[0] > portrait.outer_eye_corner_right[0]
    assert column_of(portrait.cheek_left) > column_of(portrait.skin)
    assert column_of(portrait.cheek_right) < column_of(portrait.skin)


def test_cheeks_are_apart_from_each_other_below_the_eyes_and_large(portrait: Portrait) -> None:
    assert not np.any((portrait.cheek_left > 0.0) & (portrait.cheek_right > 0.0))
    eyes_y = max(portrait.outer_eye_corner_left[1], portrait.outer_eye_corner_right[1])
    for cheek in (portrait.cheek_left, portrait.cheek_right):
        assert np.nonzero(cheek > 0.5)[0].min() > eyes_y
        # Full strength over at least a third of the distance between the eyes, squared.
        assert np.count_nonzero(cheek > 0.99) > (portrait.eye_span_px / 3) ** 2


def test_cheeks_lie_in_the_skin_and_skin_in_the_person() -> None:
    # At the photo's own size: enlarging lets soft edges overshoot by a few hundredths.
    portrait = load_portrait(1.0)
    assert np.all(portrait.skin <= portrait.person)
    assert np.all(portrait.cheek_left <= portrait.skin)
    assert np.all(portrait.cheek_right <= portrait.skin)


def test_skin_is_skin_coloured_well_exposed_and_evenly_lit(portrait: Portrait) -> None:
    left = weighted(portrait.linear, portrait.cheek_left)
    right = weighted(portrait.linear, portrait.cheek_right)
    for red, green, blue in (left, right):
        assert red > green > blue
        assert 0.25 < green < 0.5
        assert red < 0.6
    assert math.log(left[1] / right[1]) == pytest.approx(0.0, abs=0.02)
    assert float(np.percentile(portrait.linear[portrait.skin > 0.99], 99.5)) < 0.9


def test_evening_the_light_leaves_ratios_of_channels_as_in_the_photo() -> None:
    portrait = load_portrait(1.0)
    photo = srgb_decode(astronaut()[0:300, 20:380] / 255.0)
    bare = portrait.skin > 0.99
    np.testing.assert_allclose(
        np.log(portrait.linear[bare][:, 0] / portrait.linear[bare][:, 1]),
        np.log(photo[bare][:, 0] / photo[bare][:, 1]),
        atol=1e-4,
    )


@pytest.mark.parametrize("enlargement", [1.0, 2.77, 4.0])
def test_enlarging_scales_the_face_and_keeps_its_colour(
    portrait: Portrait, enlargement: float
) -> None:
    other = load_portrait(enlargement)
    assert other.eye_span_px / portrait.eye_span_px == pytest.approx(enlargement / 2.0)
    for name in ("cheek_left", "cheek_right"):
        colour = weighted(other.linear, getattr(other, name))
        expected = weighted(portrait.linear, getattr(portrait, name))
        np.testing.assert_allclose(colour, expected, rtol=0.002)
    # At 720 lines (2.77 times) the face is large enough to measure: 90 px and more.
    assert load_portrait(2.77).eye_span_px > 180
