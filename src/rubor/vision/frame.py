"""One decoded picture, read in place: planes, time and the rule that turns its numbers into light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol, Self, cast

import av
import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import UnsupportedColourError
from rubor.vision.colour_coding import ColourCoding

__all__ = ["Frame", "PhotoFrame", "PlanarFrame", "frame_from_av"]

Plane = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Picture = npt.NDArray[np.uint8]

# Pixel formats whose planes can be read as they are. Anything else is first rearranged, without
# any colour arithmetic, into the format named here.
_REARRANGED = {
    "nv12": "yuv420p",
    "nv21": "yuv420p",
    "nv16": "yuv422p",
    "nv24": "yuv444p",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
    "yvyu422": "yuv422p",
    "p010le": "yuv420p10le",
    "p210le": "yuv422p10le",
    "rgb24": "gbrp",
    "bgr24": "gbrp",
    "rgba": "gbrp",
    "bgra": "gbrp",
    "argb": "gbrp",
    "abgr": "gbrp",
    "rgb0": "gbrp",
    "bgr0": "gbrp",
    "0rgb": "gbrp",
    "0bgr": "gbrp",
    "pal8": "gbrp",
    "gbrap": "gbrp",
    "rgb48le": "gbrp16le",
    "rgba64le": "gbrp16le",
}


class Frame(Protocol):
    """A picture that colour can be sampled from, upright as it is displayed."""

    @property
    def time_s(self) -> float:
        """Presentation time since the first frame of the file, seconds."""

    @property
    def width(self) -> int:
        """Width of the upright picture, pixels."""

    @property
    def height(self) -> int:
        """Height of the upright picture, pixels."""

    def samples_at(self, rows: IntArray, columns: IntArray) -> Plane:
        """Stored samples (3, n) at pixel positions."""

    def preview(self, affine: FloatArray, size: tuple[int, int]) -> Picture:
        """A warped view (height, width, 3) in 8-bit R'G'B', for finding things, not for measuring.

        `affine` (2, 3) maps pixel positions of the frame to positions in the view; `size` is its
        width and height, both even.
        """

    def thumbnail(self, step: int) -> FloatArray:
        """The luma in 0..1, shrunk by `step`, for finding cuts."""

    def turned_round(self) -> Self:
        """The picture with left and right exchanged; twice gives the picture itself."""


@dataclass(frozen=True)
class PlanarFrame:
    """A video frame whose planes are views of the decoder's memory.

    Attributes:
        time_s: presentation time since the first frame of the file, seconds.
        planes: Y', Cb, Cr (or R', G', B') as 2-D arrays, upright.
        chroma_shift: log2 of the chroma subsampling (rows, columns).
        coding: the rule that turns samples into linear light.
        rows_in_memory: the same planes as whole rows of memory (rows, pitch), padding included, by
            which single samples are read several times as fast; None for a turned picture.
    """

    time_s: float
    planes: tuple[Plane, Plane, Plane]
    chroma_shift: tuple[int, int]
    coding: ColourCoding
    rows_in_memory: tuple[Plane, Plane, Plane] | None = None

    @property
    def height(self) -> int:
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        return int(self.planes[0].shape[1])

    def samples_at(self, rows: IntArray, columns: IntArray) -> Plane:
        row_shift, column_shift = self.chroma_shift
        samples = np.empty((3, rows.size), dtype=self.planes[0].dtype)
        chroma_rows, chroma_columns = rows >> row_shift, columns >> column_shift
        if self.rows_in_memory is None:
            luma, blue, red = self.planes
            samples[0] = luma[rows, columns]
            samples[1] = blue[chroma_rows, chroma_columns]
            samples[2] = red[chroma_rows, chroma_columns]
            return samples
        luma, blue, red = self.rows_in_memory
        luma.reshape(-1).take(rows * luma.shape[1] + columns, out=samples[0], mode="clip")
        place = chroma_rows * blue.shape[1] + chroma_columns
        blue.reshape(-1).take(place, out=samples[1], mode="clip")
        if red.shape[1] != blue.shape[1]:
            place = chroma_rows * red.shape[1] + chroma_columns
        red.reshape(-1).take(place, out=samples[2], mode="clip")
        return samples

    def preview(self, affine: FloatArray, size: tuple[int, int]) -> Picture:
        if self.coding.matrix == "rgb":
            views = [self._to_8_bit(_warp(plane, affine, size)) for plane in self.planes]
            return np.asarray(cv2.merge(views), np.uint8)
        # Half the chroma is enough to find a face, and one fixed conversion: half the time.
        width, height = size
        luma, blue, red = self.planes
        row_shift, column_shift = self.chroma_shift
        to_chroma = np.array([2.0**column_shift, 2.0**row_shift, 1.0], np.float32) * affine / 2.0
        half = (width // 2, height // 2)
        planar = np.concatenate(
            [
                self._to_8_bit(_warp(luma, affine, size)).ravel(),
                self._to_8_bit(_warp(blue, to_chroma, half)).ravel(),
                self._to_8_bit(_warp(red, to_chroma, half)).ravel(),
            ]
        )
        picture = cv2.cvtColor(planar.reshape(-1, width), cv2.COLOR_YUV2RGB_I420)
        return np.asarray(picture, np.uint8)

    def _to_8_bit(self, plane: Plane) -> Plane:
        return (
            plane
            if plane.itemsize == 1
            else (plane >> (self.coding.bit_depth - 8)).astype(np.uint8)
        )

    def thumbnail(self, step: int) -> FloatArray:
        full_scale = float((1 << self.coding.bit_depth) - 1)
        return _shrunk(self.planes[0], step) / np.float32(full_scale)

    def turned_round(self) -> Self:
        luma, blue, red = (_flipped(plane) for plane in self.planes)
        return replace(self, planes=(luma, blue, red), rows_in_memory=None)


@dataclass(frozen=True)
class PhotoFrame:
    """A still photo as a frame: its samples are linear light already.

    Attributes:
        linear_rgb: (height, width, 3) linear light.
        display_rgb: the same picture display-coded in 8 bit, for finding faces.
    """

    linear_rgb: FloatArray
    display_rgb: npt.NDArray[np.uint8]
    time_s: float = 0.0

    @property
    def height(self) -> int:
        return int(self.linear_rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.linear_rgb.shape[1])

    def samples_at(self, rows: IntArray, columns: IntArray) -> Plane:
        return self.linear_rgb[rows, columns].T

    def preview(self, affine: FloatArray, size: tuple[int, int]) -> Picture:
        return _warp(self.display_rgb, affine, size)

    def thumbnail(self, step: int) -> FloatArray:
        return _shrunk(self.display_rgb[:, :, 1], step) / np.float32(255.0)

    def turned_round(self) -> Self:
        return replace(
            self, linear_rgb=_flipped(self.linear_rgb), display_rgb=_flipped(self.display_rgb)
        )


def frame_from_av(
    picture: av.VideoFrame, time_s: float, coding: ColourCoding, display_matrix: Plane | None
) -> PlanarFrame:
    """Wrap a decoded picture without copying it; rearrange packed formats first.

    Args:
        display_matrix: 2x2 matrix of the container's display transformation, entries -1, 0 or 1.
    """
    target = _REARRANGED.get(picture.format.name)
    if target is not None:
        # With several threads swscale writes over the start of rows that another thread has done.
        picture = picture.reformat(format=target, threads=1)
    components = picture.format.components
    readable = picture.format.is_planar and not picture.format.is_big_endian
    if len(components) < 3 or not readable or components[0].bits > 16:
        raise UnsupportedColourError(
            f"The video stores pixels as {picture.format.name}, which Rubor does not read"
            + (": it has no colour." if len(components) < 3 else "."),
            "Convert it to ordinary colour video, for example H.264 with 4:2:0 sampling.",
        )
    dtype = np.uint8 if components[0].bits <= 8 else np.dtype("<u2")
    memory, views = [], []
    for component in components[:3]:
        plane = picture.planes[component.plane]
        # The plane offers its memory by the buffer protocol; PyAV's stubs do not say so.
        rows = np.frombuffer(cast(Any, plane), dtype).reshape(plane.height, -1)
        memory.append(rows)
        views.append(_upright(rows[:, : plane.width], display_matrix))
    row_shift, column_shift = 0, 0
    if not picture.format.is_rgb:
        # The shift is that of the stored picture; a quarter turn swaps rows and columns.
        luma, chroma = components[0], components[1]
        column_shift = round(np.log2(luma.width / max(chroma.width, 1)))
        row_shift = round(np.log2(luma.height / max(chroma.height, 1)))
        if display_matrix is not None and display_matrix[0, 0] == 0:
            row_shift, column_shift = column_shift, row_shift
    return PlanarFrame(
        time_s,
        (views[0], views[1], views[2]),
        (row_shift, column_shift),
        coding,
        (memory[0], memory[1], memory[2]) if display_matrix is None else None,
    )


def _upright(plane: Plane, display_matrix: Plane | None) -> Plane:
    """A view of a plane turned and flipped as the container says it is to be displayed."""
    if display_matrix is None:
        return plane
    if display_matrix[0, 0] == 0:
        plane = plane.T
        flip_columns, flip_rows = display_matrix[1, 0] < 0, display_matrix[0, 1] < 0
    else:
        flip_columns, flip_rows = display_matrix[0, 0] < 0, display_matrix[1, 1] < 0
    if flip_columns:
        plane = plane[:, ::-1]
    return plane[::-1] if flip_rows else plane


def _flipped(plane: Plane) -> Plane:
    return np.ascontiguousarray(plane[:, ::-1])


def _warp(plane: Plane, affine: FloatArray, size: tuple[int, int]) -> Plane:
    """Bilinear warp; `affine` maps pixel positions of the plane to positions in the result."""
    in_place = plane.flags["C_CONTIGUOUS"] or _is_row_padded(plane)
    source = plane if in_place else np.ascontiguousarray(plane)
    return np.asarray(
        cv2.warpAffine(source, np.asarray(affine, np.float64), size, flags=cv2.INTER_LINEAR)
    )


def _shrunk(plane: Plane, step: int) -> FloatArray:
    """Means of up to 4 x 4 samples in each square of side `step`.

    With one sample a square, a finely patterned scene that moves by a few pixels looks like another.
    """
    fine = max(1, step // 4)
    each = min(4, step)
    rows, columns = (size // (fine * each) for size in plane.shape)
    part = plane[: rows * each * fine, : columns * each * fine]
    part = part if _is_row_padded(part) else np.ascontiguousarray(part)
    size = (columns * each, rows * each)
    samples = cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
    means = cv2.resize(samples, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32)


def _is_row_padded(plane: Plane) -> bool:
    """Whether rows are contiguous with padding between them, which OpenCV reads without a copy."""
    return plane.strides[-1] == plane.itemsize and plane.strides[0] > 0
