"""Where points of an injection plan may lie: areas, zones to avoid, zones of a reduced dose, wishes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.errors import InputError
from rubor.pathway.face_surface import FaceSurface, SurfacePoints
from rubor.pathway.surface_distance import DistanceField, SurfaceDistances
from rubor.vision.reference_face import REGIONS, mirror_partner, reference_face

__all__ = [
    "Area",
    "Zone",
    "ZoneMap",
    "areas_of",
    "cells_at",
    "mirrored_landmarks",
    "wish_texts",
    "zone_rules",
    "zones_for",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
Effect = Literal["avoid", "reduced"]

# A place belongs to the cell of the nearest tap, if one is this near: taps lie 0.15 cm apart.
_TAP_REACH_CM = 0.26
_CURVE_STEP_MM = 1.5


@dataclass(frozen=True)
class Zone:
    """Skin that is left out, or that gets a small dose.

    Attributes:
        name: of the rule, such as "avoid.lower_orbital_rim".
        effect: `avoid` or `reduced`.
        label: in plain words.
        kind: `distance` from a curve of landmarks, `below_line`, or a `region`.
        landmarks: of the curve or line on the person's right.
        regions: of the face, for that kind.
        margin_mm: nearer than this along the skin belongs to the zone.
        why, source, strength: what the rule rests on.
    """

    name: str
    effect: Effect
    label: str
    kind: Literal["distance", "below_line", "region"]
    landmarks: tuple[int, ...]
    regions: tuple[str, ...]
    margin_mm: float
    why: str
    source: str
    strength: str


@dataclass(frozen=True)
class Area:
    """Skin that a lattice is laid over.

    Attributes:
        name: such as "cheeks".
        label: in plain words.
        regions: of the reference face.
        midline: whether it lies across the midline, so that one column of points runs along it.
        lateral_to: landmark of the person's right; only what lies farther out belongs to the area.
        source, strength: why it is injected.
    """

    name: str
    label: str
    regions: tuple[str, ...]
    midline: bool
    lateral_to: int | None
    source: str
    strength: str


@cache
def zone_rules() -> Mapping[str, Any]:
    """The shipped file.

    >>> zone_rules()["spacing_mm"]["value"]
    10.0
    """
    path = files("rubor.pathway") / "data" / "injection_zones.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def areas_of(names: Sequence[str]) -> tuple[Area, ...]:
    """Areas by name.

    Raises:
        InputError: none, one twice, or one that is not known.

    >>> [area.label for area in areas_of(["cheeks", "nose"])]
    ['cheeks', 'nose']
    """
    known = zone_rules()["area"]
    for name in names:
        if name in ("chin", "jaw", "neck"):
            raise InputError(
                f"The {name} is not planned: it lies below the line from ear to mouth corner.",
                f"Choose among {', '.join(known)}.",
            )
        if name not in known:
            raise InputError(f"No area is called {name!r}.", f"Choose among {', '.join(known)}.")
    if not names or len(set(names)) != len(names):
        raise InputError("No area is named, or one twice.", f"Choose among {', '.join(known)}.")
    if {"cheeks", "lateral_cheeks"} <= set(names):
        raise InputError("The cheeks hold their sides already.", "Name one of the two.")
    return tuple(
        Area(
            name,
            known[name]["label"],
            tuple(known[name]["regions"]),
            known[name]["midline"],
            known[name].get("lateral_to"),
            known[name]["source"],
            known[name]["strength"],
        )
        for name in names
    )


def zones_for(wishes: Sequence[str]) -> tuple[Zone, ...]:
    """All zones, with those of the person's wishes.

    Raises:
        InputError: a wish that is not known.

    >>> len(zones_for(["laughter_lines"])) - len(zones_for([]))
    2
    """
    rules = zone_rules()
    zones = [
        _zone(f"{effect}.{name}", effect, entry)
        for effect in ("avoid", "reduced")
        for name, entry in rules[effect].items()
    ]
    for wish in wishes:
        if wish not in rules["wish"]:
            raise InputError(
                f"No wish is called {wish!r}.",
                f"Known are {', '.join(rules['wish'])}. Anything else goes into a note.",
            )
        zones += [
            _zone(f"wish.{wish}.{number}", "avoid", entry)
            for number, entry in enumerate(rules["wish"][wish]["zones"], 1)
        ]
    return tuple(zones)


def wish_texts(wishes: Sequence[str]) -> tuple[str, ...]:
    """What the person signs for each wish."""
    return tuple(zone_rules()["wish"][wish]["text"] for wish in wishes)


def _zone(name: str, effect: Any, entry: Mapping[str, Any]) -> Zone:
    return Zone(
        name,
        effect,
        entry["label"],
        entry["kind"],
        tuple(entry["landmarks"]),
        tuple(entry.get("regions", ())),
        float(entry["margin_mm"]),
        entry["why"],
        entry["source"],
        entry["strength"],
    )


def mirrored_landmarks(landmarks: Sequence[int]) -> tuple[int, ...]:
    """The same landmarks on the other side.

    >>> mirrored_landmarks([33, 61])
    (263, 291)
    """
    return tuple(int(mirror_partner()[number]) for number in landmarks)


def cells_at(points: SurfacePoints) -> IntArray:
    """(n,) number of the reference face's cell at each place of a face, -1 where there is none."""
    face = reference_face()
    there = np.einsum(
        "nc,ncx->nx", points.weights, face.landmarks_cm[face.triangles[points.triangle]]
    )
    apart, tap = _tap_tree().query(there)
    return np.where(apart <= _TAP_REACH_CM, face.tap_cell[tap], -1)


