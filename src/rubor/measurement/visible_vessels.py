"""Visible vessels: fine red lines in a sharp still picture, as a map and a number.

A vessel near the surface absorbs green and hardly any red, so in ln R - ln G it is a bright line, while
a wrinkle, a hair or a shadow darkens both alike and nearly vanishes. Lines are found by the curvature of
the picture at several widths (Sato Y et al.: Three-dimensional multi-scale line filter for segmentation
and visualization of curvilinear structures in medical images. Med Image Anal 1998;2(2):143-168), and
counted against pale lines, which the same noise would make just as often.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.morphology import skeletonize

from rubor.errors import FaceNotFoundError
from rubor.vision.face_tracking import FaceTracker
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import read_photo
from rubor.vision.photo_frame import photo_frame
from rubor.vision.reference_face import mirrored_name, reference_face

__all__ = ["VisibleVessels", "visible_vessels", "visible_vessels_in_photo"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.float32]

# Facial telangiectasia are 0.1 to 1 mm wide; at 4 px/mm the finest that shows is about 0.3 mm.
_HALF_WIDTHS_MM: Final = (0.2, 0.35)
LEAST_PX_PER_MM: Final = 4.0
_MOST_PX_PER_MM: Final = 6.0
# Edges of lips and lids wider than this mean a picture too soft for lines.
WIDEST_EDGE_MM: Final = 1.5
# Corners of the eyes and the mouth in the mesh, and how far about them the edges are looked at.
_CORNERS: Final = (33, 133, 263, 362, 61, 291)
_CORNER_MM: Final = 6.0
# A line is counted above what 1 % of the skin reaches with pale lines, and above this in ln R/G.
_PALE_SHARE: Final = 99.0
_LEAST_CONTRAST: Final = 0.01
_LEAST_LENGTH_MM: Final = 2.0
# Hair and wrinkles darken red nearly as much as green; blood does not.
_MOST_RED_SHARE: Final = 0.6
# The flanks of a line lie within this distance of it.
_FLANK_MM: Final = 0.8
# Skin reaches this far from a sampled point of the face.
_REACH_MM: Final = 1.2
_DARKEST, _BRIGHTEST = 0.01, 0.95


@dataclass(frozen=True, eq=False)
class VisibleVessels:
    """Fine red lines of a face.

    Attributes:
        density_cm_per_cm2: length of red lines on a square centimetre of skin, less that of pale lines
            in the same skin; None where the picture does not serve.
        red_cm_per_cm2, pale_cm_per_cm2: both lengths; what chance and texture make is alike in both.
        skin_cm2: skin that was looked at, as large as the camera sees it.
        cells: the same difference for each cell by name; left and right are the person's.
        lines: (height, width) bool, where the red lines are in `picture_affine`'s frame; None likewise.
        picture_affine: (2, 3) from the picture's pixels to those of `lines`.
        px_per_mm: resolution on the face.
        edge_mm: width of the sharpest edges.
        reason: why there is no number; None where there is one.
    """

    density_cm_per_cm2: float | None
    red_cm_per_cm2: float | None
    pale_cm_per_cm2: float | None
    skin_cm2: float
    cells: dict[str, float]
    lines: BoolArray | None
    picture_affine: FloatArray
    px_per_mm: float
    edge_mm: float
    reason: str | None

    def as_summary(self) -> dict[str, Any]:
        """The `visible_vessels` part of `summary.json`: the numbers, without the picture."""
        return {
            "density_cm_per_cm2": self.density_cm_per_cm2,
            "red_cm_per_cm2": self.red_cm_per_cm2,
            "pale_cm_per_cm2": self.pale_cm_per_cm2,
            "skin_cm2": self.skin_cm2,
            "px_per_mm": self.px_per_mm,
            "cells": self.cells,
            "reason": self.reason,
        }


def visible_vessels_in_photo(
    source: str | Path | MediaFile, *, mirrored: bool | None = None, face: int | None = None
) -> VisibleVessels:
    """Find the visible vessels in a photo.

    Args:
        source: JPEG, PNG, HEIC or TIFF: its path, or the file wherever it is kept.
        mirrored: whether the picture is mirrored; None is taken as not.
        face: which face where there are several, counted from 1 from the picture's left.

    Raises:
        RuborError: the file cannot be read, or holds no face or several.
    """
    file = MediaFile.of(source)
    frame = photo_frame(read_photo(file))
    points = FaceTracker(choice=face).follow(frame)
    if points is None:
        raise FaceNotFoundError(
            f"There is no face in {file.name}.", "Take the photo from the front, in even light."
        )
    return visible_vessels(frame.linear_rgb, points, mirrored=bool(mirrored))


def visible_vessels(
    linear_rgb: npt.NDArray[np.floating],
    points: npt.NDArray[np.floating],
    *,
    mirrored: bool = False,
) -> VisibleVessels:
    """Find the visible vessels in a picture whose face mesh is known.

    Args:
        linear_rgb: (height, width, 3) linear light; clipped pixels as 1.
        points: (468, 2 or 3) mesh points in pixels.
        mirrored: whether the picture is mirrored.

    Returns:
        Map and number; no number, with the reason, under 4 px/mm or where the picture is soft.
    """
    affine, px_per_mm = _upright(points)
    upright = _warped(np.asarray(linear_rgb, np.float32), affine, points)
    edge_mm = _edge_width_mm(upright, affine, points, min(px_per_mm, _MOST_PX_PER_MM))
    reason = _reason_against(px_per_mm, edge_mm)
    if reason is not None:
        return VisibleVessels(None, None, None, 0.0, {}, None, affine, px_per_mm, edge_mm, reason)
    scale = min(px_per_mm, _MOST_PX_PER_MM)
    cell = _cell_of_pixel(upright, affine, points, scale)
    cell[_unusable(upright)] = -1
    red, pale = _lines(upright, cell >= 0, scale)
    names = reference_face().cell_names
    if mirrored:
        names = tuple(mirrored_name(name) for name in names)
    return _counted(red, pale, cell, names, affine, scale, px_per_mm, edge_mm)


def _reason_against(px_per_mm: float, edge_mm: float) -> str | None:
    if px_per_mm < LEAST_PX_PER_MM:
        return (
            f"The face is too small in the picture to show fine vessels: {px_per_mm:.1f} pixels a"
            f" millimetre, at least {LEAST_PX_PER_MM:.0f} are needed. Come closer or use the main camera."
        )
    if edge_mm > WIDEST_EDGE_MM:
        return (
            f"The picture is too soft to show fine vessels: its sharpest edges are {edge_mm:.1f} mm wide,"
            f" at most {WIDEST_EDGE_MM:.1f} will do. Hold the camera still and focus on the face."
        )
    return None


# --- geometry -----------------------------------------------------------------------------------


def _upright(points: npt.NDArray[np.floating]) -> tuple[FloatArray, float]:
    """Affine map to an upright face at no more than the finest scale used, and the picture's scale."""
    face = reference_face()
    source = np.asarray(points[:, :2], np.float64)
    target = face.landmarks_cm[:, :2] * np.array([1.0, -1.0])
    source_middle, target_middle = source.mean(axis=0), target.mean(axis=0)
    one, other = source - source_middle, target - target_middle
    # The best similarity in the plane, as a complex number (Umeyama without a reflection).
    a, b = one @ np.array([1.0, 1.0j]), other @ np.array([1.0, 1.0j])
    turn = complex(np.vdot(b, a) / np.vdot(b, b))
    px_per_mm = abs(turn) / 10.0
    zoom = min(1.0, _MOST_PX_PER_MM / px_per_mm)
    rotation = zoom * np.conj(turn) / abs(turn)
    matrix = np.array([[rotation.real, -rotation.imag], [rotation.imag, rotation.real]])
    moved = source @ matrix.T
    margin = 10.0
    shift = margin - moved.min(axis=0)
    return np.column_stack([matrix, shift]), float(px_per_mm)


