"""The depth of a face from three photos: from the front and turned to either side.

The photo from the front gives width and height of every landmark, and the face model's guess of its
depth. How far that guess is off is taken to be smooth over the face (a Gaussian process, Rasmussen and
Williams 2006, "Gaussian Processes for Machine Learning") and is fitted, together with the turn of the
head and the distance of the camera, to where the turned photos show the landmarks that no expression
moves: bundle adjustment (Triggs 2000, "Bundle adjustment, a modern synthesis") with a robust loss
(Huber 1964). A landmark counts in a view as far as it faces the camera there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from rubor.errors import InputError, SeveralFacesError
from rubor.pathway.face_drawing import EYES_AND_BROWS
from rubor.pathway.frontal_face import (
    OUTER_EYE_CORNERS,
    FaceInPhoto,
    FrontalFace,
    UsedView,
    check_size,
    read_face,
)
from rubor.pathway.true_scale import scale_rules
from rubor.vision.reference_face import reference_face

__all__ = ["DepthFit", "FittedView", "depth_from_views", "face_from_views", "find_turned_face"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# Landmarks for the turn of the head lie above the upper lip, and this far from lids and brows.
_STABLE_ABOVE_MM = -38.0
_STABLE_APART_MM = 4.0
_EYE_CORNERS = (33, 133, 263, 362)
# Modes of the depth's error with less than this share of the largest variance are left out.
_LEAST_VARIANCE = 1e-3
# A landmark counts in full where its skin is seen at this cosine of the slant, and less beyond.
_FULL_COSINE = 0.3
# Rounds in which it is found anew which landmarks each view sees.
_ROUNDS = 3
# Where the loss goes from squares to straight, in standard deviations.
_HUBER = 1.5
_TURNED_TO = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class FittedView:
    """How a turned photo fits; see `UsedView`."""

    turned_deg: float
    misfit_stable: float
    misfit_other: float


@dataclass(frozen=True, eq=False)
class DepthFit:
    """The common shape of three views.

    Attributes:
        shape_px: (468, 3) in pixels of the photo from the front at the depth of the eyes.
        views: of the turned photos, in their order.
    """

    shape_px: FloatArray
    views: tuple[FittedView, ...]


def find_turned_face(path: Path, shows: Literal["left", "right"], *, mirrored: bool) -> FaceInPhoto:
    """Find the face of a photo with the head turned.

    Args:
        path: a photo.
        shows: the cheek that is turned to the camera, of the person.
        mirrored: the file shows the person as a mirror does.

    Raises:
        RuborError: no photo, no face, several faces, or too small.
    """
    ask = (
        f"Give a photo of the same person with the head turned half way to the person's"
        f" {_TURNED_TO[shows]}, so that the {shows} cheek faces the camera."
    )
    try:
        found = read_face(path, mirrored=mirrored, needed=ask, cure=ask)
    except SeveralFacesError as error:
        raise SeveralFacesError(
            f"There are several faces in {path.name}.", "Cut the picture down to one person."
        ) from error
    one, other = found.mesh_px[list(OUTER_EYE_CORNERS)]
    check_size(float(np.linalg.norm(one - other)), f"The face in {path.name}")
    return found


def face_from_views(face: FrontalFace, left: FaceInPhoto, right: FaceInPhoto) -> FrontalFace:
    """The same face with its depth from two more photos.

    Args:
        face: from the front.
        left, right: turned so that the person's left or right cheek faces the camera.

    Raises:
        InputError: another mirror state, not turned far enough or too far, turned to the wrong side, or
            another face or expression.
    """
    if not face.mirrored == left.mirrored == right.mirrored:
        raise InputError(
            "The three photos are not mirrored alike.",
            "Take all three with the same camera, and state once whether they are mirrored.",
        )
    fit = depth_from_views(face.mesh_px, [left.mesh_px, right.mesh_px])
    shown: tuple[Literal["left", "right"], ...] = ("left", "right")
    views = tuple(
        UsedView(
            side,
            photo.name,
            photo.sha256,
            photo.taken_at,
            round(fitted.turned_deg, 1),
            round(fitted.misfit_stable, 4),
            round(fitted.misfit_other, 4),
        )
        for side, photo, fitted in zip(shown, (left, right), fit.views, strict=True)
    )
    _check_sides(views)
    for view in views:
        _check_view(view)
    return replace(face, shape_px=fit.shape_px, views=views)


def _check_sides(views: Sequence[UsedView]) -> None:
    """Refuse views that are turned to the wrong side, and say which mistake would explain it."""
    wrong = [view for view in views if (view.turned_deg > 0) != (view.shows == "right")]
    least = scale_rules()["views"]["turn"]["least_deg"]
    # A face that is hardly turned is turned too little, and not to the wrong side.
    wrong = [view for view in wrong if abs(view.turned_deg) >= least]
    if len(wrong) == 2:
        raise InputError(
            f"{wrong[0].name} shows the person's right cheek and {wrong[1].name} the left one.",
            "Either the two are given the wrong way round, or these photos are mirrored otherwise than"
            " was stated. Look at a mole or the parting to see which.",
        )
    if wrong:
        view = wrong[0]
        raise InputError(
            f"{view.name} shows the person's {_TURNED_TO[view.shows]} cheek and not the {view.shows}"
            " one.",
            f"Turn the head to the person's {_TURNED_TO[view.shows]} for the {view.shows} view. If this"
            " photo is mirrored and the others are not, take it again with the same camera.",
        )


def _check_view(view: UsedView) -> None:
    rules = scale_rules()["views"]
    turn, fit = rules["turn"], rules["fit"]
    if not turn["least_deg"] <= abs(view.turned_deg) <= turn["most_deg"]:
        raise InputError(
            f"In {view.name} the head is turned by {abs(view.turned_deg):.0f} degrees;"
            f" {turn['least_deg']:.0f} to {turn['most_deg']:.0f} are needed.",
            f"Turn the head by about {turn['asked_deg']:.0f} degrees to the person's"
            f" {_TURNED_TO[view.shows]}: half way to the side, with the far eye still in view.",
        )
    if (
        view.misfit_stable > fit["most_misfit_stable"]
        or view.misfit_other > fit["most_misfit_other"]
    ):
        raise InputError(
            f"The face in {view.name} has another shape than the one from the front.",
            "Use three photos of the same person, one after the other, with a calm face and the mouth"
            " closed; or leave both turned views out.",
        )


def depth_from_views(front_px: FloatArray, turned_px: Sequence[FloatArray]) -> DepthFit:
    """Fit the depth of a mesh from the front to turned ones; the same input gives the same fit.

    Args:
        front_px: (468, 3) mesh from the front in pixels; x right, y down, z away from the camera.
        turned_px: likewise, with the head turned; each in pixels of its own photo.
    """
    rules = scale_rules()["views"]
    eyes = list(OUTER_EYE_CORNERS)
    front, unit = _in_eye_distances(front_px)
    views = [_in_eye_distances(mesh)[0] for mesh in turned_px]
    stable = _stable_landmarks()
    modes = _depth_modes(rules["depth"]["alike_mm"]) * rules["depth"]["model_sd"]
    modes = modes - modes[eyes].mean(axis=0)
    poses = np.stack([_first_pose(front[stable], mesh[stable]) for mesh in views])
    first_nearness = rules["camera"]["eye_corners_mm"] / rules["camera"]["mm"]
    guess = np.concatenate([np.zeros(modes.shape[1]), poses.ravel(), [0.0]])

    def unpacked(guess: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Shape, poses of the views, and eye distance by distance of the camera."""
        own, poses = guess[: modes.shape[1]], guess[modes.shape[1] : -1].reshape(-1, 6)
        nearness = first_nearness * float(np.exp(guess[-1]))
        depth = front[:, 2] + modes @ own
        flat = front[:, :2] * (1.0 + nearness * depth[:, None])
        return np.column_stack([flat, depth]), poses, nearness

    for _ in range(_ROUNDS):
        shape, poses, _ = unpacked(guess)
        seen = np.stack([_seen(shape, pose) for pose in poses])

        def residuals(guess: FloatArray, seen: FloatArray = seen) -> FloatArray:
            shape, poses, nearness = unpacked(guess)
            apart = np.stack(
                [
                    _projected(shape[stable], pose, nearness) - mesh[stable, :2]
                    for pose, mesh in zip(poses, views, strict=True)
                ]
            )
            apart *= seen[:, stable, None] / rules["depth"]["landmark_sd"]
            return np.concatenate(
                [
                    _robust(apart).ravel(),
                    guess[: modes.shape[1]],
                    guess[-1:] / rules["camera"]["log_sd"],
                ]
            )

        guess = least_squares(residuals, guess, method="trf").x
    shape, poses, nearness = unpacked(guess)
    fitted = []
    other = np.setdiff1d(np.arange(len(front)), stable)
    for pose, mesh in zip(poses, views, strict=True):
        gap = np.sum((_projected(shape, pose, nearness) - mesh[:, :2]) ** 2, axis=1)
        weight = _seen(shape, pose)
        turn = Rotation.from_rotvec(pose[:3]).as_matrix()
        fitted.append(
            FittedView(
                float(np.degrees(np.arctan2(-turn[0, 2], turn[2, 2]))),
                *(
                    float(np.sqrt(np.average(gap[those], weights=weight[those])))
                    for those in (stable, other)
                ),
            )
        )
    return DepthFit(shape * unit + front_px[eyes].mean(axis=0), tuple(fitted))


