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
            print(codec, np.abs(difference).max(), difference.std(), difference.mean())
            assert abs(float(difference.mean())) < 0.05


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
    light = PATCHES[..., 1] > 0.1
    error = erythema_index(seen) - erythema_index(PATCHES)
    assert np.abs(error[light]).max() < 0.0005
    # In the darkest patch (level 59 in G) noise of 2 levels itself shifts the mean by its
    # convexity: relative 0.5 * 2.4 * 1.4 / (level + 14)^2 * 4 per channel.
    assert np.abs(error[~light]).max() < 0.001


@pytest.mark.parametrize(("codec", "matrix", "full_range"), STORED)
def test_colour_survives_every_codec_at_a_decent_rate(
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
        bit_rate=3_000_000,
        noise_levels=2.0,
    )
    seen = patch_means([linear_light(p, matrix, full_range) for p in decoded(path)])
    error = erythema_index(seen) - erythema_index(PATCHES)
    print(codec, matrix, full_range, (error*1e3).round(2).tolist(), path.stat().st_size*8/1e6)


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
