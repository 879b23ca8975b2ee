"""Write frames of linear light to a real video file, with exact colour and true tags.

The planes are made by `rubor.simulation.camera_planes` and handed to the encoder as they are, so
that what is lost afterwards is lost by the codec alone.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, count
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from rubor.errors import InputError
from rubor.simulation.camera_planes import Frame, Matrix, Plane, PlaneLayout, camera_planes

__all__ = ["write_video"]

# Code points of ITU-T H.273. BT.601 is written in its 525-line form; both forms have one matrix.
_MATRIX_TAGS: dict[Matrix, int] = {"bt709": 1, "bt601": 6}
_PRIMARIES_BT709_TAG = 1
_TRANSFER_SRGB_TAG = 13
_RANGE_LIMITED_TAG = 1
_RANGE_FULL_TAG = 2

_CONTAINERS = (".mp4", ".mov", ".mkv", ".webm", ".avi")

# A time base that 15, 24, 25, 30, 60 and 29.97 frames a second and whole milliseconds divide, and
# that MPEG-4 part 2 still allows (its denominator has 16 bits).
_VARIABLE_RATE_TIME_BASE = Fraction(1, 60000)
_LARGEST_RATE_DENOMINATOR = 1001


# Pixels per chroma sample (across, down) and bits of a sample.
_PIXEL_FORMATS = {
    "yuv420p": ((2, 2), 8),
    "yuv422p": ((2, 1), 8),
    "yuv444p": ((1, 1), 8),
    "yuv420p10le": ((2, 2), 10),
    "yuv422p10le": ((2, 1), 10),
    "yuv444p10le": ((1, 1), 10),
}


@dataclass(frozen=True)
class _Encoder:
    """How an encoder is asked for speed and for quality.

    Attributes:
        pixel_formats: formats that it takes.
        crf: constant rate factor when no rate is asked for; None where the codec has no such mode
            and the finest quantiser takes its place.
        crf_bit_rate: bit rate that has to stand beside the factor: 0 lifts VP9's ceiling, while
            VP8 needs one, set too high to bind.
        options: of FFmpeg; a fast preset and no chatter.
        only_bt601: the format fixes BT.601, and decoders take it for that whatever a tag says.
        only_limited: the same for limited range.
        range_is_in_the_stream: the range is part of the picture format, not a tag to leave out.
    """

    pixel_formats: frozenset[str]
    crf: float | None = None
    crf_bit_rate: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    only_bt601: bool = False
    only_limited: bool = False
    range_is_in_the_stream: bool = False


_EIGHT_BIT = frozenset({"yuv420p", "yuv422p", "yuv444p"})
_ENCODERS = {
    # This preset reorders no pictures, which AVI could not store.
    "libx264": _Encoder(frozenset(_PIXEL_FORMATS), 12.0, options={"preset": "ultrafast"}),
    "libx265": _Encoder(
        frozenset(_PIXEL_FORMATS),
        8.0,
        options={
            "preset": "ultrafast",
            "x265-params": "log-level=none:pools=none:frame-threads=1",
        },
    ),
    # The VP8 decoding guide (RFC 6386, 9.2) knows one colour space: BT.601 in limited range.
    "libvpx": _Encoder(
        frozenset({"yuv420p"}),
        4.0,
        100_000_000,
        {"deadline": "realtime", "cpu-used": "4"},
        only_bt601=True,
        only_limited=True,
    ),
    "libvpx-vp9": _Encoder(_EIGHT_BIT, 8.0, 0, {"deadline": "realtime", "cpu-used": "6"}),
    "mpeg4": _Encoder(frozenset({"yuv420p"})),
    # JFIF (ITU-T T.871) fixes BT.601; FFmpeg marks limited range by a comment in each picture.
    "mjpeg": _Encoder(
        _EIGHT_BIT,
        options={"strict": "unofficial"},
        only_bt601=True,
        range_is_in_the_stream=True,
    ),
}


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[Frame],
    *,
    frame_rate: float | Fraction,
    times_s: Iterable[float] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    matrix: Matrix = "bt709",
    full_range: bool = False,
    bit_rate: int | None = None,
    crf: float | None = None,
    noise_levels: float = 0.0,
    seed: int = 0,
    tag: bool = True,
) -> int:
    """Encode frames of linear light as a camera would, and write them to a video file.

    The container follows from the file's ending: mp4, mov, mkv, webm or avi. Encoders run in one
    thread, so that the same frames and seed give the same file on any number of cores.

    Matrix, range, transfer (sRGB) and primaries (BT.709) are tagged and survive in mp4, mkv and
    webm with every codec and in mov with every codec but MPEG-4 (which keeps no range there). AVI
    itself keeps no tags: H.264, VP9 and MJPEG carry matrix and range inside the stream, MPEG-4
    carries nothing.

    Args:
        path: file to write; replaced when it exists, untouched when anything fails.
        frames: linear light with BT.709 primaries, float32 of shape (h, w, 3), 1 for white. Taken
            one at a time.
        frame_rate: frames per second, the nominal rate when `times_s` is given.
        times_s: time of each frame in seconds, rising, from 0 on (variable frame rate); kept to
            1/60000 s in mp4 and mov and to 1 ms in mkv and webm, and not possible in avi.
        codec: libx264, libx265, libvpx (VP8), libvpx-vp9, mpeg4 or mjpeg.
        pixel_format: yuv420p, yuv422p, yuv444p or, for H.264 and HEVC, the same with "10le".
        matrix: Y'CbCr matrix; VP8 and MJPEG are BT.601 by definition.
        full_range: samples 0..255 instead of 16..235; not in VP8.
        bit_rate: target in bits per second.
        crf: constant rate factor on the codec's own scale, for H.264, HEVC, VP8 and VP9; 0 is
            lossless in H.264. With neither this nor `bit_rate`, near-transparent quality.
        noise_levels: standard deviation of camera noise in 8-bit levels, before rounding.
        seed: of the noise.
        tag: whether to write the colour tags; without them a reader has to guess.

    Returns:
        The number of frames written.

    Raises:
        InputError: a codec, container, format, rate or shape that does not go together.
    """
    target = Path(path)
    encoder = _encoder_for(codec, pixel_format, matrix, full_range, bit_rate, crf)
    rate = _rational_rate(frame_rate)
    _check_container(target, needs_times=times_s is not None)
    remaining = iter(frames)
    first = next(remaining, None)
    if first is None:
        raise InputError("There is no frame to write.", "Give at least one frame.")
    layout = PlaneLayout(matrix, full_range, *_PIXEL_FORMATS[pixel_format])
    generator = np.random.default_rng(seed)
    ticks = count() if times_s is None else _rising_ticks(times_s)

    unfinished = target.with_name(f"{target.stem}.unfinished{target.suffix}")
    written = 0
    try:
        # Bit-exact muxing leaves out dates, random identifiers and library versions.
        with av.open(str(unfinished), "w", options={"fflags": "+bitexact"}) as container:
            stream = _add_stream(container, codec, rate, encoder.options, target.suffix)
            context = stream.codec_context
            context.height, context.width = first.shape[:2]
            context.pix_fmt = pixel_format
            context.time_base = 1 / rate if times_s is None else _VARIABLE_RATE_TIME_BASE
            context.thread_count = 1
            _set_quality(context, encoder, bit_rate, crf)
            _set_tags(context, layout, tag, encoder.range_is_in_the_stream)
            for linear in chain([first], remaining):
                _check_shape(linear, first.shape, layout)
                planes = camera_planes(
                    linear, layout, noise_levels=noise_levels, generator=generator
                )
                picture = _picture(planes, context)
                picture.pts = next(ticks, None)
                if picture.pts is None:
                    raise InputError(
                        "There are fewer times than frames.", "Give one time for each frame."
                    )
                container.mux(stream.encode(picture))
                written += 1
            container.mux(stream.encode(None))
        os.replace(unfinished, target)
    except av.error.FFmpegError as error:
        raise InputError(
            f"The video could not be written as {codec} to {target.name}: {error.strerror}.",
            "Choose another codec or container, and check that the folder can be written to.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _encoder_for(
    codec: str,
    pixel_format: str,
    matrix: Matrix,
    full_range: bool,
    bit_rate: int | None,
    crf: float | None,
) -> _Encoder:
    """The encoder's entry, once it is known that it can do what is asked."""
    if codec not in _ENCODERS:
        raise InputError(
            f"Rubor does not write video with the codec {codec!r}.",
            f"Choose one of {', '.join(_ENCODERS)}.",
        )
    encoder = _ENCODERS[codec]
    if pixel_format not in encoder.pixel_formats:
        raise InputError(
            f"The codec {codec} does not take the pixel format {pixel_format!r}.",
            f"Choose one of {', '.join(sorted(encoder.pixel_formats))}.",
        )
    if matrix not in _MATRIX_TAGS:
        raise InputError(f"The matrix {matrix!r} is unknown.", "Choose bt601 or bt709.")
    if encoder.only_bt601 and matrix != "bt601":
        raise InputError(
            f"The codec {codec} is BT.601 by definition; a {matrix} picture would be misread.",
            'Give matrix="bt601".',
        )
    if encoder.only_limited and full_range:
        raise InputError(
            f"The codec {codec} is limited range by definition; full range would be misread.",
            "Give full_range=False.",
        )
    if crf is not None and bit_rate is not None:
        raise InputError("A rate factor and a bit rate exclude each other.", "Give one of them.")
    if crf is not None and encoder.crf is None:
        raise InputError(
            f"The codec {codec} has no constant rate factor.",
            "Give a bit rate, or neither for the best quality.",
        )
    return encoder


