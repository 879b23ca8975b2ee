"""A file is what its bytes are, wherever they are kept; and nothing but its bytes is read."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import pytest

from rubor.errors import UnreadableFileError
from rubor.vision.face_picture import face_picture
from rubor.vision.media_file import MediaFile
from rubor.vision.photo import is_photo, read_photo
from rubor.vision.video import VideoFile

WritePlanes = Callable[..., Path]


class KeptInMemory:
    """Bytes that can be opened again and again; knows whether all that was opened was closed."""

    def __init__(self, data: bytes, make: Callable[[bytes], BinaryIO] = io.BytesIO) -> None:
        self.data = data
        self.make = make
        self.opened: list[BinaryIO] = []

    def open(self) -> BinaryIO:
        self.opened.append(self.make(self.data))
        return self.opened[-1]

    @property
    def all_closed(self) -> bool:
        return bool(self.opened) and all(stream.closed for stream in self.opened)


class Lost(Exception):
    """The place where bytes are kept fails."""


def failing(place: int, error: type[Exception]) -> Callable[[bytes], BinaryIO]:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() <= place < self.tell() + (size or 0):
                raise error("the place is lost")
            return super().read(size)

    return Failing


def pictures(count: int) -> list[list[np.ndarray[Any, Any]]]:
    rng = np.random.default_rng(4)
    grain = rng.integers(0, 30, (80, 112)).astype(np.uint8)
    chroma = grain[::2, ::2]
    return [[60 + grain + number, 100 + chroma, 140 + chroma] for number in range(count)]


@pytest.fixture(scope="module")
def video(write_planes: WritePlanes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_planes(tmp_path_factory.mktemp("video") / "short.mp4", pictures(40))


def test_a_path_is_opened_as_often_as_asked(video: Path) -> None:
    for file in (MediaFile.of(video), MediaFile.of(str(video))):
        assert file.name == "short.mp4"
        for _ in range(2):
            with file.open() as stream:
                assert stream.read() == video.read_bytes()
        assert file.sha256() == hashlib.sha256(video.read_bytes()).hexdigest()
        assert MediaFile.of(file) is file


def test_frames_from_memory_are_those_that_ffmpeg_reads_from_the_disk(video: Path) -> None:
    kept = KeptInMemory(video.read_bytes())
    with av.open(str(video)) as container:
        expected = [frame.to_ndarray() for frame in container.decode(video=0)]
    with VideoFile(MediaFile("short.mp4", kept.open)) as from_memory:
        count = 0
        for frame, stored in zip(from_memory.frames(), expected, strict=True):
            np.testing.assert_array_equal(frame.planes[0], stored[: frame.planes[0].shape[0]])
            count += 1
    assert count == 40
    assert kept.all_closed


def test_a_photo_from_memory_is_the_photo(shared: Path) -> None:
    path = shared / "videos" / "face_even_light.jpg"
    kept = KeptInMemory(path.read_bytes())
    file = MediaFile("face.jpg", kept.open)
    assert is_photo(file)
    np.testing.assert_array_equal(read_photo(file).linear_rgb, read_photo(path).linear_rgb)
    assert face_picture(file) == face_picture(path)
    assert kept.all_closed


def test_a_picture_of_the_face_is_cut_out_of_a_video_in_memory(shared: Path) -> None:
    path = shared / "videos" / "single_face.mp4"
    kept = KeptInMemory(path.read_bytes())
    assert face_picture(MediaFile("a.mp4", kept.open)) == face_picture(path)
    assert kept.all_closed


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "upload.mp4 is empty"),
        (b"no video at all" * 100, "upload.mp4 is not a readable video"),
        (b"\x1aE\xdf\xa3" + bytes(300), "upload.mp4 is not a readable video"),
    ],
)
def test_what_is_no_video_is_refused_and_closed(data: bytes, message: str) -> None:
    kept = KeptInMemory(data)
    with pytest.raises(UnreadableFileError, match=message) as refusal:
        VideoFile(MediaFile("upload.mp4", kept.open))
    assert refusal.value.cure
    assert kept.all_closed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert not is_photo(tmp_path / "pipe.mp4")
    with pytest.raises(UnreadableFileError, match=r"no file pipe\.mp4"):
        VideoFile(tmp_path / "pipe.mp4")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.ffconcat", "ffconcat version 1.0\nfile short.mp4\n"),
        ("list.mp4", "ffconcat version 1.0\nfile short.mp4\n"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nshort.mp4\n#EXT-X-ENDLIST\n"),
    ],
)
def test_a_file_cannot_have_another_one_read(
    video: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.chdir(video.parent)
    (video.parent / name).write_text(text, encoding="utf-8")
    for source in (Path(name), MediaFile(name, KeptInMemory(text.encode()).open)):
        with pytest.raises(UnreadableFileError, match="is not a readable video"):
            VideoFile(source)


class TestAPlaceThatFails:
    @pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
    def test_its_error_is_raised_and_not_taken_for_the_end(self, video: Path, share: float) -> None:
        data = video.read_bytes()
        kept = KeptInMemory(data, failing(int(share * len(data)), Lost))
        with pytest.raises(Lost), VideoFile(MediaFile("a.mp4", kept.open)) as broken:
            for _ in broken.frames():
                pass
        assert kept.all_closed

    def test_a_disk_that_cannot_be_read_is_a_file_that_cannot(self, video: Path) -> None:
        kept = KeptInMemory(video.read_bytes(), failing(0, OSError))
        with pytest.raises(UnreadableFileError, match="the place is lost"):
            VideoFile(MediaFile("a.mp4", kept.open))
        assert kept.all_closed
