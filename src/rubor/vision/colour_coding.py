"""How a video's numbers stand for colour, and the way from them to linear light.

All arithmetic is in floating point on the decoded planes. The 8-bit converters of common video
libraries round their chroma path and bias a redness index by up to 0.01, more than a visible blush
step, so none of them touches the pixels here.

Standards: ITU-R BT.601, BT.709, BT.2020, BT.2100 (HLG), IEC 61966-2-1 (sRGB), ITU-T H.273 (tags).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from rubor.errors import UnsupportedColourError
from rubor.optics.transfer import hlg_decode, srgb_decode

__all__ = ["ColourCoding", "Matrix", "Transfer", "coding_from_tags", "ycbcr_to_rgb_matrix"]

Matrix = Literal["bt601", "bt709", "bt2020", "rgb"]
Range = Literal["limited", "full"]
Transfer = Literal["srgb", "hlg"]
Primaries = Literal["bt709", "bt2020", "display-p3"]

# Luma weights of red and blue (ITU-R BT.601-7 2.5.1, BT.709-6 3.2, BT.2020-2 table 4).
LUMA_WEIGHTS: dict[str, tuple[float, float]] = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
}

# ITU-T H.273 code points: matrix coefficients, transfer characteristics and colour primaries.
_MATRIX_OF_TAG: dict[int, Matrix] = {
    0: "rgb", 1: "bt709", 4: "bt601", 5: "bt601", 6: "bt601", 9: "bt2020",
}  # fmt: skip
_TRANSFER_PQ = 16
_TRANSFER_HLG = 18
_TRANSFER_LINEAR_OR_LOG = {8, 9, 10, 17}
_SDR_TRANSFERS = {0, 1, 2, 4, 5, 6, 7, 11, 12, 13, 14, 15}
_PRIMARIES_OF_TAG: dict[int, Primaries] = {9: "bt2020", 11: "display-p3", 12: "display-p3"}

# Linear RGB to linear BT.709 RGB, both D65 (ITU-R BT.2407-0 2.2; SMPTE EG 432-1 primaries).
_TO_BT709: dict[str, npt.NDArray[np.float32]] = {
    "bt2020": np.array(
        [
            [1.66049, -0.58764, -0.07285],
            [-0.12455, 1.13290, -0.00835],
            [-0.01815, -0.10058, 1.11873],
        ],
        dtype=np.float32,
    ),
    "display-p3": np.array(
        [[1.22494, -0.22494, 0.0], [-0.04206, 1.04206, 0.0], [-0.01964, -0.07864, 1.09828]],
        dtype=np.float32,
    ),
}

# The transfer curve is tabulated from a little below black to far above white.
_TABLE_FROM = -0.25
_TABLE_STEPS_PER_UNIT = 1 << 14
_TABLE_SIZE = 1 << 16


def ycbcr_to_rgb_matrix(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Matrix from (Y', Cb, Cr), with Y' in 0..1 and Cb, Cr in -0.5..0.5, to R'G'B' in 0..1.

    >>> ycbcr_to_rgb_matrix("bt601")[0].round(4).tolist()
    [1.0, 0.0, 1.402]
    """
    red, blue = LUMA_WEIGHTS[matrix]
    green = 1.0 - red - blue
    return np.array(
        [
            [1.0, 0.0, 2.0 * (1.0 - red)],
            [1.0, -2.0 * (1.0 - blue) * blue / green, -2.0 * (1.0 - red) * red / green],
            [1.0, 2.0 * (1.0 - blue), 0.0],
        ]
    )


