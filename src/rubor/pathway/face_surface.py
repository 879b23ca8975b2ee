"""A surface of triangles in true millimetres: places on it, areas, and what lies in between.

The distance over the surface is in `surface_distance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.vision.reference_face import mirror_partner, reference_face

__all__ = ["FaceSurface", "SurfacePoints", "face_surface", "symmetric_mean"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_OUTER_EYE_CORNERS = (33, 263)
# The nearest place is looked for in the triangles of this many samples, which lie this share of a
# usual triangle's side apart.
_CANDIDATES = 8
_SAMPLES_PER_SIDE = 0.4
# Rounds of laying the face over its own mirror image; they converge after two or three.
_SYMMETRY_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class SurfacePoints:
    """Places on a surface that stay with it when it bends.

    Attributes:
        triangle: (n,) number of the triangle.
        weights: (n, 3) of its corners; 0 to 1, sum 1.
    """

    triangle: IntArray
    weights: FloatArray

    def __len__(self) -> int:
        return len(self.triangle)

    def chosen(self, which: IntArray | BoolArray) -> SurfacePoints:
        """Those of an index or mask."""
        return SurfacePoints(self.triangle[which], self.weights[which])


@dataclass(frozen=True, eq=False)
class FaceSurface:
    """A surface of triangles.

    Attributes:
        points_mm: (v, 3). Of a face: x to person-left, y up, z to the viewer, from midway between the
            outer eye corners; x = 0 is the plane that the face is most nearly symmetric about.
        triangles: (t, 3) numbers of points.
    """

    points_mm: FloatArray
    triangles: IntArray

    @cached_property
    def corners_mm(self) -> FloatArray:
        """(t, 3, 3) corners of each triangle."""
        return self.points_mm[self.triangles]

    @cached_property
    def areas_mm2(self) -> FloatArray:
        """(t,) area of each triangle.

        >>> square = np.array([[0.0, 0, 0], [4, 0, 0], [4, 4, 0], [0, 4, 0]])
        >>> FaceSurface(square, np.array([[0, 1, 2], [0, 2, 3]])).areas_mm2.tolist()
        [8.0, 8.0]
        """
        a, b, c = self.corners_mm.transpose(1, 0, 2)
        return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0)

    def positions_mm(self, points: SurfacePoints) -> FloatArray:
        """(n, 3) where the places are."""
        return np.asarray(np.einsum("nc,ncx->nx", points.weights, self.corners_mm[points.triangle]))

    def normals(self, points: SurfacePoints) -> FloatArray:
        """(n, 3) unit normals of the triangles, outward: away from the middle of the surface's back."""
        a, b, c = self.corners_mm[points.triangle].transpose(1, 0, 2)
        normal = np.cross(b - a, c - a)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        back = self.points_mm.mean(axis=0)
        back[2] = self.points_mm[:, 2].min()
        outward = np.sum(normal * (a - back), axis=1, keepdims=True)
        return np.asarray(np.where(outward < 0.0, -normal, normal))

    def nearest(self, positions_mm: FloatArray) -> SurfacePoints:
        """The place of the surface nearest to each position (n, 3).

        Looked for in the triangles of the nearest of many samples of the surface.
        """
        triangle_of, tree = self._finder
        candidates = triangle_of[tree.query(positions_mm, k=_CANDIDATES)[1]]
        corners = self.corners_mm[candidates]
        weights = _nearest_weights(positions_mm[:, None], corners)
        there = np.einsum("ntc,ntcx->ntx", weights, corners)
        best = np.linalg.norm(there - positions_mm[:, None], axis=2).argmin(axis=1)
        row = np.arange(len(best))
        return SurfacePoints(candidates[row, best], weights[row, best])

    @cached_property
    def _finder(self) -> tuple[IntArray, KDTree]:
        """The triangle of each of many samples, and the samples to search."""
        sides = self.corners_mm - np.roll(self.corners_mm, 1, axis=1)
        usual = float(np.median(np.linalg.norm(sides, axis=2)))
        points, _ = self.samples(_SAMPLES_PER_SIDE * usual)
        return points.triangle, KDTree(self.positions_mm(points))

    def vertices(self, numbers: IntArray) -> SurfacePoints:
        """Points of the mesh as places on the surface.

        Raises:
            ValueError: a point that no triangle has.
        """
        triangle, corner = np.empty(len(numbers), np.intp), np.empty(len(numbers), np.intp)
        for place, number in enumerate(numbers):
            found = np.argwhere(self.triangles == number)
            if not len(found):
                raise ValueError(f"point {number} belongs to no triangle")
            triangle[place], corner[place] = found[0]
        return SurfacePoints(triangle, np.eye(3)[corner])

    def samples(self, spacing_mm: float) -> tuple[SurfacePoints, FloatArray]:
        """Places all over the surface, and the area in mm2 that each stands for.

        Each triangle is cut into equal smaller ones with sides of at most about the spacing; the
        places are their centres.
        """
        corners = self.corners_mm
        longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
        parts = np.maximum(np.ceil(longest / spacing_mm), 1.0).astype(np.intp)
        triangle, weights, areas = [], [], []
        for count in np.unique(parts):
            inside = _centres_of_parts(int(count))
            those = np.flatnonzero(parts == count)
            triangle.append(np.repeat(those, len(inside)))
            weights.append(np.tile(inside, (len(those), 1)))
            areas.append(np.repeat(self.areas_mm2[those] / len(inside), len(inside)))
        points = SurfacePoints(np.concatenate(triangle), np.concatenate(weights))
        return points, np.concatenate(areas)


