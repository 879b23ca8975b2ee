"""The redness of each cell of the face: at rest, and when the face had changed the most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.measurement.noise_floor import noise_floor
from rubor.measurement.one_second_means import OneSecondMeans, one_second_means
from rubor.measurement.recording import Recording
from rubor.measurement.sustained_change import (
    SUSTAINED_S,
    SustainedChange,
    floor_upper_factor,
    sustained_change_of_regions,
    sustained_means,
)
from rubor.vision.reference_face import reference_face

__all__ = ["CellRedness", "cell_redness"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CellRedness:
    """What the face map shows. Cells are in the order of the reference face.

    Attributes:
        contrast: (cells,) log10(R/G) at rest less the median of the face's cells; NaN where a cell
            was not measured. Without a baseline "at rest" is the whole recording.
        change: (cells,) change from the baseline at the moment below; None where there is none.
        noise_floor: (cells,) each cell's own floor for means of 1 s; NaN where too short.
        above_noise: (cells,) whether the change is larger than the noise can be, at 95 %.
        moment_s: start and end of the five seconds in which a region changed the most for its
            noise; None without a baseline or without five seconds.
    """

    contrast: FloatArray
    change: FloatArray | None
    noise_floor: FloatArray
    above_noise: npt.NDArray[np.bool_]
    moment_s: tuple[float, float] | None


def cell_redness(recording: Recording) -> CellRedness:
    """Reduce the cells of a recording to a map, in pieces: memory does not grow with the frames."""
    names = reference_face().cell_names
    time_s = np.unique(recording.traces["time_s"].to_numpy(np.float64))
    resting = _MeanAtRest(recording, names)
    moment = _moment(sustained_change_of_regions(recording))
    column = "erythema_index" if moment is None else "erythema_index_change"
    seconds = one_second_means(
        map(resting.add, recording.cell_chunks()),
        time_s,
        column=column,
        area_column="cell",
        areas=names,
    )
    floors = _noise_floors(seconds)
    change, above = None, np.zeros(len(names), dtype=np.bool_)
    if moment is not None:
        at = int(np.argmin(np.abs(seconds.start_s - moment[0])))
        change = sustained_means(seconds.mean)[at]
        valid_seconds = np.isfinite(seconds.mean).sum(axis=0)
        factor = np.array([floor_upper_factor(int(number)) for number in valid_seconds])
        above = np.abs(change) > floors * factor
    return CellRedness(resting.contrast(), change, floors, above, moment)


class _MeanAtRest:
    """Mean index of each cell in the baseline, gathered while the pieces pass by."""

    def __init__(self, recording: Recording, names: tuple[str, ...]) -> None:
        baseline = recording.summary["baseline"]
        known = baseline["start_s"] is not None
        self.start_s = baseline["start_s"] if known else -np.inf
        self.end_s = baseline["end_s"] if known else np.inf
        self.names = list(names)
        self.total, self.count = np.zeros(len(names)), np.zeros(len(names))

    def add(self, table: pd.DataFrame) -> pd.DataFrame:
        """Take note of a piece and hand it on."""
        value = table["erythema_index"].to_numpy(np.float64)
        # The summary keeps six digits of the baseline's ends.
        resting = table["time_s"].between(self.start_s - 1e-3, self.end_s + 1e-3).to_numpy()
        cell = pd.Categorical(table["cell"], categories=self.names).codes.astype(np.intp)
        known = np.isfinite(value) & resting & (cell >= 0)
        size = len(self.names)
        self.total += np.bincount(cell[known], value[known], size)
        self.count += np.bincount(cell[known], minlength=size)
        return table

    def contrast(self) -> FloatArray:
        mean = np.where(self.count > 0, self.total / np.maximum(self.count, 1.0), np.nan)
        seen = mean[np.isfinite(mean)]
        return mean - (np.median(seen) if seen.size else np.nan)


def _moment(changes: tuple[SustainedChange, ...]) -> tuple[float, float] | None:
    """The five seconds of the region whose change stands out most from its noise."""
    with_noise = [change for change in changes if change.times_noise is not None]
    if with_noise:
        largest = max(with_noise, key=lambda change: change.times_noise or 0.0)
    else:
        known = [change for change in changes if change.change is not None]
        if not known:
            return None
        largest = max(known, key=lambda change: abs(change.change or 0.0))
    if largest.start_s is None:
        return None
    return largest.start_s, largest.start_s + SUSTAINED_S


def _noise_floors(seconds: OneSecondMeans) -> FloatArray:
    floors = [noise_floor(seconds.start_s, column, 1.0).value for column in seconds.mean.T]
    return np.array([np.nan if floor is None else floor for floor in floors])
