"""Smiles from files: a face is followed through a video, or found in photos, and its scale read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rubor.errors import FaceNotFoundError, InputError
from rubor.optics.transfer import srgb_decode
from rubor.pathway.frontal_face import FrontalFace, find_frontal_face
from rubor.pathway.smile import Smile, SmileFile
from rubor.pathway.smile_excursion import (
    FilmedFace,
    pictures_from_the_front,
    resting_pictures,
    smile_of_films,
    smile_of_pictures,
)
from rubor.pathway.smile_rules import smile_rules
from rubor.pathway.true_scale import ScaleReference, TrueScale, true_scale
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.frame import PhotoFrame, PlanarFrame
from rubor.vision.head_pose import head_pose_deg
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import is_photo
from rubor.vision.video import VideoFile

__all__ = ["film_face", "measure_smile", "smile_from_photos"]

Mesh = npt.NDArray[np.float64]
Progress = Callable[[float, float | None], None]

_IRIS = ScaleReference("iris")


def measure_smile(
    path: Path | MediaFile | Sequence[Path | MediaFile],
    *,
    mirrored: bool,
    scale: ScaleReference = _IRIS,
    recorded_on: date | None = None,
    face: int | None = None,
    progress: Progress | None = None,
) -> Smile:
    """Measure the smiles of a video, or of several videos of one occasion.

    Args:
        path: one or several, or the files wherever they are kept.
        mirrored: the files show the person as a mirror does.
        scale: what is known in millimetres; the ends of an object are in the first picture.
        recorded_on: day.
        face: which one, where there are several, counted from 1 from the left of the picture.
        progress: called with the seconds followed and the seconds in all (None where not known).

    Raises:
        RuborError: no video, no face, several faces, turned away, too short, no rest, or no smile.
    """
    paths = [path] if isinstance(path, Path | MediaFile) else list(path)
    films = [
        film_face(one, mirrored=mirrored, scale=scale, face=face, progress=progress)
        for one in paths
    ]
    _refuse_copies([film.file for film in films])
    return smile_of_films(films, mirrored=mirrored, recorded_on=recorded_on)


def smile_from_photos(
    rest: Path,
    smiles: Path | Sequence[Path],
    *,
    mirrored: bool,
    scale: ScaleReference = _IRIS,
    recorded_on: date | None = None,
    face: int | None = None,
) -> Smile:
    """Measure a smile from photos: one at rest, one or more of the broadest smile.

    Args:
        rest, smiles: from the front.
        mirrored: the files show the person as a mirror does.
        scale: what is known in millimetres; the ends of an object are in the photo at rest.
        recorded_on: day; taken from the photo at rest where it says so.
        face: which one, where there are several, counted from 1 from the left of the picture.

    Raises:
        RuborError: no photo, no face, several faces, turned away, too small, or no smile.
    """
    paths = [rest, *([smiles] if isinstance(smiles, Path) else smiles)]
    faces = [find_frontal_face(one, mirrored=mirrored, face=face, both_ways=True) for one in paths]
    first = faces[0]
    reference = scale.turned_round(first.frame.width) if mirrored else scale
    known = true_scale(first, reference)
    pictures = [
        FilmedFace(SmileFile(one.name, one.sha256), np.zeros(1), one.mesh_px[None], known)
        for one in faces
    ]
    _refuse_copies([picture.file for picture in pictures])
    if recorded_on is None and first.taken_at is not None:
        recorded_on = date.fromisoformat(first.taken_at[:10])
    return smile_of_pictures(pictures[0], pictures[1:], mirrored=mirrored, recorded_on=recorded_on)


def film_face(
    path: Path | MediaFile,
    *,
    mirrored: bool,
    scale: ScaleReference = _IRIS,
    face: int | None = None,
    progress: Progress | None = None,
) -> FilmedFace:
    """Follow one face through a video and read its true scale in pictures at rest.

    Pictures in which the face is turned away are left out. See `measure_smile`.

    Raises:
        RuborError: no video, no face, several faces, turned away, too short, or never at rest.
    """
    source = MediaFile.of(path)
    if is_photo(source):
        raise InputError(
            f"{source.name} is a photo, and one photo shows no movement.",
            "Give two photos, first at rest and then with the broadest smile, or a video.",
        )
    numbers, times, meshes = _follow(source, mirrored, face, progress)
    file = SmileFile(source.name, source.sha256())
    if scale.kind == "object":
        chosen = [0]
        if numbers[0] != 0:
            raise InputError(
                f"The first picture of {source.name} does not show the face from the front, so the thing"
                " in it gives no scale.",
                "Look into the camera from the start, or give a measured distance:"
                " --scale eye-corners=MM.",
            )
    else:
        rest = np.flatnonzero(resting_pictures(times, meshes, source.name))
        count = min(int(smile_rules()["video"]["scale_pictures"]), len(rest))
        chosen = [int(rest[place]) for place in np.linspace(0, len(rest) - 1, count).astype(int)]
    known = _scale_of(
        source, file, mirrored, scale, {int(numbers[one]): meshes[one] for one in chosen}
    )
    return FilmedFace(file, times, meshes, known)


def _follow(
    source: MediaFile, mirrored: bool, face: int | None, progress: Progress | None
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], Mesh]:
    """Numbers, times and meshes of the pictures that show the face from the front."""
    tracker = FaceTracker(face, from_right=mirrored, both_ways=True)
    found: list[tuple[int, float, npt.NDArray[np.float32]]] = []
    with VideoFile(source) as video:
        for number, frame in enumerate(video.frames()):
            mesh = tracker.follow(frame.turned_round() if mirrored else frame)
            if mesh is not None:
                found.append((number, frame.time_s, mesh))
            if progress is not None:
                progress(frame.time_s, video.info.duration_s)
    if not found:
        raise FaceNotFoundError(
            f"There is no face in {source.name}.",
            "Film the whole face from the front, evenly lit, without mask or hand.",
        )
    meshes = np.array([mesh for _, _, mesh in found], np.float64)
    usable = pictures_from_the_front(meshes, source.name)
    numbers = np.array([number for number, _, _ in found], np.intp)
    times = np.array([time_s for _, time_s, _ in found], np.float64)
    return numbers[usable], times[usable], meshes[usable]


def _scale_of(
    source: MediaFile,
    file: SmileFile,
    mirrored: bool,
    scale: ScaleReference,
    meshes: Mapping[int, Mesh],
) -> TrueScale:
    """The scale in the middle of those of several pictures, given by their numbers."""
    scales: list[TrueScale] = []
    refusal: InputError | None = None
    with VideoFile(source) as video:
        for number, frame in enumerate(video.frames()):
            if number in meshes:
                try:
                    scales.append(_scale_in(frame, meshes[number], mirrored, scale, file))
                except InputError as error:
                    refusal = error  # such as an eye that is shut in this picture
            if number >= max(meshes):
                break
    if not scales:
        raise refusal or InputError(f"{source.name} changed while it was read.", "Try again.")
    middle = sorted(scales, key=lambda one: one.eye_corners_mm)[len(scales) // 2]
    usual = float(np.median([one.relative_sd for one in scales]))
    return replace(middle, relative_sd=round(usual, 4))


def _scale_in(
    frame: PlanarFrame, mesh: Mesh, mirrored: bool, scale: ScaleReference, file: SmileFile
) -> TrueScale:
    shown = frame.turned_round() if mirrored else frame
    size = (frame.width // 2 * 2, frame.height // 2 * 2)
    display = shown.preview(np.eye(2, 3, dtype=np.float32), size)
    picture = PhotoFrame(np.asarray(srgb_decode(display / 255.0), np.float32), display)
    yaw, pitch, roll = (float(angle) for angle in head_pose_deg(mesh))
    seen = FrontalFace(
        frame=picture,
        mesh_px=mesh,
        name=file.name,
        sha256=file.sha256,
        taken_at=None,
        mirrored=mirrored,
        pose_deg=(yaw, pitch, roll),
        shape_px=mesh,
    )
    return true_scale(seen, scale.turned_round(frame.width) if mirrored else scale)


def _refuse_copies(files: Sequence[SmileFile]) -> None:
    sums = [file.sha256 for file in files]
    for place, file in enumerate(files):
        if file.sha256 in sums[:place]:
            raise InputError(f"{file.name} was given twice.", "Give every file once.")