def _rational_rate(frame_rate: float | Fraction) -> Fraction:
    if not (math.isfinite(frame_rate) and frame_rate >= 1 / _LARGEST_RATE_DENOMINATOR):
        raise InputError(
            f"A frame rate of {frame_rate} is not possible.", "Give frames per second, such as 30."
        )
    return Fraction(frame_rate).limit_denominator(_LARGEST_RATE_DENOMINATOR)


def _check_container(target: Path, *, needs_times: bool) -> None:
    if target.suffix.lower() not in _CONTAINERS:
        raise InputError(
            f"The ending of {target.name!r} is not that of a video container Rubor writes.",
            f"Name the file with one of {', '.join(_CONTAINERS)}.",
        )
    if needs_times and target.suffix.lower() == ".avi":
        raise InputError(
            "AVI files have one fixed frame rate and cannot keep a time for each frame.",
            "Write an mp4, mov, mkv or webm file instead.",
        )


def _add_stream(
    container: av.container.OutputContainer,
    codec: str,
    rate: Fraction,
    options: dict[str, str],
    suffix: str,
) -> VideoStream:
    try:
        stream = container.add_stream(codec, rate=rate, options=dict(options))
    except ValueError as error:
        raise InputError(
            f"A {suffix} file cannot hold {codec} video.",
            "Use mkv for any codec, mp4 for H.264, HEVC, VP9 and MPEG-4, webm for VP8 and VP9.",
        ) from error
    assert isinstance(stream, VideoStream)
    return stream


