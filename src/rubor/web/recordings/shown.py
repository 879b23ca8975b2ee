"""What the pages draw of a recording: its curves and its face map, small enough to send at once.

Both are made once, when a recording is measured, and sealed with its other results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_hex

from rubor.measurement import Recording
from rubor.measurement.face_outline import face_outline
from rubor.measurement.figure_style import CHANGE_SCALE
from rubor.measurement.noise_floor import FACTOR
from rubor.measurement.one_second_means import one_second_means
from rubor.measurement.running_mean import running_mean
from rubor.response import Episode, Episodes, find_episodes
from rubor.response.area_rise import noise_at_rest
from rubor.response.area_traces import COLUMN_OF_MEASURE, Measure, area_traces, pooled
from rubor.response.episodes import quiet_frames
from rubor.response.trace_noise import trace_noise
from rubor.vision.reference_face import reference_face

__all__ = ["CURVES_SCHEMA", "FACE_MAP_SCHEMA", "curves", "face_map"]

FloatArray = npt.NDArray[np.float64]

CURVES_SCHEMA: Final = "rubor.web.curves/1"
FACE_MAP_SCHEMA: Final = "rubor.web.face-map/1"

_MOST_POINTS: Final = 600
# Curves are means of a second, as in the library's own figures, so that the pulse does not hide them.
_SMOOTHING_S: Final = 1.0
_NORMAL_95: Final = 1.959964
_UNITS: Final = {
    "blood_change": "change of ln blood",
    "erythema_index": "change of log10(R/G)",
}
_DIGITS: Final = {"blood_change": 4, "erythema_index": 5}
# No map's scale reaches less far, so that noise never looks like a blush.
_LEAST_SHOWN: Final = {"blood_change": 0.2, "erythema_index": 0.02}
_COLOURS: Final = 13  # of the scale, blue over grey to red
_MARGIN_CM: Final = 0.3

_WHOLE: Final = ("cheek_left", "cheek_right")


def curves(measured: Recording, marks: Iterable[tuple[float, str]]) -> dict[str, Any]:
    """The change of redness over time, thinned to 600 points a curve at most.

    Args:
        measured: a measured recording.
        marks: (time in s, kind) of what the person marked.

    Returns:
        `time_s`, and for each of `series` ("whole", the mean of both cheeks, then the regions)
        `blood_change` with the ends `low` and `high` of its 95 % interval and `erythema_index`, all
        changes from the baseline; None where nothing was measured. The interval holds noise, light
        and scale. `measure` is what the episodes are told in. A photo has no series.
    """
    found = find_episodes(measured)
    still = measured.summary["video"]["frames"] < 2
    blood = area_traces(measured, "blood_change")
    index = area_traces(measured, "erythema_index")
    quiet = quiet_frames(blood.time_s, found.episodes)
    grid = _Grid(blood.time_s)
    chosen = {"whole": _WHOLE, **{name: (name,) for name in blood.names}}
    series = {}
    for name, names in () if still else chosen.items():
        there = [one for one in names if one in blood.names]
        if not there:
            continue
        change, redness = pooled(blood.of(there)), pooled(index.of(there))
        noise = noise_at_rest(blood.time_s, change, quiet).of_mean(_SMOOTHING_S)
        middle = grid.means(change)
        sd = np.hypot(blood.drift_sd, blood.scale_sd * middle)
        half = _NORMAL_95 * np.hypot(sd, noise)
        series[name] = {
            "blood_change": _numbers(middle, "blood_change"),
            "low": _numbers(middle - half, "blood_change"),
            "high": _numbers(middle + half, "blood_change"),
            "erythema_index": _numbers(grid.means(redness), "erythema_index"),
        }
    rest = measured.summary["baseline"]
    return {
        "schema": CURVES_SCHEMA,
        "duration_s": float(measured.summary["video"]["duration_s"]),
        "measure": found.measure,
        "units": dict(_UNITS),
        "time_s": [] if still else [round(float(time_s), 3) for time_s in grid.time_s],
        "series": series,
        "regions": list(blood.names),
        "baseline": (
            None
            if rest["start_s"] is None
            else {"start_s": float(rest["start_s"]), "end_s": float(rest["end_s"])}
        ),
        "marks": [
            {"time_s": round(float(time_s), 3), "kind": kind}
            for time_s, kind in sorted(marks, key=lambda mark: mark[0])
        ],
        "episodes": [_span(episode) for episode in found.episodes],
    }


def face_map(measured: Recording) -> dict[str, Any]:
    """The change of redness of each cell second by second, with the drawing to show it on.

    Args:
        measured: a measured recording.

    Returns:
        `drawing`: polygons in cm, x to the person's left and y downwards, seen as an onlooker sees
        the face, so that the person's left is on the right. `values`: one row a second of `time_s`,
        one number a cell, None where it was not measured. `noise`: for each cell the change that
        chance alone exceeds once in twenty. `limit`: where the scale of `colours` ends on both sides.
    """
    found = find_episodes(measured)
    names = reference_face().cell_names
    times = np.unique(measured.traces["time_s"].to_numpy(np.float64))
    still = measured.summary["video"]["frames"] < 2
    seconds = one_second_means(
        measured.cell_chunks(),
        times,
        column=COLUMN_OF_MEASURE[found.measure],
        area_column="cell",
        areas=names,
    )
    noise = _cell_noise(seconds.start_s, seconds.mean, found)
    return {
        "schema": FACE_MAP_SCHEMA,
        "measure": found.measure,
        "unit": _UNITS[found.measure],
        "drawing": _drawing(),
        "cells": list(names),
        "time_s": [] if still else [round(float(time_s), 3) for time_s in seconds.start_s],
        "values": [] if still else [_numbers(row, found.measure) for row in seconds.mean],
        "noise": _numbers(noise, found.measure),
        "limit": _limit(seconds.mean, noise, found.measure),
        "colours": [to_hex(CHANGE_SCALE(number / (_COLOURS - 1))) for number in range(_COLOURS)],
    }


class _Grid:
    """Even steps in time, and the means of a trace in them."""

    def __init__(self, time_s: FloatArray) -> None:
        self._time_s = time_s
        steps = min(len(time_s), _MOST_POINTS)
        length_s = float(time_s[-1] - time_s[0]) if len(time_s) > 1 else 0.0
        step_s = length_s / max(steps - 1, 1)
        self.time_s = time_s[0] + step_s * np.arange(steps)
        place = np.zeros(len(time_s)) if step_s == 0.0 else (time_s - time_s[0]) / step_s
        self._place = np.rint(place).astype(np.intp)
        self._expected = np.bincount(self._place, minlength=steps)

    def means(self, trace: FloatArray) -> FloatArray:
        """Smoothed over a second, then averaged; NaN where less than half of a step was measured."""
        smooth = running_mean(self._time_s, trace, _SMOOTHING_S)
        known = np.isfinite(smooth)
        size = len(self.time_s)
        count = np.bincount(self._place[known], minlength=size)
        total = np.bincount(self._place[known], smooth[known], size)
        enough = (count > 0) & (count >= 0.5 * self._expected)
        return np.where(enough, total / np.maximum(count, 1), np.nan)


def _span(episode: Episode) -> dict[str, Any]:
    low, high = episode.peak.interval_95
    return {
        "start_s": round(episode.start_s, 3),
        "plateau_start_s": round(episode.plateau_start_s, 3),
        "plateau_end_s": round(episode.plateau_end_s, 3),
        "end_s": round(episode.end_s, 3),
        "peak": round(episode.peak.value, 5),
        "low": round(low, 5),
        "high": round(high, 5),
    }


def _cell_noise(start_s: FloatArray, means: FloatArray, found: Episodes) -> FloatArray:
    """(cells,) the floor of each cell's means of a second outside the episodes; NaN where unknown."""
    quiet = quiet_frames(start_s + 0.5, found.episodes)
    floors = np.full(means.shape[1], np.nan)
    for number, column in enumerate(means.T):
        if len(start_s) > 1 and np.isfinite(column).any():
            noise = trace_noise(start_s, column, quiet)
            known = noise if noise.deviation else trace_noise(start_s, column)
            floors[number] = FACTOR * known.one_second
    return floors


