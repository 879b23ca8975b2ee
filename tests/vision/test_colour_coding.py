"""Stored samples become linear light by the published formulas; what is left unsaid is recorded."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import UnsupportedColourError
from rubor.vision.colour_coding import ColourCoding, coding_from_tags, ycbcr_to_rgb_matrix

FloatArray = npt.NDArray[np.float64]

# Luma weights of red and blue: ITU-R BT.601-7 2.5.1, BT.709-6 3.2, BT.2020-2 table 4.
LUMA_WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
MATRICES = ("bt601", "bt709", "bt2020", "rgb")
RANGES = ("limited", "full")
DEPTHS = (8, 10, 12)

# Where the index is meant to be exact: at least 1 % of white in both channels, which the darkest
# face that passes the brightness gate (2 %) has, and no more than white.
DARKEST, BRIGHTEST = 0.01, 1.0
LARGEST_ERROR = 0.0005

# What the readers of a file without tags have to be told apart by.
PLAIN = {
    "matrix_tag": 2,
    "range_tag": 0,
    "transfer_tag": 2,
    "primaries_tag": 2,
    "bit_depth": 8,
    "stored_as_rgb": False,
    "full_range_format": False,
    "codec": "h264",
    "container": "mov,mp4,m4a,3gp,3g2,mj2",
    "height": 1080,
}


def exact_coded_rgb(samples: FloatArray, matrix: str, value_range: str, depth: int) -> FloatArray:
    """R'G'B' (3, n) in 64-bit floats by the quantisation and matrix equations of the standards."""
    step = 2.0 ** (depth - 8)
    top = 2.0**depth - 1.0
    first, second, third = samples.astype(np.float64)
    if value_range == "limited":
        luma = [(part - 16.0 * step) / (219.0 * step) for part in (first, second, third)]
        blue, red = ((part - 128.0 * step) / (224.0 * step) for part in (second, third))
    else:
        luma = [part / top for part in (first, second, third)]
        blue, red = ((part - 128.0 * step) / top for part in (second, third))
    if matrix == "rgb":
        return np.stack(luma)
    weight_red, weight_blue = LUMA_WEIGHTS[matrix]
    r = luma[0] + 2.0 * (1.0 - weight_red) * red
    b = luma[0] + 2.0 * (1.0 - weight_blue) * blue
    g = (luma[0] - weight_red * r - weight_blue * b) / (1.0 - weight_red - weight_blue)
    return np.stack([r, g, b])


