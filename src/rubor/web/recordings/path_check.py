"""Whether the browser's recorder keeps colour: a known picture, and a look at what the camera hands on.

Rubor reads a browser's recording as BT.601 in limited range. Two things can make that wrong, and both
look like skin of another redness:

* the recorder changes the stored numbers. So before a recording a picture of known patches goes through
  the same recorder and comes here;
* the camera hands on full range as if it were limited, as MJPEG cameras may. The recorder passes it on
  unseen. It shows in luma that limited range cannot hold (`camera_range`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from django.utils.translation import gettext as _

from rubor.errors import RuborError, UnreadableFileError

__all__ = [
    "COLUMNS",
    "MOST_ERROR",
    "PATCHES",
    "ROWS",
    "CameraRange",
    "PathCheck",
    "TooShortError",
    "camera_range",
    "check_path",
]

COLUMNS: Final = 4
ROWS: Final = 3
PATCHES: Final[tuple[tuple[int, int, int], ...]] = (
    (178, 151, 135), (197, 125, 106), (165, 127, 108), (176, 104, 85),
    (137, 100, 76), (146, 86, 63), (101, 63, 44), (102, 52, 37),
    (128, 128, 128), (227, 227, 227), (189, 64, 63), (59, 82, 179),
)  # fmt: skip
"""8-bit sRGB, row by row: four skins, each at rest and flushed, two greys, a strong red and blue.

