"""A plan of injections for one face: where, and once a prescriber has examined the person, how much.

Without a named prescriber and the date of an examination in person a plan is a draft: it holds no units,
no dilution and no volume, and cannot be made to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from rubor._version import __version__
from rubor.errors import InputError
from rubor.pathway.dosing import DoseChoice, Dosing, PlanWarning, PointToDose, dose, toxin_rules
from rubor.pathway.face_drawing import DrawnLine, face_lines
from rubor.pathway.frontal_face import FrontalFace, UsedView
from rubor.pathway.injection_points import InjectionPoint, place_points
from rubor.pathway.injection_zones import Zone, ZoneMap, areas_of, wish_texts, zone_rules, zones_for
from rubor.pathway.true_scale import ScaleReference, TrueScale, true_scale

__all__ = [
    "PLAN_SCHEMA",
    "Authority",
    "InjectionPlan",
    "PlanPhoto",
    "PlanWishes",
    "PlannedArea",
    "PlannedZone",
    "plan_injections",
]

PLAN_SCHEMA: Final = "rubor.plan/1"
Sides = Literal["both", "left", "right"]


@dataclass(frozen=True)
class Authority:
    """Who answers for the doses.

    Attributes:
        prescriber: full name.
        examined_on: day on which that person examined the one to be treated, in person.
    """

    prescriber: str
    examined_on: date


@dataclass(frozen=True)
class PlanPhoto:
    """The photo a plan was made on; angles as `head_pose_deg` gives them."""

    name: str
    sha256: str
    taken_at: str | None
    mirrored: bool
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True)
class PlanWishes:
    """What the person wants.

    Attributes:
        names: of the data file, such as "laughter_lines".
        texts: of those, as the person signs them.
        notes: the person's own words.
    """

    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedArea:
    """One area, without the zones to avoid.

    Attributes:
        name, label: see `Area`.
        left_cm2, right_cm2: skin that may hold points, on the mesh. The nose is halved at the midline.
        sd_cm2: standard deviation of their sum, from the error of the scale.
        points: how many lie in it.
        source, strength: why it is injected.
    """

    name: str
    label: str
    left_cm2: float
    right_cm2: float
    sd_cm2: float
    points: int
    source: str
    strength: str


@dataclass(frozen=True)
class PlannedZone:
    """A zone as it was applied; see `Zone`. `kept_mm` is the margin, widened by the scale's error."""

    name: str
    effect: Literal["avoid", "reduced"]
    label: str
    margin_mm: float
    kept_mm: float
    why: str
    source: str
    strength: str