def _limit(values: FloatArray, noise: FloatArray, measure: Measure) -> float:
    """Where the scale ends: all but the outermost 2 % of what stands out, in even steps."""
    least = _LEAST_SHOWN[measure]
    sizes = np.abs(values)
    with np.errstate(invalid="ignore"):
        clear = sizes[np.isfinite(sizes) & (sizes > noise)]
    reach = float(np.percentile(clear, 98)) if clear.size else 0.0
    step = least / 4.0
    return round(max(least, float(np.ceil(reach / step)) * step), 4)


def _drawing() -> Mapping[str, Any]:
    """The outline of the reference face, y turned downwards, in hundredths of a cm."""
    outline = face_outline()
    right, low = outline.silhouette.min(axis=0)
    left, high = outline.silhouette.max(axis=0)

    def points(polygon: FloatArray) -> list[list[float]]:
        return [[round(float(x), 2), round(float(high - y), 2)] for x, y in polygon]

    return {
        "box": [
            round(float(right) - _MARGIN_CM, 2),
            -_MARGIN_CM,
            round(float(left - right) + 2 * _MARGIN_CM, 2),
            round(float(high - low) + 2 * _MARGIN_CM, 2),
        ],
        "cells": [[points(polygon) for polygon in polygons] for polygons in outline.cells],
        "silhouette": points(outline.silhouette),
        "features": [points(polygon) for polygon in outline.closed],
        "nose": points(outline.nose),
    }


def _numbers(values: FloatArray, measure: str) -> list[float | None]:
    digits = _DIGITS[measure]
    return [round(float(value), digits) if np.isfinite(value) else None for value in values]
