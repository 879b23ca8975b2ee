"""Redness at rest, as a contrast within the face.

People differ at rest by as much as a blush, and so do cameras and lamps: a value of one face means little
beside that of another, or of the same face in other light. The contrast between areas of one face in one
picture needs no such comparison.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.measurement.region_series import ColourSeries
from rubor.vision.reference_face import REGIONS, reference_face

__all__ = ["RestingRedness", "resting_redness"]

FloatArray = npt.NDArray[np.float64]

# The palest part of the face is the reference: its palest fifth, at least so many cells.
_PALEST_SHARE: Final = 0.2
_LEAST_CELLS: Final = 20
# Where lasting redness is found most: cheeks, nose and chin.
CENTRAL_REGIONS: Final = ("cheek_left", "cheek_right", "nose", "chin")
# A cell counts when it was seen in at least this share of the resting frames.
_LEAST_SEEN: Final = 0.3
# The mesh is not mirror-symmetric: left and right of one face differ by up to so much of log10 R/G.
MESH_ASYMMETRY: Final = 0.012


@dataclass(frozen=True, eq=False)
class RestingRedness:
    """How much redder areas are than the palest fifth of the same face.

    In the unit of the erythema index, log10(R/G) of linear light, and in CIELAB a*. Brown shades such as
    freckles and beard count in as well; the surface's gloss makes an area look paler.

    Attributes:
        central: mean of cheeks, nose and chin over the palest fifth; None where too little was seen.
        central_sd: standard error of it over the cells: how far it depends on which were seen.
        central_a_star: the same in CIELAB a*.
        regions: erythema index of each region over the palest fifth, by name.
        cells: likewise of each cell.
        left_less_right: cheek against cheek; under 0.012 it may be the mesh. None where one is missing.
        reason: why there is no number; None where there is one.
    """

    central: float | None
    central_sd: float | None
    central_a_star: float | None
    regions: dict[str, float]
    cells: dict[str, float]
    left_less_right: float | None
    reason: str | None

    def as_summary(self) -> dict[str, Any]:
        """The `resting_redness` part of `summary.json`."""
        return asdict(self)


def resting_redness(cells: ColourSeries, at_rest: slice) -> RestingRedness:
    """The contrast of redness within a face at rest.

    Args:
        cells: colour of every cell over time.
        at_rest: the frames of the baseline; all of them where there is none, as in a photo.
    """
    colours = _cells_at_rest(cells, at_rest)
    if len(colours) < _LEAST_CELLS:
        reason = (
            f"Only {len(colours)} areas of the face were seen at rest; {_LEAST_CELLS} are needed."
        )
        return RestingRedness(None, None, None, {}, {}, None, reason)
    index = colours["erythema_index"].to_numpy(np.float64)
    palest = np.argsort(index)[: max(int(_PALEST_SHARE * len(index)), 4)]
    contrast = pd.Series(index - index[palest].mean(), index=colours.index)
    a_star = colours["lab_a"].to_numpy(np.float64)
    face = reference_face()
    region_of = pd.Series(
        [REGIONS[number] for number in face.cell_region], index=list(face.cell_names)
    ).reindex(colours.index)
    by_region = contrast.groupby(region_of.to_numpy()).mean()
    central = region_of.isin(CENTRAL_REGIONS).to_numpy()
    left, right = (float(by_region.get(f"cheek_{side}", np.nan)) for side in ("left", "right"))
    return RestingRedness(
        central=float(contrast[central].mean()) if central.any() else None,
        central_sd=_standard_error(contrast.to_numpy(), central),
        central_a_star=float((a_star - a_star[palest].mean())[central].mean())
        if central.any()
        else None,
        regions={name: float(by_region[name]) for name in REGIONS if name in by_region},
        cells={str(name): float(value) for name, value in contrast.items()},
        left_less_right=left - right if np.isfinite(left - right) else None,
        reason=None if central.any() else "Cheeks, nose and chin were not seen at rest.",
    )


def _cells_at_rest(cells: ColourSeries, at_rest: slice) -> pd.DataFrame:
    """Mean erythema index and a* of each cell that was seen often enough, by cell."""
    rest = replace(
        cells,
        linear_rgb=cells.linear_rgb[at_rest],
        valid=cells.valid[at_rest],
        kept_share=cells.kept_share[at_rest],
    )
    seen = rest.valid
    frames = seen.sum(axis=0)
    often = (frames > 0) & (frames >= _LEAST_SEEN * max(frames.max(initial=0), 1))

    def mean(values: FloatArray) -> FloatArray:
        total = np.where(seen, values, 0.0).sum(axis=0)
        return np.asarray(total[often] / frames[often])

    return pd.DataFrame(
        {"erythema_index": mean(rest.erythema_index), "lab_a": mean(rest.lab[:, :, 1])},
        index=pd.Index(np.array(cells.names, dtype=object)[often]),
    )


def _standard_error(contrast: FloatArray, central: npt.NDArray[np.bool_]) -> float | None:
    """Standard error of the mean over the cells; None of fewer than four."""
    values = contrast[central]
    if len(values) < 4:
        return None
    return float(values.std(ddof=1) / np.sqrt(len(values)))
