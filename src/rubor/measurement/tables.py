"""The tables of a recording: one row per time and region, and per time and cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.blood_series import GAIN_WINDOW_S, blood_series
from rubor.measurement.light_reference import LightReference
from rubor.measurement.recording import CELL_COLUMNS, TRACE_COLUMNS
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.vision.reference_face import mirrored_name

__all__ = ["cell_chunks", "exchange_sides", "trace_table"]

FloatArray = npt.NDArray[np.float64]
_FRAMES_PER_CHUNK = 1024


def exchange_sides(series: ColourSeries) -> ColourSeries:
    """The series of a mirrored picture: what was found on one side belongs to the other."""
    order = [series.names.index(mirrored_name(name)) for name in series.names]
    return replace(
        series,
        linear_rgb=series.linear_rgb[:, order],
        valid=series.valid[:, order],
        kept_share=series.kept_share[:, order],
    )


def trace_table(
    time_s: FloatArray,
    regions: ColourSeries,
    baseline: Baseline | NoBaseline,
    light: LightReference,
    skin: SkinReading,
) -> pd.DataFrame:
    """`traces.parquet`: columns `TRACE_COLUMNS`."""
    rest = _rest_index(time_s, regions, baseline, light)
    return _rows(time_s, regions, rest, light, skin, TRACE_COLUMNS)


def cell_chunks(
    time_s: FloatArray,
    cells: ColourSeries,
    baseline: Baseline | NoBaseline,
    light: LightReference,
    skin: SkinReading,
) -> Iterator[pd.DataFrame]:
    """`cells.parquet` in pieces, columns `CELL_COLUMNS`, 32-bit values."""
    rest = _rest_index(time_s, cells, baseline, light)
    areas = len(cells.names)
    for first in range(0, len(time_s), _FRAMES_PER_CHUNK):
        last = min(first + _FRAMES_PER_CHUNK, len(time_s))
        # A little more on both sides, so that running means do not end at the seams.
        low = int(np.searchsorted(time_s, time_s[first] - GAIN_WINDOW_S))
        high = int(np.searchsorted(time_s, time_s[last - 1] + GAIN_WINDOW_S, side="right"))
        wide = slice(low, high)
        part = replace(
            cells,
            linear_rgb=cells.linear_rgb[wide],
            valid=cells.valid[wide],
            kept_share=cells.kept_share[wide],
        )
        drift = replace(
            light,
            time_s=light.time_s[wide],
            log_r_over_g_drift=light.log_r_over_g_drift[wide],
            drift_sd=light.drift_sd[wide],
        )
        table = _rows(time_s[wide], part, rest, drift, skin, CELL_COLUMNS)
        table = table.iloc[(first - low) * areas : (last - low) * areas].reset_index(drop=True)
        values = [name for name in CELL_COLUMNS[2:] if name != "valid"]
        yield table.astype(dict.fromkeys(values, np.float32))


def _referenced_index(series: ColourSeries, light: LightReference) -> FloatArray:
    """(frames, areas) erythema index divided by the light reference, where there is one."""
    index = series.erythema_index
    if light.kind == "none":
        return index
    return np.asarray(index - light.log_r_over_g_drift[:, None] / np.log(10.0))


def _rest_index(
    time_s: FloatArray, series: ColourSeries, baseline: Baseline | NoBaseline, light: LightReference
) -> FloatArray:
    """(areas,) mean referenced index in the baseline; NaN without one."""
    if not isinstance(baseline, Baseline):
        return np.full(len(series.names), np.nan)
    chosen = (time_s >= baseline.start_s) & (time_s <= baseline.end_s)
    part = replace(series, linear_rgb=series.linear_rgb[chosen], valid=series.valid[chosen])
    drift = replace(light, log_r_over_g_drift=light.log_r_over_g_drift[chosen])
    values = _referenced_index(part, drift)
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _rows(
    time_s: FloatArray,
    series: ColourSeries,
    rest: FloatArray,
    light: LightReference,
    skin: SkinReading,
    columns: tuple[str, ...],
) -> pd.DataFrame:
    areas = len(series.names)
    lab = series.lab
    index_change = _referenced_index(series, light) - rest
    blood = blood_series(time_s, index_change, light, skin)
    names = pd.Categorical.from_codes(
        np.tile(np.arange(areas), len(time_s)), categories=pd.Index(series.names)
    )
    values = {
        "time_s": np.repeat(time_s, areas),
        columns[1]: names,
        "erythema_index": series.erythema_index.ravel(),
        "lab_l": lab[:, :, 0].ravel(),
        "lab_a": lab[:, :, 1].ravel(),
        "lab_b": lab[:, :, 2].ravel(),
        "blood_change": blood.estimate.ravel(),
        "blood_change_sd": blood.sd.ravel(),
        "valid": series.valid.ravel(),
        "erythema_index_change": index_change.ravel(),
    }
    return pd.DataFrame(values)[list(columns)]
