"""One face is found, followed and never confused with another; a cut begins anew."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut, coffee, grass

from rubor.errors import InputError, SeveralFacesError
from rubor.optics.transfer import srgb_decode
from rubor.vision.face_detection import FaceDetector
from rubor.vision.face_mesh import EYE_CORNER_ON_PICTURE_LEFT, EYE_CORNER_ON_PICTURE_RIGHT
from rubor.vision.face_tracking import FaceTracker, is_cut
from rubor.vision.frame import PhotoFrame

Picture = npt.NDArray[np.uint8]

# Outer eye corners of the portrait in skimage.data.astronaut, placed by hand (x, y).
CORNER_ON_LEFT, CORNER_ON_RIGHT = np.array([191.0, 100.5]), np.array([259.5, 104.0])
EYE_SPAN_PX = 68.6
WALL = 150


def frame_of(picture: Picture, time_s: float = 0.0) -> PhotoFrame:
    linear = srgb_decode(picture.astype(np.float32) / 255.0).astype(np.float32)
    return PhotoFrame(linear, picture, time_s)


def portrait(enlargement: float = 1.0) -> Picture:
    """Head and shoulders; without the shuttle behind her, so that one face is all there is."""
    picture: Picture = astronaut()[:256, 60:380]
    size = (round(320 * enlargement), round(256 * enlargement))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def on_wall(*placed: tuple[Picture, int, int], size: tuple[int, int] = (640, 480)) -> Picture:
    """Pictures placed at (left, top) on a plain wall of `size` (width, height)."""
    canvas = np.full((size[1], size[0], 3), WALL, np.uint8)
    for picture, left, top in placed:
        canvas[top : top + len(picture), left : left + picture.shape[1]] = picture
    return canvas


def corners(points: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return points[[EYE_CORNER_ON_PICTURE_LEFT, EYE_CORNER_ON_PICTURE_RIGHT], :2].astype(float)


class TestDetection:
    @pytest.mark.parametrize("enlargement", [0.6, 1.0, 1.8])
    def test_a_face_is_found_once_large_or_small(self, enlargement: float) -> None:
        picture = on_wall((portrait(enlargement), 30, 10))
        (face,) = FaceDetector().detect(frame_of(picture))
        expected = (np.array([225.0 - 60.0, 115.0]) * enlargement) + (30, 10)
        assert np.hypot(*(np.array(face.centre) - expected)) < 25.0 * enlargement
        assert face.score > 0.6
        left, right = face.eyes
        assert left[0] < right[0]

    def test_a_small_face_in_a_wide_picture_is_found(self) -> None:
        picture = on_wall((portrait(0.75), 1600, 300), size=(1920, 600))
        (face,) = FaceDetector().detect(frame_of(picture))
        assert 1600 < face.centre[0] < 1840

    def test_where_there_is_no_face_none_is_found(self) -> None:
        assert FaceDetector().detect(frame_of(np.asarray(coffee(), np.uint8))) == []
        assert FaceDetector().detect(frame_of(on_wall())) == []


class TestMesh:
    @pytest.mark.parametrize("enlargement", [1.0, 1.8])
    def test_it_lies_on_the_face(self, enlargement: float) -> None:
        picture = on_wall((portrait(enlargement), 40, 10))
        points = FaceTracker().follow(frame_of(picture))
        assert points is not None
        assert points.shape == (468, 3)
        expected = (np.stack([CORNER_ON_LEFT, CORNER_ON_RIGHT]) - (60, 0)) * enlargement + (40, 10)
        error = np.hypot(*(corners(points) - expected).T)
        assert error.max() < 0.12 * EYE_SPAN_PX * enlargement

    def test_it_moves_with_the_face(self) -> None:
        tracker = FaceTracker()
        still = on_wall((portrait(1.5), 40, 40))
        for _ in range(4):  # the window settles on the mesh's own points
            before = tracker.follow(frame_of(still))
        after = before
        for shift in range(1, 8):
            after = tracker.follow(frame_of(on_wall((portrait(1.5), 40 + 2 * shift, 40 + shift))))
        assert before is not None
        assert after is not None
        moved = np.median(after[:, :2] - before[:, :2], axis=0)
        np.testing.assert_allclose(moved, [14.0, 7.0], atol=0.6)

    def test_a_still_face_holds_still(self) -> None:
        tracker = FaceTracker()
        frame = frame_of(on_wall((portrait(1.5), 40, 40)))
        meshes = [tracker.follow(frame) for _ in range(12)]
        late = np.stack([mesh for mesh in meshes[4:] if mesh is not None])
        assert len(late) == 8
        assert np.median(late[..., :2].std(axis=0)) < 0.1

    def test_a_tilted_head_keeps_its_left_and_right(self) -> None:
        picture = on_wall((portrait(1.5), 80, 50))
        turn = cv2.getRotationMatrix2D((330.0, 220.0), 25.0, 1.0)
        tilted = np.asarray(cv2.warpAffine(picture, turn, (640, 480)), np.uint8)
        points = FaceTracker().follow(frame_of(tilted))
        assert points is not None
        upright = (np.stack([CORNER_ON_LEFT, CORNER_ON_RIGHT]) - (60, 0)) * 1.5 + (80, 50)
        expected = upright @ turn[:, :2].T + turn[:, 2]
        assert np.hypot(*(corners(points) - expected).T).max() < 0.15 * EYE_SPAN_PX * 1.5


class TestLoss:
    def test_without_a_face_there_is_no_mesh(self) -> None:
        assert FaceTracker().follow(frame_of(on_wall())) is None

    def test_a_face_that_goes_is_lost_and_found_again_when_it_returns(self) -> None:
        tracker = FaceTracker(search_interval_s=0.1)
        face, wall = on_wall((portrait(1.5), 40, 40)), on_wall()
        shown = [face] * 4 + [wall] * 6 + [face] * 6
        found = [
            tracker.follow(frame_of(picture, number / 30.0)) is not None
            for number, picture in enumerate(shown)
        ]
        assert all(found[:4])
        assert not any(found[4:10])
        assert all(found[13:])

    def test_the_search_is_not_repeated_for_every_picture(self) -> None:
        tracker = FaceTracker(search_interval_s=10.0)
        assert tracker.follow(frame_of(on_wall(), 0.0)) is None
        face = on_wall((portrait(1.5), 40, 40))
        assert tracker.follow(frame_of(face, 1.0)) is None
        assert tracker.follow(frame_of(face, 10.5)) is not None

    def test_after_a_cut_the_search_begins_at_once(self) -> None:
        tracker = FaceTracker(search_interval_s=10.0)
        assert tracker.follow(frame_of(on_wall(), 0.0)) is None
        tracker.forget()
        assert tracker.follow(frame_of(on_wall((portrait(1.5), 40, 40)), 0.1)) is not None


class TestSeveralFaces:
    LEFT_AT, RIGHT_AT = 20, 360

    @pytest.fixture
    def two(self) -> PhotoFrame:
        """The same person twice, side by side."""
        one = portrait(1.0)
        return frame_of(on_wall((one, self.LEFT_AT, 60), (one, self.RIGHT_AT, 60), size=(720, 400)))

    def test_they_are_counted_from_the_left_of_the_picture(self, two: PhotoFrame) -> None:
        left, right = FaceDetector().detect(two)
        assert left.centre[0] < 340 < right.centre[0]

    def test_without_a_choice_they_are_refused_with_a_cure(self, two: PhotoFrame) -> None:
        with pytest.raises(SeveralFacesError, match="2 faces") as caught:
            FaceTracker().follow(two)
        assert "--face 1 to --face 2" in caught.value.cure

    @pytest.mark.parametrize(("choice", "left_at"), [(1, LEFT_AT), (2, RIGHT_AT)])
    def test_the_chosen_one_is_followed(self, two: PhotoFrame, choice: int, left_at: int) -> None:
        tracker = FaceTracker(choice=choice)
        for number in range(5):
            points = tracker.follow(replace(two, time_s=number / 30.0))
        assert points is not None
        middle = corners(points).mean(axis=0)[0]
        assert middle == pytest.approx(165.0 + left_at, abs=10.0)

    def test_a_choice_that_is_not_there_is_refused(self, two: PhotoFrame) -> None:
        with pytest.raises(InputError, match="only 2 faces"):
            FaceTracker(choice=3).follow(two)
        with pytest.raises(InputError, match="only 1 face"):
            FaceTracker(choice=2).follow(frame_of(on_wall((portrait(1.5), 40, 40))))

    def test_someone_small_behind_is_no_second_person(self) -> None:
        picture = on_wall((portrait(1.6), 10, 20), (portrait(0.4), 560, 20), size=(720, 480))
        assert FaceTracker().follow(frame_of(picture)) is not None

    def test_a_lost_face_is_looked_for_where_it_was(self, two: PhotoFrame) -> None:
        tracker = FaceTracker(choice=2, search_interval_s=0.0)
        wall = frame_of(on_wall(size=(720, 400)), 0.1)
        assert tracker.follow(two) is not None
        assert tracker.follow(wall) is None
        points = tracker.follow(replace(two, time_s=0.2))
        assert points is not None
        assert corners(points).mean(axis=0)[0] > 340

    def test_people_who_join_later_are_noticed(self, two: PhotoFrame) -> None:
        tracker = FaceTracker()
        alone = frame_of(on_wall((portrait(1.0), self.LEFT_AT, 60), size=(720, 400)))
        tracker.follow(alone)
        tracker.count_faces(alone)
        assert (tracker.checks, tracker.checks_with_several) == (1, 0)
        tracker.count_faces(two)
        assert (tracker.checks, tracker.checks_with_several) == (2, 1)


def thumbnail(picture: Picture) -> npt.NDArray[np.float32]:
    return frame_of(picture).thumbnail(max(1, min(picture.shape[:2]) // 24))


class TestCuts:
    scene = thumbnail(on_wall((portrait(1.5), 40, 40)))

    @given(st.floats(0.3, 1.0), st.floats(0.0, 0.3), st.integers(0, 2**32 - 1))
    @settings(max_examples=40, deadline=None)
    def test_light_and_noise_make_no_cut(self, gain: float, haze: float, seed: int) -> None:
        noise = np.random.default_rng(seed).normal(0.0, 0.02, self.scene.shape)
        after = (self.scene * gain + haze + noise).astype(np.float32)
        assert not is_cut(self.scene, after)
        assert not is_cut(after, self.scene)

    def test_a_moving_head_makes_no_cut(self) -> None:
        # A quarter of the distance between the eyes from one picture to the next.
        moved = thumbnail(on_wall((portrait(1.5), 64, 52)))
        assert not is_cut(self.scene, moved)

    def test_a_shaking_camera_before_a_patterned_wall_makes_no_cut(self) -> None:
        pattern = np.asarray(cv2.cvtColor(grass(), cv2.COLOR_GRAY2RGB), np.uint8)
        before, after = pattern[:480, :480], pattern[2:482, 4:484]
        assert not is_cut(thumbnail(before), thumbnail(after))

    def test_another_scene_is_a_cut(self) -> None:
        other = cv2.resize(np.asarray(coffee(), np.uint8), (640, 480))
        assert is_cut(self.scene, thumbnail(np.asarray(other, np.uint8)))

    def test_black_between_two_shots_is_a_cut_and_black_alone_is_none(self) -> None:
        black = np.zeros_like(self.scene)
        assert is_cut(self.scene, black)
        assert is_cut(black, self.scene)
        assert not is_cut(black, black + 0.01)
