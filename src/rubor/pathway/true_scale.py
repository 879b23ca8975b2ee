"""How many millimetres a pixel of a photo is, and how far that can be trusted."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from rubor.errors import InputError
from rubor.pathway.frontal_face import FrontalFace
from rubor.vision.colour_card import find_colour_card
from rubor.vision.iris import find_irises

__all__ = ["ScaleReference", "TrueScale", "known_sizes", "scale_rules", "true_scale"]

Kind = Literal["iris", "eye_corners", "pupils", "object", "colour_card"]


@dataclass(frozen=True)
class ScaleReference:
    """What is known in millimetres.

    Attributes:
        kind: `iris` (taken from the photo and the mean of adults), `eye_corners` (outer to outer) or
            `pupils`, measured on the person; `object`, a thing of known size between two points of the
            photo; `colour_card`, found in the photo.
        mm: its true size; not for the iris.
        ends_px: the two points (x, y), in pixels of the file, for an object.
    """

    kind: Kind
    mm: float | None = None
    ends_px: tuple[tuple[float, float], tuple[float, float]] | None = None

    def turned_round(self, width: int) -> ScaleReference:
        """The same thing in the picture, of a width in pixels, that is turned round.

        >>> ScaleReference("object", 50.0, ((0.0, 5.0), (30.0, 5.0))).turned_round(100).ends_px
        ((99.0, 5.0), (69.0, 5.0))
        """
        if self.ends_px is None:
            return self
        (x0, y0), (x1, y1) = self.ends_px
        return replace(self, ends_px=((width - 1 - x0, y0), (width - 1 - x1, y1)))


@dataclass(frozen=True)
class TrueScale:
    """The scale of one photo at the face.

    Attributes:
        mm_per_px: millimetres that one pixel is.
        relative_sd: standard deviation of that, as a share; of all lengths of the plan too.
        method: in plain words.
        eye_corners_mm: what it makes of the distance between the outer eye corners.
        notes: what looks unusual.
        source, strength: what it rests on.
    """

    mm_per_px: float
    relative_sd: float
    method: str
    eye_corners_mm: float
    notes: tuple[str, ...]
    source: str
    strength: str

    def length_95_mm(self, length_mm: float) -> tuple[float, float]:
        """Between what a length of the plan truly lies, with 95 %.

        >>> TrueScale(0.2, 0.05, "iris", 90.0, (), "", "").length_95_mm(100.0)
        (90.2, 109.8)
        """
        half = 1.96 * self.relative_sd * length_mm
        return round(length_mm - half, 3), round(length_mm + half, 3)


@cache
def scale_rules() -> Mapping[str, Any]:
    """The shipped file."""
    path = files("rubor.pathway") / "data" / "true_scale.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def known_sizes() -> dict[str, float]:
    """Things of known size, in mm.

    >>> known_sizes()["card"]
    85.6
    """
    return {name: float(entry["mm"]) for name, entry in scale_rules()["sizes"].items()}


def true_scale(face: FrontalFace, reference: ScaleReference) -> TrueScale:
    """The scale of a photo from one thing of known size.

    Raises:
        InputError: the size is impossible, the thing is not found, or the face would have a size that
            no adult has.
    """
    rules = scale_rules()
    mm_per_px, own_sd, method, entry = {
        "iris": _from_iris,
        "eye_corners": _from_eye_corners,
        "pupils": _from_pupils,
        "object": _from_object,
        "colour_card": _from_colour_card,
    }[reference.kind](face, reference)
    shape = rules["face"]
    mesh_sd = shape["mesh_sd_three_views"] if face.views else shape["mesh_sd"]
    relative_sd = math.hypot(own_sd, shape["perspective_sd"], mesh_sd)
    eyes, eye_rules = mm_per_px * face.eye_corners_px, rules["eye_corners"]
    if not eye_rules["least_mm"] <= eyes <= eye_rules["most_mm"]:
        raise InputError(
            f"By this scale the outer eye corners would be {eyes:.0f} mm apart; no adult has that.",
            "Check the size that was given and the two points, or measure from eye corner to eye corner.",
        )
    notes = []
    if not eye_rules["usual_least_mm"] <= eyes <= eye_rules["usual_most_mm"]:
        notes.append(
            f"By this scale the outer eye corners are {eyes:.0f} mm apart, which is unusual. Measure"
            " them on the person before this is used."
        )
    return TrueScale(
        round(mm_per_px, 6),
        round(relative_sd, 4),
        method,
        round(eyes, 1),
        tuple(notes),
        f"{entry['source']}. {shape['three_views_source' if face.views else 'source']}.",
        entry["strength"],
    )


_Found = tuple[float, float, str, Mapping[str, Any]]


def _from_iris(face: FrontalFace, reference: ScaleReference) -> _Found:
    entry = scale_rules()["iris"]
    irises = find_irises(face.frame, face.mesh_px)
    widths = np.array([iris.width_px for iris in irises])
    if not np.isfinite(widths).all() or widths.min() <= 0 or widths.max() > 1.3 * widths.min():
        raise InputError(
            "The irises cannot be measured in this photo.",
            "Open both eyes wide, or give a measured distance: --scale eye-corners=MM.",
        )
    scatter = float(np.ptp(widths) / widths.mean()) / math.sqrt(2.0)
    own_sd = math.hypot(entry["sd_mm"] / entry["mm"], entry["model_sd"], scatter)
    method = f"iris, {entry['mm']:g} mm wide in adults ({widths.mean():.1f} pixels here)"
    return entry["mm"] / float(widths.mean()), own_sd, method, entry


def _from_eye_corners(face: FrontalFace, reference: ScaleReference) -> _Found:
    entry = scale_rules()["eye_corners"]
    mm = _measured(reference, entry, "outer eye corners")
    own_sd = math.hypot(
        entry["measure_sd_mm"] / mm, entry["landmark_sd"], 1.0 / face.eye_corners_px
    )
    return mm / face.eye_corners_px, own_sd, f"outer eye corners, measured: {mm:g} mm apart", entry


def _from_pupils(face: FrontalFace, reference: ScaleReference) -> _Found:
    entry = scale_rules()["pupils"]
    mm = _measured(reference, entry, "pupils")
    one, other = (np.array(iris.centre) for iris in find_irises(face.frame, face.mesh_px))
    apart = float(np.linalg.norm(one - other)) / math.cos(math.radians(face.pose_deg[0]))
    own_sd = math.hypot(entry["measure_sd_mm"] / mm, entry["landmark_sd"], 1.0 / apart)
    return mm / apart, own_sd, f"pupils, measured: {mm:g} mm apart", entry


def _from_object(face: FrontalFace, reference: ScaleReference) -> _Found:
    if reference.mm is None or reference.ends_px is None or not 5.0 <= reference.mm <= 400.0:
        raise InputError(
            "A thing that gives the scale needs its size in mm, 5 to 400, and its two ends.",
            "Write --scale card@X1,Y1,X2,Y2 or --scale 50mm@X1,Y1,X2,Y2.",
        )
    one, other = (np.array(end, np.float64) for end in reference.ends_px)
    size = np.array([face.frame.width, face.frame.height])
    if not all(((end >= 0) & (end < size)).all() for end in (one, other)):
        raise InputError(
            "An end of the thing that gives the scale lies outside the photo.",
            f"The photo has {size[0]} x {size[1]} pixels; count from its upper left corner.",
        )
    return _of_flat_thing(
        reference.mm, float(np.linalg.norm(one - other)), f"a thing of {reference.mm:g} mm"
    )


def _from_colour_card(face: FrontalFace, reference: ScaleReference) -> _Found:
    if reference.mm is None or not 20.0 <= reference.mm <= 400.0:
        raise InputError(
            "The width of the card's field of patches is needed, 20 to 400 mm.",
            "Measure its long side and write --scale colour-card=MM.",
        )
    card = find_colour_card(face.frame.display_rgb)
    if card is None:
        raise InputError(
            "There is no colour card in the photo.",
            "Hold a 24-patch card beside the face, at its depth, or give a measured distance:"
            " --scale eye-corners=MM.",
        )
    long_sides = (card.corners[1] - card.corners[0], card.corners[2] - card.corners[3])
    px = float(np.mean([np.linalg.norm(side) for side in long_sides]))
    return _of_flat_thing(reference.mm, px, f"colour card, {reference.mm:g} mm wide")


def _of_flat_thing(mm: float, px: float, method: str) -> _Found:
    entry = scale_rules()["object"]
    if px < entry["least_px"]:
        raise InputError(
            f"The thing that gives the scale is only {px:.0f} pixels long.",
            f"At least {entry['least_px']:.0f} are needed: check its two ends.",
        )
    clicks = entry["click_sd_px"] * math.sqrt(2.0) / px
    plane = entry["plane_sd_mm"] / entry["camera_mm"]
    return mm / px, math.hypot(clicks, plane), method, entry


def _measured(reference: ScaleReference, entry: Mapping[str, Any], what: str) -> float:
    if reference.mm is None or not entry["least_mm"] <= reference.mm <= entry["most_mm"]:
        raise InputError(
            f"{reference.mm} mm between the {what} is not what an adult has.",
            f"Measure again: between {entry['least_mm']:g} and {entry['most_mm']:g} mm are possible.",
        )
    return reference.mm