def _in_eye_distances(mesh_px: FloatArray) -> tuple[FloatArray, float]:
    """From midway between the outer eye corners, in units of their distance, and that in pixels."""
    one, other = mesh_px[list(OUTER_EYE_CORNERS)].astype(np.float64)
    unit = float(np.linalg.norm(one - other))
    return (mesh_px - (one + other) / 2.0) / unit, unit


def _first_pose(front: FloatArray, turned: FloatArray) -> FloatArray:
    """Turn (as a vector), size and shift that best lay the one over the other."""
    a, b = front - front.mean(axis=0), turned - turned.mean(axis=0)
    turn, _ = Rotation.align_vectors(b, a)
    size = np.sqrt(np.sum(b**2) / np.sum(a**2))
    return np.concatenate([turn.as_rotvec(), [size, 0.0, 0.0]])


def _projected(shape: FloatArray, pose: FloatArray, nearness: float) -> FloatArray:
    """(n, 2) where a view shows the shape; the eyes' depth has the size of the pose."""
    there = shape @ Rotation.from_rotvec(pose[:3]).as_matrix().T
    return np.asarray(pose[4:] + pose[3] * there[:, :2] / (1.0 + nearness * there[:, 2:]))


def _seen(shape: FloatArray, pose: FloatArray) -> FloatArray:
    """(468,) how far a landmark counts in a view: 0 turned away, 1 facing the camera."""
    triangles = reference_face().triangles
    a, b, c = shape[triangles].transpose(1, 0, 2)
    of_triangle = np.cross(b - a, c - a)
    normal = np.zeros_like(shape)
    for corner in range(3):
        np.add.at(normal, triangles[:, corner], of_triangle)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    normal *= -np.sign(normal[:, 2].mean())
    turned = normal @ Rotation.from_rotvec(pose[:3]).as_matrix().T
    return np.asarray(np.clip(-turned[:, 2] / _FULL_COSINE, 0.0, 1.0))


