"""Videos written by Rubor hold the colour that was put in, and say truly how it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import av
import colour
import numpy as np
import numpy.typing as npt
import pytest

from rubor.errors import InputError
from rubor.simulation import write_video
from rubor.simulation.camera_planes import PlaneLayout, camera_planes

Frame = npt.NDArray[np.float32]

# Linear light of six flat patches: three skins from light to dark, one flushed, two greys.
PATCHES = np.array(
    [
        [(0.45, 0.30, 0.22), (0.26, 0.14, 0.075), (0.10, 0.045, 0.025)],
        [(0.43, 0.24, 0.19), (0.42, 0.42, 0.42), (0.18, 0.18, 0.18)],
    ]
)
PATCH_PX = 64
RATE = 15

# Every way of storing that a codec has: VP8 is BT.601 in limited range, MJPEG is BT.601.
STORED = [
    *product(("libx264", "libx265", "libvpx-vp9", "mpeg4"), ("bt709", "bt601"), (False, True)),
    ("libvpx", "bt601", False),
    ("mjpeg", "bt601", False),
    ("mjpeg", "bt601", True),
]
CONTAINERS_OF = {
    "libx264": ("mp4", "mov", "mkv"),
    "libx265": ("mp4", "mov", "mkv"),
    "libvpx": ("webm", "mkv"),
    "libvpx-vp9": ("webm", "mkv", "mp4"),
    "mpeg4": ("mp4", "mkv"),
    "mjpeg": ("mov", "mkv"),
}
MATRIX_TAGS = {"bt709": {1}, "bt601": {5, 6}}  # ITU-T H.273; 5 and 6 are one matrix
WEIGHTS = {"bt709": "ITU-R BT.709", "bt601": "ITU-R BT.601"}


def flat_patches() -> Frame:
    rows = np.repeat(np.repeat(PATCHES, PATCH_PX, axis=0), PATCH_PX, axis=1)
    return rows.astype(np.float32)


def shaded_patches() -> Frame:
    """The same patches, each lit from 30 % less to 30 % more across its width, as a cheek is."""
    shading = np.tile(np.linspace(0.7, 1.3, PATCH_PX), PATCHES.shape[1])
    return (flat_patches() * shading[:, None]).astype(np.float32)


def still(frame: Frame, frames: int) -> Iterator[Frame]:
    return (frame for _ in range(frames))


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def planes_of(picture: av.VideoFrame) -> list[npt.NDArray[np.generic]]:
    sample_type = np.uint16 if "10" in picture.format.name else np.uint8
    return [
        np.frombuffer(bytes(plane), sample_type).reshape(plane.height, -1)[:, : plane.width]
        for plane in picture.planes
    ]


def linear_light(picture: av.VideoFrame, matrix: str, full_range: bool) -> npt.NDArray[np.float64]:
    """The picture by colour-science's conversion of its planes, chroma repeated."""
    luma, *chroma = (plane.astype(np.float64) for plane in planes_of(picture))
    across, down = luma.shape[1] // chroma[0].shape[1], luma.shape[0] // chroma[0].shape[0]
    stored = np.dstack([luma, *(c.repeat(down, axis=0).repeat(across, axis=1) for c in chroma)])
    bits = 10 if "10" in picture.format.name else 8
    if full_range:
        stored[..., 1:] -= 1 << (bits - 1)  # colour-science takes full-range chroma signed
    coded = colour.YCbCr_to_RGB(
        stored / ((1 << bits) - 1),
        K=colour.WEIGHTS_YCBCR[WEIGHTS[matrix]],
        in_bits=bits,
        in_legal=not full_range,
    )
    return np.asarray(colour.cctf_decoding(coded, "sRGB"))


