"""Fixtures that several test packages share."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

Planes = Sequence[npt.NDArray[Any]]
WritePlanes = Callable[..., Path]

# Encoders without loss, so that what is read back must be what was written.
_LOSSLESS = {
    "libx264": {"qp": "0", "preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "lossless=1:log-level=none"},
    "ffv1": {},
}
_TICK = Fraction(1, 60000)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real footage and reference data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder 'shared' with real footage is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def write_planes() -> WritePlanes:
    """Writes pictures, given as their stored planes, to a video without loss (`_write_planes`)."""
    return _write_planes


def _write_planes(
    path: Path,
    pictures: Iterable[Planes],
    *,
    pixel_format: str = "yuv420p",
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    rate: int = 30,
    times_s: Sequence[float] | None = None,
    tags: tuple[int, int, int, int] = (1, 1, 13, 1),
) -> Path:
    """Write planes as they are; `tags` are matrix, range, transfer and primaries by ITU-T H.273.

    With FFmpeg's codec names; without `options`, the codec's lossless mode. `times_s` gives each
    picture its own time; the range tag is FFmpeg's: 1 limited, 2 full.
    """
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream: Any = container.add_stream(
            codec, rate=rate, options=dict(_LOSSLESS.get(codec, {}) if options is None else options)
        )
        context = stream.codec_context
        for number, planes in enumerate(pictures):
            height, width = planes[0].shape
            if number == 0:
                context.width, context.height, context.pix_fmt = width, height, pixel_format
                context.time_base = _TICK if times_s is not None else Fraction(1, rate)
                context.thread_count = 1
                context.colorspace, context.color_range = tags[0], tags[1]
                context.color_trc, context.color_primaries = tags[2], tags[3]
            picture = av.VideoFrame(width, height, pixel_format)
            for destination, samples in zip(picture.planes, planes, strict=True):
                rows = np.frombuffer(memoryview(destination), samples.dtype)  # type: ignore[arg-type]
                rows.reshape(len(samples), -1)[:, : samples.shape[1]] = samples
            picture.colorspace, picture.color_range = tags[0], tags[1]
            picture.color_trc, picture.color_primaries = tags[2], tags[3]
            picture.time_base = context.time_base
            picture.pts = number if times_s is None else round(times_s[number] / _TICK)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def set_display_matrix() -> Callable[[Path, tuple[int, int, int, int]], None]:
    """Writes a rotation or flip into the one track header of an mp4, as a phone does.

    The matrix (ISO/IEC 14496-12, 8.3.2) is 3 x 3 in the order a b u c d v x y w, 16.16 fixed point
    and 2.30 in the last column; `abcd` are -1, 0 or 1.
    """

    def write(path: Path, abcd: tuple[int, int, int, int]) -> None:
        data = bytearray(path.read_bytes())
        a, b, c, d = (value << 16 for value in abcd)
        at = data.index(b"tkhd") + 4
        matrix_at = at + (52 if data[at] == 1 else 40)  # version 1 keeps its times in 64 bits
        data[matrix_at : matrix_at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
        path.write_bytes(data)

    return write
