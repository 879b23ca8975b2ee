"""Open a video and stream its frames with exact colour and true presentation times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import Type as SideDataType
from av.video.stream import VideoStream

from rubor.errors import UnreadableFileError
from rubor.vision.colour_coding import ColourCoding, coding_from_tags
from rubor.vision.decoder_input import OPEN_NOTHING_ELSE, DecoderInput
from rubor.vision.frame import PlanarFrame, frame_from_av
from rubor.vision.media_file import MediaFile

__all__ = ["StreamEnd", "VideoFile", "VideoInfo"]

# A frame smaller than this cannot hold a face that can be measured; one larger is not a camera's.
MIN_SIDE_PX = 64
MAX_SIDE_PX = 16384
MAX_ASPECT_RATIO = 8.0
# Formats that hold one picture or a text rendering; FFmpeg opens them as "video".
_NOT_VIDEO = {"tty", "image2", "png_pipe", "jpeg_pipe", "gif", "bmp_pipe", "tiff_pipe", "webp_pipe"}


@dataclass(frozen=True)
class VideoInfo:
    """What a file says of its own video stream, and what had to be assumed.

    Attributes:
        width, height: displayed size in pixels (after rotation).
        nominal_fps: frame rate stated by the container, or None.
        container, codec: FFmpeg's names.
        duration_s: stated duration, or None (a browser recording has none).
        frames: stated number of pictures, or None (only mp4, mov and avi state it).
        coding: the colour rule, with the fields it had to assume.
        warnings: plain sentences for the person.
    """

    width: int
    height: int
    nominal_fps: float | None
    container: str
    codec: str
    duration_s: float | None
    frames: int | None
    coding: ColourCoding
    warnings: tuple[str, ...]


@dataclass
class StreamEnd:
    """How reading ended; filled while `VideoFile.frames` runs.

    Attributes:
        frames: frames decoded.
        last_time_s: time of the last frame.
        broken: the decoder's message where the data ended in an error.
        corrupt_frames: frames that the decoder marked as damaged.
        missing_times: frames without a time stamp of their own.
    """

    frames: int = 0
    last_time_s: float = 0.0
    broken: str | None = None
    corrupt_frames: int = 0
    missing_times: int = 0


class VideoFile:
    """A video file as a stream of frames. Use it as a context manager; it frees the decoder.

    Args:
        source: the file's path, or the file wherever it is kept.
        threads: decoder threads; 0 takes one per core.

    Raises:
        UnreadableFileError: not a video, empty, without pictures, or of an impossible size.
        UnsupportedColourError: colour that cannot be brought to linear light without guessing.
    """

    def __init__(self, source: str | Path | MediaFile, *, threads: int = 0) -> None:
        file = MediaFile.of(source)
        self.end = StreamEnd()
        self._input = _open_input(file)
        try:
            self._container, self._decoder, first = _open(self._input, file.name, threads)
        except BaseException:
            self._input.close()
            raise
        self._first: av.VideoFrame | None = first
        self._stored_as = (first.width, first.height, first.format.name)
        try:
            self.info, self._display_matrix = _describe(self._container, first, file.name)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the decoder. Without this FFmpeg keeps tens of megabytes a file."""
        self._first = None
        self._container.close()
        self._input.close()

    def frames(self) -> Iterator[PlanarFrame]:
        """Yield every frame once, in time order. Damage ends the stream and is noted in `end`."""
        stream = self._container.streams.video[0]
        fallback_step_s = 1.0 / (self.info.nominal_fps or 30.0)
        origin_s: float | None = None
        previous_s = -np.inf
        for picture in self._pictures():
            if (picture.width, picture.height, picture.format.name) != self._stored_as:
                self.end.broken = "the picture size or format changes within the file"
                return
            stamp = picture.pts if picture.pts is not None else picture.dts
            if stamp is None:
                self.end.missing_times += 1
                time_s = 0.0 if origin_s is None else previous_s + fallback_step_s
                origin_s = origin_s or 0.0
            else:
                absolute_s = float(
                    stamp * (picture.time_base or stream.time_base or Fraction(1, 1000))
                )
                origin_s = absolute_s if origin_s is None else origin_s
                time_s = absolute_s - origin_s
            if time_s <= previous_s:
                # Two frames with one time: a broken muxer. The second cannot be placed.
                self.end.corrupt_frames += 1
                continue
            previous_s = time_s
            self.end.corrupt_frames += bool(picture.is_corrupt)
            self.end.frames += 1
            self.end.last_time_s = time_s
            yield frame_from_av(picture, time_s, self.info.coding, self._display_matrix)

    def _pictures(self) -> Iterator[av.VideoFrame]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        while True:
            try:
                picture = self._next_picture()
            except (av.error.FFmpegError, OSError, ValueError) as error:
                self.end.broken = _plain(error)
                return
            if picture is None:
                return
            yield picture

    def _next_picture(self) -> av.VideoFrame | None:
        """The decoder's next picture; None at the end."""
        with self._input.errors_raised():
            try:
                return next(self._decoder, None)
            except av.error.EOFError:
                return None


def _open_input(file: MediaFile) -> DecoderInput:
    try:
        stream = file.open()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UnreadableFileError(
            f"There is no file {file.name}.", "Check the name and the folder."
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"{file.name} cannot be opened ({_plain(error)}).", "Check that you may read it."
        ) from error
    if stream.seek(0, os.SEEK_END) == 0:
        stream.close()
        raise UnreadableFileError(
            f"{file.name} is empty (0 bytes).", "Copy it again from the camera."
        )
    stream.seek(0)
    return DecoderInput(stream)


