"""Whatever way a camera stores its pictures, the redness measured is that of the light."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import rubor
from rubor.simulation import load_portrait, write_video
from rubor.vision.reference_face import REGIONS

FloatArray = npt.NDArray[np.float64]
Table = Callable[[rubor.Recording, str], FloatArray]
WritePlanes = Callable[..., Path]

BT601_LIMITED = (6, 1, 6, 6)
STEADY = [REGIONS.index(name) for name in ("forehead", "cheek_left", "cheek_right")]

# The a b c d of a display matrix, and how a picture has to be stored to be displayed upright by it.
TURNS: dict[str, tuple[tuple[int, int, int, int], Callable[..., Any]]] = {
    "90 degrees": ((0, 1, -1, 0), lambda plane: np.rot90(plane, 1)),
    "180 degrees": ((-1, 0, 0, -1), lambda plane: np.rot90(plane, 2)),
    "270 degrees": ((0, -1, 1, 0), lambda plane: np.rot90(plane, -1)),
    "mirrored": ((-1, 0, 0, 1), np.fliplr),
}


class TestRotation:
    """A phone held upright stores its pictures lying and says so in the file."""

    FRAMES = 30

    @pytest.fixture(scope="class")
    @classmethod
    def upright(
        cls, excerpt: Any, write_planes: WritePlanes, tmp_path_factory: pytest.TempPathFactory
    ) -> rubor.Recording:
        path = tmp_path_factory.mktemp("upright") / "clip.mp4"
        write_planes(path, excerpt.planes[: cls.FRAMES], tags=BT601_LIMITED)
        return rubor.measure(path, mirrored=False)

    @pytest.mark.parametrize("way", TURNS)
    def test_a_turned_video_measures_like_the_upright_one(
        self,
        upright: rubor.Recording,
        excerpt: Any,
        write_planes: WritePlanes,
        set_display_matrix: Callable[..., None],
        tmp_path: Path,
        way: str,
    ) -> None:
        abcd, store = TURNS[way]
        stored = [
            [np.ascontiguousarray(store(plane)) for plane in picture]
            for picture in excerpt.planes[: self.FRAMES]
        ]
        path = write_planes(tmp_path / "clip.mp4", stored, tags=BT601_LIMITED)
        set_display_matrix(path, abcd)
        turned = rubor.measure(path, mirrored=False)
        for key in ("width", "height", "frames"):
            assert turned.summary["video"][key] == upright.summary["video"][key]
        pd.testing.assert_frame_equal(turned.traces, upright.traces)


class TestVariableFrameRate:
    def test_times_and_redness_are_those_of_the_frames_that_are_there(
        self,
        excerpt: Any,
        excerpt_recording: rubor.Recording,
        table: Table,
        write_planes: WritePlanes,
        tmp_path: Path,
    ) -> None:
        # A phone in dim light: a third of the frames is missing, here and there.
        kept = np.flatnonzero(np.random.default_rng(8).random(len(excerpt.planes)) > 0.33)
        kept = np.union1d(kept, [0])
        times = kept / 30.0
        path = write_planes(
            tmp_path / "clip.mp4", [excerpt.planes[n] for n in kept], times_s=times,
            tags=BT601_LIMITED,
        )  # fmt: skip
        recording = rubor.measure(path, mirrored=False)
        got_times = table(recording, "time_s")[:, 0]
        np.testing.assert_allclose(got_times, times, atol=5e-4)
        assert recording.summary["video"]["duration_s"] == pytest.approx(times[-1], abs=0.1)
        got = table(recording, "erythema_index")[:, STEADY]
        expected = table(excerpt_recording, "erythema_index")[kept][:, STEADY]
        # Frame by frame, not stretched to an even rate.
        assert np.nanmax(np.abs(got - expected)) < 0.006
        assert np.abs(np.nanmean(got - expected, axis=0)).max() < 0.002
        for column in range(len(STEADY)):
            both = np.isfinite(got[:, column]) & np.isfinite(expected[:, column])
            assert np.corrcoef(got[both, column], expected[both, column])[0, 1] > 0.9


def to_hlg_planes(linear: npt.NDArray[np.float32]) -> list[npt.NDArray[np.uint16]]:
    """10-bit Y', Cb, Cr of linear BT.709 light: BT.2020 primaries and matrix, HLG, limited range.

    ITU-R BT.2087-0 (primaries), BT.2100-2 table 5 (OETF), BT.2020-2 table 4 (matrix), 64 bit.
    """
    to_2020 = np.array(
        [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    )
    light = np.clip(0.7 * linear.astype(np.float64) @ to_2020.T, 0.0, 1.0)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    bright = a * np.log(np.maximum(12.0 * light - b, 1e-9)) + c
    red, green, blue = np.moveaxis(np.where(light <= 1 / 12, np.sqrt(3.0 * light), bright), -1, 0)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    samples = [
        64 + 876 * luma,
        512 + 896 * (blue - luma) / 1.8814,
        512 + 896 * (red - luma) / 1.4746,
    ]
    return [np.rint(plane).astype(np.uint16) for plane in samples]


class TestHdr:
    FRAMES = 12

    def write_hlg(self, excerpt: Any, write_planes: WritePlanes, path: Path, transfer: int) -> Path:
        """HEVC, as phones write it, in mp4; FFV1, which is quicker, in mkv."""
        pictures = [to_hlg_planes(excerpt.linear(number)) for number in range(self.FRAMES)]
        return write_planes(
            path,
            pictures,
            codec="libx265" if path.suffix == ".mp4" else "ffv1",
            pixel_format="yuv444p10le",
            tags=(9, 1, transfer, 9),
        )

    def test_hlg_measures_like_the_light_it_stores(
        self, excerpt: Any, write_planes: WritePlanes, table: Table, tmp_path: Path
    ) -> None:
        # The truth: the same light in 10 bits of standard video.
        plain = tmp_path / "plain.mkv"
        frames = map(excerpt.linear, range(self.FRAMES))
        write_video(plain, frames, frame_rate=30, pixel_format="yuv444p10le", crf=0)
        truth = rubor.measure(plain, mirrored=False)
        path = self.write_hlg(excerpt, write_planes, tmp_path / "hlg.mp4", transfer=18)
        recording = rubor.measure(path, mirrored=False)
        video = recording.summary["video"]
        assert (video["transfer"], video["matrix"], video["bit_depth"]) == ("hlg", "bt2020", 10)
        got, expected = (
            np.nanmean(table(one, "erythema_index")[:, STEADY], axis=0)
            for one in (recording, truth)
        )
        np.testing.assert_allclose(got, expected, atol=0.004)

    def test_hlg_read_as_standard_video_would_be_wrong(
        self, excerpt: Any, write_planes: WritePlanes, table: Table, tmp_path: Path
    ) -> None:
        index = []
        for transfer in (18, 14):
            path = self.write_hlg(excerpt, write_planes, tmp_path / f"{transfer}.mkv", transfer)
            recording = rubor.measure(path, mirrored=False)
            index.append(np.nanmean(table(recording, "erythema_index")[:, STEADY], axis=0))
        assert np.abs(index[0] - index[1]).min() > 0.02

    def test_pq_is_refused_with_a_cure(
        self, excerpt: Any, write_planes: WritePlanes, tmp_path: Path
    ) -> None:
        path = self.write_hlg(excerpt, write_planes, tmp_path / "pq.mkv", transfer=16)
        with pytest.raises(rubor.UnsupportedColourError, match="PQ") as caught:
            rubor.measure(path)
        assert caught.value.cure


def test_10_bit_hevc_is_read_with_all_its_bits(
    excerpt: Any, excerpt_recording: rubor.Recording, table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    write_video(
        path, map(excerpt.linear, range(90)), frame_rate=30, codec="libx265",
        pixel_format="yuv420p10le", crf=8,
    )  # fmt: skip
    recording = rubor.measure(path, mirrored=False)
    assert recording.summary["video"]["bit_depth"] == 10
    got, expected = (
        np.nanmean(table(one, "erythema_index")[:, STEADY], axis=0)
        for one in (recording, excerpt_recording)
    )
    np.testing.assert_allclose(got, expected, atol=0.002)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read the POSIX way")
def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    # At most 100 MB more for ten minutes than for one.
    minute = tmp_path / "minute.mp4"
    frames = [load_portrait(1.4).linear] * (60 * 15)
    write_video(minute, frames, frame_rate=15, noise_levels=2.0)
    peaks_mb = [
        peak_memory_mb(path) for path in (minute, repeated(minute, 10, tmp_path / "ten.mp4"))
    ]
    assert peaks_mb[1] - peaks_mb[0] <= 100.0, peaks_mb


def repeated(source_path: Path, times: int, path: Path) -> Path:
    """The same packets again and again, without encoding them anew."""
    with av.open(str(path), "w") as target:
        stream: Any = None
        for round_number in range(times):
            with av.open(str(source_path)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream = target.add_stream_from_template(video)
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None or video.duration is None:
                        continue
                    packet.pts += round_number * video.duration
                    packet.dts += round_number * video.duration
                    packet.stream = stream
                    target.mux(packet)
    return path


def peak_memory_mb(path: Path) -> float:
    program = (
        "import json, resource, sys, rubor; rubor.measure(sys.argv[1]);"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True
    )
    peak = float(json.loads(done.stdout.splitlines()[-1]))
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)