def _set_quality(
    context: VideoCodecContext, encoder: _Encoder, bit_rate: int | None, crf: float | None
) -> None:
    if bit_rate is not None:
        context.bit_rate = bit_rate
    elif encoder.crf is None:
        context.bit_rate = 0
        context.qmin = context.qmax = 1
    else:
        factor = encoder.crf if crf is None else crf
        context.options = {**context.options, "crf": f"{factor:g}"}
        if encoder.crf_bit_rate is not None:
            context.bit_rate = encoder.crf_bit_rate


def _set_tags(
    context: VideoCodecContext, layout: PlaneLayout, tag: bool, range_is_in_the_stream: bool
) -> None:
    if tag or range_is_in_the_stream:
        context.color_range = _RANGE_FULL_TAG if layout.full_range else _RANGE_LIMITED_TAG
    if tag:
        context.colorspace = _MATRIX_TAGS[layout.matrix]
        context.color_primaries = _PRIMARIES_BT709_TAG
        context.color_trc = _TRANSFER_SRGB_TAG


def _rising_ticks(times_s: Iterable[float]) -> Iterator[int]:
    previous = -1
    for time_s in times_s:
        tick = round(time_s / _VARIABLE_RATE_TIME_BASE)
        if tick <= previous:
            raise InputError(
                f"The frame time {time_s} s is negative or not later than the one before it.",
                "Give times from 0 on that rise from frame to frame.",
            )
        yield tick
        previous = tick


def _check_shape(linear: Frame, expected: tuple[int, ...], layout: PlaneLayout) -> None:
    if linear.ndim != 3 or linear.shape[2] != 3 or linear.shape != expected:
        raise InputError(
            f"A frame has the shape {linear.shape}.",
            "Give every frame as height x width x 3, all of one size.",
        )
    across, down = layout.chroma_step
    if linear.shape[1] % across or linear.shape[0] % down:
        raise InputError(
            f"A picture of {linear.shape[1]} x {linear.shape[0]} has no whole chroma samples.",
            "Give an even width and height, or choose yuv444p.",
        )


def _picture(planes: list[Plane], context: VideoCodecContext) -> av.VideoFrame:
    """The planes as an encoder takes them, untouched."""
    assert context.pix_fmt is not None
    picture = av.VideoFrame(context.width, context.height, context.pix_fmt)
    for destination, samples in zip(picture.planes, planes, strict=True):
        rows = np.frombuffer(memoryview(destination), samples.dtype).reshape(len(samples), -1)
        rows[:, : samples.shape[1]] = samples
    # The picture repeats the stream's tags: where they differ, PyAV would convert it.
    picture.colorspace = context.colorspace
    picture.color_range = context.color_range
    picture.color_primaries = context.color_primaries
    picture.color_trc = context.color_trc
    picture.time_base = context.time_base
    return picture
