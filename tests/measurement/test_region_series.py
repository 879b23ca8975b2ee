"""The colour of a region does not depend on which of its points happen to be usable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.measurement.patch_store import PatchStore
from rubor.measurement.region_series import (
    MIN_POINTS_SHARE,
    ColourSeries,
    cell_and_region_series,
)
from rubor.vision.reference_face import REGIONS, reference_face

FloatArray = npt.NDArray[np.float64]

FACE = reference_face()
REGION = FACE.cell_region[FACE.patch_cell]
PER_BLOCK = 8
# Of 16-bit floats in the store, averaged over some tens of points.
ROUNDING = 2e-4


def skin(seed: int = 0) -> FloatArray:
    """(patches, 3) at rest; points differ from each other by more than a blush."""
    generator = np.random.default_rng(seed)
    return np.array([0.42, 0.24, 0.18]) * np.exp(generator.normal(0.0, 0.15, (FACE.patches, 3)))


def series(
    rows: FloatArray,
    *,
    rest: FloatArray | None = None,
    usable: npt.NDArray[np.bool_] | None = None,
    moving: npt.NDArray[np.bool_] | None = None,
) -> tuple[ColourSeries, ColourSeries]:
    """Cells and regions of `rows` (frames, patches, 3), in blocks of eight frames."""
    block_of_frame = np.arange(len(rows)) // PER_BLOCK
    blocks = int(block_of_frame[-1]) + 1
    with PatchStore(FACE.patches) as store:
        store.append(rows.astype(np.float32))
        return cell_and_region_series(
            FACE,
            store,
            skin() if rest is None else rest,
            np.ones(FACE.patches, bool) if usable is None else usable,
            np.zeros((blocks, FACE.patches), bool) if moving is None else moving,
            block_of_frame,
        )


def still(frames: int) -> FloatArray:
    return np.repeat(skin()[None], frames, axis=0)


def test_a_region_is_the_light_of_all_its_skin() -> None:
    _, regions = series(still(4))
    for number, name in enumerate(REGIONS):
        total = skin()[number == REGION].sum(axis=0)
        column = regions.names.index(name)
        expected = np.log10(total[0] / total[1])
        np.testing.assert_allclose(regions.erythema_index[:, column], expected, atol=ROUNDING)
        np.testing.assert_allclose(
            regions.linear_rgb[:, column], np.tile(skin()[number == REGION].mean(axis=0), (4, 1)),
            rtol=1e-3,
        )  # fmt: skip
    assert regions.valid.all()
    assert (regions.kept_share == 1.0).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.4, 0.95))
@settings(max_examples=20, deadline=None)
def test_points_that_come_and_go_do_not_move_a_still_face(seed: int, share: float) -> None:
    generator = np.random.default_rng(seed)
    moving = generator.random((5, FACE.patches)) > share
    whole_cells, whole = series(still(5 * PER_BLOCK))
    cells, regions = series(still(5 * PER_BLOCK), moving=moving)
    for got, expected in ((regions, whole), (cells, whole_cells)):
        change = (got.erythema_index - expected.erythema_index)[got.valid]
        # A single point's rounding in the store is its 2^-11 on each channel.
        assert np.abs(change).max() < 6e-4


@given(st.integers(0, 2**32 - 1), st.floats(-0.2, 0.3))
@settings(max_examples=20, deadline=None)
def test_a_change_of_all_points_shows_in_full_whichever_are_used(seed: int, rise: float) -> None:
    generator = np.random.default_rng(seed)
    moving = generator.random((4, FACE.patches)) > 0.6
    rows = still(4 * PER_BLOCK)
    rows[2 * PER_BLOCK :, :, 0] *= 10.0**rise
    _, regions = series(rows, moving=moving)
    index = regions.erythema_index
    before, after = index[: 2 * PER_BLOCK], index[2 * PER_BLOCK :]
    for column in range(len(REGIONS)):
        if np.isfinite(before[:, column]).any() and np.isfinite(after[:, column]).any():
            change = np.nanmean(after[:, column]) - np.nanmean(before[:, column])
            assert change == pytest.approx(rise, abs=ROUNDING)


def test_a_frame_without_a_face_is_a_gap_and_never_zero() -> None:
    rows = still(3 * PER_BLOCK)
    rows[PER_BLOCK : 2 * PER_BLOCK] = np.nan
    for part in series(rows):
        gap = slice(PER_BLOCK, 2 * PER_BLOCK)
        assert not part.valid[gap].any()
        assert np.isnan(part.linear_rgb[gap]).all()
        assert np.isnan(part.erythema_index[gap]).all()
        assert np.isnan(part.lab[gap]).all()
        assert (part.kept_share[gap] == 0.0).all()
        assert (part.linear_rgb[part.valid] > 0.0).all()


def test_a_region_that_loses_too_many_points_is_not_valid_for_that_time() -> None:
    cheek = np.flatnonzero(REGIONS.index("cheek_left") == REGION)
    moving = np.zeros((5, FACE.patches), bool)
    moving[2, cheek[: round((1.0 - MIN_POINTS_SHARE + 0.03) * len(cheek))]] = True
    _, regions = series(still(5 * PER_BLOCK), moving=moving)
    column = regions.names.index("cheek_left")
    lost = np.flatnonzero(~regions.valid[:, column])
    # The block itself, and the half block on each side in which the movement begins and ends.
    expected = np.arange(2 * PER_BLOCK - PER_BLOCK // 2, 3 * PER_BLOCK + PER_BLOCK // 2)
    np.testing.assert_array_equal(lost, expected)
    assert regions.kept_share[2 * PER_BLOCK, column] == pytest.approx(
        MIN_POINTS_SHARE - 0.03, abs=0.01
    )
    others = np.delete(regions.valid, column, axis=1)
    assert others.all()


def test_what_is_left_of_a_small_region_must_still_be_enough_skin() -> None:
    # Half of a chin is 6 cm2: shading does not average out over it.
    chin = np.flatnonzero(REGIONS.index("chin") == REGION)
    moving = np.zeros((3, FACE.patches), bool)
    moving[1, chin[::2]] = True
    _, regions = series(still(3 * PER_BLOCK), moving=moving)
    assert not regions.valid[PER_BLOCK, regions.names.index("chin")]


def test_skin_that_is_not_used_takes_no_part_in_the_share() -> None:
    cheek = np.flatnonzero(REGIONS.index("cheek_left") == REGION)
    usable = np.ones(FACE.patches, bool)
    usable[cheek[::3]] = False
    rows = still(PER_BLOCK)
    rows[:, cheek[::3]] = 0.9  # hair in the light
    _, regions = series(rows, usable=usable)
    column = regions.names.index("cheek_left")
    total = skin()[np.setdiff1d(cheek, cheek[::3])].sum(axis=0)
    assert (regions.kept_share[:, column] == 1.0).all()
    np.testing.assert_allclose(
        regions.erythema_index[:, column], np.log10(total[0] / total[1]), atol=ROUNDING
    )


def test_cells_and_regions_have_the_names_of_the_reference_face() -> None:
    cells, regions = series(still(1))
    assert cells.names == FACE.cell_names
    assert regions.names == REGIONS


def test_a_region_that_was_never_seen_at_rest_is_never_valid() -> None:
    rest = skin()
    nose = REGIONS.index("nose") == REGION
    rest[nose] = np.nan
    cells, regions = series(still(PER_BLOCK), rest=rest)
    assert not regions.valid[:, REGIONS.index("nose")].any()
    assert np.isnan(regions.linear_rgb[:, REGIONS.index("nose")]).all()
    assert not cells.valid[:, FACE.cell_region == REGIONS.index("nose")].any()