@cache
def _tap_tree() -> KDTree:
    return KDTree(reference_face().tap_position_cm)


class ZoneMap:
    """The zones on one face.

    Args:
        surface: the face in mm.
        zones: see `zones_for`.
        scale_sd: relative standard deviation of the scale. Margins are widened so that they hold even
            if the face is smaller than it was taken for (one-sided 95 %).
    """

    def __init__(self, surface: FaceSurface, zones: Sequence[Zone], scale_sd: float) -> None:
        self.surface = surface
        self.zones = tuple(zones)
        self.widening = 1.0 + 1.645 * scale_sd
        self.distances = SurfaceDistances(surface)
        self._fields = {
            zone.name: self.distances.from_points(self._curve(zone.landmarks), 80.0)
            for zone in zones
            if zone.kind == "distance"
        }

    def required_mm(self, zone: Zone) -> float:
        """The margin, widened by the error of the scale."""
        return zone.margin_mm * self.widening

    def margins_mm(self, zone: Zone, points: SurfacePoints) -> FloatArray:
        """(n,) how far places are from what the zone lies around, in mm.

        Along the skin from a curve; above a line, negative below; 0 or infinite for a region.
        """
        if zone.kind == "distance":
            return self._fields[zone.name].at(points)
        if zone.kind == "below_line":
            return self._above_line(zone, points)
        cells = cells_at(points)
        regions = reference_face().cell_region[np.maximum(cells, 0)]
        inside = (cells >= 0) & np.isin(regions, [REGIONS.index(name) for name in zone.regions])
        return np.where(inside, -1.0, np.inf)

    def inside(self, zone: Zone, points: SurfacePoints) -> BoolArray:
        """(n,) which places belong to the zone."""
        return np.asarray(self.margins_mm(zone, points) < self.required_mm(zone))

    def allowed(self, points: SurfacePoints) -> BoolArray:
        """(n,) places that no zone to avoid holds."""
        kept = np.ones(len(points), np.bool_)
        for zone in self.zones:
            if zone.effect == "avoid":
                kept &= ~self.inside(zone, points)
        return kept

    def in_area(self, area: Area, points: SurfacePoints) -> BoolArray:
        """(n,) places of an area, zones or not."""
        face = reference_face()
        cells = cells_at(points)
        numbers = [REGIONS.index(name) for name in area.regions]
        inside = (cells >= 0) & np.isin(face.cell_region[np.maximum(cells, 0)], numbers)
        if area.lateral_to is not None:
            out = np.abs(self.surface.points_mm[area.lateral_to, 0])
            other = np.abs(self.surface.points_mm[mirrored_landmarks([area.lateral_to])[0], 0])
            inside &= np.abs(self.surface.positions_mm(points)[:, 0]) > (out + other) / 2.0
        return np.asarray(inside)

    def distance_from(self, landmark: int) -> DistanceField:
        """Distance along the skin from one landmark."""
        return self.distances.from_points(self.surface.vertices(np.array([landmark])))

    def _curve(self, landmarks: Sequence[int]) -> SurfacePoints:
        """Places along the curve on both sides, dense enough for a distance from it."""
        positions = []
        for course in (landmarks, mirrored_landmarks(landmarks)):
            corners = self.surface.points_mm[list(course)]
            positions.append(corners)
            for start, end in pairwise(corners):
                count = int(np.ceil(np.linalg.norm(end - start) / _CURVE_STEP_MM))
                share = np.linspace(0.0, 1.0, count + 1)[1:-1, None]
                positions.append(start * (1.0 - share) + end * share)
        return self.surface.nearest(np.concatenate(positions))

    def _above_line(self, zone: Zone, points: SurfacePoints) -> FloatArray:
        """Height above the line, as one sees it straight on that cheek or from the side: the lower one.

        That is above the plane through the line and the mean outward direction of the skin along it, and
        above the one through the line and straight across the face.
        """
        there = self.surface.positions_mm(points)
        heights = np.empty((2, len(points)))
        for row, course in enumerate((zone.landmarks, mirrored_landmarks(zone.landmarks))):
            start, end = self.surface.points_mm[list(course)]
            share = np.linspace(0.0, 1.0, 9)[:, None]
            along = self.surface.nearest(start * (1.0 - share) + end * share)
            seen = []
            for outward in (self.surface.normals(along).mean(axis=0), np.array([1.0, 0.0, 0.0])):
                up = np.cross(end - start, outward)
                up *= np.sign(up[1]) / np.linalg.norm(up)
                seen.append((there - start) @ up)
            heights[row] = np.minimum(*seen)
        return np.asarray(np.where(there[:, 0] < 0.0, heights[0], heights[1]))