def face_surface(mesh_px: npt.NDArray[np.floating], mm_per_px: float) -> FaceSurface:
    """The mesh of a picture that is not mirrored as a surface in true millimetres.

    It is turned to look straight ahead: laid over its own mirror image, so that the plane x = 0 is
    the one about which it is most nearly symmetric (least squares, Umeyama 1991, IEEE TPAMI 13:376).

    Args:
        mesh_px: (468, 3) points of Face Mesh in pixels; x right, y down, z away from the camera.
        mm_per_px: the true scale.
    """
    face = reference_face()
    points = mesh_px.astype(np.float64) * [1.0, -1.0, -1.0] * mm_per_px
    points = _laid_over(points, face.landmarks_cm * 10.0)
    partner = mirror_partner()
    for _ in range(_SYMMETRY_ROUNDS):
        points = _laid_over(points, (points + points[partner] * [-1.0, 1.0, 1.0]) / 2.0)
    middle = points[list(_OUTER_EYE_CORNERS)].mean(axis=0)
    return FaceSurface(points - [0.0, middle[1], middle[2]], face.triangles)


def symmetric_mean(surface: FaceSurface) -> FaceSurface:
    """The mean of a face and its mirror image; same triangles."""
    points = surface.points_mm
    mean = (points + points[mirror_partner()] * [-1.0, 1.0, 1.0]) / 2.0
    return FaceSurface(mean, surface.triangles)


def _laid_over(points: FloatArray, target: FloatArray) -> FloatArray:
    """Points turned and moved, not stretched, as near as they come to the target."""
    seen, wanted = points - points.mean(axis=0), target - target.mean(axis=0)
    left, _, right = np.linalg.svd(seen.T @ wanted)
    left[:, 2] *= np.sign(np.linalg.det(left @ right))
    return np.asarray(seen @ (left @ right) + target.mean(axis=0))


def _nearest_weights(position: FloatArray, corners: FloatArray) -> FloatArray:
    """(..., 3) weights of the corners (..., 3, 3) at the place of the triangle nearest to a position.

    The place is inside, where the foot of the perpendicular is, or the nearest one of the three edges.
    """
    a, b, c = (corners[..., corner, :] for corner in range(3))
    ab, ac, ap = b - a, c - a, position - a
    d00, d01, d11 = (np.sum(x * y, axis=-1) for x, y in ((ab, ab), (ab, ac), (ac, ac)))
    d20, d21 = np.sum(ap * ab, axis=-1), np.sum(ap * ac, axis=-1)
    size = np.maximum(d00 * d11 - d01 * d01, 1e-12)
    v, w = (d11 * d20 - d01 * d21) / size, (d00 * d21 - d01 * d20) / size
    best = np.stack([1.0 - v - w, v, w], axis=-1)
    inside = (best >= 0.0).all(axis=-1)
    least = np.where(inside, 0.0, np.inf)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        start, end = corners[..., one, :], corners[..., other, :]
        along = end - start
        share = np.sum((position - start) * along, axis=-1) / np.maximum(
            np.sum(along * along, axis=-1), 1e-12
        )
        share = np.clip(share, 0.0, 1.0)
        gap = np.linalg.norm(start + share[..., None] * along - position, axis=-1)
        on_edge = np.zeros(best.shape)
        on_edge[..., one], on_edge[..., other] = 1.0 - share, share
        nearer = gap < least
        best = np.where(nearer[..., None], on_edge, best)
        least = np.where(nearer, gap, least)
    return best


def _centres_of_parts(count: int) -> FloatArray:
    """(count**2, 3) weights of the centres of the equal parts of a triangle."""
    upright = [(i + 1 / 3, j + 1 / 3) for i in range(count) for j in range(count - i)]
    turned = [(i + 2 / 3, j + 2 / 3) for i in range(count) for j in range(count - i - 1)]
    inner = np.array(upright + turned) / count
    return np.column_stack([inner, 1.0 - inner.sum(axis=1)])
