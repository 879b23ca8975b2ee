"""Reading a still photo, colour-exactly, to linear light.

JPEG, PNG, TIFF and HEIC. What the file says about its colours (ICC profile, CICP tags, EXIF) is
honoured, 16 bit stays 16 bit, and the picture stands upright. Of the EXIF data only the time of
the picture is kept.
"""

from __future__ import annotations

import io
import re
import struct
import warnings as python_warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
import pi_heif
from PIL import ExifTags, Image

from rubor.errors import RuborError, UnreadableFileError, UnsupportedColourError
from rubor.optics.cielab import BT709_PRIMARIES_XY, D65_XY
from rubor.vision.media_file import MediaFile
from rubor.vision.photo_colour import (
    ADOBE_RGB,
    PhotoColour,
    photo_colour_from_cicp,
    photo_colour_from_icc,
    srgb_colour,
)

__all__ = ["Photo", "is_photo", "read_photo"]

Format = Literal["JPEG", "PNG", "TIFF", "HEIC"]
CodedArray = npt.NDArray[np.unsignedinteger[Any]]

MAX_PIXELS = 120_000_000
"""More pixels than the largest ordinary phone picture (108 megapixels); beyond lies a trap."""

CLIPPING_CODE = 0.985
"""A channel from this share of full scale up is clipped: cameras saturate just below the top."""

OPAQUE_ALPHA = 0.99