def _open(
    source: DecoderInput, name: str, threads: int
) -> tuple[av.container.InputContainer, Iterator[av.VideoFrame], av.VideoFrame]:
    """The file, its one decoder, and the first picture that came out of it.

    One packet can give several pictures, so all of them must come from this decoder.
    """
    try:
        with source.errors_raised():
            container = av.open(source, "r", metadata_errors="ignore", options=OPEN_NOTHING_ELSE)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{name} is not a readable video ({_plain(error)}).",
            "If the recording was cut off before it was closed, its index is missing: record again,"
            " or repair it with the camera's own software.",
        ) from error
    try:
        stream = _video_stream(container, name)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        with source.errors_raised():
            decoder = container.decode(stream)
            first = next(decoder, None)
        if first is None:
            raise UnreadableFileError(
                f"{name} opens, but holds no picture.", "Copy it again from the camera."
            )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        container.close()
        raise UnreadableFileError(
            f"{name} opens, but no picture in it can be decoded ({_plain(error)}).",
            "Copy it again from the camera; it is probably damaged.",
        ) from error
    except BaseException:
        container.close()
        raise
    return container, decoder, first


def _video_stream(container: av.container.InputContainer, name: str) -> VideoStream:
    if container.format.name in _NOT_VIDEO:
        raise UnreadableFileError(
            f"{name} is not a video (it looks like {container.format.name}).",
            "Give a video file such as mp4, mov, webm, mkv or avi, or a photo.",
        )
    if not container.streams.video:
        raise UnreadableFileError(
            f"{name} holds no pictures, only sound or data.",
            "Give the video file itself, not its sound track.",
        )
    stream = container.streams.video[0]
    if cast(Any, stream.codec_context) is None:  # PyAV's stubs do not know that it can be
        raise UnreadableFileError(
            f"{name} holds pictures in a coding that is not known here.",
            "Export it as H.264, HEVC or VP9 video.",
        )
    return stream


def _describe(
    container: av.container.InputContainer, first: av.VideoFrame, name: str
) -> tuple[VideoInfo, npt.NDArray[np.int_] | None]:
    stream = container.streams.video[0]
    display_matrix = _display_matrix(first)
    width, height = first.width, first.height
    if display_matrix is not None and display_matrix[0, 0] == 0:
        width, height = height, width
    _check_size(width, height, name)
    codec = stream.codec_context.codec.name
    coding = coding_from_tags(
        matrix_tag=int(first.colorspace),
        range_tag=int(first.color_range),
        transfer_tag=int(first.color_trc),
        primaries_tag=int(first.color_primaries),
        bit_depth=max(component.bits for component in first.format.components),
        stored_as_rgb=bool(first.format.is_rgb or first.format.has_palette),
        full_range_format=first.format.name.startswith("yuvj"),
        codec=codec,
        container=_container_name(container, name),
        height=first.height,
    )
    if first.format.has_palette:
        coding = replace(coding, bit_depth=8)
    warnings = []
    if coding.assumed:
        missing = [name for name in coding.assumed if name != "transfer"]
        if missing:
            warnings.append(
                f"The file does not say its colour {' and '.join(missing)}; taken as"
                f" {coding.matrix}, {coding.range} range. Compare it only with recordings of the"
                " same camera."
            )
    duration_s = None
    if container.duration:
        duration_s = container.duration / av.time_base
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    rate = stream.average_rate or stream.guessed_rate
    info = VideoInfo(
        width,
        height,
        float(rate) if rate else None,
        container.format.name,
        codec,
        duration_s,
        stream.frames or None,
        coding,
        tuple(warnings),
    )
    return info, display_matrix


def _container_name(container: av.container.InputContainer, name: str) -> str:
    """FFmpeg has one name for webm and mkv; the file's own ending tells them apart."""
    stated = str(container.format.name)
    if stated == "matroska,webm":
        return "webm" if PurePath(name).suffix.lower() == ".webm" else "matroska"
    return stated


def _check_size(width: int, height: int, name: str) -> None:
    if min(width, height) < MIN_SIDE_PX:
        raise UnreadableFileError(
            f"The picture of {name} is {width} x {height} pixels, too small to hold a face.",
            "Record at 640 x 480 or more.",
        )
    longest, shortest = max(width, height), min(width, height)
    if longest > MAX_SIDE_PX or longest / shortest > MAX_ASPECT_RATIO:
        raise UnreadableFileError(
            f"The picture of {name} is {width} x {height} pixels: no camera makes that.",
            "Give the original recording.",
        )


def _display_matrix(picture: av.VideoFrame) -> npt.NDArray[np.int_] | None:
    """The container's display transformation as [[a, b], [c, d]] of -1, 0, 1; None for upright.

    A displayed point is (a x + c y, b x + d y). Flips (some front cameras) are part of it.
    """
    side_data = picture.side_data.get(cast(Any, SideDataType.DISPLAYMATRIX))
    if side_data is None:
        return None
    raw = np.frombuffer(bytes(cast(Any, side_data)), "<i4")
    matrix = np.sign(np.rint(raw[[0, 1, 3, 4]] / 65536.0)).astype(int).reshape(2, 2)
    return None if np.array_equal(matrix, np.eye(2)) else matrix


def _plain(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text).split(": '")[0].strip().rstrip(".")
