"""A measured smile: how far each mouth corner moved in the broadest one, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rubor._version import __version__
from rubor.pathway.true_scale import TrueScale

__all__ = ["Basis", "OneSmile", "SideExcursion", "Smile", "SmileCourse", "SmileFile"]

Basis = Literal["frames", "smiles", "published"]


@dataclass(frozen=True)
class SmileFile:
    """A file that a smile was measured in.

    Attributes:
        name, sha256: of the file.
    """

    name: str
    sha256: str


@dataclass(frozen=True)
class SideExcursion:
    """How far one mouth corner moves, of the broadest smile.

    Attributes:
        excursion_mm: along the common direction of both corners.
        outward_mm, upward_mm: its parts in the frontal plane, to the side and up.
        repeat_sd_mm: standard deviation of a repetition, see `Smile.repeat_basis`.
        repeat_error_95_mm: what chance rarely exceeds, with few repetitions allowed for.
        head_frame_sd_mm: how much depends on which steady landmarks are taken.
        interval_95_mm: with the repeat error, the head's frame and the true scale.
        above_repeat_error: the corner moves by more than its repeat error.
    """

    excursion_mm: float
    outward_mm: float
    upward_mm: float
    repeat_sd_mm: float
    repeat_error_95_mm: float
    head_frame_sd_mm: float
    interval_95_mm: tuple[float, float]
    above_repeat_error: bool


@dataclass(frozen=True)
class OneSmile:
    """One of the smiles.

    Attributes:
        file: number of the file, from 0.
        start_s, end_s: of its plateau; None in a photo.
        left_mm, right_mm: excursions.
        like_the_broadest: broad enough to count as a repetition of the broadest one.
    """

    file: int
    start_s: float | None
    end_s: float | None
    left_mm: float
    right_mm: float
    like_the_broadest: bool


@dataclass(frozen=True)
class SmileCourse:
    """The mouth corners over the time of a video.

    Attributes:
        file: number of the file, from 0.
        time_s: of each picture.
        left_mm, right_mm: excursion in it, against rest.
        rest_s: stretches at rest, start and end.
    """

    file: int
    time_s: tuple[float, ...]
    left_mm: tuple[float, ...]
    right_mm: tuple[float, ...]
    rest_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Smile:
    """A measured smile. Left and right are the person's.

    Attributes:
        kind: from videos or photos.
        recorded_on: day of the recording, None where it is not known.
        files: in the order given; of photos, the one at rest first.
        mirrored: the files were mirrored.
        scale: what made millimetres; its error is in the intervals.
        left, right: of the broadest smile.
        difference_mm: left less right.
        repeat_basis: what the repeat error comes from: the noise of the `frames` of one smile, the
            scatter of several `smiles`, or, for photos, the `published` error of two sessions.
        smiles: all that were found.
        broadest: number of the broadest of them, from 0.
        courses: over time, one per video.
        notes: what to know about it.
        version: of Rubor.
    """

    kind: Literal["video", "photos"]
    recorded_on: date | None
    files: tuple[SmileFile, ...]
    mirrored: bool
    scale: TrueScale
    left: SideExcursion
    right: SideExcursion
    difference_mm: float
    repeat_basis: Basis
    smiles: tuple[OneSmile, ...]
    broadest: int
    courses: tuple[SmileCourse, ...]
    notes: tuple[str, ...]
    version: str = __version__
