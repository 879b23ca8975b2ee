"""A decoded picture is read in place: every stored sample as it is, upright, whatever its packing."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import UnsupportedColourError
from rubor.vision.colour_coding import ColourCoding
from rubor.vision.frame import PhotoFrame, PlanarFrame, frame_from_av

Planes = list[npt.NDArray[Any]]

# Not a multiple of any alignment, so that rows are padded; even, so that all chroma is whole.
WIDTH, HEIGHT = 70, 66

# Pixels per chroma sample (across, down) and bits of a sample.
PLANAR = {
    "yuv420p": ((2, 2), 8),
    "yuvj420p": ((2, 2), 8),
    "yuv422p": ((2, 1), 8),
    "yuv444p": ((1, 1), 8),
    "yuv440p": ((1, 2), 8),
    "yuv411p": ((4, 1), 8),
    "yuva420p": ((2, 2), 8),
    "yuv420p10le": ((2, 2), 10),
    "yuv422p10le": ((2, 1), 10),
    "yuv444p10le": ((1, 1), 10),
    "yuv420p12le": ((2, 2), 12),
}
SEMI_PLANAR = {
    "nv12": ((2, 2), 8),
    "nv21": ((2, 2), 8),
    "nv16": ((2, 1), 8),
    "nv24": ((1, 1), 8),
    "p010le": ((2, 2), 10),
    "p210le": ((2, 1), 10),
}
# Order of the four bytes of two pixels.
PACKED_422 = {"yuyv422": "y0 u y1 v", "uyvy422": "u y0 v y1", "yvyu422": "y0 v y1 u"}
PACKED_RGB = {
    "rgb24": "rgb",
    "bgr24": "bgr",
    "rgba": "rgbx",
    "bgra": "bgrx",
    "argb": "xrgb",
    "abgr": "xbgr",
    "rgb0": "rgbx",
    "bgr0": "bgrx",
    "0rgb": "xrgb",
    "0bgr": "xbgr",
}


def coding_of(*, depth: int = 8, rgb: bool = False) -> ColourCoding:
    return ColourCoding("rgb" if rgb else "bt709", "full", "srgb", "bt709", depth)


def random_planes(
    step: tuple[int, int], depth: int, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Planes:
    generator = np.random.default_rng(seed)
    width, height = size
    small = (-(-height // step[1]), -(-width // step[0]))
    kind = np.uint8 if depth == 8 else np.uint16
    return [
        generator.integers(0, 1 << depth, shape).astype(kind)
        for shape in ((height, width), small, small)
    ]


def fill(plane: Any, samples: npt.NDArray[Any]) -> None:
    rows = np.frombuffer(memoryview(plane), samples.dtype).reshape(len(samples), -1)
    rows[:] = 85  # what pads a row must never be read
    rows[:, : samples.shape[1]] = samples


def picture_of(
    pixel_format: str, planes: Planes, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> av.VideoFrame:
    picture = av.VideoFrame(*size, pixel_format)
    for plane, samples in zip(picture.planes, planes, strict=False):
        fill(plane, samples)
    return picture


def every_sample(frame: PlanarFrame | PhotoFrame) -> npt.NDArray[Any]:
    """(3, height, width) as the frame gives them."""
    rows, columns = np.mgrid[: frame.height, : frame.width]
    samples = frame.samples_at(rows.ravel(), columns.ravel())
    return samples.reshape(3, frame.height, frame.width)


def repeated(planes: Planes, step: tuple[int, int]) -> npt.NDArray[Any]:
    """Chroma repeated to the size of the luma: (3, height, width)."""
    height, width = planes[0].shape
    whole = [planes[0]]
    for plane in planes[1:]:
        whole.append(plane.repeat(step[1], 0).repeat(step[0], 1)[:height, :width])
    return np.stack(whole)


@pytest.mark.parametrize("pixel_format", PLANAR)
def test_planar_samples_are_read_as_they_are(pixel_format: str) -> None:
    step, depth = PLANAR[pixel_format]
    planes = random_planes(step, depth, seed=1)
    frame = frame_from_av(picture_of(pixel_format, planes), 0.0, coding_of(depth=depth), None)
    np.testing.assert_array_equal(every_sample(frame), repeated(planes, step))


@pytest.mark.parametrize("pixel_format", SEMI_PLANAR)
def test_interleaved_chroma_is_only_rearranged(pixel_format: str) -> None:
    step, depth = SEMI_PLANAR[pixel_format]
    for seed in range(20):  # a converter with several threads is wrong in one picture out of ten
        planes = random_planes(step, depth, seed)
        luma, blue, red = (plane << (16 - depth) if depth > 8 else plane for plane in planes)
        pair = (red, blue) if pixel_format == "nv21" else (blue, red)
        both = np.stack(pair, axis=2).reshape(len(blue), -1)
        picture = picture_of(pixel_format, [luma, both])
        frame = frame_from_av(picture, 0.0, coding_of(depth=depth), None)
        np.testing.assert_array_equal(every_sample(frame), repeated(planes, step))


@pytest.mark.parametrize("pixel_format", PACKED_422)
def test_packed_422_is_only_rearranged(pixel_format: str) -> None:
    luma, blue, red = planes = random_planes((2, 1), 8, seed=3)
    parts = {"y0": luma[:, ::2], "y1": luma[:, 1::2], "u": blue, "v": red}
    order = PACKED_422[pixel_format].split()
    packed = np.stack([parts[name] for name in order], axis=2).reshape(HEIGHT, -1)
    frame = frame_from_av(picture_of(pixel_format, [packed]), 0.0, coding_of(), None)
    np.testing.assert_array_equal(every_sample(frame), repeated(planes, (2, 1)))


@pytest.mark.parametrize("pixel_format", PACKED_RGB)
def test_packed_rgb_keeps_its_channels(pixel_format: str) -> None:
    channels = random_planes((1, 1), 8, seed=4)
    parts = dict(zip("rgb", channels, strict=True)) | {"x": np.full_like(channels[0], 255)}
    packed = np.stack([parts[name] for name in PACKED_RGB[pixel_format]], axis=2)
    picture = picture_of(pixel_format, [packed.reshape(HEIGHT, -1)])
    frame = frame_from_av(picture, 0.0, coding_of(rgb=True), None)
    np.testing.assert_array_equal(every_sample(frame), np.stack(channels))


@pytest.mark.parametrize(("pixel_format", "depth"), [("gbrp", 8), ("gbrp10le", 10)])
def test_planar_rgb_is_stored_green_first_and_read_red_first(pixel_format: str, depth: int) -> None:
    red, green, blue = random_planes((1, 1), depth, seed=5)
    picture = picture_of(pixel_format, [green, blue, red])
    frame = frame_from_av(picture, 0.0, coding_of(depth=depth, rgb=True), None)
    np.testing.assert_array_equal(every_sample(frame), np.stack([red, green, blue]))


def test_rgb_of_16_bits_keeps_all_of_them() -> None:
    channels = [plane.astype(np.uint16) for plane in random_planes((1, 1), 16, seed=6)]
    packed = np.stack(channels, axis=2).reshape(HEIGHT, -1)
    frame = frame_from_av(picture_of("rgb48le", [packed]), 0.0, coding_of(depth=16, rgb=True), None)
    np.testing.assert_array_equal(every_sample(frame), np.stack(channels))


@given(st.integers(64, 99), st.integers(64, 99))
@settings(max_examples=20, deadline=None)
def test_odd_sizes_have_their_last_chroma_sample(width: int, height: int) -> None:
    planes = random_planes((2, 2), 8, seed=7, size=(width, height))
    picture = picture_of("yuv420p", planes, (width, height))
    frame = frame_from_av(picture, 0.0, coding_of(), None)
    np.testing.assert_array_equal(every_sample(frame), repeated(planes, (2, 2)))


@pytest.mark.parametrize("pixel_format", ["gray", "gray10le", "monow"])
def test_a_picture_without_colour_is_refused_in_words(pixel_format: str) -> None:
    with pytest.raises(UnsupportedColourError, match="no colour") as caught:
        frame_from_av(av.VideoFrame(WIDTH, HEIGHT, pixel_format), 0.0, coding_of(), None)
    assert caught.value.cure


# What numpy does to a picture that is displayed under each matrix [[a, b], [c, d]]: a stored point
# (x, y) is shown at (a x + c y, b x + d y), with y downwards (ISO/IEC 14496-12, 8.3.2).
SHOWN = {
    "a quarter turn right": ([[0, 1], [-1, 0]], lambda plane: np.rot90(plane, -1)),
    "a half turn": ([[-1, 0], [0, -1]], lambda plane: np.rot90(plane, 2)),
    "a quarter turn left": ([[0, -1], [1, 0]], lambda plane: np.rot90(plane, 1)),
    "mirrored": ([[-1, 0], [0, 1]], np.fliplr),
    "upside down": ([[1, 0], [0, -1]], np.flipud),
    "transposed": ([[0, 1], [1, 0]], np.transpose),
}


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p10le"])
def test_a_turned_picture_is_read_as_it_is_shown(way: str, pixel_format: str) -> None:
    step, depth = PLANAR[pixel_format]
    planes = random_planes(step, depth, seed=8)
    matrix, shown = SHOWN[way]
    frame = frame_from_av(
        picture_of(pixel_format, planes), 0.0, coding_of(depth=depth), np.array(matrix)
    )
    stored = repeated(planes, step)
    np.testing.assert_array_equal(every_sample(frame), np.stack([shown(plane) for plane in stored]))


class TestPreview:
    """The small views that faces are looked for in."""

    @staticmethod
    def smooth_frame(step: tuple[int, int], depth: int) -> PlanarFrame:
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        luma = 60.0 + columns + rows
        blue, red = 118.0 - 0.2 * rows, 140.0 + 0.2 * columns
        scale = 1 << (depth - 8)
        kind = np.uint8 if depth == 8 else np.uint16
        planes = [luma] + [plane[:: step[1], :: step[0]] for plane in (blue, red)]
        shift = (step[1] // 2, step[0] // 2)
        stored = tuple(np.rint(plane * scale).astype(kind) for plane in planes)
        coding = ColourCoding("bt601", "limited", "srgb", "bt709", depth)
        return PlanarFrame(0.0, stored, shift, coding)

    @pytest.mark.parametrize("step", [(1, 1), (2, 1), (2, 2)])
    @pytest.mark.parametrize("depth", [8, 10])
    def test_it_shows_the_colours_of_the_frame(self, step: tuple[int, int], depth: int) -> None:
        frame = self.smooth_frame(step, depth)
        whole = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
        view = frame.preview(whole, (WIDTH, HEIGHT))
        coded = frame.coding.to_coded_rgb(every_sample(frame)) * 255.0
        assert view.shape == (HEIGHT, WIDTH, 3)
        assert view.dtype == np.uint8
        # Within a few levels: good for finding, not for measuring.
        assert np.abs(view.transpose(2, 0, 1) - coded).max() < 8.0

    def test_the_map_goes_from_the_frame_to_the_view(self) -> None:
        luma = np.full((HEIGHT, WIDTH), 40, np.uint8)
        luma[20:30, 40:50] = 220
        grey = np.full((HEIGHT, WIDTH), 128, np.uint8)
        frame = PlanarFrame(0.0, (luma, grey, grey), (0, 0), coding_of())
        # Twice as large, with the corner (30, 10) of the frame at the view's own corner.
        view = frame.preview(np.array([[2, 0, -60], [0, 2, -20]], np.float32), (64, 48))
        bright = np.argwhere(view[..., 1] > 150)
        assert bright.min(axis=0).tolist() == pytest.approx([20, 20], abs=1)
        assert bright.max(axis=0).tolist() == pytest.approx([39, 39], abs=1)

    @pytest.mark.parametrize("way", SHOWN)
    def test_it_is_upright(self, way: str) -> None:
        matrix, shown = SHOWN[way]
        rows, columns = np.mgrid[:HEIGHT, :WIDTH]
        luma = (60 + columns + rows // 2).astype(np.uint8)
        planes = [luma, np.full_like(luma, 128), np.full_like(luma, 128)]
        frame = frame_from_av(picture_of("yuv444p", planes), 0.0, coding_of(), np.array(matrix))
        width, height = frame.width // 2 * 2, frame.height // 2 * 2
        view = frame.preview(np.array([[1, 0, 0], [0, 1, 0]], np.float32), (width, height))
        expected = shown(luma)[:height, :width].astype(float)
        assert np.corrcoef(view[..., 1].ravel(), expected.ravel())[0, 1] > 0.999


def test_a_thumbnail_is_luma_from_black_to_white() -> None:
    for depth in (8, 10):
        luma = np.full((64, 64), (1 << depth) - 1, np.uint8 if depth == 8 else np.uint16)
        luma[:32] = 0
        frame = PlanarFrame(0.0, (luma, luma, luma), (0, 0), coding_of(depth=depth))
        small = frame.thumbnail(8)
        assert small.shape == (8, 8)
        assert (small[:4] == 0.0).all()
        assert (small[4:] == 1.0).all()


def test_a_photo_gives_its_linear_light() -> None:
    linear = np.random.default_rng(0).random((20, 30, 3)).astype(np.float32)
    frame = PhotoFrame(linear, np.zeros((20, 30, 3), np.uint8))
    assert (frame.width, frame.height, frame.time_s) == (30, 20, 0.0)
    np.testing.assert_array_equal(every_sample(frame), linear.transpose(2, 0, 1))
