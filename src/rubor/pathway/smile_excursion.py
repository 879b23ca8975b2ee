"""Measure a smile: how far each mouth corner moves from rest to the plateau of the broadest smile.

The excursion of a side is taken in the frontal plane of the head and along the direction in which both
corners move on average, mirrored for the right one. So a corner that is pulled to the other side
counts as a negative excursion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from rubor.errors import InputError
from rubor.pathway.head_frame import STEADY_LANDMARKS, mouth_corners_mm, resting_head_mm
from rubor.pathway.smile import Basis, OneSmile, SideExcursion, Smile, SmileCourse, SmileFile
from rubor.pathway.smile_course import (
    Level,
    Plateau,
    find_rest,
    find_smiles,
    level_of,
    neighbours_alike,
    smile_effort_mm,
)
from rubor.pathway.smile_rules import published_sd_mm, smile_rules
from rubor.pathway.true_scale import TrueScale
from rubor.vision.head_pose import head_pose_deg

__all__ = [
    "FilmedFace",
    "pictures_from_the_front",
    "resting_pictures",
    "smile_of_films",
    "smile_of_pictures",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_EDGE_PICTURES: Final = 3
_HOW_TO_SMILE: Final = (
    "Begin with the mouth at rest for two seconds, smile as broadly as you can for two seconds, and come"
    " back to rest; three times."
)


@dataclass(frozen=True, eq=False)
class FilmedFace:
    """One face in a video, or in several pictures, none of them mirrored any more.

    Attributes:
        file: where it was seen.
        time_s: (n,) rising.
        meshes_px: (n, 468, 3) points of Face Mesh.
        scale: of it; `eye_corners_mm` is what counts.
    """

    file: SmileFile
    time_s: FloatArray
    meshes_px: npt.NDArray[np.floating]
    scale: TrueScale


def smile_of_films(
    films: Sequence[FilmedFace], *, mirrored: bool, recorded_on: date | None = None
) -> Smile:
    """Measure the smiles of one person in videos of one occasion.

    Args:
        films: one or more.
        mirrored: the files were mirrored; the meshes are not any more.
        recorded_on: day.

    Raises:
        InputError: too short, no rest, or no smile.
    """
    scale = _common_scale(films)
    faces = [_Face.of_film(film, scale.eye_corners_mm) for film in films]
    least = float(smile_rules()["repeat"]["mdc95_mm"])
    seen = [
        (number, plateau, face.vectors(plateau.pictures))
        for number, face in enumerate(faces)
        for plateau in find_smiles(face.time_s, face.effort_mm, face.rest, least)
    ]
    if not seen:
        most = max(float(np.median(np.sort(face.effort_mm)[-9:])) for face in faces)
        raise InputError(
            f"No smile was found: the mouth corners move by no more than {max(most, 0.0):.1f} mm, and"
            f" two smiles without a cause differ by {least:g} mm.",
            _HOW_TO_SMILE,
        )
    vectors = np.array([vector for _, _, vector in seen])
    direction, excursions, broadest = _along_common_direction(vectors)
    number, plateau, vector = seen[broadest]
    own = [
        faces[number].level(side, plateau, direction)
        for side in range(2)  # person-left, person-right
    ]
    basis, repeats, like = _repeat_errors(excursions, broadest, own)
    frame_sds = faces[number].head_frame_sds(plateau, direction)
    left, right = (
        _side(excursions[broadest, side], vector[side], repeats[side], frame_sds[side], scale)
        for side in range(2)
    )
    if not (left.above_repeat_error or right.above_repeat_error):
        raise InputError(
            f"No smile was found: the mouth corners move by {left.excursion_mm:.1f} mm on the left and"
            f" {right.excursion_mm:.1f} mm on the right, which is not above their repeat error.",
            _HOW_TO_SMILE,
        )
    return Smile(
        "video",
        recorded_on,
        tuple(film.file for film in films),
        mirrored,
        scale,
        left,
        right,
        round(left.excursion_mm - right.excursion_mm, 2),
        basis,
        tuple(
            OneSmile(
                file,
                round(found.start_s, 3),
                round(found.end_s, 3),
                round(float(pair[0]), 2),
                round(float(pair[1]), 2),
                bool(alike),
            )
            for (file, found, _), pair, alike in zip(seen, excursions, like, strict=True)
        ),
        broadest,
        tuple(face.course(file, direction) for file, face in enumerate(faces)),
        (*_notes(basis, left, right), *scale.notes),
    )


def smile_of_pictures(
    rest: FilmedFace,
    smiles: Sequence[FilmedFace],
    *,
    mirrored: bool,
    recorded_on: date | None = None,
) -> Smile:
    """Measure a smile from single pictures: one at rest, one or more of the broadest smile.

    Args:
        rest, smiles: each with one mesh; the scale of the one at rest counts.
        mirrored: the files were mirrored; the meshes are not any more.
        recorded_on: day.

    Raises:
        InputError: no smile, or no picture of one.
    """
    if not smiles:
        raise InputError(
            "One photo shows no movement.",
            "Give two photos, first at rest and then with the broadest smile, or a video.",
        )
    scale = rest.scale
    head = resting_head_mm(rest.meshes_px, scale.eye_corners_mm)
    meshes = np.concatenate([rest.meshes_px, *(smile.meshes_px for smile in smiles)])
    corners = mouth_corners_mm(meshes, head)
    direction, excursions, broadest = _along_common_direction(corners[1:] - corners[0])
    picture_sd = math.sqrt(2.0) * float(smile_rules()["photo"]["picture_sd_mm"])
    alone = Level(0.0, math.hypot(published_sd_mm(), picture_sd), math.inf)
    basis, repeats, like = _repeat_errors(excursions, broadest, [alone, alone])
    others = np.array(
        [
            np.diff(mouth_corners_mm(meshes[[0, broadest + 1]], head, group), axis=0)[0] @ direction
            for group in STEADY_LANDMARKS
        ]
    )
    frame_sds = _jackknife_sd(others)
    vector = (corners[1:] - corners[0])[broadest]
    left, right = (
        _side(excursions[broadest, side], vector[side], repeats[side], frame_sds[side], scale)
        for side in range(2)
    )
    effort = float(smile_effort_mm(vector[None])[0])
    if effort < smile_rules()["repeat"]["mdc95_mm"] or not (
        left.above_repeat_error or right.above_repeat_error
    ):
        raise InputError(
            f"No smile was found: from the first photo to the others the mouth corners move outward and"
            f" upward by {max(effort, 0.0):.1f} mm, which is not above their repeat error.",
            "Give the photo at rest first, then the one with the broadest smile.",
        )
    files = (rest.file, *(smile.file for smile in smiles))
    return Smile(
        "photos",
        recorded_on,
        files,
        mirrored,
        scale,
        left,
        right,
        round(left.excursion_mm - right.excursion_mm, 2),
        "published" if basis == "frames" else basis,
        tuple(
            OneSmile(
                number + 1,
                None,
                None,
                round(float(pair[0]), 2),
                round(float(pair[1]), 2),
                bool(alike),
            )
            for number, (pair, alike) in enumerate(zip(excursions, like, strict=True))
        ),
        broadest,
        (),
        (*_notes("published" if basis == "frames" else basis, left, right), *scale.notes),
    )


@dataclass(frozen=True, eq=False)
class _Face:
    """One film in the head's own frame."""

    time_s: FloatArray
    meshes_px: npt.NDArray[np.floating]
    head_mm: FloatArray
    corners_mm: FloatArray
    effort_mm: FloatArray
    rest: BoolArray

    @classmethod
    def of_film(cls, film: FilmedFace, eye_corners_mm: float) -> _Face:
        rest = resting_pictures(film.time_s, film.meshes_px, film.file.name)
        head = resting_head_mm(film.meshes_px[rest], eye_corners_mm)
        corners = mouth_corners_mm(film.meshes_px, head)
        corners = corners - np.median(corners[rest], axis=0)
        return cls(film.time_s, film.meshes_px, head, corners, smile_effort_mm(corners), rest)

    def vectors(self, pictures: BoolArray) -> FloatArray:
        """(2, 2) outward and upward movement of each side; rest is zero."""
        return np.asarray(np.median(self.corners_mm[pictures], axis=0))

    def level(self, side: int, plateau: Plateau, direction: FloatArray) -> Level:
        """The excursion of a side against rest, by the noise of its pictures."""
        along = self.corners_mm[:, side] @ direction
        alike = neighbours_alike(along, (self.rest, plateau.pictures))
        top, rest = (level_of(along[mask], alike) for mask in (plateau.pictures, self.rest))
        return top.less(rest)

    def head_frame_sds(self, plateau: Plateau, direction: FloatArray) -> FloatArray:
        """(2,) for each side, by leaving out one group of steady landmarks at a time."""
        others = []
        for group in STEADY_LANDMARKS:
            corners = mouth_corners_mm(self.meshes_px, self.head_mm, group)
            moved = np.median(corners[plateau.pictures], axis=0) - np.median(
                corners[self.rest], axis=0
            )
            others.append(moved @ direction)
        return _jackknife_sd(np.array(others))

    def course(self, file: int, direction: FloatArray) -> SmileCourse:
        along = np.round(self.corners_mm @ direction, 2)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], self.rest, [False]]).astype(int)))
        return SmileCourse(
            file,
            tuple(np.round(self.time_s, 3).tolist()),
            tuple(along[:, 0].tolist()),
            tuple(along[:, 1].tolist()),
            tuple(
                (round(float(self.time_s[start]), 3), round(float(self.time_s[end - 1]), 3))
                for start, end in edges.reshape(-1, 2)
            ),
        )


