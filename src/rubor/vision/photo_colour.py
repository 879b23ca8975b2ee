"""How the coded values of a photo stand for colour: ICC profiles, CICP tags, sRGB, Adobe RGB.

Each becomes one curve per channel and one matrix to linear light with BT.709 primaries, evaluated
in floating point: the 8-bit output of a colour management library would round away a change of
redness as small as a faint blush. Only profiles made of tables go through Little CMS.

References:
    ICC.1:2022, sections 9.2 (tags), 10.3 (cicpType), 10.6 (curveType), 10.18 (parametricCurveType).
    IEC 61966-2-1:1999 (sRGB); Adobe RGB (1998) Color Image Encoding, version 2005-05.
    ITU-T H.273 (CICP code points); SMPTE EG 432-1 (P3 primaries); ITU-R BT.2020, BT.2100.
    ITU-R BT.2408, section 2.1 (diffuse white of HLG is 75 % signal).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from rubor.errors import UnsupportedColourError
from rubor.optics.cielab import BT709_PRIMARIES_XY, D65_XY
from rubor.optics.transfer import hlg_decode, srgb_decode

__all__ = [
    "ADOBE_RGB",
    "PhotoColour",
    "photo_colour_from_cicp",
    "photo_colour_from_icc",
    "srgb_colour",
]

FloatArray = npt.NDArray[np.float64]
CodedArray = npt.NDArray[np.unsignedinteger[Any]]
Curve = Callable[[FloatArray], FloatArray]
PrimariesXY = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

ADOBE_RGB_PRIMARIES_XY: PrimariesXY = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
P3_PRIMARIES_XY: PrimariesXY = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BT2020_PRIMARIES_XY: PrimariesXY = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
ADOBE_RGB_GAMMA = 563.0 / 256.0

# ICC.1:2022 7.2.16, the D50 illuminant of the profile connection space.
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
# Bradford cone responses of XYZ (ICC.1:2022 annex E, E.2).
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

HLG_DIFFUSE_WHITE_CODED = 0.75

_CICP_SDR_TRANSFERS = {1, 2, 6, 13, 14, 15}
_CICP_PQ = 16
_CICP_HLG = 18
# BT.601 and SMPTE-C primaries are taken as BT.709, as for video: cameras do not follow that tag.
_CICP_PRIMARIES: dict[int, tuple[str, PrimariesXY]] = {
    **dict.fromkeys((1, 2, 5, 6, 7), ("BT.709", BT709_PRIMARIES_XY)),
    9: ("BT.2020", BT2020_PRIMARIES_XY),
    11: ("P3", P3_PRIMARIES_XY),
    12: ("P3", P3_PRIMARIES_XY),
}

_SAVE_AS_SRGB = "Save it again from an image program as sRGB or Display P3, in 8 or 16 bit."


def _xyz_of_chromaticity(xy: tuple[float, float]) -> FloatArray:
    x, y = xy
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def _rgb_to_xyz(primaries_xy: PrimariesXY) -> FloatArray:
    """Matrix from linear RGB with D65 white to XYZ, with Y = 1 for white."""
    primaries = np.stack([_xyz_of_chromaticity(xy) for xy in primaries_xy], axis=1)
    scaled: FloatArray = primaries * np.linalg.solve(primaries, _xyz_of_chromaticity(D65_XY))
    return scaled


def _xyz_d50_to_bt709() -> FloatArray:
    """Matrix from XYZ of the profile connection space (D50) to linear BT.709 RGB."""
    cone_ratio = (BRADFORD @ D50_XYZ) / (BRADFORD @ _xyz_of_chromaticity(D65_XY))
    d65_to_d50 = np.linalg.inv(BRADFORD) @ np.diag(cone_ratio) @ BRADFORD
    return np.linalg.inv(d65_to_d50 @ _rgb_to_xyz(BT709_PRIMARIES_XY))


XYZ_TO_BT709 = np.linalg.inv(_rgb_to_xyz(BT709_PRIMARIES_XY))
XYZ_D50_TO_BT709 = _xyz_d50_to_bt709()


@dataclass(frozen=True, eq=False)
class PhotoColour:
    """The rule that turns the coded values of a photo into linear light, and where it came from.

    Attributes:
        source: the rule in words, such as "ICC: Display P3".
        curves: for red, green and blue, from coded 0..1 to linear light.
        to_bt709: matrix (3, 3) from that linear light to linear BT.709; None where it is BT.709.
        table_profile: an ICC profile made of tables, which Little CMS has to apply before the
            curves, in 8 bit; None for every other rule.
        grey_only: the rule holds for a photo without colour only.
        warnings: what the reader of a measure should know about the rule.
    """

    source: str
    curves: tuple[Curve, Curve, Curve]
    to_bt709: FloatArray | None = None
    table_profile: bytes | None = None
    grey_only: bool = False
    warnings: tuple[str, ...] = ()

    def to_linear(self, coded_rgb: CodedArray, top_code: int) -> npt.NDArray[np.float32]:
        """Coded values to linear light with BT.709 primaries and D65 white.

        Args:
            coded_rgb: shape (height, width, 3), integers 0..top_code.
            top_code: the code of full scale: 255, 1023, 4095 or 65535.

        Returns:
            Shape (height, width, 3); 1 is diffuse white. A gamut change can lead slightly outside
            0..1, and HLG reaches 3.8.

        Raises:
            UnsupportedColourError: a profile made of tables in a photo with more than 8 bit.

        >>> grey = np.full((1, 1, 3), 128, np.uint8)
        >>> round(float(srgb_colour("sRGB").to_linear(grey, 255)[0, 0, 0]), 4)
        0.2159
        """
        if self.table_profile is not None:
            coded_rgb = _apply_table_profile(coded_rgb, top_code, self.table_profile, self.source)
        codes = np.arange(top_code + 1) / top_code
        linear = np.empty(coded_rgb.shape, dtype=np.float32)
        for channel, curve in enumerate(self.curves):
            table = curve(codes).astype(np.float32)
            linear[..., channel] = table[coded_rgb[..., channel]]
        if self.to_bt709 is not None:
            linear = np.asarray(cv2.transform(linear, self.to_bt709), dtype=np.float32)
        return linear


def srgb_colour(source: str, *warnings: str) -> PhotoColour:
    """The sRGB rule, named for the place that stated it."""
    return PhotoColour(source, (srgb_decode, srgb_decode, srgb_decode), warnings=warnings)


def _power(gamma: float) -> Curve:
    return lambda coded: np.power(coded, gamma)


def _hlg_relative_to_diffuse_white(coded: FloatArray) -> FloatArray:
    return hlg_decode(coded) / float(hlg_decode(HLG_DIFFUSE_WHITE_CODED))


ADOBE_RGB = PhotoColour(
    "Adobe RGB (EXIF)",
    (_power(ADOBE_RGB_GAMMA),) * 3,
    XYZ_TO_BT709 @ _rgb_to_xyz(ADOBE_RGB_PRIMARIES_XY),
)


def photo_colour_from_cicp(primaries: int, transfer: int, where: str) -> PhotoColour:
    """The rule of two CICP code points (ITU-T H.273), as HEIC, PNG and some profiles state them.

    As for video, every standard-range transfer is read with the sRGB curve.

    Args:
        primaries: colour primaries, such as 1 (BT.709), 9 (BT.2020) or 12 (Display P3).
        transfer: transfer characteristics, such as 1 (BT.709), 13 (sRGB) or 18 (HLG).
        where: the place that states them, such as "HEIC nclx".

    Raises:
        UnsupportedColourError: PQ, or a code point that has no rule here.

    >>> photo_colour_from_cicp(12, 13, "HEIC nclx").source
    'HEIC nclx: P3, sRGB curve'
    """
    if transfer == _CICP_PQ:
        raise UnsupportedColourError(
            "The photo is HDR with the PQ curve, which Rubor does not measure.",
            "Take it again with HDR (HEIF 10 bit, PQ) switched off, as an ordinary JPEG or HEIC.",
        )
    if transfer == _CICP_HLG and primaries == 2:
        primaries = 9
    if primaries not in _CICP_PRIMARIES or transfer not in {*_CICP_SDR_TRANSFERS, _CICP_HLG}:
        raise UnsupportedColourError(
            f"The photo's colour tags (primaries {primaries}, transfer {transfer}) are not ones "
            "that Rubor reads.",
            _SAVE_AS_SRGB,
        )
    name, primaries_xy = _CICP_PRIMARIES[primaries]
    to_bt709 = None if name == "BT.709" else XYZ_TO_BT709 @ _rgb_to_xyz(primaries_xy)
    if transfer == _CICP_HLG:
        return PhotoColour(f"{where}: {name}, HLG", (_hlg_relative_to_diffuse_white,) * 3, to_bt709)
    return PhotoColour(f"{where}: {name}, sRGB curve", (srgb_decode,) * 3, to_bt709)


def photo_colour_from_icc(icc: bytes) -> PhotoColour:
    """The rule of an embedded ICC profile, for the relative colorimetric intent.

    Matrix and grey profiles are evaluated in floating point; a profile with tables (A2B0, A2B1) is
    left to Little CMS, with a warning; a profile that names HLG in a cicp tag is read as HLG.

    Args:
        icc: the profile as embedded in the file.

    Raises:
        UnsupportedColourError: a damaged profile, a profile for printing ink, PQ, or a matrix
            profile that does not bring white to white.
    """
    try:
        return _from_parsed_icc(icc, ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    except (OSError, ValueError, struct.error, IndexError) as error:
        raise _damaged_profile() from error


def _damaged_profile() -> UnsupportedColourError:
    return UnsupportedColourError(
        "The photo's colour profile (ICC) is damaged, so its colours cannot be known.",
        "Copy the original again from the camera or phone.",
    )


def _from_parsed_icc(icc: bytes, parsed: ImageCms.ImageCmsProfile) -> PhotoColour:
    profile = parsed.profile
    name = (profile.profile_description or "unnamed").strip("\x00 \n")
    source, colour_space = f"ICC: {name}", profile.xcolor_space.strip()
    cicp = _tag(icc, b"cicp")
    if cicp is not None and cicp[9] in (_CICP_PQ, _CICP_HLG):
        return photo_colour_from_cicp(cicp[8], cicp[9], source)
    if colour_space == "GRAY" and (grey := _tag(icc, b"kTRC")) is not None:
        return PhotoColour(source, (_curve(grey),) * 3, grey_only=True)
    if colour_space != "RGB":
        raise UnsupportedColourError(
            f"The photo's colour profile ({source}) is for {colour_space} values, not for RGB.",
            _SAVE_AS_SRGB,
        )
    if _tag(icc, b"A2B1") is not None or _tag(icc, b"A2B0") is not None:
        return PhotoColour(
            source,
            (srgb_decode,) * 3,
            table_profile=icc,
            warnings=(
                "The colour profile is made of tables: colours were rounded to 8 bit, and "
                "colours outside sRGB were cut off.",
            ),
        )
    curve_tags = [_tag(icc, name) for name in (b"rTRC", b"gTRC", b"bTRC")]
    colorants = (profile.red_colorant, profile.green_colorant, profile.blue_colorant)
    if profile.connection_space.strip() != "XYZ" or None in curve_tags or None in colorants:
        raise UnsupportedColourError(
            f"The photo's colour profile ({source}) has neither a matrix nor tables.",
            _SAVE_AS_SRGB,
        )
    red, green, blue = (_curve(tag) for tag in curve_tags if tag is not None)
    to_xyz = np.array([colorant[0] for colorant in colorants if colorant is not None]).T
    if np.abs(to_xyz.sum(axis=1) - D50_XYZ).max() > 0.02:
        raise UnsupportedColourError(
            f"The photo's colour profile ({source}) does not bring white to white.", _SAVE_AS_SRGB
        )
    return PhotoColour(source, (red, green, blue), XYZ_D50_TO_BT709 @ to_xyz)


def _tag(icc: bytes, signature: bytes) -> bytes | None:
    """The data of one ICC tag, None where the profile has no such tag (ICC.1:2022 7.3)."""
    (count,) = struct.unpack_from(">I", icc, 128)
    for entry in range(min(count, 200)):
        name, offset, size = struct.unpack_from(">4sII", icc, 132 + 12 * entry)
        if name == signature:
            if offset + size > len(icc):
                raise ValueError(f"tag {signature!r} reaches past the end of the profile")
            return icc[offset : offset + size]
    return None


def _curve(tag: bytes) -> Curve:
    """A tone curve tag as a function from coded 0..1 to linear 0..1 (ICC.1:2022 10.6, 10.18)."""
    if tag[:4] == b"para":
        curve = _parametric_curve(tag)
    elif tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        values = np.array(struct.unpack_from(f">{count}H", tag, 12), dtype=np.float64)
        if count < 2:
            curve = _power(values[0] / 256.0 if count else 1.0)
        else:
            grid = np.linspace(0.0, 1.0, count)
            levels = values / 65535.0

            def curve(coded: FloatArray) -> FloatArray:
                return np.interp(coded, grid, levels)
    else:
        raise ValueError(f"unknown tone curve type {tag[:4]!r}")
    with np.errstate(all="ignore"):
        ends = curve(np.array([0.0, 0.5, 1.0]))
    if not (np.isfinite(ends).all() and ends[0] < ends[1] < ends[2]):
        raise ValueError("a tone curve that does not rise")
    return curve


def _parametric_curve(tag: bytes) -> Curve:
    kind = struct.unpack_from(">H", tag, 8)[0]
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
    if count is None:
        raise ValueError(f"unknown parametric curve {kind}")
    given = [value / 65536.0 for value in struct.unpack_from(f">{count}i", tag, 12)]
    # Every kind is Y = (aX + b)^g + e from X = d up, and Y = cX + f below.
    if kind == 0:
        g, a, b, c, d, e, f = given[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    elif kind in (1, 2):
        g, a, b = given[:3]
        c, d = 0.0, -b / a if a else 0.0
        e = f = given[3] if kind == 2 else 0.0
    else:
        g, a, b, c, d = given[:5]
        e, f = given[5:] if kind == 4 else (0.0, 0.0)

    def curve(coded: FloatArray) -> FloatArray:
        power = np.power(np.maximum(a * coded + b, 0.0), g) + e
        return np.where(coded >= d, power, c * coded + f)

    return curve


def _apply_table_profile(
    coded_rgb: CodedArray, top_code: int, icc: bytes, source: str
) -> npt.NDArray[np.uint8]:
    if top_code != 255:
        raise UnsupportedColourError(
            f"The photo has more than 8 bit and a colour profile made of tables ({source}), which "
            "cannot be applied without rounding.",
            "Save it again from an image program as sRGB or Display P3 in 16 bit.",
        )
    try:
        converted = ImageCms.profileToProfile(
            Image.fromarray(np.ascontiguousarray(coded_rgb, dtype=np.uint8)),
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.NOOPTIMIZE,
        )
    except ImageCms.PyCMSError as error:
        raise _damaged_profile() from error
    return np.asarray(converted)