def _warped(linear_rgb: Picture, affine: FloatArray, points: npt.NDArray[np.floating]) -> Picture:
    moved = points[:, :2] @ affine[:, :2].T + affine[:, 2]
    width, height = (int(value) for value in np.ceil(moved.max(axis=0) + 10.0))
    zoom = float(np.hypot(*affine[:, 0]))
    picture = linear_rgb
    if zoom < 0.7:
        # Small structures would alias into lines.
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 / zoom), np.float32)
    return np.asarray(
        cv2.warpAffine(
            picture, affine, (width, height), flags=cv2.INTER_LINEAR, borderValue=(1, 1, 1)
        ),
        np.float32,
    )


def _cell_of_pixel(
    upright: Picture, affine: FloatArray, points: npt.NDArray[np.floating], scale: float
) -> npt.NDArray[np.intp]:
    """(height, width) number of the cell that each pixel lies in, -1 outside all."""
    face = reference_face()
    taps = (face.taps_from_landmarks @ np.asarray(points[:, :2], np.float64)) @ affine[
        :, :2
    ].T + affine[:, 2]
    height, width = upright.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.column_stack([columns.ravel() + 0.5, rows.ravel() + 0.5])
    distance, nearest = cKDTree(taps).query(pixels, distance_upper_bound=_REACH_MM * scale)
    cell = np.full(height * width, -1, np.intp)
    near = np.isfinite(distance)
    cell[near] = face.tap_cell[nearest[near]]
    return cell.reshape(height, width)


