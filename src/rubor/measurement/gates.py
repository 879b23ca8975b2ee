"""Quality gates: what a recording must be like for its numbers to be believed.

A gate is a function from the evidence to one `Gate`. A new one is added to `GATES`, with a cure in
plain words; nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.light_reference import LightReference
from rubor.measurement.observation import Observation
from rubor.measurement.region_series import ColourSeries

__all__ = ["GATES", "Evidence", "Gate", "judge"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gate:
    """One check of a recording.

    Attributes:
        name: snake_case, stable.
        value: what was found; None where it could not be judged.
        limit: what it is held against.
        passed: None where it could not be judged.
        matters: whether a failure makes the recording not accepted.
        advice: the cure in plain words; empty where nothing is amiss.
    """

    name: str
    value: float | None
    limit: float | None
    passed: bool | None
    matters: bool
    advice: str


@dataclass(frozen=True)
class Evidence:
    """All that gates look at."""

    observation: Observation
    regions: ColourSeries
    baseline: Baseline | NoBaseline
    light: LightReference
    duration_s: float
    still_photo: bool
    mirrored: bool | None
    complete: bool | None


def judge(evidence: Evidence) -> tuple[Gate, ...]:
    """All gates that apply, in the order in which a person can mend them."""
    return tuple(gate for make in GATES if (gate := make(evidence)) is not None)


def _at_most(
    name: str, value: float | None, limit: float, advice: str, *, matters: bool = True
) -> Gate:
    if value is None or not np.isfinite(value):
        return Gate(name, None, limit, None, matters, advice)
    passed = bool(value <= limit)
    return Gate(name, float(value), limit, passed, matters, "" if passed else advice)


def _at_least(
    name: str, value: float | None, limit: float, advice: str, *, matters: bool = True
) -> Gate:
    if value is None or not np.isfinite(value):
        return Gate(name, None, limit, None, matters, advice)
    passed = bool(value >= limit)
    return Gate(name, float(value), limit, passed, matters, "" if passed else advice)


def face_size(evidence: Evidence) -> Gate:
    """Pixels between the outer eye corners.

    Under 90, cells and then regions take on the chroma of their neighbours (a region's index moves
    by 0.005 at 59).
    """
    eyes = evidence.observation.eye_distance_px
    return _at_least(
        "face_size_px",
        float(np.nanmedian(eyes)),
        90.0,
        "Come closer to the camera, or record with more pixels: the face is too small in the picture.",
    )


def face_visible(evidence: Evidence) -> Gate | None:
    """Share of the frames in which the face is found."""
    if evidence.still_photo:
        return None
    return _at_least(
        "face_visible_share",
        float(evidence.observation.found.mean()),
        0.8,
        "Keep the whole face in the picture all the time, without hands in front of it.",
    )


def head_pose(evidence: Evidence) -> Gate:
    """How far the head is turned or tilted, 95th percentile over the frames."""
    pose = np.abs(evidence.observation.pose_deg[:, :2])
    turned = pose.max(axis=1)
    return _at_most(
        "head_turn_deg",
        float(np.nanpercentile(turned, 95)),
        25.0,
        "Look straight at the camera and keep it at eye height.",
    )


def head_motion(evidence: Evidence) -> Gate | None:
    """How far the face wanders in the picture, as a share of the distance between the eyes."""
    if evidence.still_photo:
        return None
    seen = evidence.observation.found
    centre = evidence.observation.centre_px[seen]
    spread = np.percentile(centre, 95, axis=0) - np.percentile(centre, 5, axis=0)
    eyes = float(np.nanmedian(evidence.observation.eye_distance_px))
    return _at_most(
        "head_motion_share",
        float(np.hypot(*spread)) / eyes,
        1.0,
        "Lean your head against something and keep still.",
        matters=False,
    )


def sharpness(evidence: Evidence) -> Gate:
    """Width of the sharpest edges of the face, as a share of its width."""
    return _at_most(
        "blur_share",
        float(np.median(evidence.observation.blur)),
        0.06,
        "Clean the lens, hold the camera still and let it focus on the face.",
    )


def brightness(evidence: Evidence) -> Gate:
    """Median linear green of the face: under 0.02 the camera's noise and black level take over."""
    return _at_least(
        "face_brightness",
        _face_median(evidence)[1],
        0.02,
        "Add soft light from the front: the face is too dark.",
    )


def clipping(evidence: Evidence) -> Gate:
    """Share of the face's points that are clipped or black."""
    return _at_most(
        "clipped_share",
        float(np.nanmedian(evidence.observation.masked_share)),
        0.05,
        "Lower the exposure or soften the light: part of the face is white (or black) without detail.",
    )


def even_light(evidence: Evidence) -> Gate:
    """Difference of brightness between the cheeks, in ln: at 0.69 one side has twice the light."""
    left, right = _side(evidence, "left"), _side(evidence, "right")
    difference = float(abs(np.log(left[1] / right[1])))
    return _at_most(
        "uneven_light",
        difference,
        0.69,
        "Turn to face the light, so that both cheeks get the same.",
    )


def mixed_light(evidence: Evidence) -> Gate:
    """Difference of the blue-green balance between the cheeks, in ln: two kinds of lamps."""
    left, right = _side(evidence, "left"), _side(evidence, "right")
    difference = float(abs(np.log(left[2] / left[1]) - np.log(right[2] / right[1])))
    return _at_most(
        "mixed_light",
        difference,
        0.3,
        "Use one kind of light: lamps and daylight from two sides colour the two cheeks differently.",
    )