@dataclass(frozen=True)
class InjectionPlan:
    """A plan; coordinates in mm, x to person-left, y up, from between the outer eye corners.

    Attributes:
        made_on: day it was made.
        photo, scale: what it rests on.
        views: turned photos that gave the face its depth; empty where it is the face model's guess.
        spacing_mm: from point to point on the skin.
        spacing_found_mm: least and most of what neighbours of one area have.
        sides: which are treated.
        areas, zones, wishes: where points may lie.
        points: numbered; L is person-left, R person-right.
        outline: lines of the face from the front, in mm, to draw it without a photo.
        age_years: of the person on that day; None where it was not given.
        authority, dosing: both or neither. Neither: a draft.
        warnings: what has to be weighed.
        version: of Rubor.
    """

    made_on: date
    photo: PlanPhoto
    views: tuple[UsedView, ...]
    scale: TrueScale
    spacing_mm: float
    spacing_found_mm: tuple[float, float] | None
    sides: Sides
    areas: tuple[PlannedArea, ...]
    zones: tuple[PlannedZone, ...]
    wishes: PlanWishes
    points: tuple[InjectionPoint, ...]
    outline: tuple[DrawnLine, ...]
    age_years: int | None
    authority: Authority | None
    dosing: Dosing | None
    warnings: tuple[PlanWarning, ...]
    version: str

    def __post_init__(self) -> None:
        if not self.points:
            raise InputError(
                "A plan without points is none.", "Choose a larger area or other wishes."
            )
        if (self.authority is None) != (self.dosing is None):
            raise InputError(
                "Doses need a named prescriber and the date of an examination in person, and both need"
                " each other.",
                "Give --prescriber, --examined and --product together, or none of them for a draft.",
            )
        _check_age(self.age_years, required=self.dosing is not None)
        if self.authority is not None:
            _check_authority(self.authority, self.made_on, self.age_years)
        if self.dosing is not None and len(self.dosing.units) != len(self.points):
            raise InputError("The doses are not those of the points.", "Make the plan again.")

    @property
    def draft(self) -> bool:
        """Whether doses are lacking."""
        return self.dosing is None

    @property
    def area_cm2(self) -> float:
        """Skin that may hold points, of the treated sides."""
        shares = {"both": (1.0, 1.0), "left": (1.0, 0.0), "right": (0.0, 1.0)}[self.sides]
        total = sum(area.left_cm2 * shares[0] + area.right_cm2 * shares[1] for area in self.areas)
        return round(total, 1)

    @property
    def cells(self) -> tuple[str, ...]:
        """Cells of the face with points, as `rubor.trials.compared_cells` takes them."""
        return tuple(sorted({point.cell for point in self.points if point.cell is not None}))

    @property
    def depth_words(self) -> str:
        """Where the depth of the face comes from."""
        if not self.views:
            return "from one photo, the face model's guess"
        turns = " and ".join(
            f"{abs(view.turned_deg):.0f} degrees ({view.shows} cheek)" for view in self.views
        )
        return f"from three photos, two of them turned by {turns}"

    def without_doses(self) -> InjectionPlan:
        """The same as a draft, as the person's own app shows it."""
        own = set() if self.dosing is None else set(self.dosing.warnings)
        kept = tuple(warning for warning in self.warnings if warning not in own)
        return replace(self, authority=None, dosing=None, warnings=kept)


