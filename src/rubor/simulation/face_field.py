"""From values at the points of the reference face to a smooth map on the picture, and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rubor.simulation.person_spec import Response, TreatedPatch
from rubor.simulation.sitter import Sitter
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = ["FaceField", "region_means", "response_factors"]

FloatArray = npt.NDArray[np.float64]
Frame = npt.NDArray[np.float32]
Window = tuple[slice, slice]

# The map at a pixel is a weighted mean of the nearest points, of which there are 48 to a cm².
_NEIGHBOURS = 12
_BLUR_CM = 0.15
# Between and beyond the regions the map goes on and fades out, by distance from the nearest point.
_FULL_WITHIN_CM, _NOTHING_BEYOND_CM = 0.8, 1.8


@dataclass(frozen=True, eq=False)
class FaceField:
    """Pixels of a window of the picture and the points of the face around them.

    Attributes:
        window: rows and columns.
        points: nearest points of every second pixel across and down, (h/2, w/2, k).
        weights: their weights, likewise, which sum to 1 on the face and fade out around it.
        taps_px: all points (taps, 2), from the upper left corner of the window.
    """

    window: Window
    points: npt.NDArray[np.intp]
    weights: Frame
    taps_px: Frame

    @classmethod
    def of(cls, sitter: Sitter, window: Window) -> FaceField:
        """The field of a sitter in a window of its picture."""
        rows, columns = window
        origin = np.array([columns.start, rows.start])
        taps = sitter.taps_px - origin
        width, height = columns.stop - columns.start, rows.stop - rows.start
        # Between two pixels, so that doubling the map's size brings it back into place.
        halves = [2.0 * np.arange((size + 1) // 2) + 0.5 for size in (width, height)]
        grid = np.stack(np.meshgrid(*halves), axis=-1)
        distance_px, points = KDTree(taps).query(grid, k=_NEIGHBOURS)
        distance_cm = distance_px / sitter.px_per_cm
        nearest = distance_cm[..., 0]
        # Distances beyond the nearest count, so that far from all points some still weigh.
        weights = np.exp(-0.5 * ((distance_cm**2 - nearest[..., None] ** 2) / _BLUR_CM**2))
        weights /= weights.sum(axis=-1, keepdims=True)
        fade = (_NOTHING_BEYOND_CM - nearest) / (_NOTHING_BEYOND_CM - _FULL_WITHIN_CM)
        fade = np.clip(fade, 0.0, 1.0)
        weights *= (fade * fade * (3.0 - 2.0 * fade))[..., None]
        return cls(window, points, weights.astype(np.float32), taps.astype(np.float32))

    def spread(self, values: FloatArray) -> Frame:
        """The map (h, w) of values (taps,)."""
        half = np.einsum("hwk,hwk->hw", self.weights, values.astype(np.float32)[self.points])
        rows, columns = self.window
        doubled = cv2.resize(half, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_LINEAR)
        spread: Frame = doubled[: rows.stop - rows.start, : columns.stop - columns.start]
        return np.ascontiguousarray(spread, dtype=np.float32)

    def at_taps(self, picture: Frame) -> FloatArray:
        """Values of a map (h, w) at the points, (taps,)."""
        columns = np.ascontiguousarray(self.taps_px[:, :1])
        rows = np.ascontiguousarray(self.taps_px[:, 1:])
        return cv2.remap(picture, columns, rows, cv2.INTER_LINEAR)[:, 0].astype(np.float64)


def response_factors(response: Response, treated: tuple[TreatedPatch, ...]) -> FloatArray:
    """Factor on a response's size at each point of the reference face, (taps,).

    >>> cheeks = Response(regions={"cheek": 1.0}, left=0.5)
    >>> np.unique(response_factors(cheeks, ())).tolist()
    [0.0, 0.5, 1.0]
    """
    face = reference_face()
    by_region = np.array([response.factor_of(region) for region in REGIONS])
    side = np.where(face.tap_position_cm[:, 0] > 0.0, response.left, response.right)
    factors: FloatArray = by_region[face.cell_region[face.tap_cell]] * side
    for patch in treated:
        if response.kind in patch.responses:
            factors = factors * (1.0 - patch.reduction * _inside(patch))
    return factors


def region_means(values: FloatArray) -> FloatArray:
    """Means of values at the points, (..., taps), over each of REGIONS, (..., 7)."""
    face = reference_face()
    region = face.cell_region[face.tap_cell]
    return np.stack(
        [values[..., region == number].mean(axis=-1) for number in range(len(REGIONS))], axis=-1
    )


def _inside(patch: TreatedPatch) -> FloatArray:
    """How far each point lies in a treated patch, (taps,), 0..1."""
    face = reference_face()
    x, y = face.tap_position_cm[:, 0], face.tap_position_cm[:, 1]
    if patch.cells:
        numbers = [face.cell_names.index(name) for name in patch.cells]
        return np.isin(face.tap_cell, numbers).astype(np.float64)
    if patch.centre_cm is not None and patch.semi_axes_cm is not None:
        radius = np.hypot(
            (x - patch.centre_cm[0]) / patch.semi_axes_cm[0],
            (y - patch.centre_cm[1]) / patch.semi_axes_cm[1],
        )
        edge = patch.edge_cm / min(patch.semi_axes_cm)
        return np.clip((1.0 - radius) / edge + 0.5, 0.0, 1.0)
    inside = np.ones(face.taps, np.bool_)
    if patch.regions:
        wanted = [
            number
            for number, region in enumerate(REGIONS)
            if region in patch.regions or region.rsplit("_", 1)[0] in patch.regions
        ]
        inside &= np.isin(face.cell_region[face.tap_cell], wanted)
    if patch.side is not None:
        inside &= (x > 0.0) == (patch.side == "left")
    return inside.astype(np.float64)
