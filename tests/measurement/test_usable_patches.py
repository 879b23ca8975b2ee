"""Which points of the face are used: skin that holds still, of whatever tone and however flushed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.block_means import BlockMeans
from rubor.measurement.usable_patches import moving_patches, skin_patches
from rubor.vision.reference_face import REGIONS, reference_face

FloatArray = npt.NDArray[np.float64]

FACE = reference_face()
REGION = FACE.cell_region[FACE.patch_cell]
CHEEK_LEFT = REGIONS.index("cheek_left") == REGION
SMOOTH = np.full(FACE.patches, 0.02)
BLOCKS = 24

# ln R, ln G and ln B for a rise of ln R - ln G by 1 through more blood: the two-layer model's
# haemoglobin direction at 5 % melanin, (0.298, 0.775, 0.557) in absorbance.
BLOOD = np.array([-0.298, -0.775, -0.557]) / (0.775 - 0.298)


def face_of_skin(seed: int = 0, unevenness: float = 0.08) -> FloatArray:
    """(patches, 3) linear colour: light skin under side light, with freckles of brightness."""
    generator = np.random.default_rng(seed)
    across = FACE.tap_position_cm[FACE.patch_starts, 0]
    light = np.exp(0.04 * across + generator.normal(0.0, unevenness, FACE.patches))
    return np.array([0.42, 0.24, 0.18]) * light[:, None]


def blocks_of(
    log_change: FloatArray, noise: float = 0.0, segment: npt.NDArray[np.intp] | None = None
) -> BlockMeans:
    """Blocks of the skin above; `log_change` (blocks, patches, 3) is what happens to it."""
    generator = np.random.default_rng(7)
    change = log_change + generator.normal(0.0, noise, log_change.shape)
    colours = (face_of_skin() * np.exp(change)).astype(np.float32)
    count = len(colours)
    return BlockMeans(
        time_s=0.125 + 0.25 * np.arange(count),
        segment=np.zeros(count, np.intp) if segment is None else segment,
        block_of_frame=np.arange(count),
        linear_rgb=colours,
    )


def still() -> FloatArray:
    return np.zeros((BLOCKS, FACE.patches, 3))


ALL = np.ones(FACE.patches, bool)


class TestSkin:
    def test_all_of_a_bare_face_is_used(self) -> None:
        assert skin_patches(FACE, face_of_skin(), SMOOTH).all()

    @given(
        st.floats(0.02, 1.5), st.floats(0.7, 1.4), st.floats(0.7, 1.4), st.integers(0, 2**32 - 1)
    )
    @settings(max_examples=30, deadline=None)
    def test_tone_exposure_and_white_balance_do_not_matter(
        self, exposure: float, red: float, blue: float, seed: int
    ) -> None:
        skin = face_of_skin(seed, unevenness=0.2)
        other = skin * [red * exposure, exposure, blue * exposure]
        np.testing.assert_array_equal(
            skin_patches(FACE, skin, SMOOTH), skin_patches(FACE, other, SMOOTH)
        )

    @pytest.mark.parametrize("rise", [0.1, 0.2, 0.3])
    def test_a_flush_of_half_a_cheek_is_not_thrown_out(self, rise: float) -> None:
        # The trap of a window of red hues. 0.3 in ln(R/G) is far more than doubled blood.
        centre = FACE.tap_position_cm[FACE.patch_starts][CHEEK_LEFT, 1]
        flushed = np.flatnonzero(CHEEK_LEFT)[centre > np.median(centre)]
        skin = face_of_skin(unevenness=0.03)
        skin[flushed] *= np.exp(rise * BLOOD)
        assert skin_patches(FACE, skin, SMOOTH)[flushed].mean() > 0.95

    @pytest.mark.parametrize("slope", [-0.25, 0.1, 0.25])
    def test_side_light_takes_no_points_of_cheeks_and_jaw(self, slope: float) -> None:
        # ln of brightness per cm across the face: 0.25 is a factor of 8 from ear to nose.
        across = FACE.tap_position_cm[FACE.patch_starts, 0]
        skin = face_of_skin() * np.exp(slope * across)[:, None]
        sides = np.isin(REGION, [n for n, name in enumerate(REGIONS) if "_" in name])
        assert skin_patches(FACE, skin, SMOOTH)[sides].all()

    def test_in_side_light_hair_before_a_cheek_is_still_not_skin(self) -> None:
        across = FACE.tap_position_cm[FACE.patch_starts, 0]
        skin = face_of_skin() * np.exp(0.2 * across)[:, None]
        strand = np.flatnonzero(CHEEK_LEFT)[::7]
        skin[strand] *= 0.25
        used = skin_patches(FACE, skin, SMOOTH)
        assert not used[strand].any()
        assert used[np.setdiff1d(np.flatnonzero(CHEEK_LEFT), strand)].all()

    @pytest.mark.parametrize(
        "factor",
        [
            (0.25, 0.25, 0.25),  # hair or a dark frame
            (2.2, 2.2, 2.2),  # glare
            (0.6, 1.1, 1.1),  # a green or blue thing in front
            (0.9, 0.9, 2.0),
        ],
        ids=["dark", "bright", "cyan", "blue"],
    )
    def test_what_stands_out_from_its_region_is_not_skin(
        self, factor: tuple[float, float, float]
    ) -> None:
        odd = np.flatnonzero(CHEEK_LEFT)[::9]
        skin = face_of_skin()
        skin[odd] *= factor
        used = skin_patches(FACE, skin, SMOOTH)
        assert not used[odd].any()
        assert np.delete(used, odd).all()

    def test_hair_is_known_by_its_roughness(self) -> None:
        texture = SMOOTH.copy()
        beard = np.flatnonzero(np.isin(REGION, [REGIONS.index("chin")]))[::2]
        texture[beard] = 0.15
        used = skin_patches(FACE, face_of_skin(), texture)
        assert not used[beard].any()
        assert np.delete(used, beard).all()

    def test_what_was_never_seen_is_not_used(self) -> None:
        skin = face_of_skin()
        skin[::5] = np.nan
        used = skin_patches(FACE, skin, SMOOTH)
        assert not used[::5].any()
        assert used.sum() == np.isfinite(skin[:, 0]).sum()


class TestMovement:
    def test_a_still_face_keeps_all_its_points_under_noise(self) -> None:
        # A patch averaged over a quarter of a second varies by about 0.5 % in a webcam's picture.
        blocks = blocks_of(still(), noise=0.005)
        assert moving_patches(blocks, face_of_skin(), ALL).mean() < 0.005

    def test_a_point_is_left_out_while_its_brightness_is_moved(self) -> None:
        change = still()
        folded = np.flatnonzero(CHEEK_LEFT)[:12]
        change[8:16, folded] += 0.12
        moving = moving_patches(blocks_of(change), face_of_skin(), ALL)
        assert moving[9:15, folded].all()
        assert not moving[:7].any()
        assert not moving[17:].any()
        assert not np.delete(moving, folded, axis=1).any()

    @given(st.floats(-0.6, 0.6))
    @settings(max_examples=20, deadline=None)
    def test_exposure_moves_the_whole_face_and_loses_no_point(self, stops: float) -> None:
        change = still()
        change[10:] += stops
        assert not moving_patches(blocks_of(change), face_of_skin(), ALL).any()

    @pytest.mark.parametrize("rise", [0.03, 0.08, 0.15])
    @pytest.mark.parametrize("where", ["cheeks", "face"])
    def test_a_blush_is_not_movement(self, rise: float, where: str) -> None:
        # Blood darkens too: ln G falls by 1.6 times the rise of ln R - ln G.
        flushed = (
            np.isin(REGION, [REGIONS.index(name) for name in ("cheek_left", "cheek_right")])
            if where == "cheeks"
            else ALL
        )
        change = still()
        change[10:, flushed] += rise * BLOOD
        moving = moving_patches(blocks_of(change, noise=0.003), face_of_skin(), ALL)
        inside = flushed & ~edge_of(flushed)
        assert moving[:, inside].mean() < 0.02

    def test_glare_of_another_colour_is_movement(self) -> None:
        change = still()
        lit = np.flatnonzero(CHEEK_LEFT)[:6]
        change[10:, lit] += [0.0, 0.0, 0.2]
        moving = moving_patches(blocks_of(change), face_of_skin(), ALL)
        assert moving[12:, lit].all()

    def test_movement_before_a_cut_does_not_count_after_it(self) -> None:
        change = still()
        folded = np.flatnonzero(CHEEK_LEFT)[:12]
        change[:12, folded] += 0.3
        segment = (np.arange(BLOCKS) >= 12).astype(np.intp)
        moving = moving_patches(blocks_of(change, segment=segment), face_of_skin(), ALL)
        assert moving[:12, folded].all()
        assert not moving[12:, folded].any()

    def test_a_face_that_is_out_of_view_is_not_judged(self) -> None:
        change = still()
        change[5:9] = np.nan
        moving = moving_patches(blocks_of(change), face_of_skin(), ALL)
        assert not moving.any()


def edge_of(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Patches within 2 cm of one that is not chosen: their surroundings are mixed."""
    at = FACE.tap_position_cm[FACE.patch_starts]
    if chosen.all():
        return np.zeros(FACE.patches, bool)
    distance = np.linalg.norm(at[:, None] - at[None, ~chosen], axis=2).min(axis=1)
    return np.asarray(distance < 2.0)