def srgb_to_linear(coded: FloatArray) -> FloatArray:
    """IEC 61966-2-1, 64 bit."""
    bright = ((np.maximum(coded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(coded <= 0.04045, coded / 12.92, bright)


def hlg_to_display_light(coded: FloatArray) -> FloatArray:
    """Inverse OETF of ITU-R BT.2100-2 table 5: scene light, 0..1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(coded <= 0.5, coded**2 / 3.0, (np.exp((coded - c) / a) + b) / 12.0)


def random_samples(depth: int, seed: int, n: int = 40_000) -> npt.NDArray[np.generic]:
    generator = np.random.default_rng(seed)
    return generator.integers(0, 1 << depth, (3, n)).astype(np.uint8 if depth == 8 else np.uint16)


def skin_like_or_brighter(linear: FloatArray) -> npt.NDArray[np.bool_]:
    return ((linear >= DARKEST) & (linear <= BRIGHTEST)).all(axis=0)


@pytest.mark.parametrize(
    ("matrix", "value_range", "depth"), list(product(MATRICES, RANGES, DEPTHS))
)
def test_random_samples_give_the_index_of_the_exact_formula(
    matrix: str, value_range: str, depth: int
) -> None:
    coding = ColourCoding(matrix, value_range, "srgb", "bt709", depth)
    samples = random_samples(depth, seed=depth)
    exact = srgb_to_linear(exact_coded_rgb(samples, matrix, value_range, depth))
    used = skin_like_or_brighter(exact)
    assert used.sum() > 1000
    linear = coding.to_linear(coding.to_coded_rgb(samples)).astype(np.float64)
    index = np.log10(linear[0, used] / linear[1, used])
    error = index - np.log10(exact[0, used] / exact[1, used])
    assert np.abs(error).max() <= LARGEST_ERROR
    # The error is that of rounding to a fine table: over a face it averages away.
    assert abs(error.mean()) <= LARGEST_ERROR / 50


@pytest.mark.parametrize("value_range", RANGES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_black_white_and_grey_have_no_colour(value_range: str, depth: int) -> None:
    step = 1 << (depth - 8)
    low, high = (16 * step, 235 * step) if value_range == "limited" else (0, (1 << depth) - 1)
    grey = np.linspace(low, high, 9).round()
    samples = np.stack([grey, np.full(9, 128 * step), np.full(9, 128 * step)]).astype(np.uint16)
    for matrix in LUMA_WEIGHTS:
        coded = ColourCoding(matrix, value_range, "srgb", "bt709", depth).to_coded_rgb(samples)
        np.testing.assert_allclose(coded[:, 0], 0.0, atol=1e-6)
        np.testing.assert_allclose(coded[:, -1], 1.0, atol=1e-6)
        np.testing.assert_allclose(coded, np.broadcast_to(coded[0], coded.shape), atol=1e-6)


@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_the_matrix_inverts_the_standard_encoding(matrix: str) -> None:
    # Y' = Kr R' + Kg G' + Kb B', Cb = (B' - Y') / (2 - 2 Kb), Cr = (R' - Y') / (2 - 2 Kr).
    red, blue = LUMA_WEIGHTS[matrix]
    luma = np.array([red, 1.0 - red - blue, blue])
    encode = np.stack(
        [
            luma,
            (np.array([0.0, 0.0, 1.0]) - luma) / (2.0 - 2.0 * blue),
            (np.array([1.0, 0.0, 0.0]) - luma) / (2.0 - 2.0 * red),
        ]
    )
    np.testing.assert_allclose(ycbcr_to_rgb_matrix(matrix) @ encode, np.eye(3), atol=1e-12)


def test_noise_about_black_is_not_rectified() -> None:
    # Clipping the half below black would lift the mean of a dark patch.
    coding = ColourCoding("bt709", "limited", "srgb", "bt709", 10)
    luma = np.arange(64 - 32, 64 + 33, dtype=np.uint16)
    samples = np.stack([luma, np.full_like(luma, 512), np.full_like(luma, 512)])
    linear = coding.to_linear(coding.to_coded_rgb(samples))
    assert abs(float(linear.mean())) < 1e-4
    assert linear.min() < 0.0


@given(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))
def test_more_coded_light_is_never_less_linear_light(one: float, other: float) -> None:
    coding = ColourCoding("bt709", "full", "srgb", "bt709", 8)
    low, high = sorted((one, other))
    linear = coding.to_linear(np.array([[low, high]] * 3, np.float32))
    assert linear[0, 0] <= linear[0, 1]


class TestHlgIsConverted:
    """Hybrid log-gamma (ITU-R BT.2100) is scene light on its own curve and on BT.2020 primaries."""

    coding = ColourCoding("bt2020", "limited", "hlg", "bt709", 10)

    def test_its_curve_is_that_of_the_standard(self) -> None:
        samples = random_samples(10, seed=3)
        coded = exact_coded_rgb(samples, "bt2020", "limited", 10)
        inside = ((coded > 0.2) & (coded < 1.0)).all(axis=0)
        exact = hlg_to_display_light(coded[:, inside])
        linear = self.coding.to_linear(self.coding.to_coded_rgb(samples))[:, inside]
        error = np.log10(linear[0] / linear[1]) - np.log10(exact[0] / exact[1])
        assert inside.sum() > 1000
        assert np.abs(error).max() <= LARGEST_ERROR

    def test_it_is_not_read_as_standard_video(self) -> None:
        skin = np.array([[600], [480], [560]], np.uint16)
        coded = self.coding.to_coded_rgb(skin)
        as_sdr = ColourCoding("bt2020", "limited", "srgb", "bt709", 10).to_linear(coded)
        as_hlg = self.coding.to_linear(coded)
        index = [float(np.log10(light[0, 0] / light[1, 0])) for light in (as_sdr, as_hlg)]
        assert abs(index[0] - index[1]) > 0.01


@pytest.mark.parametrize(
    ("primaries", "chromaticities"),
    [
        # x, y of red, green and blue: ITU-R BT.2020-2 table 3; SMPTE EG 432-1 with D65.
        ("bt2020", [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)]),
        ("display-p3", [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]),
    ],
)
def test_wider_primaries_are_brought_to_bt709(
    primaries: str, chromaticities: list[tuple[float, float]]
) -> None:
    bt709 = [(0.640, 0.330), (0.300, 0.600), (0.150, 0.060)]
    exact = np.linalg.inv(to_xyz(bt709)) @ to_xyz(chromaticities)
    coding = ColourCoding("rgb", "full", "srgb", primaries, 16)
    got = coding.to_linear(np.eye(3, dtype=np.float32))
    np.testing.assert_allclose(got, exact, atol=2e-4)


def to_xyz(chromaticities: list[tuple[float, float]]) -> FloatArray:
    """Linear RGB of these primaries, white D65, to XYZ (SMPTE RP 177)."""
    columns = np.array([(x / y, 1.0, (1.0 - x - y) / y) for x, y in chromaticities]).T
    white = np.array([0.3127 / 0.3290, 1.0, (1.0 - 0.3127 - 0.3290) / 0.3290])
    return np.asarray(columns * np.linalg.solve(columns, white))


class TestTags:
    """What the file says is taken; what it leaves out follows from documented defaults."""

    @pytest.mark.parametrize(
        ("tag", "matrix"), [(1, "bt709"), (4, "bt601"), (5, "bt601"), (6, "bt601"), (9, "bt2020")]
    )
    def test_a_matrix_tag_is_obeyed(self, tag: int, matrix: str) -> None:
        coding = coding_from_tags(**{**PLAIN, "matrix_tag": tag})
        assert coding.matrix == matrix
        assert "matrix" not in coding.assumed

    @pytest.mark.parametrize(("tag", "value_range"), [(1, "limited"), (2, "full")])
    def test_a_range_tag_is_obeyed(self, tag: int, value_range: str) -> None:
        coding = coding_from_tags(**{**PLAIN, "range_tag": tag})
        assert coding.range == value_range
        assert "range" not in coding.assumed

    @pytest.mark.parametrize("transfer_tag", [1, 4, 5, 6, 7, 13, 14, 15])
    def test_all_standard_video_has_one_curve_and_one_set_of_primaries(
        self, transfer_tag: int
    ) -> None:
        # Honouring SMPTE-C primaries or the literal BT.709 inverse would move redness by 0.02 to
        # 0.08 between cameras that in truth render alike.
        for primaries_tag in (1, 2, 5, 6):
            coding = coding_from_tags(
                **{**PLAIN, "transfer_tag": transfer_tag, "primaries_tag": primaries_tag}
            )
            assert (coding.transfer, coding.primaries) == ("srgb", "bt709")

    @pytest.mark.parametrize(
        ("changes", "matrix", "value_range"),
        [
            ({}, "bt709", "limited"),
            ({"height": 480}, "bt601", "limited"),
            ({"codec": "vp8", "container": "matroska,webm"}, "bt601", "limited"),
            ({"codec": "vp9", "container": "webm"}, "bt601", "limited"),
            ({"codec": "mjpeg"}, "bt601", "full"),
            ({"full_range_format": True}, "bt709", "full"),
        ],
        ids=["720 lines or more", "fewer lines", "vp8", "a browser's webm", "mjpeg", "yuvj"],
    )
    def test_missing_tags_follow_the_documented_defaults(
        self, changes: dict[str, object], matrix: str, value_range: str
    ) -> None:
        coding = coding_from_tags(**{**PLAIN, **changes})
        assert (coding.matrix, coding.range) == (matrix, value_range)
        assert {"matrix", "range", "transfer"} <= set(coding.assumed)

    def test_a_fully_tagged_file_assumes_nothing(self) -> None:
        tags = {"matrix_tag": 1, "range_tag": 1, "transfer_tag": 1, "primaries_tag": 1}
        assert coding_from_tags(**{**PLAIN, **tags}).assumed == ()

    def test_stored_rgb_has_no_matrix_and_is_full_range(self) -> None:
        coding = coding_from_tags(**{**PLAIN, "stored_as_rgb": True, "matrix_tag": 0})
        assert (coding.matrix, coding.range) == ("rgb", "full")
        assert "matrix" not in coding.assumed
        assert "range" not in coding.assumed

    def test_hlg_without_further_tags_is_bt2020(self) -> None:
        coding = coding_from_tags(**{**PLAIN, "transfer_tag": 18, "bit_depth": 10})
        assert (coding.transfer, coding.matrix, coding.primaries) == ("hlg", "bt2020", "bt2020")

    @pytest.mark.parametrize("transfer_tag", [8, 9, 10, 16, 17, 99])
    def test_pq_linear_log_and_unknown_curves_are_refused_with_a_cure(
        self, transfer_tag: int
    ) -> None:
        with pytest.raises(UnsupportedColourError) as caught:
            coding_from_tags(**{**PLAIN, "transfer_tag": transfer_tag})
        assert caught.value.message
        assert caught.value.cure

    @pytest.mark.parametrize("matrix_tag", [7, 8, 10, 11, 14])
    def test_an_unreadable_matrix_is_refused_with_a_cure(self, matrix_tag: int) -> None:
        with pytest.raises(UnsupportedColourError) as caught:
            coding_from_tags(**{**PLAIN, "matrix_tag": matrix_tag})
        assert caught.value.cure
