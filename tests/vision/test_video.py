"""A video is a stream of its own pictures: exact samples, true times, upright, and an honest end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from rubor.errors import UnreadableFileError, UnsupportedColourError
from rubor.vision.frame import PlanarFrame
from rubor.vision.video import VideoFile

Planes = list[npt.NDArray[Any]]
WritePlanes = Callable[..., Path]

WIDTH, HEIGHT = 112, 80
NO_TAGS = (2, 0, 2, 2)


def moving_planes(
    frames: int, *, depth: int = 8, step: int = 2, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Iterator[Planes]:
    """Pictures that all differ: a pattern drifting over soft noise, no two rows or columns alike."""
    generator = np.random.default_rng(5)
    width, height = size
    scale = 1 << (depth - 8)
    kind = np.uint8 if depth == 8 else np.uint16
    grain = generator.integers(0, 20 * scale, (height, width))
    rows, columns = np.mgrid[:height, :width]
    for number in range(frames):
        luma = (50 + (columns + 2 * rows + 3 * number) % 120) * scale + grain
        blue, red = (
            100 * scale + grain[::step, ::step],
            130 * scale + grain[::step, ::step] + number,
        )
        yield [plane.astype(kind) for plane in (luma, blue, red)]


def planes_of(frame: PlanarFrame) -> Planes:
    return [plane.copy() for plane in frame.planes]


def read(path: Path, **options: Any) -> tuple[list[float], list[Planes], VideoFile]:
    with VideoFile(path, **options) as video:
        pairs = [(frame.time_s, planes_of(frame)) for frame in video.frames()]
        return [time for time, _ in pairs], [planes for _, planes in pairs], video


def assert_same(got: list[Planes], expected: list[Planes]) -> None:
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        for plane, stored in zip(one, other, strict=True):
            np.testing.assert_array_equal(plane, stored)


class TestSamples:
    @pytest.mark.parametrize(
        ("name", "pixel_format", "codec"),
        [
            ("a.mp4", "yuv420p", "libx264"),
            ("a.mov", "yuv420p", "libx264"),
            ("a.mkv", "yuv444p", "libx264"),
            ("a.avi", "yuv420p", "libx264"),
            ("a.mkv", "yuv422p", "ffv1"),
            ("hevc.mp4", "yuv420p10le", "libx265"),
            ("h264_10.mp4", "yuv420p10le", "libx264"),
            ("ffv1_10.mkv", "yuv422p10le", "ffv1"),
        ],
    )
    def test_every_picture_comes_once_and_as_it_was_stored(
        self, tmp_path: Path, write_planes: WritePlanes, name: str, pixel_format: str, codec: str
    ) -> None:
        depth = 10 if "10" in pixel_format else 8
        generator = np.random.default_rng(1)
        chroma = {"420": (2, 2), "422": (1, 2), "444": (1, 1)}[pixel_format[3:6]]
        shapes = [(HEIGHT, WIDTH)] + 2 * [(HEIGHT // chroma[0], WIDTH // chroma[1])]
        kind = np.uint8 if depth == 8 else np.uint16
        pictures = [
            [generator.integers(0, 1 << depth, shape).astype(kind) for shape in shapes]
            for _ in range(12)
        ]
        path = write_planes(tmp_path / name, pictures, pixel_format=pixel_format, codec=codec)
        times, got, video = read(path)
        assert_same(got, pictures)
        assert video.info.coding.bit_depth == depth
        np.testing.assert_allclose(times, np.arange(12) / 30.0, atol=6e-4)
        assert video.end.frames == 12
        assert video.end.broken is None

    def test_the_number_of_decoder_threads_changes_nothing(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        path = write_planes(
            tmp_path / "a.mp4", moving_planes(40), options={"crf": "20", "bf": "2", "g": "10"}
        )
        _, one, _ = read(path, threads=1)
        _, several, _ = read(path, threads=2)
        assert_same(one, several)


class TestTags:
    @pytest.mark.parametrize(
        ("tags", "matrix", "value_range"),
        [
            ((1, 1, 1, 1), "bt709", "limited"),
            ((1, 2, 13, 1), "bt709", "full"),
            ((6, 1, 6, 6), "bt601", "limited"),
            ((5, 2, 6, 5), "bt601", "full"),
            ((9, 1, 14, 9), "bt2020", "limited"),
        ],
    )
    @pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
    def test_they_are_read_from_the_file(
        self,
        tmp_path: Path,
        write_planes: WritePlanes,
        tags: tuple[int, int, int, int],
        matrix: str,
        value_range: str,
        name: str,
    ) -> None:
        path = write_planes(tmp_path / name, moving_planes(3), tags=tags)
        with VideoFile(path) as video:
            coding = video.info.coding
        assert (coding.matrix, coding.range) == (matrix, value_range)
        assert coding.assumed == ()
        assert video.info.warnings == ()

    def test_what_is_missing_is_assumed_and_the_person_is_told(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        path = write_planes(tmp_path / "a.mp4", moving_planes(3), tags=NO_TAGS)
        with VideoFile(path) as video:
            info = video.info
        assert (info.coding.matrix, info.coding.range) == ("bt601", "limited")
        assert set(info.coding.assumed) == {"transfer", "matrix", "range"}
        assert any("matrix" in warning and "bt601" in warning for warning in info.warnings)

    def test_a_browser_recording_is_taken_as_bt601(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        # 720 lines: the common rule by height would say BT.709 and be wrong by 0.02.
        pictures = moving_planes(2, size=(1280, 720))
        path = write_planes(
            tmp_path / "a.webm", pictures, codec="libvpx", tags=NO_TAGS,
            options={"deadline": "realtime", "cpu-used": "8", "crf": "10"},
        )  # fmt: skip
        with VideoFile(path) as video:
            assert (video.info.coding.matrix, video.info.coding.range) == ("bt601", "limited")

    def test_hlg_is_known_as_such(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        path = write_planes(
            tmp_path / "a.mp4", moving_planes(3, depth=10), codec="libx265",
            pixel_format="yuv420p10le", tags=(9, 1, 18, 9),
        )  # fmt: skip
        with VideoFile(path) as video:
            coding = video.info.coding
        assert (coding.transfer, coding.matrix, coding.primaries) == ("hlg", "bt2020", "bt2020")

    def test_pq_is_refused_with_a_cure(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        path = write_planes(
            tmp_path / "a.mp4", moving_planes(3, depth=10), codec="libx265",
            pixel_format="yuv420p10le", tags=(9, 1, 16, 9),
        )  # fmt: skip
        with pytest.raises(UnsupportedColourError, match="PQ") as caught:
            VideoFile(path)
        assert "HDR" in caught.value.cure


class TestTimes:
    @pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264")])
    def test_a_variable_rate_keeps_its_true_times(
        self, tmp_path: Path, write_planes: WritePlanes, name: str, codec: str
    ) -> None:
        steps = np.random.default_rng(2).choice([1 / 30, 1 / 15, 0.1], 30)
        times = np.concatenate([[0.0], np.cumsum(steps)])
        pictures = list(moving_planes(len(times)))
        path = write_planes(tmp_path / name, pictures, codec=codec, times_s=times)
        got, planes, _ = read(path)
        # Matroska keeps whole milliseconds.
        np.testing.assert_allclose(got, times, atol=6e-4)
        assert_same(planes, pictures)

    def test_time_begins_at_the_first_picture(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        times = 3.5 + np.arange(10) / 30.0
        path = write_planes(tmp_path / "late.mkv", moving_planes(10), times_s=times)
        got, _, _ = read(path)
        assert got[0] == 0.0
        np.testing.assert_allclose(got, np.arange(10) / 30.0, atol=2e-3)

    def test_reordered_pictures_come_in_the_order_of_time(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        path = write_planes(
            tmp_path / "a.mp4", moving_planes(30),
            options={"crf": "12", "bf": "3", "b-pyramid": "normal", "preset": "medium"},
        )  # fmt: skip
        got, planes, _ = read(path)
        np.testing.assert_allclose(got, np.arange(30) / 30.0, atol=1e-3)
        # The red plane of each picture is one level above that of the picture before it.
        reds = [float(picture[2].mean()) for picture in planes]
        assert np.all(np.diff(reds) > 0.0)

    def test_a_stream_without_times_is_spaced_by_its_rate_and_says_so(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        bare = write_planes(tmp_path / "bare.h264", moving_planes(20))
        got, _, video = read(bare)
        assert len(got) == 20
        steps = np.diff(got)
        assert np.all(steps > 0.0)
        np.testing.assert_allclose(steps, steps[0], rtol=0.05)
        assert video.end.missing_times in (0, 20)

    def test_the_stated_duration_and_rate_are_told(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        path = write_planes(tmp_path / "a.mp4", moving_planes(45))
        with VideoFile(path) as video:
            assert video.info.duration_s == pytest.approx(1.5, abs=0.05)
            assert video.info.nominal_fps == pytest.approx(30.0, abs=0.5)


# The a b c d of a display matrix, and what it makes of a stored plane.
TURNS: dict[str, tuple[tuple[int, int, int, int], Callable[..., Any]]] = {
    "90 degrees": ((0, 1, -1, 0), lambda plane: np.rot90(plane, -1)),
    "180 degrees": ((-1, 0, 0, -1), lambda plane: np.rot90(plane, 2)),
    "270 degrees": ((0, -1, 1, 0), lambda plane: np.rot90(plane, 1)),
    "mirrored": ((-1, 0, 0, 1), np.fliplr),
}


class TestRotation:
    @pytest.mark.parametrize("way", TURNS)
    def test_pictures_come_upright(
        self,
        tmp_path: Path,
        write_planes: WritePlanes,
        set_display_matrix: Callable[..., None],
        way: str,
    ) -> None:
        pictures = list(moving_planes(4))
        path = write_planes(tmp_path / "a.mp4", pictures)
        abcd, shown = TURNS[way]
        set_display_matrix(path, abcd)
        _, got, video = read(path)
        assert_same(got, [[shown(plane) for plane in picture] for picture in pictures])
        assert (video.info.height, video.info.width) == shown(pictures[0][0]).shape

    def test_an_identity_matrix_changes_nothing(
        self,
        tmp_path: Path,
        write_planes: WritePlanes,
        set_display_matrix: Callable[..., None],
    ) -> None:
        pictures = list(moving_planes(2))
        path = write_planes(tmp_path / "a.mp4", pictures)
        set_display_matrix(path, (1, 0, 0, 1))
        assert_same(read(path)[1], pictures)


class TestAnEarlyEnd:
    def test_a_webm_cut_anywhere_gives_what_is_there(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        path = write_planes(
            tmp_path / "a.webm", moving_planes(60), codec="libvpx-vp9",
            options={"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0"},
        )  # fmt: skip
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        times, _, video = read(path)
        assert 5 < len(times) < 60
        assert video.end.frames == len(times)

    def test_a_fast_start_mp4_gives_frames_and_then_says_that_it_broke(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        whole = write_planes(tmp_path / "whole.mp4", moving_planes(60))
        fast = tmp_path / "fast.mp4"
        with (
            av.open(str(whole)) as source,
            av.open(str(fast), "w", options={"movflags": "faststart"}) as target,
        ):
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
        fast.write_bytes(fast.read_bytes()[: fast.stat().st_size * 2 // 3])
        times, _, video = read(fast)
        assert 5 < len(times) < 60
        short = video.end.broken is not None or video.end.last_time_s < video.info.duration_s - 0.5
        assert short

    def test_a_picture_size_that_changes_ends_the_stream(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        parts = []
        for name, size in (("a.h264", (112, 80)), ("b.h264", (160, 96))):
            part = write_planes(tmp_path / name, moving_planes(6, size=size))
            parts.append(part.read_bytes())
        both = tmp_path / "both.h264"
        both.write_bytes(b"".join(parts))
        times, planes, video = read(both)
        assert 1 <= len(times) <= 6
        assert all(picture[0].shape == (80, 112) for picture in planes)
        assert video.end.broken is not None
        assert "size" in video.end.broken

    def test_leaving_early_frees_the_file(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        path = write_planes(tmp_path / "a.mp4", moving_planes(30))
        with VideoFile(path) as video:
            for frame in video.frames():
                if frame.time_s > 0.2:
                    break
        path.unlink()
        assert not path.exists()


class TestRefusals:
    """What is no video is refused in one sentence that names the file, and with a cure."""

    @staticmethod
    def refused(path: Path) -> UnreadableFileError:
        with pytest.raises(UnreadableFileError) as caught:
            VideoFile(path)
        assert path.name in caught.value.message
        assert caught.value.cure
        assert "\n" not in str(caught.value)
        return caught.value

    def test_no_file(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "missing.mp4")

    def test_a_folder(self, tmp_path: Path) -> None:
        self.refused(tmp_path)

    def test_zero_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.mp4"
        path.touch()
        assert "empty" in self.refused(path).message

    def test_a_picture_too_small_for_a_face(
        self, tmp_path: Path, write_planes: WritePlanes
    ) -> None:
        tiny = write_planes(
            tmp_path / "tiny.mkv", moving_planes(3, size=(1, 1), step=1), codec="ffv1",
            pixel_format="yuv444p",
        )  # fmt: skip
        assert "1 x 1" in self.refused(tiny).message

    def test_a_shape_that_no_camera_has(self, tmp_path: Path, write_planes: WritePlanes) -> None:
        strip = write_planes(
            tmp_path / "strip.mkv", moving_planes(2, size=(1600, 100)), codec="ffv1"
        )
        assert "1600 x 100" in self.refused(strip).message