def pictures_from_the_front(meshes_px: npt.NDArray[np.floating], name: str) -> BoolArray:
    """(n,) which pictures show the face from the front.

    Raises:
        InputError: few do.
    """
    rules = smile_rules()["video"]
    yaw, pitch, _ = np.abs(head_pose_deg(meshes_px)).T
    usable = (yaw <= rules["most_yaw_deg"]) & (pitch <= rules["most_pitch_deg"])
    if usable.mean() < rules["least_usable_share"]:
        raise InputError(
            f"The face of {name} is turned away in most pictures, {float(np.median(yaw)):.0f} degrees to"
            f" one side and {float(np.median(pitch)):.0f} degrees up or down.",
            f"Look straight into the camera, within {rules['most_yaw_deg']:.0f} degrees.",
        )
    return np.asarray(usable)


def resting_pictures(
    time_s: FloatArray, meshes_px: npt.NDArray[np.floating], name: str
) -> BoolArray:
    """(n,) in which pictures of a film the mouth is at rest.

    Raises:
        InputError: the film is too short, or the mouth is never at rest.
    """
    least = smile_rules()["video"]["least_s"]
    seconds = float(time_s[-1] - time_s[0]) if len(time_s) > 1 else 0.0
    if seconds < least:
        raise InputError(
            f"{name} is too short: the face is seen for {seconds:.1f} seconds, and at least {least:g}"
            " are needed.",
            _HOW_TO_SMILE,
        )
    # The size of the head does not matter to what is rest.
    head = resting_head_mm(meshes_px, 90.0)
    effort = smile_effort_mm(mouth_corners_mm(meshes_px, head))
    rest = find_rest(time_s, effort)
    if not rest.any():
        raise InputError(f"In {name} the mouth is never at rest.", _HOW_TO_SMILE)
    # A mouth that is drawn down for a while would make rest look like a smile.
    usual, least_mm = float(np.median(effort[rest])), float(smile_rules()["repeat"]["mdc95_mm"])
    edges = np.array([effort[:_EDGE_PICTURES], effort[-_EDGE_PICTURES:]])
    middle = usual + max((float(effort.max()) - usual) / 2.0, least_mm)
    if (np.median(edges, axis=1) > middle).all():
        raise InputError(
            f"No smile was found in {name}: it neither begins nor ends with the mouth at rest.",
            _HOW_TO_SMILE,
        )
    return rest


