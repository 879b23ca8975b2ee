"""The change of redness of chosen areas of the face over time, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.errors import InputError
from rubor.measurement.blood_series import UNSEEN_DRIFT_SD
from rubor.measurement.recording import Recording
from rubor.vision.reference_face import reference_face

__all__ = [
    "AreaTraces",
    "Measure",
    "area_traces",
    "cell_traces",
    "measure_of",
    "often_seen",
    "pooled",
]

FloatArray = npt.NDArray[np.float64]
Measure = Literal["blood_change", "erythema_index"]

COLUMN_OF_MEASURE: Final = {
    "blood_change": "blood_change",
    "erythema_index": "erythema_index_change",
}
# An area joins a pool when it is there in this share of the frames of the best seen one.
_LEAST_SEEN: Final = 0.8
_LEAST_TOGETHER: Final = 0.7


@dataclass(frozen=True, eq=False)
class AreaTraces:
    """What areas did over time.

    Attributes:
        measure: "blood_change" (change of ln blood) or "erythema_index" (change of log10(R/G)).
        time_s: (frames,), rising.
        names: of the areas.
        values: (frames, areas), change from the recording's baseline; NaN where there is none.
        drift_sd: standard deviation of what a drift of the light may add, the same in all areas, in
            the unit of the values.
        scale_sd: standard deviation of the scale, as a share; the same in all areas and, for one
            person and camera, in all recordings, so that it cancels in a ratio of responses.
    """

    measure: Measure
    time_s: FloatArray
    names: tuple[str, ...]
    values: FloatArray
    drift_sd: float
    scale_sd: float

    def of(self, names: Iterable[str]) -> FloatArray:
        """(frames, chosen) values of some of the areas."""
        return self.values[:, [self.names.index(name) for name in names]]


def measure_of(recording: Recording) -> Measure:
    """`blood_change` where it is told, else the erythema index, which always is.

    Blood counts as told when it is there in at least half of the rows in which redness is.
    """
    traces = recording.traces
    red = np.isfinite(traces["erythema_index_change"].to_numpy(np.float64))
    blood = np.isfinite(traces["blood_change"].to_numpy(np.float64))
    told = red.any() and (blood & red).sum() >= 0.5 * red.sum()
    return "blood_change" if told else "erythema_index"


def area_traces(recording: Recording, measure: Measure | None = None) -> AreaTraces:
    """The traces of all regions.

    Args:
        recording: a measured video.
        measure: which measure; None for the one that `measure_of` chooses.
    """
    chosen = measure_of(recording) if measure is None else measure
    names = tuple(recording.summary["regions"])
    time_s = np.unique(recording.traces["time_s"].to_numpy(np.float64))
    values = _as_columns([recording.traces], "region", names, chosen, time_s)
    drift_sd, scale_sd = _systematic_sd(recording, chosen)
    return AreaTraces(chosen, time_s, names, values, drift_sd, scale_sd)


def cell_traces(
    recording: Recording, cells: Sequence[str], measure: Measure | None = None
) -> AreaTraces:
    """The traces of chosen cells.

    Raises:
        InputError: a cell that does not exist.
    """
    known = reference_face().cell_names
    unknown = [name for name in cells if name not in known]
    if unknown:
        raise InputError(
            f"There is no region or cell called {', '.join(sorted(unknown))}.",
            "Cells have names such as cheek_left_07; the recording's cells table lists them.",
        )
    chosen = measure_of(recording) if measure is None else measure
    time_s = np.unique(recording.traces["time_s"].to_numpy(np.float64))
    names = tuple(cells)
    values = _as_columns(recording.cell_chunks(), "cell", names, chosen, time_s)
    drift_sd, scale_sd = _systematic_sd(recording, chosen)
    return AreaTraces(chosen, time_s, names, values, drift_sd, scale_sd)


def often_seen(values: FloatArray) -> npt.NDArray[np.intp]:
    """Which areas to average: those seen nearly as often as the best, and together.

    Returns:
        (kept,) column numbers. Areas are left out, the rarest first, until in at least 70 % of the
        frames in which the best one is seen all are.
    """
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    best = int(count.max(initial=0))
    order = np.argsort(-count, kind="stable")
    kept = order[count[order] >= max(_LEAST_SEEN * best, 1)]
    while len(kept) > 1 and seen[:, kept].all(axis=1).sum() < _LEAST_TOGETHER * best:
        kept = kept[:-1]
    return np.sort(kept)


def pooled(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """(frames,) weighted mean of the areas that `often_seen` keeps.

    It is always the same areas, so that a gap makes no step: a frame in which one is missing is a gap.

    >>> pooled(np.array([[1.0, 3.0], [np.nan, 3.0], [2.0, 4.0], [2.0, 4.0], [2.0, 4.0]]))
    array([ 2., nan,  3.,  3.,  3.])
    """
    kept = often_seen(values)
    if not len(kept):
        return np.full(len(values), np.nan)
    weight = np.ones(len(kept)) if weights is None else weights[kept]
    chosen = values[:, kept]
    whole = np.asarray(np.isfinite(chosen).all(axis=1), np.bool_)
    mean = np.where(whole[:, None], chosen, 0.0) @ weight / weight.sum()
    return np.where(whole, mean, np.nan)


def _as_columns(
    tables: Iterable[pd.DataFrame],
    area_column: str,
    names: Sequence[str],
    measure: Measure,
    time_s: FloatArray,
) -> FloatArray:
    """(frames, areas) of one column, whatever the order of the rows."""
    values = np.full((len(time_s), len(names)), np.nan)
    for table in tables:
        found = pd.Categorical(table[area_column])
        area = pd.Index(names).get_indexer(found.categories)[found.codes]
        kept = np.flatnonzero((area >= 0) & table["valid"].to_numpy(np.bool_))
        stamps = table["time_s"].to_numpy(np.float64)[kept]
        row = np.searchsorted(time_s, stamps - 1e-6).clip(0, len(time_s) - 1)
        column = table[COLUMN_OF_MEASURE[measure]].to_numpy(np.float64)
        values[row, area[kept]] = column[kept]
    return values


def _systematic_sd(recording: Recording, measure: Measure) -> tuple[float, float]:
    """Drift of the light and error of the scale.

    `blood_change_sd` holds both, sd² = drift² + (scale x change)²; they are told apart by how it grows
    with the change.
    """
    if measure == "erythema_index":
        drift = recording.summary["reference"]["drift"]
        return float((UNSEEN_DRIFT_SD if drift is None else drift["sd"]) / np.log(10.0)), 0.0
    change = recording.traces["blood_change"].to_numpy(np.float64)
    sd = recording.traces["blood_change_sd"].to_numpy(np.float64)
    known = np.isfinite(change) & np.isfinite(sd)
    if not known.any():
        return 0.0, 0.0
    square, variance = change[known] ** 2, sd[known] ** 2
    spread = square - square.mean()
    total = float(spread @ spread)
    slope = float(spread @ variance) / total if total > 0.0 else 0.0
    slope = max(slope, 0.0)
    drift_variance = max(float(np.median(variance - slope * square)), 0.0)
    return float(np.sqrt(drift_variance)), float(np.sqrt(slope))
