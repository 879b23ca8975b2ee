"""From patch colours to the colour of cells and regions over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rubor.measurement.patch_store import PatchStore
from rubor.optics import erythema_index, linear_rgb_to_lab
from rubor.vision.reference_face import REGIONS, ReferenceFace

__all__ = ["ColourSeries", "cell_and_region_series", "not_measured"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# A region is valid while it keeps this share of its usable points, and this much skin: shading
# averages out over a large region, and not over what is left of a small one.
MIN_POINTS_SHARE = 0.3
MIN_REGION_AREA_CM2 = 8.0
MIN_CELL_SHARE = 0.5


@dataclass(frozen=True)
class ColourSeries:
    """Colour of some areas of the face over time.

    Attributes:
        names: (areas,) region or cell names.
        linear_rgb: (frames, areas, 3) float32 mean linear colour, NaN where not valid.
        valid: (frames, areas).
        kept_share: (frames, areas) share of the area's usable points that were used.
    """

    names: tuple[str, ...]
    linear_rgb: npt.NDArray[np.float32]
    valid: BoolArray
    kept_share: npt.NDArray[np.float32]

    @property
    def erythema_index(self) -> FloatArray:
        """(frames, areas) log10(R/G) of the linear colour."""
        return erythema_index(self.linear_rgb)

    @property
    def lab(self) -> FloatArray:
        """(frames, areas, 3) CIELAB, D65, 2 degrees."""
        return linear_rgb_to_lab(self.linear_rgb)


def not_measured(series: ColourSeries, frames: BoolArray) -> ColourSeries:
    """The same series with some frames left out.

    Args:
        series: of some areas.
        frames: (frames,) those that cannot be trusted.
    """
    return replace(
        series,
        linear_rgb=np.where(frames[:, None, None], np.float32(np.nan), series.linear_rgb),
        valid=series.valid & ~frames[:, None],
    )


def cell_and_region_series(
    face: ReferenceFace,
    store: PatchStore,
    baseline_rgb: FloatArray,
    usable: BoolArray,
    moving: BoolArray,
    block_of_frame: npt.NDArray[np.intp],
) -> tuple[ColourSeries, ColourSeries]:
    """The colour of every cell and every region in every frame.

    Which points can be used changes from moment to moment, and points differ in colour by more than
    a blush. So an area's colour is its baseline colour times the ratio of sums, now over baseline,
    of the same points: a point that comes or goes does not move the value.

    Args:
        baseline_rgb: (patches, 3) linear colour of each patch in the baseline.
        usable: (patches,) skin.
        moving: (blocks, patches) points that are left out for now.
        block_of_frame: (frames,) index into `moving`.
    """
    usable = usable & np.isfinite(baseline_rgb).all(axis=1)
    cell_of = sparse.csr_matrix(
        (np.ones(face.patches, np.float32), (face.patch_cell, np.arange(face.patches))),
        shape=(face.cells, face.patches),
    )
    region_of_cell = sparse.csr_matrix(
        (np.ones(face.cells, np.float32), (face.cell_region, np.arange(face.cells))),
        shape=(len(REGIONS), face.cells),
    )
    baseline = np.where(usable[:, None], baseline_rgb, 0.0).astype(np.float32)
    rest_cells = np.stack([cell_of @ baseline[:, channel] for channel in range(3)], axis=1)
    usable_in_cell = cell_of @ usable.astype(np.float32)
    usable_in_region = region_of_cell @ usable_in_cell
    patch_area_cm2 = float(face.cell_area_cm2.sum()) / face.patches

    frames = store.frames
    cells = _empty(face.cell_names, frames)
    regions = _empty(REGIONS, frames)
    for first, rows in store.chunks():
        here = slice(first, first + len(rows))
        used = np.isfinite(rows[:, :, 0]) & usable & ~moving[block_of_frame[here]]
        weight = used.astype(np.float32)
        count = (cell_of @ weight.T).T
        rows[~used] = 0.0
        now = np.empty((len(rows), face.cells, 3), np.float32)
        rest = np.empty_like(now)
        for channel in range(3):
            now[:, :, channel] = (cell_of @ rows[:, :, channel].T).T
            rest[:, :, channel] = (cell_of @ (weight * baseline[:, channel]).T).T
        _fill(cells, here, now, rest, rest_cells, count, usable_in_cell, 1.0, MIN_CELL_SHARE)
        _fill(
            regions,
            here,
            _sum_cells(region_of_cell, now),
            _sum_cells(region_of_cell, rest),
            region_of_cell @ rest_cells,
            (region_of_cell @ count.T).T,
            usable_in_region,
            MIN_REGION_AREA_CM2 / patch_area_cm2,
            MIN_POINTS_SHARE,
        )
    _leave_margins(regions, block_of_frame)
    return cells, regions


def _leave_margins(series: ColourSeries, block_of_frame: npt.NDArray[np.intp]) -> None:
    """Take half a block before and after each loss as lost too.

    Points are judged by blocks, so between the middles of a good and of a lost block the movement
    begins or ends, and it is not known where.
    """
    size = np.bincount(block_of_frame)
    place = np.arange(len(block_of_frame)) - (np.cumsum(size) - size)[block_of_frame]
    late = 2 * place + 1 > size[block_of_frame]
    for area in range(len(series.names)):
        lost = np.bincount(block_of_frame, series.valid[:, area]) < 0.5 * size
        before, after = np.roll(lost, 1), np.roll(lost, -1)
        before[0] = after[-1] = False
        series.valid[:, area] &= ~np.where(late, after[block_of_frame], before[block_of_frame])
    series.linear_rgb[~series.valid] = np.nan


def _empty(names: tuple[str, ...], frames: int) -> ColourSeries:
    shape = (frames, len(names))
    return ColourSeries(
        names,
        np.full((*shape, 3), np.nan, np.float32),
        np.zeros(shape, bool),
        np.zeros(shape, np.float32),
    )


def _sum_cells(
    region_of_cell: sparse.csr_matrix, values: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    sums = [(region_of_cell @ values[:, :, channel].T).T for channel in range(3)]
    return np.stack(sums, axis=2).astype(np.float32)


def _fill(
    series: ColourSeries,
    here: slice,
    now: npt.NDArray[np.float32],
    rest: npt.NDArray[np.float32],
    rest_all: npt.NDArray[np.float32],
    count: npt.NDArray[np.float32],
    usable: npt.NDArray[np.float32],
    min_count: float,
    min_share: float,
) -> None:
    """Write one chunk: colour = colour at rest of the whole area x (now / rest) of the points used."""
    share = count / np.maximum(usable, 1.0)
    valid = (share >= min_share) & (count >= min_count)
    with np.errstate(invalid="ignore", divide="ignore"):
        colour = now / rest * (rest_all / usable[:, None])
    series.linear_rgb[here] = np.where(valid[:, :, None], colour, np.nan)
    series.valid[here] = valid
    series.kept_share[here] = share
