"""Recordings whose truth is known, made from a course, noise, a pulse and a drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from rubor.measurement import Recording
from rubor.measurement.recording import CELL_COLUMNS, TRACE_COLUMNS
from rubor.optics import linear_rgb_to_lab
from rubor.simulation import TimeCourse
from rubor.vision.reference_face import REGIONS, reference_face

FloatArray = npt.NDArray[np.float64]
BuildRecording = Callable[..., Recording]

# What a rise of ln blood by 1 does to log10(R/G) of light skin, and to ln of each channel.
INDEX_PER_LN = 1.0 / 12.0
CHANNELS_PER_LN = np.array([-0.03, -0.03 - INDEX_PER_LN * np.log(10.0), -0.15])


@pytest.fixture(scope="session")
def build_recording() -> BuildRecording:
    """Makes a recording: see `_build`."""
    return _build


def _build(
    courses: Sequence[TimeCourse] = (),
    *,
    size: float = 0.4,
    factors: Mapping[str, float] | None = None,
    frame_sd: float = 0.02,
    pulse_ln: float = 0.0,
    pulse_bpm: Callable[[FloatArray], FloatArray] = lambda time_s: np.full(time_s.shape, 66.0),
    drift: FloatArray | float = 0.0,
    drift_sd: float = 0.01,
    scale_sd: float = 0.1,
    duration_s: float = 60.0,
    rate: float = 15.0,
    events: Sequence[tuple[float, str]] = (),
    baseline: tuple[float, float] | None = (0.0, 10.0),
    gaps: Sequence[tuple[float, float]] = (),
    blood: bool = True,
    cell_factors: Mapping[str, float] | None = None,
    name: str = "made.mp4",
    seed: int = 1,
) -> Recording:
    """A recording of seven regions that follow courses of ln blood.

    Args:
        courses: each adds `size` times its course.
        factors: of each region's size; 1 where not named.
        frame_sd: of white noise in ln blood, each region and frame by itself.
        pulse_ln: amplitude of the pulse.
        pulse_bpm: its rate at each time.
        drift: what the light adds, in ln blood, to all regions alike.
        drift_sd, scale_sd: what `blood_change_sd` holds.
        gaps: (start, end) in which no face is seen.
        blood: False leaves `blood_change` NaN.
        cell_factors: cells to make, each with its size.
    """
    draw = np.random.default_rng(seed)
    time_s = np.arange(round(duration_s * rate)) / rate
    shape = sum((course.at(time_s) for course in courses), np.zeros_like(time_s))
    beat = pulse_ln * np.sin(2.0 * np.pi * np.cumsum(pulse_bpm(time_s) / 60.0 / rate))
    hidden = np.zeros(len(time_s), bool)
    for start_s, end_s in gaps:
        hidden |= (time_s >= start_s) & (time_s < end_s)

    def table(names: Sequence[str], sizes: Sequence[float], columns: Sequence[str]) -> pd.DataFrame:
        truth = size * np.outer(shape, sizes) + (beat + drift)[:, None]
        values = truth + draw.normal(0.0, frame_sd, truth.shape)
        values[hidden] = np.nan
        colour = np.array([0.45, 0.25, 0.18]) * np.exp(values[:, :, None] * CHANNELS_PER_LN)
        lab = linear_rgb_to_lab(colour)
        rest = 0.0
        if baseline is not None:
            at_rest = (time_s >= baseline[0]) & (time_s <= baseline[1])
            rest = np.nanmean(values[at_rest], axis=0) if not hidden[at_rest].all() else np.nan
        change = values - rest if baseline is not None else np.full_like(values, np.nan)
        told = change if blood else np.full_like(change, np.nan)
        return pd.DataFrame(
            {
                "time_s": np.repeat(time_s, len(names)),
                columns[1]: np.tile(np.array(names, dtype=object), len(time_s)),
                "erythema_index": np.log10(colour[:, :, 0] / colour[:, :, 1]).ravel(),
                "lab_l": lab[:, :, 0].ravel(),
                "lab_a": lab[:, :, 1].ravel(),
                "lab_b": lab[:, :, 2].ravel(),
                "blood_change": told.ravel(),
                "blood_change_sd": np.hypot(drift_sd, scale_sd * told).ravel(),
                "valid": np.isfinite(values).ravel(),
                "erythema_index_change": (change * INDEX_PER_LN).ravel(),
            }
        )[list(columns)]

    sizes = [(factors or {}).get(region, 1.0) for region in REGIONS]
    traces = table(REGIONS, sizes, TRACE_COLUMNS)
    cells = dict(cell_factors or {})
    assert set(cells) <= set(reference_face().cell_names)
    cell_table = table(tuple(cells), tuple(cells.values()), CELL_COLUMNS)
    summary: dict[str, Any] = {
        "schema": "rubor.summary/1",
        "file": {"name": name, "sha256": "0" * 64},
        "video": {"frames": len(time_s), "duration_s": duration_s},
        "accepted": True,
        "quality": [],
        "baseline": {
            "start_s": None if baseline is None else baseline[0],
            "end_s": None if baseline is None else baseline[1],
            "source": "No stretch is quiet enough." if baseline is None else "requested",
        },
        "reference": {"kind": "background", "drift": {"sd": 0.004}},
        "regions": list(REGIONS),
        "events": [{"time_s": time_s, "kind": kind} for time_s, kind in events],
        "versions": {"rubor": "0", "method": "constructed"},
    }
    return Recording(summary, traces, lambda: iter([cell_table]))