def plan_injections(
    face: FrontalFace,
    scale: ScaleReference,
    *,
    made_on: date,
    areas: Sequence[str] = ("cheeks", "nose"),
    sides: Sides = "both",
    spacing_mm: float | None = None,
    only_cells: Sequence[str] | None = None,
    wishes: Sequence[str] = (),
    notes: Sequence[str] = (),
    age_years: int | None = None,
    authority: Authority | None = None,
    choice: DoseChoice | None = None,
) -> InjectionPlan:
    """Plan injections on one face.

    Args:
        face: from the front; with its depth from turned photos too, see `face_from_views`.
        scale: what is known in millimetres.
        made_on: today.
        areas: see `areas_of`.
        sides: which are treated. Of one side alone points stay away from the midline, so that the other
            side can be compared with it.
        spacing_mm: between points along the skin; None for the published 10.
        only_cells: points stay in these cells of the face, as a measured map of blushing has them.
        wishes: names of the data file.
        notes: the person's own words.
        age_years: of the person.
        authority, choice: both or neither.

    Raises:
        InputError: anything that cannot be planned, with the cure.
    """
    _check_age(age_years, required=choice is not None)
    if authority is not None:
        _check_authority(authority, made_on, age_years)
    if choice is not None and authority is None:
        raise InputError(
            "Doses need a named prescriber and the date of an examination in person.",
            "Give --prescriber and --examined, or leave the product out for a draft.",
        )
    if choice is not None:
        dose([], choice)  # what cannot be is refused before the points are laid out
    rules = zone_rules()["spacing_mm"]
    spacing = float(rules["value"] if spacing_mm is None else spacing_mm)
    if not rules["least"] <= spacing <= rules["most"]:
        raise InputError(
            f"Points {spacing:g} mm apart are not planned.",
            f"Between {rules['least']:g} and {rules['most']:g} mm are possible.",
        )
    chosen, zones = areas_of(areas), zones_for(wishes)
    measured = true_scale(face, scale)
    placed = place_points(
        face, measured, chosen, zones, spacing, sides=sides, only_cells=only_cells
    )
    if not placed.points:
        raise InputError(
            "No place for a point is left in these areas.",
            "Choose a larger area, fewer wishes, or points nearer to each other.",
        )
    dosing = None
    if choice is not None:
        dosing = dose(
            [PointToDose(p.name, p.side, bool(p.reduced_by)) for p in placed.points], choice
        )
    photo_rules = zone_rules()["photo"]
    warnings = [
        PlanWarning("true_scale", note, measured.source, measured.strength)
        for note in measured.notes
    ]
    if face.eye_corners_px < photo_rules["good_eye_corners_px"]:
        warnings.append(
            PlanWarning(
                "photo.good_eye_corners_px",
                f"The face is small in the photo: {face.eye_corners_px:.0f} pixels from eye corner to eye"
                f" corner, so that a point is only placed to about {measured.mm_per_px:.1f} mm.",
                photo_rules["source"],
                photo_rules["strength"],
            )
        )
    yaw, pitch, roll = (round(angle, 1) for angle in face.pose_deg)
    return InjectionPlan(
        made_on=made_on,
        photo=PlanPhoto(face.name, face.sha256, face.taken_at, face.mirrored, yaw, pitch, roll),
        views=face.views,
        scale=measured,
        spacing_mm=spacing,
        spacing_found_mm=placed.spacing_found_mm,
        sides=sides,
        areas=tuple(
            PlannedArea(
                area.name,
                area.label,
                round(left, 2),
                round(right, 2),
                round(2.0 * measured.relative_sd * (left + right), 2),
                sum(point.area == area.name for point in placed.points),
                area.source,
                area.strength,
            )
            for area, (left, right) in zip(chosen, placed.areas_cm2, strict=True)
        ),
        zones=tuple(_applied(zone, placed.zone_map) for zone in zones),
        wishes=PlanWishes(tuple(wishes), wish_texts(wishes), tuple(notes)),
        points=placed.points,
        outline=face_lines(placed.zone_map.surface),
        age_years=age_years,
        authority=authority,
        dosing=dosing,
        warnings=(*warnings, *(() if dosing is None else dosing.warnings)),
        version=__version__,
    )


def _applied(zone: Zone, zone_map: ZoneMap) -> PlannedZone:
    return PlannedZone(
        zone.name,
        zone.effect,
        zone.label,
        zone.margin_mm,
        round(zone_map.required_mm(zone), 1),
        zone.why,
        zone.source,
        zone.strength,
    )


def _check_age(age_years: int | None, *, required: bool) -> None:
    rule = toxin_rules()["age"]
    if age_years is None:
        if required:
            raise InputError(
                "Doses need the age of the person.", "Give the date of birth with --born."
            )
        return
    if age_years < rule["least_years"]:
        raise InputError(
            f"The person is {age_years} years old. No plan is made under {rule['least_years']}.",
            f"{rule['source']}.",
        )
    if age_years > 120:
        raise InputError(
            f"An age of {age_years} years is not possible.", "Correct the date of birth."
        )


def _check_authority(authority: Authority, made_on: date, age_years: int | None) -> None:
    words = [word for word in authority.prescriber.split() if any(map(str.isalpha, word))]
    if len(words) < 2:
        raise InputError(
            f"{authority.prescriber!r} does not name a prescriber.", "Give first and last name."
        )
    if authority.examined_on > made_on:
        raise InputError(
            f"The examination on {authority.examined_on} has not taken place yet.",
            "Doses are planned after an examination in person.",
        )
    ago_years = (made_on - authority.examined_on).days // 366
    if age_years is not None and age_years - ago_years < toxin_rules()["age"]["least_years"]:
        raise InputError(
            f"At the examination on {authority.examined_on} the person was under age.",
            "Correct the date, or examine the person again.",
        )