def _unusable(upright: Picture) -> BoolArray:
    """Clipped, black or beyond the picture, with a margin."""
    bad = (upright.max(axis=2) > _BRIGHTEST) | (upright.min(axis=2) < _DARKEST / 10.0)
    return np.asarray(ndimage.binary_dilation(bad, iterations=3))


def _edge_width_mm(
    upright: Picture, affine: FloatArray, points: npt.NDArray[np.floating], scale: float
) -> float:
    """Width of the edges at the corners of eyes and mouth, the median of them.

    Contrast over the steepest gradient, in coded light: lids and lips are sharp on every face.
    """
    grey = np.sqrt(np.clip(upright[:, :, 1], 0.0, 1.0)).astype(np.float64)
    steps = np.hypot(ndimage.sobel(grey, axis=1), ndimage.sobel(grey, axis=0)) / 8.0
    reach = max(round(_CORNER_MM * scale), 3)
    widths = []
    for x, y in points[list(_CORNERS), :2] @ affine[:, :2].T + affine[:, 2]:
        row, column = round(float(y)), round(float(x))
        around = (
            slice(max(row - reach, 0), row + reach + 1),
            slice(max(column - reach, 0), column + reach + 1),
        )
        if grey[around].size:
            contrast = float(np.subtract(*np.percentile(grey[around], (98.0, 2.0))))
            steepest = float(np.percentile(steps[around], 99.0))
            widths.append(contrast / max(steepest, 1e-6) / scale)
    return float(np.median(widths)) if widths else float("inf")


# --- lines --------------------------------------------------------------------------------------


def _lines(upright: Picture, skin: BoolArray, scale: float) -> tuple[BoolArray, BoolArray]:
    """Where red and where pale lines are."""
    light = np.log(np.maximum(upright, 1e-4).astype(np.float64))
    redness = light[:, :, 0] - light[:, :, 1]
    # Red light is little changed by blood; a line in it is a hair, a wrinkle or an edge.
    bright, dark = _without_flanks(_ridges(redness, scale), _ridges(-redness, scale), scale)
    in_red, in_green = (
        np.maximum(_ridges(-light[:, :, channel], scale), _ridges(light[:, :, channel], scale))
        for channel in (0, 1)
    )
    inside = ndimage.binary_erosion(skin, iterations=max(round(scale), 1))
    if not inside.any():
        return np.zeros_like(skin), np.zeros_like(skin)
    limit = max(float(np.percentile(dark[inside], _PALE_SHARE)), _LEAST_CONTRAST)
    of_colour = in_red <= _MOST_RED_SHARE * np.maximum(in_green, 1e-9)
    least_px = _LEAST_LENGTH_MM * scale
    return (
        _long_lines((bright > limit) & of_colour & inside, least_px),
        _long_lines((dark > limit) & of_colour & inside, least_px),
    )