def _common_scale(films: Sequence[FilmedFace]) -> TrueScale:
    """That of the film in the middle: a head has one size."""
    scales = sorted((film.scale for film in films), key=lambda scale: scale.eye_corners_mm)
    return scales[len(scales) // 2]


def _along_common_direction(vectors: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """The direction (2,) of the broadest smile, all excursions (k, 2) along it, and its number.

    Args:
        vectors: (k, 2, 2) smile, side, outward and upward.
    """
    broadest = int(smile_effort_mm(vectors).argmax())
    mean = vectors[broadest].mean(axis=0)
    direction = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return direction, np.asarray(vectors @ direction), broadest


def _repeat_errors(
    excursions: FloatArray, broadest: int, own: Sequence[Level]
) -> tuple[Basis, list[Level], BoolArray]:
    """What the repeat error rests on, that of each side, and which smiles are repetitions."""
    rules = smile_rules()["course"]
    sizes = excursions.mean(axis=1)
    like = sizes >= rules["like_effort_share"] * sizes[broadest]
    count = int(like.sum())
    if count < rules["least_repetitions"]:
        return "frames", list(own), like
    scatter = np.std(excursions[like], axis=0, ddof=1)
    repeats = [
        # Smiles that agree by chance do not repeat better than a single one is seen.
        Level(0.0, max(float(sd), level.sd), count - 1.0)
        for sd, level in zip(scatter, own, strict=True)
    ]
    return "smiles", repeats, like


def _side(
    excursion: float, vector: FloatArray, repeat: Level, frame_sd: float, scale: TrueScale
) -> SideExcursion:
    error = float(student.ppf(0.975, repeat.freedom)) * repeat.sd
    systematic = 1.96 * math.hypot(frame_sd, scale.relative_sd * excursion)
    half = math.hypot(error, systematic)
    excursion = float(excursion)
    return SideExcursion(
        round(excursion, 2),
        round(float(vector[0]), 2),
        round(float(vector[1]), 2),
        round(repeat.sd, 3),
        round(error, 2),
        round(float(frame_sd), 3),
        (round(excursion - half, 2), round(excursion + half, 2)),
        excursion > error,
    )


def _jackknife_sd(others: FloatArray) -> FloatArray:
    """Standard deviation of values, each with one of the groups left out, over the first axis.

    >>> _jackknife_sd(np.array([1.0, 2.0, 3.0]))
    array(1.15470054)
    """
    groups = len(others)
    return np.asarray(np.sqrt((groups - 1.0) * np.var(others, axis=0)))


def _notes(basis: Basis, left: SideExcursion, right: SideExcursion) -> tuple[str, ...]:
    notes = []
    if basis == "frames":
        notes.append(
            "The repeat error comes from the noise of the pictures alone. How differently this person"
            " smiles from time to time is not in it: three broad smiles in one video would tell."
        )
    if basis == "published":
        notes.append(
            "Two photos tell nothing of their repeat error: the published one of two sessions is used."
        )
    for name, side in (("left", left), ("right", right)):
        if not side.above_repeat_error:
            notes.append(
                f"The person's {name} mouth corner moves by no more than its repeat error."
            )
    return tuple(notes)
