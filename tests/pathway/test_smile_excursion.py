"""Known movements of the mouth corners are found in mm, however the head moves before the camera."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from rubor.errors import InputError
from rubor.pathway.smile import Smile, SmileFile
from rubor.pathway.smile_excursion import (
    FilmedFace,
    pictures_from_the_front,
    smile_of_films,
    smile_of_pictures,
)
from rubor.pathway.smile_rules import published_sd_mm
from rubor.pathway.true_scale import TrueScale
from rubor.vision.reference_face import reference_face

FloatArray = npt.NDArray[np.float64]
Vector = tuple[float, float]  # outward and upward, mm

LEFT, RIGHT = 291, 61
CHIN = (152, 148, 377, 176, 400)
EYES_MM = 89.0
PERIOD_S = 1.0 / 15.0
UP_AND_OUT = np.array([math.cos(0.7), math.sin(0.7)])


def scale_of(relative_sd: float = 0.03) -> TrueScale:
    return TrueScale(
        0.2, relative_sd, "measured", EYES_MM, (), "a ruler held to the face", "moderate"
    )


def course(*efforts: float) -> FloatArray:
    """2 s of rest, then for each effort 0.4 s of rise, 1.6 s of plateau, 0.4 s of fall, 1.6 s of rest."""
    parts = [np.zeros(30)]
    for effort in efforts:
        rise = np.linspace(0.0, effort, 6, endpoint=False)
        parts += [rise, np.full(24, effort), rise[::-1], np.zeros(24)]
    return np.concatenate(parts)


def meshes_of(efforts: FloatArray, left: Vector, right: Vector) -> FloatArray:
    """(n, 468, 3) in mm from the front: x to person-left, y up, z to the viewer."""
    face = reference_face().landmarks_cm
    face = face * (EYES_MM / float(np.linalg.norm(face[33] - face[263])))
    meshes = np.repeat(face[None], len(efforts), axis=0)
    meshes[:, LEFT, :2] += efforts[:, None] * np.array(left)
    meshes[:, RIGHT, :2] += efforts[:, None] * (np.array(right) * [-1.0, 1.0])
    return meshes


def film(meshes_mm: FloatArray, px_per_mm: float = 3.0, relative_sd: float = 0.03) -> FilmedFace:
    """As a camera sees it: y down, z away."""
    meshes = meshes_mm * [px_per_mm, -px_per_mm, -px_per_mm] + 400.0
    time_s = np.arange(len(meshes)) * PERIOD_S
    return FilmedFace(SmileFile("film.mp4", "0" * 64), time_s, meshes, scale_of(relative_sd))


def measured(*films: FilmedFace) -> Smile:
    return smile_of_films(films, mirrored=False)


@given(
    st.floats(4.0, 16.0),
    st.floats(4.0, 16.0),
    st.floats(0.0, 12.0),
    st.integers(0, 1000),
)
@settings(max_examples=15, deadline=None)
def test_the_excursion_does_not_depend_on_how_the_head_moves(
    left_mm: float, right_mm: float, most_deg: float, seed: int
) -> None:
    """Turning, nodding, leaning, coming nearer and moving aside, in every picture anew."""
    draw = np.random.default_rng(seed)
    left, right = UP_AND_OUT * left_mm, UP_AND_OUT * right_mm
    meshes = meshes_of(course(1.0), tuple(left), tuple(right))
    turns = Rotation.from_euler("xyz", draw.uniform(-most_deg, most_deg, (len(meshes), 3)), True)
    moved = np.einsum("nij,nkj->nki", turns.as_matrix(), meshes)
    moved *= draw.uniform(0.7, 1.4, len(meshes))[:, None, None]
    moved += draw.uniform(-80.0, 80.0, (len(meshes), 1, 3))
    found = measured(film(moved))
    # The face that is most nearly symmetric about its middle is that of the rest, to a hair.
    assert found.left.excursion_mm == pytest.approx(left_mm, abs=0.02)
    assert found.right.excursion_mm == pytest.approx(right_mm, abs=0.02)
    assert found.difference_mm == pytest.approx(left_mm - right_mm, abs=0.03)


def test_the_parts_to_the_side_and_up_are_those_of_each_side() -> None:
    found = measured(film(meshes_of(course(1.0), (8.0, 6.0), (5.0, 7.0))))
    assert (found.left.outward_mm, found.left.upward_mm) == pytest.approx((8.0, 6.0), abs=0.02)
    assert (found.right.outward_mm, found.right.upward_mm) == pytest.approx((5.0, 7.0), abs=0.02)


def test_a_falling_jaw_moves_nothing() -> None:
    still = meshes_of(course(1.0), (8.0, 6.0), (8.0, 6.0))
    open_jaw = still.copy()
    open_jaw[:, list(CHIN), 1] -= 15.0 * course(1.0)[:, None]
    one, other = measured(film(still)), measured(film(open_jaw))
    # The chin has a part in where the middle of the face lies at rest, and none in the movement.
    assert other.left.excursion_mm == pytest.approx(one.left.excursion_mm, abs=0.02)


def test_a_corner_that_is_pulled_across_counts_as_less_than_none() -> None:
    found = measured(film(meshes_of(course(1.0), (9.0, 8.0), (-2.0, -1.0))))
    assert found.left.excursion_mm > 10.0
    assert found.right.excursion_mm < 0.0
    assert not found.right.above_repeat_error
    assert any("right mouth corner moves by no more" in note for note in found.notes)


def test_a_long_smile_and_a_pout_are_not_taken_for_rest() -> None:
    efforts = np.concatenate([course(1.0)[:36], np.ones(150), course(-0.4, 1.0)])
    found = measured(film(meshes_of(efforts, (8.0, 6.0), (8.0, 6.0))))
    assert found.left.excursion_mm == pytest.approx(10.0, abs=0.05)
    assert len(found.smiles) == 2


def test_the_broadest_of_several_smiles_counts_and_their_scatter_is_its_error() -> None:
    efforts = course(0.9, 1.0, 0.95, 0.4)
    found = measured(film(meshes_of(efforts, (8.0, 6.0), (6.0, 4.5))))
    assert found.repeat_basis == "smiles"
    assert [one.left_mm for one in found.smiles] == pytest.approx([9.0, 10.0, 9.5, 4.0], abs=0.03)
    assert [one.like_the_broadest for one in found.smiles] == [True, True, True, False]
    assert found.broadest == 1
    assert found.left.excursion_mm == pytest.approx(10.0, abs=0.03)
    assert found.left.repeat_sd_mm == pytest.approx(0.5, abs=0.02)
    assert found.left.repeat_error_95_mm == pytest.approx(4.30 * 0.5, abs=0.1)  # t of 2


def test_smiles_of_several_films_are_put_together() -> None:
    films = [film(meshes_of(course(size), (8.0, 6.0), (8.0, 6.0))) for size in (1.0, 0.9, 0.95)]
    found = measured(*films)
    assert [one.file for one in found.smiles] == [0, 1, 2]
    assert found.repeat_basis == "smiles"
    assert len(found.courses) == 3


def test_a_smile_that_the_film_ends_with_is_found() -> None:
    found = measured(film(meshes_of(course(1.0)[:56], (8.0, 6.0), (8.0, 6.0))))
    assert found.left.excursion_mm == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize(("correlation", "noise_mm"), [(0.0, 0.4), (0.8, 0.4)])
def test_the_repeat_error_covers_the_truth(correlation: float, noise_mm: float) -> None:
    """Of 100 films with noise that is alike in neighbouring pictures, 95 % hold the truth."""
    draw = np.random.default_rng(3)
    runs, held = 100, 0
    clean = meshes_of(course(1.0), (8.0, 6.0), (8.0, 6.0))
    for _ in range(runs):
        steps = draw.normal(0.0, noise_mm, (len(clean), 2, 2)) * math.sqrt(1.0 - correlation**2)
        noise = np.empty_like(steps)
        noise[0] = draw.normal(0.0, noise_mm, (2, 2))
        for number in range(1, len(noise)):
            noise[number] = correlation * noise[number - 1] + steps[number]
        noisy = clean.copy()
        noisy[:, [LEFT, RIGHT], :2] += noise
        side = measured(film(noisy)).left
        held += abs(side.excursion_mm - 10.0) <= side.repeat_error_95_mm
    assert held >= runs * 0.95 - 3.0 * math.sqrt(runs * 0.95 * 0.05)


def test_the_error_of_the_scale_is_in_the_interval() -> None:
    still = meshes_of(course(1.0), (8.0, 6.0), (8.0, 6.0))
    low, high = measured(film(still, relative_sd=0.05)).left.interval_95_mm
    assert (low, high) == pytest.approx((10.0 - 0.98, 10.0 + 0.98), abs=0.05)


def test_landmarks_that_are_not_steady_widen_the_interval() -> None:
    still = meshes_of(course(1.0), (8.0, 6.0), (8.0, 6.0))
    raised = still.copy()
    raised[:, [33, 133, 362, 263], 1] -= 1.5 * course(1.0)[:, None]
    assert measured(film(raised)).left.head_frame_sd_mm > 0.3
    assert measured(film(still)).left.head_frame_sd_mm < 0.02


@pytest.mark.parametrize(
    ("efforts", "message"),
    [
        (np.zeros(60), "No smile was found"),
        (0.1 * course(1.0), "No smile was found"),
        (-course(1.0), "No smile was found"),
        (course(1.0)[:15], "too short"),
    ],
)
def test_what_is_no_smile_is_refused_with_a_cure(efforts: FloatArray, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        measured(film(meshes_of(efforts, (8.0, 6.0), (8.0, 6.0))))
    assert "smile as broadly as you can" in caught.value.cure


def test_a_face_that_is_turned_away_is_refused_and_single_glances_are_left_out() -> None:
    meshes = meshes_of(course(1.0), (8.0, 6.0), (8.0, 6.0))
    aside = Rotation.from_euler("y", 40.0, True).as_matrix()
    turned = np.einsum("ij,nkj->nki", aside, meshes)
    with pytest.raises(InputError, match="turned away in most pictures, 40 degrees") as caught:
        pictures_from_the_front(film(turned).meshes_px, "film.mp4")
    assert "straight into the camera" in caught.value.cure
    glance = np.where(np.arange(len(meshes)) < 10, True, False)
    mixed = np.where(glance[:, None, None], turned, meshes)
    assert (pictures_from_the_front(film(mixed).meshes_px, "film.mp4") == ~glance).all()


def test_drift_and_noise_alone_are_no_smile() -> None:
    draw = np.random.default_rng(5)
    meshes = meshes_of(np.zeros(300), (0.0, 0.0), (0.0, 0.0))
    wave = 0.4 * np.sin(np.arange(300) / 40.0)
    meshes[:, [LEFT, RIGHT], 1] += wave[:, None] + draw.normal(0.0, 0.25, (300, 2))
    with pytest.raises(InputError, match="No smile was found"):
        measured(film(meshes))


def pictures(*efforts: float) -> tuple[FilmedFace, list[FilmedFace]]:
    meshes = meshes_of(np.array(efforts), (8.0, 6.0), (6.0, 4.5))
    first, *rest = (film(mesh[None]) for mesh in meshes)
    return first, rest


def test_two_pictures_give_the_excursion_with_the_published_error() -> None:
    found = smile_of_pictures(*pictures(0.0, 1.0), mirrored=False)
    assert found.left.excursion_mm == pytest.approx(10.0, abs=0.03)
    assert found.right.excursion_mm == pytest.approx(7.5, abs=0.03)
    assert found.repeat_basis == "published"
    assert found.left.repeat_sd_mm > published_sd_mm()


def test_several_pictures_of_a_smile_give_their_scatter() -> None:
    found = smile_of_pictures(*pictures(0.0, 0.9, 1.0, 0.8), mirrored=False)
    assert found.repeat_basis == "smiles"
    assert found.left.repeat_sd_mm == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("efforts", [(0.0,), (1.0, 0.0), (0.0, 0.05)])
def test_pictures_without_a_smile_are_refused(efforts: Sequence[float]) -> None:
    with pytest.raises(InputError) as caught:
        smile_of_pictures(*pictures(*efforts), mirrored=False)
    assert "first" in caught.value.cure