@dataclass(frozen=True)
class ColourCoding:
    """The rule that turns a stored sample into linear light, and where the rule came from.

    Attributes:
        matrix: Y'CbCr matrix, or "rgb" where the file stores R'G'B'.
        range: "limited" (16-235 at 8 bit) or "full".
        transfer: "srgb" for every standard dynamic range video: one named curve for all, because
            cameras do not follow their tags and a mix of curves moves redness by 0.05 and more.
        primaries: BT.601, SMPTE-C and BT.709 are all taken as BT.709, for the same reason.
        bit_depth: bits of a stored sample.
        assumed: the names of the fields that the file did not state.
    """

    matrix: Matrix
    range: Range
    transfer: Transfer
    primaries: Primaries
    bit_depth: int
    assumed: tuple[str, ...] = ()

    def to_coded_rgb(self, samples: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """Stored samples (3, ...), ordered Y' Cb Cr or R' G' B', to R'G'B' with 0..1 as black to white.

        >>> coding = ColourCoding("bt709", "limited", "srgb", "bt709", 8)
        >>> white_and_black = np.array([[235, 16], [128, 128], [128, 128]], np.uint8)
        >>> coding.to_coded_rgb(white_and_black).round(6).tolist()
        [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
        """
        matrix, offset = self._affine()
        values = samples.reshape(3, -1).astype(np.float32)
        rgb = matrix @ values
        rgb += offset[:, None]
        return rgb.reshape(samples.shape)

    def to_linear(self, coded_rgb: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """R'G'B' (3, ...) to linear light with BT.709 primaries.

        Read from a fine table of the curve (relative error under 4e-4 from linear 0.03 up, without
        bias). Slightly negative values (noise below black) stay negative, so that means stay true.
        """
        index = coded_rgb * np.float32(_TABLE_STEPS_PER_UNIT)
        index += np.float32(0.5 - _TABLE_FROM * _TABLE_STEPS_PER_UNIT)
        np.clip(index, 0, _TABLE_SIZE - 1, out=index)
        # OpenCV's table look-up is several times as fast as NumPy's.
        found = cv2.LUT(index.astype(np.uint16).reshape(1, -1), _linear_table(self.transfer))
        linear = np.asarray(found, np.float32).reshape(coded_rgb.shape)
        if self.primaries in _TO_BT709:
            linear = (_TO_BT709[self.primaries] @ linear.reshape(3, -1)).reshape(linear.shape)
        return linear

    def _affine(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Matrix (3, 3) and offset (3,) from stored samples to R'G'B'."""
        step = float(1 << (self.bit_depth - 8))
        full_scale = float((1 << self.bit_depth) - 1)
        limited = self.range == "limited"
        luma_offset, luma_scale = (16.0 * step, 219.0 * step) if limited else (0.0, full_scale)
        chroma_scale = 224.0 * step if limited else full_scale
        if self.matrix == "rgb":
            matrix = np.eye(3) / luma_scale
            zero = np.full(3, luma_offset)
        else:
            matrix = ycbcr_to_rgb_matrix(self.matrix) / [luma_scale, chroma_scale, chroma_scale]
            zero = np.array([luma_offset, 128.0 * step, 128.0 * step])
        return matrix.astype(np.float32), (-matrix @ zero).astype(np.float32)


@cache
def _linear_table(transfer: Transfer) -> npt.NDArray[np.float32]:
    coded = _TABLE_FROM + np.arange(_TABLE_SIZE) / _TABLE_STEPS_PER_UNIT
    return np.asarray(hlg_decode(coded) if transfer == "hlg" else srgb_decode(coded), np.float32)


def coding_from_tags(
    *,
    matrix_tag: int,
    range_tag: int,
    transfer_tag: int,
    primaries_tag: int,
    bit_depth: int,
    stored_as_rgb: bool,
    full_range_format: bool,
    codec: str,
    container: str,
    height: int,
) -> ColourCoding:
    """Read the H.273 tags of a video; fill what is missing by these rules, and record them.

    * matrix missing: BT.601 for VP8, MJPEG and anything in a WebM file (browsers record BT.601 and
      write no tag) and for pictures under 720 lines; BT.709 otherwise.
    * range missing: full for MJPEG and for pixel formats that are full range by definition, else limited.
    * transfer missing: the curve of all standard dynamic range video.

    Raises:
        UnsupportedColourError: PQ (HDR10), linear or log footage, or an unknown matrix.
    """
    assumed: list[str] = []
    if transfer_tag == _TRANSFER_PQ:
        raise UnsupportedColourError(
            "The video is HDR with the PQ curve (HDR10 or HDR10+), which Rubor does not measure.",
            "Record again with HDR switched off, or in HLG.",
        )
    if transfer_tag in _TRANSFER_LINEAR_OR_LOG:
        raise UnsupportedColourError(
            "The video is tagged as linear or logarithmic footage, which Rubor does not measure.",
            "Export it as standard BT.709 video first.",
        )
    if transfer_tag != _TRANSFER_HLG and transfer_tag not in _SDR_TRANSFERS:
        raise UnsupportedColourError(
            f"The video's transfer curve (tag {transfer_tag}) is unknown.",
            "Export it as standard BT.709 video first.",
        )
    transfer: Transfer = "hlg" if transfer_tag == _TRANSFER_HLG else "srgb"
    if transfer_tag in (0, 2):
        assumed.append("transfer")

    matrix: Matrix
    if stored_as_rgb:
        matrix = "rgb"
    elif matrix_tag in _MATRIX_OF_TAG and matrix_tag != 0:
        matrix = _MATRIX_OF_TAG[matrix_tag]
    elif matrix_tag in (0, 2, 3):
        assumed.append("matrix")
        if transfer == "hlg":
            matrix = "bt2020"
        elif codec in ("vp8", "mjpeg") or "webm" in container or height < 720:
            matrix = "bt601"
        else:
            matrix = "bt709"
    else:
        raise UnsupportedColourError(
            f"The video's colour matrix (tag {matrix_tag}) is not one that Rubor reads.",
            "Export it as standard BT.709 video first.",
        )

    value_range: Range
    if range_tag in (1, 2):
        value_range = "limited" if range_tag == 1 else "full"
    else:
        value_range = (
            "full" if (stored_as_rgb or full_range_format or codec == "mjpeg") else "limited"
        )
        if not stored_as_rgb:
            assumed.append("range")

    primaries = _PRIMARIES_OF_TAG.get(primaries_tag, "bt709")
    if transfer == "hlg" and primaries_tag in (0, 2):
        primaries = "bt2020"
    return ColourCoding(matrix, value_range, transfer, primaries, bit_depth, tuple(assumed))
