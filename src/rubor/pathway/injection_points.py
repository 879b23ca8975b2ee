"""Where the points of a plan lie on one face, by area, zone and side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.pathway.face_surface import FaceSurface, SurfacePoints, face_surface, symmetric_mean
from rubor.pathway.frontal_face import FrontalFace
from rubor.pathway.injection_lattice import lattice_over, neighbour_pairs
from rubor.pathway.injection_zones import (
    Area,
    Zone,
    ZoneMap,
    cells_at,
    mirrored_landmarks,
    zone_rules,
)
from rubor.pathway.true_scale import TrueScale
from rubor.vision.reference_face import reference_face

__all__ = ["InjectionPoint", "PlacedPoints", "place_points"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
Side = Literal["left", "right", "middle"]

_SAMPLES_MM = 2.0
_MIRROR = np.array([-1.0, 1.0, 1.0])
# Landmarks of the person's right from which a point can be found with a ruler.
_FROM = {"outer eye corner": 33, "wing of the nose": 129, "mouth corner": 61}


@dataclass(frozen=True)
class InjectionPoint:
    """One point.

    Attributes:
        name: number, and L for person-left or R for person-right; mirror images share the number.
        area: of the data file.
        side: of the person.
        x_mm, y_mm, z_mm: place on the mesh.
        reference_mm: the same place on the reference face, where all faces are alike.
        picture_px: x and y in the photo, turned back where it was mirrored.
        cell: cell of the reference face it lies in.
        from_mm: distance along the skin from landmarks of its side.
        reduced_by: labels of the zones that ask for a small dose here.
        nearest_avoided: label of the zone to avoid that is nearest by its margin.
        to_spare_mm: how much farther than the widened margin the point is from it.
    """

    name: str
    area: str
    side: Side
    x_mm: float
    y_mm: float
    z_mm: float
    reference_mm: tuple[float, float, float]
    picture_px: tuple[float, float]
    cell: str | None
    from_mm: dict[str, float]
    reduced_by: tuple[str, ...]
    nearest_avoided: str
    to_spare_mm: float


@dataclass(frozen=True, eq=False)
class PlacedPoints:
    """The points of a face.

    Attributes:
        points: in order of area, number and side.
        areas_cm2: left and right of each area: skin that may hold points.
        spacing_found_mm: least and most between neighbours of one area.
        zone_map: that they were placed by.
    """

    points: tuple[InjectionPoint, ...]
    areas_cm2: tuple[tuple[float, float], ...]
    spacing_found_mm: tuple[float, float] | None
    zone_map: ZoneMap


@dataclass(frozen=True, eq=False)
class _Half:
    """Points of one area on the mean of the face and its mirror image, and on both sides of the face."""

    area: Area
    index: IntArray
    left: SurfacePoints
    right: SurfacePoints

    @property
    def on_midline(self) -> BoolArray:
        return np.asarray((self.index[:, 0] == 0) & self.area.midline)

    def chosen(self, which: BoolArray) -> _Half:
        return _Half(
            self.area, self.index[which], self.left.chosen(which), self.right.chosen(which)
        )


def place_points(
    face: FrontalFace,
    scale: TrueScale,
    areas: Sequence[Area],
    zones: Sequence[Zone],
    spacing_mm: float,
    *,
    sides: Literal["both", "left", "right"],
    only_cells: Sequence[str] | None,
) -> PlacedPoints:
    """Lay a lattice over each area of a face; see `plan_injections` for the arguments."""
    surface = face_surface(face.shape_px, scale.mm_per_px)
    mean = symmetric_mean(surface)
    rules = _Rules(
        ZoneMap(surface, zones, scale.relative_sd),
        _seen(face),
        sides,
        only_cells,
    )
    halves: list[_Half] = []
    sizes = []
    # Areas across the midline come first: what lies beside them gives way.
    order = sorted(range(len(areas)), key=lambda number: not areas[number].midline)
    samples, weights = mean.samples(_SAMPLES_MM)
    in_left = mean.positions_mm(samples)[:, 0] >= 0.0
    samples, weights = samples.chosen(in_left), weights[in_left]
    for number in order:
        area = areas[number]
        left, right = _both(mean, surface, samples)
        kept = rules.kept(area, left, right)
        lattice = lattice_over(
            mean,
            lambda points, area=area: rules.kept(area, *_both(mean, surface, points)),  # type: ignore[misc]
            (samples.chosen(kept), weights[kept]),
            spacing_mm,
            midline=area.midline,
        )
        half = _Half(area, lattice.index, *_both(mean, surface, lattice.points))
        halves.append(_thinned(half, halves, surface, rules.zone_map, spacing_mm))
        sizes.append(_areas_cm2(rules, area))
    spacing = _spacing_found(halves, rules.zone_map, spacing_mm, sides)
    in_order = sorted(zip(order, halves, sizes, strict=True), key=lambda one: one[0])
    points = _points([half for _, half, _ in in_order], rules, face)
    return PlacedPoints(points, tuple(size for _, _, size in in_order), spacing, rules.zone_map)


class _Rules:
    """What may hold a point on this face."""

    def __init__(
        self,
        zone_map: ZoneMap,
        seen: BoolArray,
        sides: Literal["both", "left", "right"],
        only_cells: Sequence[str] | None,
    ) -> None:
        self.zone_map = zone_map
        self.seen = seen
        self.sides = sides
        self.midline_mm = 0.0
        if sides != "both":
            self.midline_mm = zone_rules()["split_face_midline_mm"]["value"] * zone_map.widening
        self.cells = None if only_cells is None else _numbers(only_cells)

    def kept(self, area: Area, left: SurfacePoints, right: SurfacePoints) -> BoolArray:
        """(n,) pairs of places that may hold a point: both of them, or the one of the treated side."""
        kept = np.ones(len(left), np.bool_)
        for points, side in ((left, "left"), (right, "right")):
            if self.sides in ("both", side):
                kept &= self.allowed(area, points)
        if self.cells is not None:
            # A map of one side holds for the other, so that a symmetric plan stays so.
            one, other = np.isin(cells_at(left), self.cells), np.isin(cells_at(right), self.cells)
            kept &= {"both": one | other, "left": one, "right": other}[self.sides]
        return kept

    def allowed(self, area: Area, points: SurfacePoints) -> BoolArray:
        """(n,) places of an area that no zone forbids, cells apart."""
        kept = self.zone_map.in_area(area, points) & self.zone_map.allowed(points)
        kept &= self.seen[points.triangle]
        away = np.abs(self.zone_map.surface.positions_mm(points)[:, 0]) >= self.midline_mm
        return np.asarray(kept & away)


def _seen(face: FrontalFace) -> BoolArray:
    """(t,) triangles that a photo shows, and not at a grazing angle."""
    a, b, c = face.shape_px[reference_face().triangles].transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    normal *= -np.sign(normal[:, 2].mean())  # toward the camera, where the face as a whole looks
    turned = np.radians([0.0, *(view.turned_deg for view in face.views)])[:, None]
    toward = -np.cos(turned) * normal[:, 2] - np.sin(turned) * normal[:, 0]
    most = np.radians(zone_rules()["photo"]["most_slant_deg"])
    return np.asarray((toward >= np.cos(most)).any(axis=0))


def _numbers(cells: Sequence[str]) -> IntArray:
    known = reference_face().cell_names
    for name in cells:
        if name not in known:
            raise InputError(
                f"{name!r} is not a cell of the face.", "Cells are named like cheek_left_07."
            )
    return np.array([known.index(name) for name in cells], np.intp)


def _both(
    mean: FaceSurface, surface: FaceSurface, points: SurfacePoints
) -> tuple[SurfacePoints, SurfacePoints]:
    """Places of the mean face on the left and on the right side of the face itself."""
    there = mean.positions_mm(points)
    return surface.nearest(there), surface.nearest(there * _MIRROR)


def _thinned(
    half: _Half, others: Sequence[_Half], surface: FaceSurface, zone_map: ZoneMap, spacing_mm: float
) -> _Half:
    """Without points too near to one of another area, or to one before it that is no neighbour."""
    least = zone_rules()["least_apart_share"]["value"] * spacing_mm
    kept = np.ones(len(half.index), np.bool_)
    for side in ("left", "right"):
        points: SurfacePoints = getattr(half, side)
        apart = zone_map.distances.between(points, 2.0 * spacing_mm)
        pairs = neighbour_pairs(half.index)
        apart[pairs[:, 0], pairs[:, 1]] = np.inf
        apart[pairs[:, 1], pairs[:, 0]] = np.inf
        for number in range(len(kept)):
            before = np.flatnonzero(kept[:number])
            kept[number] &= bool((apart[number, before] >= least).all())
        for other in others:
            from_other = zone_map.distances.from_points(getattr(other, side), 2.0 * spacing_mm)
            kept &= from_other.at(points) >= least
    return half.chosen(kept)


def _areas_cm2(rules: _Rules, area: Area) -> tuple[float, float]:
    """Skin of an area on person-left and person-right that may hold points, in cm2.

    Where both sides are treated it counts only with its mirror image, as points do.
    """
    surface = rules.zone_map.surface
    samples, weights = surface.samples(_SAMPLES_MM)
    near = rules.zone_map.in_area(area, samples)
    samples, weights = samples.chosen(near), weights[near]
    there = surface.positions_mm(samples)
    other = surface.nearest(there * _MIRROR)
    in_left = there[:, 0] >= 0.0
    sizes = []
    for side, here in (("left", in_left), ("right", ~in_left)):
        own, mirrored = samples.chosen(here), other.chosen(here)
        pair = (own, mirrored) if side == "left" else (mirrored, own)
        treated = rules.sides in ("both", side)
        kept = rules.kept(area, *pair)
        sizes.append(float(weights[here][kept].sum() / 100.0) if treated else 0.0)
    return sizes[0], sizes[1]


def _spacing_found(
    halves: Sequence[_Half], zone_map: ZoneMap, spacing_mm: float, sides: str
) -> tuple[float, float] | None:
    found = []
    for half in halves:
        pairs = neighbour_pairs(half.index)
        for side in ("left", "right"):
            if sides in ("both", side) and len(pairs):
                apart = zone_map.distances.between(getattr(half, side), 3.0 * spacing_mm)
                found.append(apart[pairs[:, 0], pairs[:, 1]])
    if not found:
        return None
    every = np.concatenate(found)
    return round(float(every.min()), 2), round(float(every.max()), 2)


def _points(
    halves: Sequence[_Half], rules: _Rules, face: FrontalFace
) -> tuple[InjectionPoint, ...]:
    """Numbered from the top of each area down, from the midline outward."""
    zone_map = rules.zone_map
    fields = {
        side: {
            name: zone_map.distance_from(
                number if side == "right" else mirrored_landmarks([number])[0]
            )
            for name, number in _FROM.items()
        }
        for side in ("left", "right")
    }
    points: list[InjectionPoint] = []
    number = 0
    for half in halves:
        order = np.lexsort((half.index[:, 0], -half.index[:, 1]))
        for place in order:
            number += 1
            middle = bool(half.on_midline[place])
            for side in ("left", "right"):
                if rules.sides not in ("both", side) or (middle and side == "right"):
                    continue
                where: SurfacePoints = getattr(half, side).chosen(np.array([place]))
                points.append(
                    _point(
                        f"{number}" if middle else f"{number}{side[0].upper()}",
                        half.area,
                        "middle" if middle else side,
                        where,
                        zone_map,
                        face,
                        {name: float(field.at(where)[0]) for name, field in fields[side].items()},
                    )
                )
    return tuple(points)


def _point(
    name: str,
    area: Area,
    side: Side,
    where: SurfacePoints,
    zone_map: ZoneMap,
    face: FrontalFace,
    from_mm: dict[str, float],
) -> InjectionPoint:
    x, y, z = (round(float(value), 2) for value in zone_map.surface.positions_mm(where)[0])
    corners = face.mesh_px[zone_map.surface.triangles[where.triangle[0]], :2]
    column, row = (round(float(value), 1) for value in where.weights[0] @ corners)
    reference = reference_face()
    alike = reference.landmarks_cm[reference.triangles[where.triangle[0]]] * 10.0
    on_reference = [round(float(value), 2) for value in where.weights[0] @ alike]
    cell = int(cells_at(where)[0])
    spare = {
        zone.label: float(zone_map.margins_mm(zone, where)[0]) - zone_map.required_mm(zone)
        for zone in zone_map.zones
        if zone.effect == "avoid"
    }
    nearest = min(spare, key=lambda label: spare[label])
    return InjectionPoint(
        name=name,
        area=area.name,
        side=side,
        x_mm=x,
        y_mm=y,
        z_mm=z,
        reference_mm=(on_reference[0], on_reference[1], on_reference[2]),
        picture_px=(column, row),
        cell=reference.cell_names[cell] if cell >= 0 else None,
        from_mm={label: round(value, 1) for label, value in from_mm.items()},
        reduced_by=tuple(
            zone.label
            for zone in zone_map.zones
            if zone.effect == "reduced" and bool(zone_map.inside(zone, where)[0])
        ),
        nearest_avoided=nearest,
        to_spare_mm=round(spare[nearest], 1),
    )
