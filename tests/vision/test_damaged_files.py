"""Whatever a file holds, the end is a result or one clear sentence with a cure, and no crash."""

from __future__ import annotations

import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import rubor
from rubor.simulation import load_portrait, write_video

WritePlanes = Callable[..., Path]

FRAMES, RATE = 36, 30
# Of the portrait: 360 x 300 pixels, 69 px between the outer eye corners. Too small to be accepted,
# and quick to measure.
TITLES = ("mp4", "fast start mp4", "mov", "webm", "mkv", "avi")


def portrait_frames(frames: int) -> list[npt.NDArray[np.float32]]:
    return [load_portrait(1.0).linear] * frames


def write_clip(path: Path, frames: int = FRAMES, **options: Any) -> Path:
    write_video(path, portrait_frames(frames), frame_rate=RATE, noise_levels=2.0, **options)
    return path


def fast_start(source_path: Path, path: Path) -> Path:
    """The same packets with the index before them, as a web site serves them."""
    with (
        av.open(str(source_path)) as source,
        av.open(str(path), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same second of a face in every container."""
    folder = tmp_path_factory.mktemp("clips")
    plain = write_clip(folder / "clip.mp4")
    return {
        "mp4": plain,
        "fast start mp4": fast_start(plain, folder / "fast.mp4"),
        "mov": write_clip(folder / "clip.mov"),
        "webm": write_clip(folder / "clip.webm", codec="libvpx-vp9"),
        "mkv": write_clip(folder / "clip.mkv"),
        "avi": write_clip(folder / "clip.avi", codec="mjpeg", matrix="bt601"),
    }


def refused(path: Path) -> rubor.RuborError:
    """The error of measuring a file: one sentence that names it, and a cure."""
    with pytest.raises(rubor.RuborError) as caught:
        rubor.measure(path)
    error = caught.value
    assert path.name in error.message
    assert error.cure
    assert "\n" not in str(error)
    assert "Traceback" not in str(error)
    return error


@pytest.mark.parametrize("title", TITLES)
def test_every_container_is_measured_whole(clips: dict[str, Path], title: str) -> None:
    recording = rubor.measure(clips[title])
    assert recording.summary["video"]["frames"] == FRAMES
    assert recording.summary["complete"] in (True, None)
    assert recording.traces["valid"].any()


class TestNoVideo:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        refused(tmp_path / "missing.mp4")

    def test_a_folder(self, tmp_path: Path) -> None:
        refused(tmp_path)

    @pytest.mark.parametrize("ending", ["mp4", "webm", "avi", "jpg", "heic", "txt"])
    def test_zero_bytes(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"empty.{ending}"
        path.touch()
        assert "empty" in refused(path).message

    @pytest.mark.parametrize("ending", ["txt", "mp4", "mkv", "jpg"])
    def test_a_text_file(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"notes.{ending}"
        path.write_text("Tuesday: blushed at the meeting.\n" * 50, encoding="utf-8")
        refused(path)

    @pytest.mark.parametrize(
        "start",
        [b"%PDF-1.7\n", b"PK\x03\x04", b"\x7fELF", b"SQLite format 3\x00", b"\x1f\x8b\x08"],
        ids=["pdf", "zip", "program", "database", "gzip"],
    )
    def test_another_kind_of_file_with_a_videos_name(self, tmp_path: Path, start: bytes) -> None:
        path = tmp_path / "report.mp4"
        path.write_bytes(start + np.random.default_rng(1).bytes(40_000))
        refused(path)

    def test_random_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "noise.mp4"
        path.write_bytes(np.random.default_rng(2).bytes(100_000))
        refused(path)

    def test_sound_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "voice.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(struct.pack("<8000h", *range(8000)))
        assert "sound" in refused(path).message

    def test_sound_alone_in_a_videos_container(self, tmp_path: Path) -> None:
        path = tmp_path / "voice.mp4"
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream("aac", rate=16000)
            for _ in range(20):
                frame = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
                )
                frame.sample_rate = 16000
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        assert "sound" in refused(path).message

    @pytest.mark.parametrize("ending", ["gif", "bmp"])
    def test_an_animation_or_a_bitmap_is_no_camera_recording(
        self, tmp_path: Path, ending: str
    ) -> None:
        path = tmp_path / f"picture.{ending}"
        Image.new("RGB", (200, 200), (180, 140, 120)).save(path)
        refused(path)

    def test_a_codec_that_nobody_knows(self, clips: dict[str, Path], tmp_path: Path) -> None:
        data = clips["mkv"].read_bytes()
        assert b"V_MPEG4/ISO/AVC" in data
        path = tmp_path / "unknown.mkv"
        path.write_bytes(data.replace(b"V_MPEG4/ISO/AVC", b"V_MPEG9/ISO/XYZ"))
        assert "H.264" in refused(path).cure


class TestImpossiblePictures:
    def test_a_single_frame(self, tmp_path: Path) -> None:
        error = refused(write_clip(tmp_path / "one.mp4", frames=1))
        assert "one picture" in error.message
        assert "photo" in error.cure

    def test_one_pixel(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        pixel = [np.full((1, 1), 128, np.uint8)] * 3
        path = write_planes(
            tmp_path / "pixel.mkv", [pixel] * 20, codec="ffv1", pixel_format="yuv444p"
        )
        assert "1 x 1" in refused(path).message

    def test_a_strip_of_100000_by_10(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        # No compressing encoder here takes it; stored as it is, it is a video all the same.
        luma, chroma = np.full((10, 100_000), 128, np.uint8), np.full((5, 50_000), 128, np.uint8)
        path = write_planes(tmp_path / "strip.mkv", [[luma, chroma, chroma]] * 3, codec="rawvideo")
        assert "100000 x 10" in refused(path).message

    def test_a_photo_of_one_pixel(self, tmp_path: Path) -> None:
        path = tmp_path / "pixel.png"
        Image.new("RGB", (1, 1), (180, 140, 120)).save(path)
        refused(path)

    def test_grey_video_has_no_redness(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        grey = np.full((300, 360), 128, np.uint8)
        path = write_planes(tmp_path / "grey.mkv", [[grey]] * 5, codec="ffv1", pixel_format="gray")
        with pytest.raises(rubor.UnsupportedColourError, match="colour") as caught:
            rubor.measure(path)
        assert caught.value.cure


class TestAFileThatEndsEarly:
    def test_an_mp4_without_its_index_is_refused_and_the_cause_is_named(
        self, clips: dict[str, Path], tmp_path: Path
    ) -> None:
        data = clips["mp4"].read_bytes()
        path = tmp_path / "cut.mp4"
        path.write_bytes(data[: data.rindex(b"moov") - 4])
        assert "index" in refused(path).cure

    @pytest.mark.parametrize("share", [0.35, 0.6, 0.9])
    @pytest.mark.parametrize("title", ["fast start mp4", "webm", "mkv", "avi"])
    def test_it_is_measured_as_far_as_it_goes_and_marked(
        self, clips: dict[str, Path], tmp_path: Path, title: str, share: float
    ) -> None:
        whole = clips[title].read_bytes()
        path = tmp_path / f"cut{clips[title].suffix}"
        path.write_bytes(whole[: round(len(whole) * share)])
        recording = rubor.measure(path)
        frames = recording.summary["video"]["frames"]
        assert 2 <= frames < FRAMES
        assert len(recording.traces) == frames * len(recording.summary["regions"])
        # One second of video is too short to tell a missing end by its stated length alone.
        if frames < 0.4 * FRAMES:
            assert recording.summary["complete"] in (False, None)
        if recording.summary["complete"] is False:
            gate = next(g for g in recording.summary["quality"] if g["name"] == "complete_file")
            assert gate["passed"] is False
            assert gate["advice"]

    @pytest.mark.parametrize("title", ["fast start mp4", "mkv", "avi"])
    def test_where_its_length_is_stated_the_missing_part_is_known(
        self, tmp_path: Path, title: str
    ) -> None:
        # Five seconds, of which two are left.
        options = {"codec": "mjpeg", "matrix": "bt601"} if title == "avi" else {}
        whole = write_clip(tmp_path / f"whole.{title.split()[-1]}", frames=150, **options)
        if title == "fast start mp4":
            whole = fast_start(whole, tmp_path / "fast.mp4")
        data = whole.read_bytes()
        path = tmp_path / f"cut{whole.suffix}"
        path.write_bytes(data[: round(len(data) * 0.4)])
        recording = rubor.measure(path)
        assert recording.summary["complete"] is False
        assert recording.summary["video"]["duration_s"] < 3.0

    @pytest.mark.parametrize("title", TITLES)
    def test_a_damaged_middle_loses_pictures_and_not_the_program(
        self, clips: dict[str, Path], tmp_path: Path, title: str
    ) -> None:
        data = bytearray(clips[title].read_bytes())
        middle = len(data) // 2
        data[middle : middle + 400] = np.random.default_rng(3).bytes(400)
        path = tmp_path / f"damaged{clips[title].suffix}"
        path.write_bytes(data)
        recording = rubor.measure(path)
        assert recording.summary["video"]["frames"] <= FRAMES


def measure_mutated(data: bytes, path: Path) -> None:
    """A result or a RuborError; anything else fails the test."""
    path.write_bytes(data)
    try:
        recording = rubor.measure(path, threads=1)
    except rubor.RuborError as error:
        assert error.message
        assert "\n" not in str(error)
        return
    assert len(recording.traces) > 0
    lost = ~recording.traces["valid"]
    assert recording.traces.loc[lost, "erythema_index"].isna().all()


# Where bytes are changed: the headers, which decide how all the rest is read, and anywhere.
CHANGES = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.booleans(), st.binary(min_size=1, max_size=12)),
    min_size=1,
    max_size=6,
)


def mutated(data: bytes, changes: list[tuple[float, bool, bytes]], kept: float) -> bytes:
    changed = bytearray(data)
    for at, in_header, written in changes:
        span = min(len(changed), 1500) if in_header else len(changed)
        place = round(at * (span - 1))
        changed[place : place + len(written)] = written
    return bytes(changed[: round(len(changed) * kept)])


FUZZ = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    "derandomize": True,
    "database": None,
}


class TestMutatedBytes:
    @given(st.sampled_from(TITLES), CHANGES, st.sampled_from([1.0, 1.0, 0.8, 0.3]))
    @settings(max_examples=30, **FUZZ)
    def test_no_change_of_bytes_crashes(
        self,
        clips: dict[str, Path],
        tmp_path: Path,
        title: str,
        changes: list[tuple[float, bool, bytes]],
        kept: float,
    ) -> None:
        source = clips[title]
        data = mutated(source.read_bytes(), changes, kept)
        measure_mutated(data, tmp_path / f"fuzz{source.suffix}")

    @pytest.mark.slow
    @given(st.sampled_from(TITLES), CHANGES, st.floats(0.01, 1.0))
    @settings(max_examples=600, **FUZZ)
    def test_no_change_of_bytes_crashes_at_length(
        self,
        clips: dict[str, Path],
        tmp_path: Path,
        title: str,
        changes: list[tuple[float, bool, bytes]],
        kept: float,
    ) -> None:
        source = clips[title]
        data = mutated(source.read_bytes(), changes, kept)
        measure_mutated(data, tmp_path / f"fuzz{source.suffix}")