Each lies within 0.08 of whole numbers in BT.601 limited range, so that rounding, which alone can move
log10(R/G) by 0.009 on a flat patch, takes no part.
"""

MOST_ERROR: Final = 6e-3
"""In log10(R/G), linear light. A sound path keeps faces within 1.2e-3 and these patches within 2e-3; the
wrong matrix moves a flushed patch by 24e-3 and more (measured in Chromium, VP8)."""

FROM_S: Final = 0.5
"""The encoder starts coarse: the first half second is off by up to 22e-3."""

_MOST_FRAMES: Final = 60
_MOST_PIXELS: Final = 4096 * 2304  # of a picture; no camera of a browser gives more
_INNER: Final = 0.6  # of a patch's sides; its border mixes with the neighbours

# Limited range ends at 16 and 235; the encoder's own ringing goes a few levels beyond.
_BLACK: Final = 16
_WHITE: Final = 235
_RINGING: Final = 6
_BEYOND_SHARE: Final = 1e-3
_REACHED_SHARE: Final = 1e-3

Coding = tuple[Literal["bt601", "bt709"], Literal["limited", "full"]]
_EXPECTED: Final[Coding] = ("bt601", "limited")
_CODINGS: Final[tuple[Coding, ...]] = (
    _EXPECTED, ("bt601", "full"), ("bt709", "limited"), ("bt709", "full"),
)  # fmt: skip


class TooShortError(UnreadableFileError):
    """A trial recording that ended before the encoder had settled, as on a busy computer."""


@dataclass(frozen=True)
class PathCheck:
    """What became of the known patches.

    Attributes:
        ok: whether they can be read as BT.601 in limited range.
        worst_error: largest error of log10(R/G) over the patches, so read.
        matrix, range: the rule that fits best.
        message, cure: for the person; empty when all is well.
    """

    ok: bool
    worst_error: float
    matrix: str
    range: str
    message: str
    cure: str


@dataclass(frozen=True)
class CameraRange:
    """What the camera's luma tells of its range.

    Attributes:
        range: "limited" where it reaches the ends of limited range and stops there, "full" where it goes
            beyond, "unknown" where the picture has neither very dark nor very bright parts.
        beyond_share: share of the luma that limited range cannot hold.
        message, cure: for the person; empty when all is well.
    """

    range: Literal["limited", "full", "unknown"]
    beyond_share: float
    message: str
    cure: str


def check_path(webm: bytes) -> PathCheck:
    """Compare recorded patches with those that were drawn.

    Args:
        webm: a second or two of the patches, in `ROWS` by `COLUMNS`, as the browser recorded it.

    Raises:
        UnreadableFileError: no video.
        TooShortError: it ends before the encoder has settled.
    """
    import numpy as np

    from rubor.optics.transfer import srgb_decode
    from rubor.vision.colour_coding import ColourCoding

    means = np.mean([_patch_means(planes) for planes in _settled_planes(webm)], axis=0)
    drawn = np.asarray(srgb_decode(np.array(PATCHES) / 255.0))
    wanted = np.log10(drawn[:, 0] / drawn[:, 1])

    def worst(matrix: Literal["bt601", "bt709"], range_: Literal["limited", "full"]) -> float:
        coding = ColourCoding(matrix, range_, "srgb", "bt709", 8)
        red, green, _blue = np.maximum(coding.to_linear(coding.to_coded_rgb(means)), 1e-4)
        return float(np.abs(np.log10(red / green) - wanted).max())

    errors = {coding: worst(*coding) for coding in _CODINGS}
    error = errors[_EXPECTED]
    matrix, range_ = min(errors, key=lambda coding: errors[coding])
    if error <= MOST_ERROR:
        return PathCheck(True, error, *_EXPECTED, "", "")
    return PathCheck(
        False,
        error,
        matrix,
        range_,
        _("This browser changes colours when it records, so redness would come out wrong."),
        _("Record with another browser, such as Chrome, Edge or Firefox in its newest version."),
    )


def camera_range(webm: bytes) -> CameraRange:
    """Judge from a second or two of the camera's own picture whether it is in limited range.

    Args:
        webm: as the browser recorded it.

    Raises:
        UnreadableFileError: no video.
        TooShortError: it ends before the encoder has settled.
    """
    import numpy as np

    counts = np.zeros(256)
    for luma, _blue, _red in _settled_planes(webm):
        counts += np.bincount(luma[::2, ::2].ravel(), minlength=256)
    counts /= counts.sum()
    below = float(counts[: _BLACK - _RINGING].sum())
    above = float(counts[_WHITE + _RINGING + 1 :].sum())
    beyond = below + above
    if beyond > _BEYOND_SHARE:
        return CameraRange(
            "full",
            beyond,
            _("The camera hands on its picture in another range than recordings have."),
            _(
                "Redness would come out too strong. Choose another camera, or another browser; an"
                " outer webcam often helps."
            ),
        )
    reached = float(
        counts[: _BLACK + _RINGING].sum() + counts[_WHITE - _RINGING + 1 :].sum() - beyond
    )
    if reached > _REACHED_SHARE:
        return CameraRange("limited", beyond, "", "")
    return CameraRange(
        "unknown",
        beyond,
        _(
            "Nothing in the picture is very dark or very bright, so the camera's range is not known."
        ),
        _("Hold something black and something white into the picture, and check again."),
    )


def _settled_planes(webm: bytes) -> Iterator[tuple[Any, Any, Any]]:
    """Y', Cb and Cr of the frames after the first half second, as uint8 arrays."""
    import av
    import numpy as np

    from rubor.vision.decoder_input import OPEN_NOTHING_ELSE

    found = 0
    try:
        with av.open(
            io.BytesIO(webm), "r", metadata_errors="ignore", options=OPEN_NOTHING_ELSE
        ) as container:
            if container.streams.video:
                decoder = container.streams.video[0].codec_context
                decoder.options = {"max_pixels": str(_MOST_PIXELS)}
            for picture in container.decode(video=0):
                if (picture.time or 0.0) < FROM_S:
                    continue
                if picture.format.name != "yuv420p":
                    raise UnreadableFileError(
                        _("The trial recording stores colour in an unknown way."),
                        _("Record with another browser."),
                    )
                found += 1
                planes: list[Any] = []
                for plane in picture.planes:
                    # The plane offers its memory by the buffer protocol; PyAV's stubs do not say so.
                    rows = np.frombuffer(cast(Any, plane), np.uint8).reshape(plane.height, -1)
                    planes.append(rows[:, : plane.width])
                yield planes[0], planes[1], planes[2]
                if found == _MOST_FRAMES:
                    return
    except RuborError:
        raise
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise UnreadableFileError(
            _("The trial recording is not a readable video."), _("Load the page again.")
        ) from error
    if not found:
        raise TooShortError(
            _("The trial recording is too short to be judged."),
            _("Close other programs and tabs, and check again."),
        )


def _patch_means(planes: tuple[Any, Any, Any]) -> Any:
    """(3, patches): mean Y', Cb and Cr of the inner part of each patch."""
    import numpy as np

    means = np.empty((3, ROWS * COLUMNS), np.float32)
    border = (1.0 - _INNER) / 2.0
    for channel, plane in enumerate(planes):
        height, width = plane.shape[0] / ROWS, plane.shape[1] / COLUMNS
        for number in range(ROWS * COLUMNS):
            row, column = divmod(number, COLUMNS)
            top, left = int((row + border) * height), int((column + border) * width)
            part = plane[top : top + int(_INNER * height), left : left + int(_INNER * width)]
            means[channel, number] = part.mean()
    return means
