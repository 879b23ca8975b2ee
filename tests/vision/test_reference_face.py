"""The face coordinate system: mirror-symmetric, of true size, and on skin alone."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from scipy.spatial import cKDTree

from rubor.vision.reference_face import REGIONS, ReferenceFace, mirrored_name, reference_face

# Landmarks of Face Mesh, as its canonical model numbers them; "right" is the person's.
RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
NOSTRILS = (79, 309, 20, 250, 238, 458, 166, 392, 218, 438)
FOREHEAD_TOP, NOSE_TIP, CHIN = 10, 1, 152


@pytest.fixture(scope="module")
def face() -> ReferenceFace:
    return reference_face()


def areas_by_region(face: ReferenceFace) -> dict[str, float]:
    area = np.bincount(face.cell_region, face.cell_area_cm2)
    return dict(zip(REGIONS, area.tolist(), strict=True))


def test_the_regions_are_those_of_every_table() -> None:
    assert REGIONS == (
        "forehead", "nose", "chin", "cheek_left", "cheek_right", "jaw_left", "jaw_right",
    )  # fmt: skip


class TestCoordinates:
    def test_they_run_to_person_left_up_and_to_the_viewer(self, face: ReferenceFace) -> None:
        points = face.landmarks_cm
        assert points[263, 0] > 0 > points[33, 0]
        assert points[FOREHEAD_TOP, 1] > points[NOSE_TIP, 1] > points[CHIN, 1]
        assert points[NOSE_TIP, 2] > points[234, 2]

    def test_the_origin_lies_midway_between_the_outer_eye_corners(
        self, face: ReferenceFace
    ) -> None:
        np.testing.assert_allclose(face.landmarks_cm[[33, 263]].mean(axis=0), 0.0, atol=1e-9)

    def test_it_has_the_size_of_an_adult_face(self, face: ReferenceFace) -> None:
        # Biocular width of adults is 8.0 to 10.0 cm in means over sexes and origins
        # (Farkas et al. 2005, J Craniofac Surg 16:615).
        width = np.linalg.norm(face.landmarks_cm[33] - face.landmarks_cm[263])
        assert 8.0 < width < 10.0

    def test_each_side_mirrors_the_other(self, face: ReferenceFace) -> None:
        mirrored = face.landmarks_cm * [-1, 1, 1]
        distance, partner = cKDTree(face.landmarks_cm).query(mirrored)
        assert distance.max() < 1e-6
        assert np.array_equal(partner[partner], np.arange(468))


class TestCells:
    def test_every_cell_has_its_mirror_image(self, face: ReferenceFace) -> None:
        partner = face.mirror_cell
        assert np.array_equal(partner[partner], np.arange(face.cells))
        np.testing.assert_allclose(
            face.cell_centre_cm[partner] * [-1, 1, 1], face.cell_centre_cm, atol=1e-6
        )
        np.testing.assert_allclose(face.cell_area_cm2[partner], face.cell_area_cm2, atol=1e-6)
        for cell, name in enumerate(face.cell_names):
            assert face.cell_names[partner[cell]] == mirrored_name(name)

    def test_left_is_person_left(self, face: ReferenceFace) -> None:
        for name, centre in zip(face.cell_names, face.cell_centre_cm, strict=True):
            assert ("_left" in name) == (centre[0] > 0), name

    def test_each_is_about_one_square_centimetre(self, face: ReferenceFace) -> None:
        assert 0.9 < np.median(face.cell_area_cm2) < 1.1
        assert face.cell_area_cm2.min() > 0.4
        assert face.cell_area_cm2.max() < 1.6

    def test_names_are_unique_and_begin_with_the_region(self, face: ReferenceFace) -> None:
        assert len(set(face.cell_names)) == face.cells
        for name, number in zip(face.cell_names, face.cell_region, strict=True):
            assert name.startswith(REGIONS[number])

    def test_both_sides_are_of_one_size_and_no_region_is_small(self, face: ReferenceFace) -> None:
        areas = areas_by_region(face)
        assert areas["cheek_left"] == pytest.approx(areas["cheek_right"])
        assert areas["jaw_left"] == pytest.approx(areas["jaw_right"])
        assert min(areas.values()) > 8.0
        # Two cheeks of some 30 cm2 and a nose of some 14: what is injected at one point a square
        # centimetre in practice.
        assert 25.0 < areas["cheek_left"] < 45.0


class TestTaps:
    def test_each_lies_in_one_triangle_of_the_mesh(self, face: ReferenceFace) -> None:
        weights = face.taps_from_landmarks
        np.testing.assert_allclose(np.asarray(weights.sum(axis=1)).ravel(), 1.0, atol=1e-6)
        assert weights.data.min() > -1e-6
        assert np.diff(weights.indptr).max() <= 3

    def test_patches_cells_and_regions_are_nested_and_in_order(self, face: ReferenceFace) -> None:
        assert face.patch_starts[0] == 0
        assert np.all(np.diff(face.patch_starts) > 0)
        assert face.patch_starts[-1] < face.taps
        assert np.all(np.diff(face.patch_cell) >= 0)
        assert np.array_equal(np.unique(face.patch_cell), np.arange(face.cells))
        assert np.all(np.diff(face.cell_region) >= 0)
        assert len(face.tap_cell) == face.taps

    def test_none_lies_in_an_eye_or_on_the_lips(self, face: ReferenceFace) -> None:
        at = face.tap_position_cm[:, :2]
        for landmarks in (RIGHT_EYE, LEFT_EYE, LIPS):
            outline = Outline(face.landmarks_cm[list(landmarks), :2])
            assert not outline.contains_points(at).any()

    @pytest.mark.parametrize(
        ("landmarks", "clear_cm"),
        [
            (RIGHT_EYE, 0.8),  # lashes and the lid's fold move with every blink
            (LEFT_EYE, 0.8),
            (LIPS, 0.4),
            (RIGHT_BROW, 0.4),
            (LEFT_BROW, 0.4),
            (NOSTRILS, 0.2),
        ],
        ids=["right eye", "left eye", "lips", "right brow", "left brow", "nostrils"],
    )
    def test_all_keep_clear_of_what_is_not_skin(
        self, face: ReferenceFace, landmarks: tuple[int, ...], clear_cm: float
    ) -> None:
        distance, _ = cKDTree(face.tap_position_cm).query(face.landmarks_cm[list(landmarks)])
        assert distance.min() > clear_cm


def test_mirroring_a_name_twice_gives_it_back() -> None:
    for name in (*REGIONS, *reference_face().cell_names):
        assert mirrored_name(mirrored_name(name)) == name
    assert mirrored_name("jaw_right") == "jaw_left"
    assert mirrored_name("nose") == "nose"