LOW_JPEG_QUALITY = 85.0
"""Under this quality compression alone moved redness of a small region by 0.01 in trials."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}
_HEIC_HDR_TAG = re.compile(rb"colrnclx..\x00[\x10\x12]", re.DOTALL)

# Mean of the luminance table of JPEG (ITU-T T.81 table K.1), which quality 50 stands for.
_JPEG_QUALITY_50_MEAN = 57.625

_CAMERA_FILE = "Use the JPEG, PNG, TIFF or HEIC file as the camera or phone wrote it."
_COPY_AGAIN = "Copy it again from the camera or phone."


@dataclass(frozen=True, eq=False)
class Photo:
    """A still photo in linear light, upright as it is displayed.

    Attributes:
        linear_rgb: shape (height, width, 3); linear light, BT.709 primaries, D65, 1 for diffuse
            white. A gamut change can lead slightly outside 0..1.
        clipped: shape (height, width); any channel of the coded picture within 1.5 % of full scale.
        valid: shape (height, width); False where the picture is transparent.
        bit_depth: bits of a stored channel: 8, 10, 12 or 16 (fewer are counted as 8).
        colour_source: where the colours' meaning was taken from, such as "ICC: Display P3".
        format: "JPEG", "PNG", "TIFF" or "HEIC", by content.
        warnings: what the reader of a measure should know, in plain words.
        taken_at: local time of the picture by EXIF, ISO 8601, None where the file does not say.
    """

    linear_rgb: npt.NDArray[np.float32]
    clipped: npt.NDArray[np.bool_]
    valid: npt.NDArray[np.bool_]
    bit_depth: int
    colour_source: str
    format: Format
    warnings: tuple[str, ...]
    taken_at: str | None


@dataclass(frozen=True, eq=False)
class _Decoded:
    """The coded pixels, upright, with 1 to 4 channels in the last axis, and what they mean."""

    coded: CodedArray
    bit_depth: int
    colour: PhotoColour
    taken_at: str | None
    warnings: list[str]


def is_photo(source: str | Path | MediaFile) -> bool:
    """Whether a file is a photo that `read_photo` may read, decided by its first bytes.

    Args:
        source: any path, or a file wherever it is kept. A folder, a missing or an unreadable file is
            no photo.
    """
    try:
        with MediaFile.of(source).open() as file:
            return _format_of(file.read(256)) is not None
    except OSError:
        return False


def read_photo(source: str | Path | MediaFile) -> Photo:
    """Read a photo to linear light.

    Args:
        source: a JPEG, PNG, TIFF or HEIC file, whatever its extension says.

    Raises:
        UnreadableFileError: missing, empty, no photo, damaged, cut off, too large, or a raw file.
        UnsupportedColourError: colours that could only be guessed: PQ, printing ink, a damaged or
            unusable profile.
    """
    file = MediaFile.of(source)
    data = _read_bytes(file)
    file_format = _format_of(data)
    if file_format is None:
        raise UnreadableFileError(
            f"{file.name} is not a photo of a kind that Rubor reads.", _CAMERA_FILE
        )
    try:
        return _to_photo(_decode(data, file_format), file_format)
    except RuborError as error:
        raise type(error)(f"{file.name}: {error.message}", error.cure) from error


def _read_bytes(file: MediaFile) -> bytes:
    try:
        with file.open() as stream:
            data = stream.read()
    except FileNotFoundError as error:
        raise UnreadableFileError(
            f"There is no file {file.name}.", "Check the name and the folder."
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"{file.name} cannot be opened.", "Check that it is a file and that you may read it."
        ) from error
    if not data:
        raise UnreadableFileError(f"{file.name} is empty.", _COPY_AGAIN)
    return data


def _format_of(start: bytes) -> Format | None:
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start.startswith((b"II*\x00", b"MM\x00*")):
        return "TIFF"
    if start[4:8] == b"ftyp":
        end = min(int.from_bytes(start[:4], "big"), 256)
        brands = {start[8:12], *(start[at : at + 4] for at in range(16, end, 4))}
        if brands & _HEIC_BRANDS:
            return "HEIC"
    return None


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        f"The photo has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Save a smaller copy; some 2 million pixels are enough for a face.",
    )


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _too_large()


def _to_photo(decoded: _Decoded, file_format: Format) -> Photo:
    top_code = (1 << decoded.bit_depth) - 1
    coded, colour, notes = decoded.coded, decoded.colour, decoded.warnings
    channels = coded.shape[2]
    rgb = coded[..., :3] if channels >= 3 else np.repeat(coded[..., :1], 3, axis=2)
    red, green, blue = (rgb[..., channel] for channel in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        notes.append("The photo is grey: it carries no redness.")
    elif colour.grey_only:
        raise UnsupportedColourError(
            f"The colour profile ({colour.source}) is for grey photos, the photo is not grey.",
            _COPY_AGAIN,
        )
    if channels in (2, 4):
        valid = coded[..., -1] > OPAQUE_ALPHA * top_code
        if not valid.all():
            notes.append("Transparent pixels are left out.")
    else:
        valid = np.ones(coded.shape[:2], dtype=np.bool_)
    clipped_from = CLIPPING_CODE * top_code
    return Photo(
        linear_rgb=colour.to_linear(rgb, top_code),
        clipped=(red >= clipped_from) | (green >= clipped_from) | (blue >= clipped_from),
        valid=valid,
        bit_depth=decoded.bit_depth,
        colour_source=colour.source,
        format=file_format,
        warnings=(*colour.warnings, *notes),
        taken_at=decoded.taken_at,
    )


def _taken_at(exif: Image.Exif) -> str | None:
    stated = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    try:
        return datetime.strptime(str(stated).strip("\x00 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def _decode(data: bytes, file_format: Format) -> _Decoded:
    try:
        with python_warnings.catch_warnings():
            # Size is checked apart, and damage that a decoder gets over is not the person's worry.
            python_warnings.simplefilter("ignore")
            if file_format == "HEIC":
                return _decode_heic(data)
            return _decode_classic(data, file_format)
    except RuborError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    # Decoders of broken files raise almost anything, and each means the same to a person.
    except Exception as error:
        raise UnreadableFileError(
            "The photo is damaged, cut off, or of a variant that Rubor does not read.",
            _COPY_AGAIN,
        ) from error


def _decode_classic(data: bytes, file_format: Format) -> _Decoded:
    """JPEG, PNG and TIFF: Pillow, and OpenCV beside it where a channel has 16 bit."""
    with Image.open(io.BytesIO(data), formats=[file_format]) as image:
        _check_size(image.size)
        notes = _notes_on_header(image, file_format)
        bit_depth = _bit_depth(image, data, file_format)
        # Pillow turns a TIFF upright while loading and then forgets its orientation tag.
        image.load()
        exif = image.getexif()
        colour = _colour_of(image, exif, data)
        if image.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
            raise UnsupportedColourError(
                f"The photo is stored as {image.mode} values, which were changed for printing or "
                "editing.",
                "Save it again from the original as RGB.",
            )
        coded = _coded_8_bit(image)
        taken_at = _taken_at(exif)
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    if bit_depth == 16:
        coded = _coded_16_bit(data, coded)
    return _Decoded(_upright(coded, orientation), bit_depth, colour, taken_at, notes)


def _notes_on_header(image: Image.Image, file_format: Format) -> list[str]:
    notes = []
    pictures = getattr(image, "n_frames", 1)
    if file_format == "JPEG":
        if pictures > 1 or b"hdrgm" in image.info.get("xmp", b""):
            notes.append(
                "The file holds more than one picture (an HDR gain map or a second view); the "
                "first, standard-range one was read."
            )
        quality = _jpeg_quality(image)
        if quality < LOW_JPEG_QUALITY:
            notes.append(
                f"The photo is strongly compressed (JPEG quality about {quality:.0f}): redness of "
                "small areas is uncertain. Use the original, not a copy sent by a messenger."
            )
    elif pictures > 1:
        notes.append(f"The file holds {pictures} pictures; the first was read.")
    return notes


def _jpeg_quality(image: Image.Image) -> float:
    """Quality 1-100 on the scale of the Independent JPEG Group, from the luminance table."""
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    scale = 100.0 * float(np.mean(tables[0])) / _JPEG_QUALITY_50_MEAN
    return (200.0 - scale) / 2.0 if scale <= 100.0 else 5000.0 / scale


def _bit_depth(image: Image.Image, data: bytes, file_format: Format) -> int:
    """Bits of a coded channel, 8 or 16; refuses what stands in a TIFF that is no finished photo."""
    if file_format == "JPEG":
        return 8
    if file_format == "PNG":
        return 16 if data[24] == 16 else 8
    tags: Any = getattr(image, "tag_v2", {})
    # A raw file is a TIFF whose first picture is a preview (NewSubfileType) or that is a DNG.
    if tags.get(ExifTags.Base.NewSubfileType, 0) & 1 or ExifTags.Base.DNGVersion in tags:
        raise UnreadableFileError(
            "This is a raw camera file, which Rubor does not develop.",
            "Develop it to a 16-bit TIFF or take the camera's JPEG.",
        )
    bits = max(tags.get(ExifTags.Base.BitsPerSample, (1,)))
    if bits not in (1, 2, 4, 8, 16) or image.mode == "F":
        raise UnreadableFileError(
            f"The TIFF has {bits} bits in a channel.", "Save it again with 8 or 16 bit."
        )
    return 16 if bits == 16 else 8


def _coded_8_bit(image: Image.Image) -> CodedArray:
    """Pixels as Pillow gives them, shape (height, width, 1 to 4)."""
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return grey[..., np.newaxis]
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode in ("1", "L"):
        image = image.convert("L")
    elif image.mode != "RGBA":
        image = image.convert("RGB")
    coded = np.asarray(image)
    return coded if coded.ndim == 3 else coded[..., np.newaxis]


def _coded_16_bit(data: bytes, coded_8_bit: CodedArray) -> CodedArray:
    """The same pixels in full depth.

    Pillow drops the lower byte, and OpenCV silently misreads rare layouts (such as separate
    colour planes), so OpenCV's pixels are taken only where their upper byte is Pillow's.
    """
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is not None and decoded.dtype == np.uint16:
        if decoded.ndim == 2:
            decoded = decoded[..., np.newaxis]
        channels = decoded.shape[2]
        rgb_order = [2, 1, 0, 3][:channels] if channels >= 3 else [0]
        coded: CodedArray = np.take(decoded, rgb_order, axis=2)
        if coded.shape == coded_8_bit.shape:
            same = (coded >> 8 == coded_8_bit).all(axis=2)
            if channels == 4:
                # Where alpha is part, one decoder may have divided it out and the other not.
                same |= coded[..., 3] < 65535
            if same.all():
                return coded
    raise UnreadableFileError(
        "The 16-bit layout of the photo is one that Rubor cannot read for certain.",
        "Save it again as a 16-bit PNG or an uncompressed RGB TIFF.",
    )


def _upright(coded: CodedArray, orientation: int) -> CodedArray:
    """Turn stored pixels upright (EXIF 2.32, tag Orientation, 1 to 8)."""
    if orientation in (5, 6, 7, 8):
        coded = coded.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        coded = coded[:, ::-1]
    if orientation in (3, 4, 7, 8):
        coded = coded[::-1]
    return coded


def _colour_of(image: Image.Image, exif: Image.Exif, data: bytes) -> PhotoColour:
    """What the file says of its colours, the most explicit first (as PNG 3rd edition orders it)."""
    if image.format == "PNG" and (cicp := _png_cicp(data)) is not None:
        primaries, transfer, _, full_range = cicp
        if not full_range:
            raise UnsupportedColourError(
                "The PNG stores video range values.", "Save it again as an ordinary sRGB PNG."
            )
        return photo_colour_from_cicp(primaries, transfer, "PNG cICP")
    if icc := image.info.get("icc_profile"):
        return photo_colour_from_icc(icc)
    if image.format == "PNG":
        if "srgb" in image.info:
            return srgb_colour("sRGB (PNG sRGB)")
        _check_png_gamma_and_primaries(image.info)
    colour_space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    if colour_space == 1:
        return srgb_colour("sRGB (EXIF)")
    interoperability = exif.get_ifd(ExifTags.IFD.Interop).get(1, "")
    # A camera set to Adobe RGB writes no profile, only this mark (DCF 2.0, optional colour space).
    if str(interoperability).startswith("R03"):
        return ADOBE_RGB
    return _taken_as_srgb()


def _taken_as_srgb() -> PhotoColour:
    return srgb_colour(
        "sRGB (no profile)", "The photo does not say what its colours mean; taken as sRGB."
    )


def _png_cicp(data: bytes) -> tuple[int, int, int, int] | None:
    """Primaries, transfer, matrix and full range of a cICP chunk, which Pillow passes over."""
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"cICP" and length == 4:
            return data[at + 8], data[at + 9], data[at + 10], data[at + 11]
        if kind == b"IDAT":
            break
        at += 12 + length
    return None


def _check_png_gamma_and_primaries(info: dict[str | tuple[int, int], Any]) -> None:
    gamma = info.get("gamma", 1 / 2.2)
    srgb = (*D65_XY, *(value for xy in BT709_PRIMARIES_XY for value in xy))
    chromaticity = info.get("chromaticity", srgb)
    if abs(gamma - 1 / 2.2) > 0.005 or np.abs(np.subtract(chromaticity, srgb)).max() > 0.005:
        raise UnsupportedColourError(
            "The PNG states a gamma or primaries of its own, other than those of sRGB.",
            "Save it again as sRGB or with an ICC profile.",
        )


def _decode_heic(data: bytes) -> _Decoded:
    """HEIC: libheif turns it upright by the container's own rule; EXIF orientation is not used."""
    heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False, hdr_to_16bit=False)
    image = heif[heif.primary_index]
    _check_size(image.size)
    notes = []
    if len(heif) > 1:
        notes.append(f"The file holds {len(heif)} pictures; the main one was read.")
    exif = Image.Exif()
    if image.info["exif"]:
        exif.load(image.info["exif"])
    bit_depth: int = image.info["bit_depth"]
    colour = _colour_of_heic(image.info, bit_depth, data)
    # A copy: the pixels belong to the decoder and are gone with it.
    coded = np.array(image, copy=True)
    if coded.ndim == 2:
        coded = coded[..., np.newaxis]
    return _Decoded(coded, bit_depth, colour, _taken_at(exif), notes)


def _colour_of_heic(info: dict[str, Any], bit_depth: int, data: bytes) -> PhotoColour:
    if nclx := info.get("nclx_profile"):
        return photo_colour_from_cicp(
            nclx["color_primaries"], nclx["transfer_characteristics"], "HEIC nclx"
        )
    icc = info.get("icc_profile")
    # libheif names one of the two; a high-range tag beside a profile must not pass unseen.
    if bit_depth > 8 and (icc is None or _HEIC_HDR_TAG.search(data)):
        raise UnsupportedColourError(
            f"The HEIC photo has {bit_depth} bit and does not say clearly whether it is HDR.",
            "Take it again with HDR (HEIF 10 bit) switched off, or save it as a 16-bit sRGB PNG.",
        )
    return photo_colour_from_icc(icc) if icc else _taken_as_srgb()
