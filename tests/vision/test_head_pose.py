"""The turn of the head is read from the mesh, in degrees that a person would name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from rubor.vision.head_pose import RIGID_LANDMARKS, head_pose_deg
from rubor.vision.reference_face import reference_face

FloatArray = npt.NDArray[np.float64]

# From the face's own axes (person-left, up, to the viewer) to a picture's (right, down, away).
# In a picture that is not mirrored, person-left is at the right.
TO_PICTURE = np.array([1.0, -1.0, -1.0])


def mesh(
    yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, *, size: float = 30.0
) -> FloatArray:
    """The reference face, first leant, then lifted, then turned (each by the right hand, degrees)."""
    turn = Rotation.from_euler("YXZ", [yaw, -pitch, -roll], degrees=True)
    return turn.apply(reference_face().landmarks_cm) * TO_PICTURE * size + [500.0, 300.0, 0.0]


def test_a_face_seen_from_the_front_is_not_turned() -> None:
    np.testing.assert_allclose(head_pose_deg(mesh()), 0.0, atol=1e-9)


@pytest.mark.parametrize("angle", [-30.0, -5.0, 12.0, 45.0])
def test_a_turn_about_one_axis_is_read_on_that_axis_alone(angle: float) -> None:
    np.testing.assert_allclose(head_pose_deg(mesh(yaw=angle)), [angle, 0, 0], atol=1e-6)
    np.testing.assert_allclose(head_pose_deg(mesh(pitch=angle)), [0, angle, 0], atol=1e-6)
    np.testing.assert_allclose(head_pose_deg(mesh(roll=angle)), [0, 0, angle], atol=1e-6)


def test_signs_are_those_of_the_documentation() -> None:
    nose, between = 1, list(RIGID_LANDMARKS)
    turned_left = mesh(yaw=20.0)
    assert turned_left[nose, 0] > turned_left[between, 0].mean()  # to the picture's right
    lifted = mesh(pitch=20.0)
    assert lifted[nose, 1] < mesh()[nose, 1]  # up in the picture
    leant_left = mesh(roll=20.0)
    # Leaning to person-left lowers the person-left eye.
    assert leant_left[263, 1] > leant_left[33, 1]


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(-40, 40), st.floats(5, 80))
@settings(max_examples=50, deadline=None)
def test_any_pose_is_read_back_at_any_size_and_place(
    yaw: float, pitch: float, roll: float, size: float
) -> None:
    got = head_pose_deg(mesh(yaw, pitch, roll, size=size))
    np.testing.assert_allclose(got, [yaw, pitch, roll], atol=1e-6)


def test_many_meshes_are_read_at_once() -> None:
    stack = np.stack([mesh(yaw=angle) for angle in (0.0, 10.0, 20.0)])
    np.testing.assert_allclose(head_pose_deg(stack)[:, 0], [0, 10, 20], atol=1e-6)


def test_an_open_mouth_is_no_turn() -> None:
    opened = mesh()
    opened[[13, 14, 17, 152, 199, 200], 1] += 60.0
    np.testing.assert_allclose(head_pose_deg(opened), 0.0, atol=1e-9)


def test_a_mirrored_mesh_turns_and_leans_the_other_way() -> None:
    points = mesh(yaw=15.0, pitch=8.0, roll=4.0)
    partner = mirror_partners()
    mirrored = (points * [-1, 1, 1])[partner]
    np.testing.assert_allclose(head_pose_deg(mirrored), [-15, 8, -4], atol=1e-6)


def mirror_partners() -> npt.NDArray[np.intp]:
    landmarks = reference_face().landmarks_cm
    distance = np.linalg.norm((landmarks * [-1, 1, 1])[:, None] - landmarks[None], axis=2)
    return distance.argmin(axis=1)