def _robust(apart: FloatArray) -> FloatArray:
    """(..., 2) residuals whose squares grow as the Huber loss of their lengths does."""
    length = np.linalg.norm(apart, axis=-1, keepdims=True)
    straight = np.sqrt(np.maximum(2.0 * _HUBER * length - _HUBER**2, 0.0))
    shrunk = straight / np.maximum(length, _HUBER)
    return np.asarray(apart * np.where(length <= _HUBER, 1.0, shrunk))


@cache
def _stable_landmarks() -> IntArray:
    """Landmarks of forehead, nose, temples and upper cheeks, and the eye corners."""
    points = reference_face().landmarks_cm * 10.0
    moving = points[list(EYES_AND_BROWS)]
    apart = np.linalg.norm(points[:, None] - moving[None], axis=2).min(axis=1)
    stable = (points[:, 1] > _STABLE_ABOVE_MM) & (apart > _STABLE_APART_MM)
    stable[list(_EYE_CORNERS)] = True
    return np.asarray(np.flatnonzero(stable))


@cache
def _depth_modes(alike_mm: float) -> FloatArray:
    """(468, modes): with weights of unit variance they make a smooth error of unit variance."""
    points = reference_face().landmarks_cm * 10.0
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    variance, shapes = np.linalg.eigh(np.exp(-((apart / alike_mm) ** 2) / 2.0))
    kept = variance > _LEAST_VARIANCE * variance[-1]
    return np.asarray(shapes[:, kept] * np.sqrt(variance[kept]))
