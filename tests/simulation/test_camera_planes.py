"""From linear light to the planes of a video: the standards' numbers, and noise that dithers."""

from __future__ import annotations

from itertools import product

import colour
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rubor.simulation.camera_planes import PlaneLayout, camera_planes, coded_levels

WEIGHTS = {"bt709": "ITU-R BT.709", "bt601": "ITU-R BT.601"}

colours = arrays(np.float32, (2, 2, 3), elements=st.floats(0.0, 1.0, width=32))


def exact_samples(linear: npt.NDArray[np.float32], layout: PlaneLayout) -> npt.NDArray[np.float64]:
    """Unrounded Y'CbCr of every pixel by colour-science, in code values of the layout's depth."""
    top = (1 << layout.bit_depth) - 1
    samples = top * colour.RGB_to_YCbCr(
        colour.cctf_encoding(linear.astype(np.float64), "sRGB"),
        K=colour.WEIGHTS_YCBCR[WEIGHTS[layout.matrix]],
        out_bits=layout.bit_depth,
        out_legal=not layout.full_range,
    )
    if layout.full_range:
        samples[..., 1:] += 1 << (layout.bit_depth - 1)  # colour-science leaves chroma signed
    return np.asarray(samples)


@pytest.mark.parametrize(
    "layout",
    [
        PlaneLayout(matrix, full_range, (1, 1), bit_depth)
        for matrix, full_range, bit_depth in product(("bt709", "bt601"), (False, True), (8, 10))
    ],
    ids=str,
)
@given(linear=colours)
def test_samples_are_those_of_the_standard_rounded(
    layout: PlaneLayout, linear: npt.NDArray[np.float32]
) -> None:
    planes = camera_planes(linear, layout, noise_levels=0.0, generator=np.random.default_rng(0))
    top = (1 << layout.bit_depth) - 1
    expected = np.minimum(exact_samples(linear, layout), top)
    # Half a step of rounding, and the table of the curve, within 0.03 of an 8-bit level.
    margin = 0.5 + 0.03 * (1 << (layout.bit_depth - 8))
    np.testing.assert_allclose(np.stack(planes, axis=-1), expected, atol=margin, rtol=0.0)


@given(linear=colours)
def test_chroma_of_420_is_the_mean_of_its_block(linear: npt.NDArray[np.float32]) -> None:
    layout = PlaneLayout("bt709", False, (2, 2), 8)
    planes = camera_planes(linear, layout, noise_levels=0.0, generator=np.random.default_rng(0))
    expected = exact_samples(linear, layout).mean(axis=(0, 1))
    assert planes[1].shape == planes[2].shape == (1, 1)
    np.testing.assert_allclose([planes[1][0, 0], planes[2][0, 0]], expected[1:], atol=0.53)


def test_a_picture_taller_than_one_strip_has_no_seam() -> None:
    generator = np.random.default_rng(0)
    linear = generator.random((150, 46, 3), dtype=np.float32)
    layout = PlaneLayout("bt601", True, (2, 2), 8)
    planes = camera_planes(linear, layout, noise_levels=0.0, generator=generator)
    exact = exact_samples(linear, layout)
    blocks = exact.reshape(75, 2, 23, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(planes[0], exact[..., 0], atol=0.53)
    np.testing.assert_allclose(planes[1], np.minimum(blocks[..., 1], 255.0), atol=0.53)
    np.testing.assert_allclose(planes[2], np.minimum(blocks[..., 2], 255.0), atol=0.53)


def test_noise_has_the_stated_size_and_is_independent_everywhere() -> None:
    grey = np.full((128, 128, 3), 0.3, np.float32)
    generator = np.random.default_rng(5)
    frames = np.stack([coded_levels(grey, noise_levels=2.0, generator=generator) for _ in range(8)])
    noise = frames - coded_levels(grey, noise_levels=0.0, generator=generator)
    # 400 000 samples: the mean is known to 0.003 levels, the standard deviation to 0.0022.
    assert abs(float(noise.mean())) < 0.013
    assert float(noise.std()) == pytest.approx(2.0, abs=0.01)
    pairs = {
        "channels": (noise[..., 0], noise[..., 1]),
        "frames": (noise[:-1], noise[1:]),
        "columns": (noise[:, :, :-1], noise[:, :, 1:]),
        "rows": (noise[:, :-1], noise[:, 1:]),
    }
    for name, (one, other) in pairs.items():
        correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert abs(correlation) < 0.012, name


def test_without_noise_rounding_swallows_a_faint_blush_and_with_noise_it_survives() -> None:
    skin = np.array([0.45, 0.30, 0.22])
    # 5 % more blood in light skin: ln G falls by 0.0123, log10(R/G) rises by 0.0032.
    flushed = skin * np.exp(np.log(1.05) * np.array([-0.1006, -0.2518, -0.1810]))
    layout = PlaneLayout("bt709", False, (2, 2), 8)

    def mean_chroma(colour_of_skin: npt.NDArray[np.float64], noise_levels: float) -> float:
        frame = np.broadcast_to(colour_of_skin.astype(np.float32), (256, 256, 3))
        planes = camera_planes(
            frame, layout, noise_levels=noise_levels, generator=np.random.default_rng(2)
        )
        return float(planes[2].mean())

    exact = [exact_samples(c.astype(np.float32), layout)[2] for c in (skin, flushed)]
    true_change = exact[1] - exact[0]
    assert 0.1 < true_change < 0.5
    assert mean_chroma(flushed, 0.0) - mean_chroma(skin, 0.0) in (0.0, 1.0)
    assert mean_chroma(flushed, 2.0) - mean_chroma(skin, 2.0) == pytest.approx(
        true_change, abs=0.02
    )


def test_the_same_generator_state_gives_the_same_planes() -> None:
    linear = np.random.default_rng(1).random((64, 64, 3), dtype=np.float32)
    first, again, other = (
        camera_planes(
            linear, PlaneLayout(), noise_levels=2.0, generator=np.random.default_rng(seed)
        )
        for seed in (7, 7, 8)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