def patch_means(pictures: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Mean linear light over time of each patch without its border, shape (2, 3, 3)."""
    mean = np.mean(pictures, axis=0)
    cells = mean.reshape(2, PATCH_PX, 3, PATCH_PX, 3)
    return np.asarray(cells[:, 8:-8, :, 8:-8].mean(axis=(1, 3)))


def erythema_index(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.log10(rgb[..., 0] / rgb[..., 1]))


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p"])
def test_lossless_video_holds_exactly_the_planes_the_camera_made(
    tmp_path: Path, pixel_format: str, full_range: bool
) -> None:
    path = tmp_path / "lossless.mkv"
    frame = flat_patches()
    write_video(
        path,
        still(frame, 3),
        frame_rate=RATE,
        codec="libx264",
        crf=0,  # lossless in 8-bit H.264
        pixel_format=pixel_format,
        full_range=full_range,
        noise_levels=2.0,
        seed=4,
    )
    steps = {"yuv420p": (2, 2), "yuv422p": (2, 1), "yuv444p": (1, 1)}
    layout = PlaneLayout("bt709", full_range, steps[pixel_format], 8)
    generator = np.random.default_rng(4)
    pictures = decoded(path)
    assert len(pictures) == 3
    for picture in pictures:
        expected = camera_planes(frame, layout, noise_levels=2.0, generator=generator)
        for plane, exact in zip(planes_of(picture), expected, strict=True):
            np.testing.assert_array_equal(plane, exact)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_ten_bit_video_holds_the_planes_to_a_fraction_of_an_eight_bit_level(
    tmp_path: Path, codec: str
) -> None:
    path = tmp_path / "ten.mp4"
    frame = flat_patches()
    write_video(
        path,
        still(frame, 2),
        frame_rate=RATE,
        codec=codec,
        crf=0,
        pixel_format="yuv420p10le",
        noise_levels=2.0,
        seed=4,
    )
    layout = PlaneLayout("bt709", False, (2, 2), 10)
    generator = np.random.default_rng(4)
    for picture in decoded(path):
        expected = camera_planes(frame, layout, noise_levels=2.0, generator=generator)
        for plane, exact in zip(planes_of(picture), expected, strict=True):
            difference = plane.astype(np.float64) - exact
            # Of ten bits, four steps are one 8-bit level.
            assert abs(float(difference.mean())) < 0.25
            assert float(difference.std()) < 4.0


@pytest.mark.parametrize(("matrix", "full_range"), [*product(("bt709", "bt601"), (False, True))])
def test_colour_of_flat_patches_is_exact_before_the_codec_loses_any(
    tmp_path: Path, matrix: str, full_range: bool
) -> None:
    path = tmp_path / "lossless.mp4"
    write_video(
        path,
        still(flat_patches(), 15),
        frame_rate=RATE,
        crf=0,
        matrix=matrix,  # type: ignore[arg-type]
        full_range=full_range,
        noise_levels=2.0,
    )
    seen = patch_means([linear_light(p, matrix, full_range) for p in decoded(path)])
    error = erythema_index(seen) - erythema_index(PATCHES)
    assert np.abs(error).max() < 0.0005


def half_a_chroma_level(rgb: npt.NDArray[np.float64], matrix: str, full_range: bool) -> float:
    """Change of log10(R/G) when one 8-bit level of Cr changes by a half."""
    weights = colour.WEIGHTS_YCBCR[WEIGHTS[matrix]]
    red, green = weights[0], 1.0 - weights.sum()
    step = 0.5 / (255.0 if full_range else 224.0)
    coded = colour.cctf_encoding(rgb, "sRGB")
    moved = coded + step * np.array([2 * (1 - red), -2 * (1 - red) * red / green, 0.0])
    return float(erythema_index(colour.cctf_decoding(moved, "sRGB")) - erythema_index(rgb))


@pytest.mark.parametrize(("codec", "matrix", "full_range"), STORED)
def test_colour_survives_every_codec(
    tmp_path: Path, codec: str, matrix: str, full_range: bool
) -> None:
    path = tmp_path / f"video.{CONTAINERS_OF[codec][0]}"
    write_video(
        path,
        still(shaded_patches(), 15),
        frame_rate=RATE,
        codec=codec,
        matrix=matrix,  # type: ignore[arg-type]
        full_range=full_range,
        noise_levels=2.0,
    )
    seen = patch_means([linear_light(p, matrix, full_range) for p in decoded(path)])
    error = np.abs(erythema_index(seen) - erythema_index(PATCHES))
    if codec == "mjpeg":
        # Its quantisation table wipes out chroma noise even at its finest, so rounding is left.
        for index in np.ndindex(2, 3):
            assert error[index] < half_a_chroma_level(PATCHES[index], matrix, full_range)
    else:
        assert error.max() < 0.0025


@pytest.mark.parametrize(
    ("codec", "matrix", "full_range", "container"),
    [(*stored, container) for stored in STORED for container in CONTAINERS_OF[stored[0]]],
)
def test_colour_tags_survive(
    tmp_path: Path, codec: str, matrix: str, full_range: bool, container: str
) -> None:
    path = tmp_path / f"video.{container}"
    write_video(
        path,
        still(flat_patches(), 2),
        frame_rate=RATE,
        codec=codec,
        matrix=matrix,  # type: ignore[arg-type]
        full_range=full_range,
    )
    with av.open(str(path)) as opened:
        picture = next(opened.decode(video=0))
        context = opened.streams.video[0].codec_context
        for tagged in (picture, context):
            assert int(tagged.colorspace) in MATRIX_TAGS[matrix]
            assert int(tagged.color_range) == (2 if full_range else 1)
            assert int(tagged.color_primaries) == 1
            assert int(tagged.color_trc) == 13


def test_h264_carries_its_tags_even_in_avi(tmp_path: Path) -> None:
    path = tmp_path / "video.avi"
    write_video(path, still(flat_patches(), 2), frame_rate=RATE, full_range=True)
    picture = decoded(path)[0]
    assert (int(picture.colorspace), int(picture.color_range)) == (1, 2)


def test_mpeg4_in_avi_carries_no_tags(tmp_path: Path) -> None:
    path = tmp_path / "video.avi"
    write_video(path, still(flat_patches(), 2), frame_rate=RATE, codec="mpeg4", full_range=True)
    picture = decoded(path)[0]
    assert (int(picture.colorspace), int(picture.color_range)) == (2, 0)


@pytest.mark.parametrize(
    ("codec", "container"), [("libx264", "mp4"), ("libvpx-vp9", "webm"), ("mpeg4", "mp4")]
)
def test_untagged_video_says_nothing_about_its_colour(
    tmp_path: Path, codec: str, container: str
) -> None:
    path = tmp_path / f"video.{container}"
    write_video(
        path, still(flat_patches(), 2), frame_rate=RATE, codec=codec, matrix="bt601", tag=False
    )
    picture = decoded(path)[0]
    assert int(picture.colorspace) == 2
    assert int(picture.color_primaries) == 2
    assert int(picture.color_trc) == 2


@pytest.mark.parametrize(
    ("codec", "container", "resolution_s"),
    [
        ("libx264", "mp4", 1 / 60000),
        ("libx265", "mov", 1 / 60000),
        ("libvpx", "webm", 0.001),
        ("libvpx-vp9", "mkv", 0.001),
        ("mpeg4", "mp4", 1 / 60000),
        ("mjpeg", "mkv", 0.001),
    ],
)
def test_a_variable_frame_rate_keeps_the_time_of_every_frame(
    tmp_path: Path, codec: str, container: str, resolution_s: float
) -> None:
    path = tmp_path / f"video.{container}"
    times_s = np.cumsum([0.0, 0.033, 0.034, 0.100, 0.0167, 0.25, 0.033, 0.0667, 0.033])
    written = write_video(
        path,
        still(flat_patches(), len(times_s)),
        frame_rate=30,
        times_s=times_s,
        codec=codec,
        matrix="bt601",
    )
    assert written == len(times_s)
    seen = [picture.time for picture in decoded(path)]
    np.testing.assert_allclose(seen, times_s, atol=resolution_s / 2 + 1e-9, rtol=0.0)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
@pytest.mark.parametrize("container", ["mp4", "avi"])
@pytest.mark.parametrize("frame_rate", [15, 29.97, 30.0])
def test_a_constant_frame_rate_is_kept(
    tmp_path: Path, frame_rate: float, container: str, codec: str
) -> None:
    path = tmp_path / f"video.{container}"
    write_video(path, still(flat_patches(), 5), frame_rate=frame_rate, codec=codec)
    seen = np.array([picture.time for picture in decoded(path)])
    # FFmpeg reads H.264 in AVI, which has no presentation times, one frame late.
    assert 0.0 <= seen[0] < 1.001 / frame_rate
    np.testing.assert_allclose(seen - seen[0], np.arange(5) / frame_rate, atol=1e-4)


@pytest.mark.parametrize(("codec", "container"), [(c, k[0]) for c, k in CONTAINERS_OF.items()])
def test_the_same_seed_gives_the_same_file(tmp_path: Path, codec: str, container: str) -> None:
    def file_of(name: str, seed: int) -> bytes:
        path = tmp_path / f"{name}.{container}"
        write_video(
            path,
            still(flat_patches(), 4),
            frame_rate=RATE,
            codec=codec,
            matrix="bt601",
            noise_levels=2.0,
            seed=seed,
        )
        return path.read_bytes()

    first = file_of("first", 1)
    assert file_of("again", 1) == first
    assert file_of("other", 2) != first


@pytest.mark.parametrize(
    ("name", "arguments", "cause"),
    [
        ("video.mp4", {"codec": "prores"}, "'prores'"),
        ("video.txt", {}, "video.txt"),
        ("video.mp4", {"codec": "libvpx", "matrix": "bt601"}, "cannot hold libvpx"),
        ("video.webm", {}, "cannot hold libx264"),
        ("video.webm", {"codec": "libvpx"}, "BT.601 by definition"),
        (
            "video.webm",
            {"codec": "libvpx", "matrix": "bt601", "full_range": True},
            "limited range by definition",
        ),
        ("video.avi", {"times_s": [0.0, 0.1]}, "AVI"),
        ("video.mp4", {"times_s": [0.0, 0.0]}, "not later"),
        ("video.mp4", {"times_s": [0.0]}, "fewer times"),
        ("video.mp4", {"frame_rate": 0.0}, "frame rate"),
        ("video.mp4", {"frame_rate": float("nan")}, "frame rate"),
        ("video.mp4", {"pixel_format": "rgb24"}, "'rgb24'"),
        ("video.mp4", {"crf": 20, "bit_rate": 10_000}, "exclude"),
        ("video.mp4", {"codec": "mpeg4", "crf": 20}, "no constant rate factor"),
        ("video.mov", {"codec": "libvpx-vp9"}, "could not be written"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_the_old_file(
    tmp_path: Path, name: str, arguments: dict[str, object], cause: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"what was there before")
    with pytest.raises(InputError, match=cause):
        write_video(path, still(flat_patches(), 2), **{"frame_rate": RATE, **arguments})  # type: ignore[arg-type]
    assert path.read_bytes() == b"what was there before"
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [np.zeros((64, 64), np.float32)],
        [np.zeros((65, 64, 3), np.float32)],
        [np.zeros((64, 64, 3), np.float32), np.zeros((32, 64, 3), np.float32)],
    ],
    ids=["none", "grey", "odd height", "two sizes"],
)
def test_frames_that_do_not_fit_are_refused(tmp_path: Path, frames: list[Frame]) -> None:
    with pytest.raises(InputError):
        write_video(tmp_path / "video.mp4", frames, frame_rate=RATE)
    assert not list(tmp_path.iterdir())


def test_an_error_in_the_frames_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> Iterator[Frame]:
        yield flat_patches()
        raise RuntimeError("the renderer failed")

    with pytest.raises(RuntimeError, match="the renderer failed"):
        write_video(tmp_path / "video.mp4", failing(), frame_rate=RATE)
    assert not list(tmp_path.iterdir())