def natural_colour(evidence: Evidence) -> Gate:
    """How far skin is from any colour that skin has in a camera's picture.

    Measured skin of every tone has ln R/G of 0.3 to 1.3 and ln B/G of -1.2 to 0 under neutral light
    (NIST and ISSA spectra through 52 cameras); the box here is half a unit wider on each side for
    white balance. Outside it the picture was graded, filtered or has no colour.
    """
    red, green, blue = _face_median(evidence)
    outside = max(
        -0.0 - np.log(red / green),
        np.log(red / green) - 1.8,
        -2.0 - np.log(blue / green),
        np.log(blue / green) - 0.5,
        0.0,
    )
    return _at_most(
        "colour_off_skin",
        float(outside),
        0.05,
        "Switch off filters, beauty mode and colour grading, and use white light.",
    )


def light_drift(evidence: Evidence) -> Gate | None:
    """Largest drift of R/G that the reference saw, in percent."""
    if evidence.still_photo:
        return None
    drift = evidence.light.log_r_over_g_drift
    value = None
    if evidence.light.kind != "none" and np.isfinite(drift).any():
        value = 100.0 * float(np.nanmax(np.abs(drift)))
    if value is None:
        return Gate(
            "light_drift_percent",
            None,
            5.0,
            None,
            True,
            "Put something white or grey that holds still behind you, so that a change of the light"
            " can be told from a blush.",
        )
    return _at_most(
        "light_drift_percent",
        value,
        5.0,
        "Lock white balance and exposure in the camera, and use light that does not change.",
    )


def frame_rate(evidence: Evidence) -> Gate | None:
    """Frames a second, from the median step."""
    steps = np.diff(evidence.observation.time_s)
    if evidence.still_photo:
        return None
    return _at_least(
        "frame_rate_fps",
        1.0 / float(np.median(steps)) if steps.size else None,
        12.0,
        "Record at 15 frames a second or more, in better light if the camera slows down.",
    )


def dropped_frames(evidence: Evidence) -> Gate | None:
    """Share of the time lost in gaps between frames."""
    steps = np.diff(evidence.observation.time_s)
    if evidence.still_photo:
        return None
    lost = None
    if steps.size:
        usual = float(np.median(steps))
        lost = float((steps[steps > 1.8 * usual] - usual).sum() / steps.sum())
    return _at_most(
        "dropped_share",
        lost,
        0.1,
        "Close other programs while recording, or record with a lower resolution.",
    )


def length(evidence: Evidence) -> Gate | None:
    """Seconds of video."""
    if evidence.still_photo:
        return None
    return _at_least(
        "duration_s", evidence.duration_s, 10.0, "Record at least 10 seconds; minutes are better."
    )


def one_shot(evidence: Evidence) -> Gate | None:
    """Number of hard cuts."""
    if evidence.still_photo:
        return None
    return _at_most(
        "cuts",
        float(evidence.observation.segment.max()),
        0.0,
        "Give one uncut recording: after a cut, camera and light may be others.",
    )


def one_person(evidence: Evidence) -> Gate:
    """Share of the looks at the whole picture that saw another face of similar size."""
    return _at_most(
        "other_faces_share",
        evidence.observation.checks_with_several_faces,
        0.2,
        "Record one person alone: another face may be taken for yours.",
    )


def has_baseline(evidence: Evidence) -> Gate | None:
    """Whether there is a stretch at rest to measure changes from."""
    if evidence.still_photo:
        return None
    found = isinstance(evidence.baseline, Baseline)
    reason = "" if isinstance(evidence.baseline, Baseline) else evidence.baseline.reason.rstrip(".")
    why = reason[:1].upper() + reason[1:]
    advice = f"{why}. Begin with a quiet minute, or name the stretch with --baseline START-END."
    return Gate("has_baseline", float(found), 1.0, found, True, "" if found else advice)


def mirroring_known(evidence: Evidence) -> Gate:
    """Whether left and right can be trusted."""
    known = evidence.mirrored is not None
    return Gate(
        "mirroring_known",
        float(known),
        1.0,
        known,
        False,
        ""
        if known
        else "Say --mirrored or --not-mirrored: it was measured as not mirrored, and left"
        " and right are exchanged if that is wrong.",
    )


def complete_file(evidence: Evidence) -> Gate | None:
    """Whether the file could be read to its end."""
    if evidence.still_photo:
        return None
    value = None if evidence.complete is None else float(evidence.complete)
    advice = (
        ""
        if evidence.complete is not False
        else (
            "The file ends early and was measured as far as it goes: copy it again from the camera."
        )
    )
    return Gate("complete_file", value, 1.0, evidence.complete, False, advice)


GATES: tuple[Callable[[Evidence], Gate | None], ...] = (
    one_person,
    face_size,
    face_visible,
    head_pose,
    head_motion,
    sharpness,
    brightness,
    clipping,
    even_light,
    mixed_light,
    natural_colour,
    light_drift,
    frame_rate,
    dropped_frames,
    length,
    one_shot,
    has_baseline,
    mirroring_known,
    complete_file,
)


def _face_median(evidence: Evidence) -> FloatArray:
    """Median linear colour of the face over valid regions and time."""
    colours = evidence.regions.linear_rgb.reshape(-1, 3)
    colours = colours[np.isfinite(colours[:, 0])]
    return np.median(colours, axis=0) if len(colours) else np.full(3, np.nan)


def _side(evidence: Evidence, side: str) -> FloatArray:
    """Median linear colour of one cheek, of the jaw where the cheek is never valid."""
    for region in ("cheek", "jaw"):
        column = evidence.regions.names.index(f"{region}_{side}")
        colours = evidence.regions.linear_rgb[:, column]
        colours = colours[np.isfinite(colours[:, 0])]
        if len(colours):
            return np.asarray(np.median(colours, axis=0), np.float64)
    return np.full(3, np.nan)
