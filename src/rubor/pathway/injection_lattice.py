"""A square lattice of points on the skin, every one about the same distance from its neighbours.

The net is grown step by step along the surface and then pulled until all its sides have the asked-for
length along the surface, which a curved surface allows if the angles may differ from 90 degrees
(Chebyshev 1878, "On the cutting of garments"). It is laid over the mean of the face and its mirror
image, so that both sides get the same points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.pathway.face_surface import FaceSurface, SurfacePoints
from rubor.pathway.surface_distance import SurfaceDistances

__all__ = ["Lattice", "lattice_over", "neighbour_pairs"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))
# Beginnings that are tried, as shares of the spacing along each direction.
_PHASES = (-1 / 3, 0.0, 1 / 3)
_STEP_REFINEMENTS = 2
_PULLS = 100
_PULL_ROUNDS = 2
# A step that ends nearer than this share of the spacing to another point has left the surface.
_LEAST_STEP = 0.6
# One pull moves a point by this share of the mean of what its sides ask for.
_PULL_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class Lattice:
    """Points of a net.

    Attributes:
        index: (n, 2) column and row; columns count to person-left, rows up.
        points: their places on the surface.
    """

    index: IntArray
    points: SurfacePoints

    def __len__(self) -> int:
        return len(self.index)

    def chosen(self, which: BoolArray) -> Lattice:
        """Those of a mask."""
        return Lattice(self.index[which], self.points.chosen(which))


def neighbour_pairs(index: IntArray) -> IntArray:
    """(pairs, 2) numbers of points that are neighbours along a row or column.

    >>> neighbour_pairs(np.array([[0, 0], [1, 0], [1, 1]])).tolist()
    [[0, 1], [1, 2]]
    """
    number = {(int(i), int(j)): place for place, (i, j) in enumerate(index)}
    pairs = [
        (place, number[i + di, j + dj])
        for (i, j), place in number.items()
        for di, dj in ((1, 0), (0, 1))
        if (i + di, j + dj) in number
    ]
    return np.array(pairs, np.intp).reshape(-1, 2)


def lattice_over(
    surface: FaceSurface,
    allowed: Callable[[SurfacePoints], BoolArray],
    samples: tuple[SurfacePoints, FloatArray],
    spacing_mm: float,
    *,
    midline: bool,
) -> Lattice:
    """Lay a lattice over the allowed part of a surface.

    Args:
        surface: in mm.
        allowed: which places may hold a point.
        samples: allowed places all over the part, and the area of each in mm2.
        spacing_mm: from point to point along the surface.
        midline: the part lies across x = 0; only its half with x >= 0 is laid out, with column 0 on
            the midline.

    Returns:
        The lattice, of which all points are allowed; empty where nothing is.
    """
    places, areas = samples
    if not len(places):
        return Lattice(np.empty((0, 2), np.intp), places)
    spots = surface.positions_mm(places)
    net = _Net(surface, KDTree(spots), spacing_mm, midline)
    centre = np.average(spots, axis=0, weights=areas)
    if midline:
        centre[0] = 0.0
    expected = areas.sum() / spacing_mm**2
    best: tuple[float, Lattice] | None = None
    for across in (0.0,) if midline else _PHASES:
        for up in _PHASES:
            start = centre + np.array([across, up, 0.0]) * spacing_mm
            grown = net.grown(start)
            count = int(allowed(grown.points).sum())
            # A point on the midline stands for both halves.
            if midline:
                count -= int(0.5 * (allowed(grown.points) & (grown.index[:, 0] == 0)).sum())
            missed = abs(count - expected)
            if best is None or missed < best[0] - 1e-9:
                best = (missed, grown)
    assert best is not None
    even = best[1]
    # The second time without what lies outside, which the border of the surface may have held back.
    for _ in range(2):
        even = net.pulled(even)
        even = even.chosen(allowed(even.points))
    return even


class _Net:
    """Grows and evens out a lattice on one part of a surface."""

    def __init__(
        self, surface: FaceSurface, spots: KDTree, spacing_mm: float, midline: bool
    ) -> None:
        self.surface = surface
        self.spots = spots
        self.spacing_mm = spacing_mm
        self.midline = midline

    def grown(self, start: FloatArray) -> Lattice:
        """The net from one point on, as far as a step beyond the allowed places."""
        first = self.surface.nearest(self._held(start[None], np.zeros((1, 2))))
        where = {(0, 0): self.surface.positions_mm(first)[0]}
        edge = [(0, 0)]
        while edge:
            wanted: dict[tuple[int, int], list[FloatArray]] = {}
            origin = np.array([where[key] for key in edge])
            for step in _STEPS:
                there = self._stepped(origin, np.array(step))
                for (i, j), position in zip(edge, there, strict=True):
                    key = (i + step[0], j + step[1])
                    if key not in where and not (self.midline and key[0] < 0):
                        wanted.setdefault(key, []).append(position)
            keys = list(wanted)
            if not keys:
                break
            means = np.array([np.mean(wanted[key], axis=0) for key in keys])
            means = self._on_surface(self._held(means, np.array(keys)))
            near = self.spots.query(means)[0] <= self.spacing_mm
            # At the border of the surface there is no further step: what falls back is dropped.
            taken = KDTree(np.array(list(where.values())))
            near &= taken.query(means)[0] >= _LEAST_STEP * self.spacing_mm
            edge = [key for key, kept in zip(keys, near, strict=True) if kept]
            where.update(
                {key: mean for key, mean, kept in zip(keys, means, near, strict=True) if kept}
            )
        index = np.array(list(where), np.intp)
        return Lattice(index, self.surface.nearest(np.array(list(where.values()))))

    def pulled(self, lattice: Lattice) -> Lattice:
        """The same net with sides of equal length along the surface."""
        pairs = neighbour_pairs(lattice.index)
        if not len(pairs):
            return lattice
        distances = SurfaceDistances(self.surface)
        chord = np.full(len(pairs), self.spacing_mm)
        for _ in range(_PULL_ROUNDS):
            lattice = self._pulled_to(lattice, pairs, chord)
            positions = self.surface.positions_mm(lattice.points)
            straight = np.linalg.norm(positions[pairs[:, 0]] - positions[pairs[:, 1]], axis=1)
            along = distances.between(lattice.points, 2.5 * self.spacing_mm)
            along = along[pairs[:, 0], pairs[:, 1]]
            share = np.where(np.isfinite(along), straight / np.maximum(along, 1e-9), 1.0)
            chord = self.spacing_mm * share
        return lattice

    def _pulled_to(self, lattice: Lattice, pairs: IntArray, chord: FloatArray) -> Lattice:
        positions = self.surface.positions_mm(lattice.points)
        sides = np.bincount(pairs.ravel(), minlength=len(positions))[:, None]
        one, other = pairs.T
        for _ in range(_PULLS):
            along = positions[other] - positions[one]
            length = np.linalg.norm(along, axis=1, keepdims=True)
            correction = along * (1.0 - chord[:, None] / np.maximum(length, 1e-9)) / 2.0
            move = np.zeros_like(positions)
            np.add.at(move, one, correction)
            np.add.at(move, other, -correction)
            positions = positions + 2.0 * _PULL_SHARE * move / np.maximum(sides, 1)
            positions = self._on_surface(self._held(positions, lattice.index))
        return replace(lattice, points=self.surface.nearest(positions))

    def _stepped(self, origin: FloatArray, step: IntArray) -> FloatArray:
        """One spacing along the surface from each position, to person-left or up."""
        normal = self.surface.normals(self.surface.nearest(origin))
        up = np.array([0.0, 1.0, 0.0]) - normal * normal[:, 1:2]
        up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
        across = np.cross(up, normal)
        direction = step[0] * across + step[1] * up
        there = origin + direction * self.spacing_mm
        for _ in range(_STEP_REFINEMENTS):
            there = self._on_surface(there)
            way = there - origin
            length = np.linalg.norm(way, axis=1, keepdims=True)
            there = origin + way * self.spacing_mm / np.maximum(length, 1e-9)
        return np.asarray(there)

    def _held(self, positions: FloatArray, index: npt.NDArray[np.number]) -> FloatArray:
        """Column 0 of a net across the midline stays on it."""
        if not self.midline:
            return positions
        held = positions.copy()
        held[index[:, 0] == 0, 0] = 0.0
        return held

    def _on_surface(self, positions: FloatArray) -> FloatArray:
        return self.surface.positions_mm(self.surface.nearest(positions))