def _ridges(values: FloatArray, scale: float) -> FloatArray:
    """Height of bright lines, the largest over the widths; 0 where there is none.

    The curvature across the line, less that along it, so that a spot is no line; times the square of
    the width, and so in the unit of the values.
    """
    best = np.zeros_like(values)
    for half_width_mm in _HALF_WIDTHS_MM:
        sigma = half_width_mm * scale
        across = ndimage.gaussian_filter(values, sigma, order=(0, 2))
        down = ndimage.gaussian_filter(values, sigma, order=(2, 0))
        both = ndimage.gaussian_filter(values, sigma, order=(1, 1))
        middle, reach = (across + down) / 2.0, np.hypot((across - down) / 2.0, both)
        steep, other = middle - reach, middle + reach
        best = np.maximum(best, sigma**2 * (-steep - np.abs(other)))
    return np.asarray(np.maximum(best, 0.0))


def _without_flanks(
    bright: FloatArray, dark: FloatArray, scale: float
) -> tuple[FloatArray, FloatArray]:
    """A line has flanks that curve the other way: what lies beside a stronger line is none."""
    reach = 2 * round(_FLANK_MM * scale) + 1
    beside_bright = ndimage.maximum_filter(bright, reach)
    beside_dark = ndimage.maximum_filter(dark, reach)
    return (
        np.where(bright >= beside_dark, bright, 0.0),
        np.where(dark >= beside_bright, dark, 0.0),
    )


def _long_lines(mask: BoolArray, least_px: float) -> BoolArray:
    """Middle lines of the parts that are long enough."""
    thin = np.asarray(skeletonize(mask), np.bool_)  # type: ignore[no-untyped-call]
    labels, count = ndimage.label(thin, structure=np.ones((3, 3)))
    if count == 0:
        return thin
    sizes = np.bincount(labels.ravel())
    keep = sizes >= least_px
    keep[0] = False
    return np.asarray(keep[labels])


def _counted(
    red: BoolArray,
    pale: BoolArray,
    cell: npt.NDArray[np.intp],
    names: tuple[str, ...],
    affine: FloatArray,
    scale: float,
    px_per_mm: float,
    edge_mm: float,
) -> VisibleVessels:
    known = cell >= 0
    size = len(names)
    # A pixel of a middle line is 1 px long along an axis and 1.41 along a diagonal: 1.2 on average.
    length_cm = 1.2 / scale / 10.0
    area_cm2 = np.bincount(cell[known], minlength=size) / (scale * 10.0) ** 2
    lengths = [
        np.bincount(cell[known & lines], minlength=size) * length_cm for lines in (red, pale)
    ]
    # A cell of which less than a quarter is seen has no density of its own.
    told = area_cm2 >= 0.25 * reference_face().cell_area_cm2
    total_cm2 = float(area_cm2.sum())
    if total_cm2 <= 0.0:
        reason = (
            "No skin of the face could be used: it is too dark, too bright or out of the picture."
        )
        return VisibleVessels(None, None, None, 0.0, {}, None, affine, px_per_mm, edge_mm, reason)
    red_density, pale_density = (float(length.sum()) / total_cm2 for length in lengths)
    return VisibleVessels(
        red_density - pale_density,
        red_density,
        pale_density,
        total_cm2,
        {
            names[number]: float((lengths[0][number] - lengths[1][number]) / area_cm2[number])
            for number in np.flatnonzero(told)
        },
        red,
        affine,
        px_per_mm,
        edge_mm,
        None,
    )
