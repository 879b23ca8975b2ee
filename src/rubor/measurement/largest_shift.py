"""The largest lasting shift of the face's colour in a recording, and what it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.colour_shift import name_shift
from rubor.measurement.light_reference import LightReference
from rubor.measurement.region_series import ColourSeries

__all__ = ["describe_largest_shift"]

FloatArray = npt.NDArray[np.float64]

# Long enough for several beats, so that the pulse averages out.
WINDOW_S = 5.0
MIN_COVERAGE = 0.5


def describe_largest_shift(
    time_s: FloatArray,
    regions: ColourSeries,
    baseline: Baseline | NoBaseline,
    light: LightReference,
    blood_angle_deg: float | None,
) -> dict[str, Any]:
    """Find the window of 5 s in which the face's ln R/G lies furthest from the baseline, and name it.

    Args:
        time_s: (frames,).
        regions: all regions; their mean is the face.
        baseline: what the shift is measured from.
        light: what the background or card did at the same times.
        blood_angle_deg: direction of blood from the recording's own pulse; None takes the model's.

    Returns:
        `kind`, `sentence`, `log_r_over_g` and `at_s`; None for what is not known.
    """
    unknown = {"kind": None, "sentence": "", "log_r_over_g": None, "at_s": None}
    if not isinstance(baseline, Baseline):
        return {**unknown, "sentence": "Without a baseline a shift cannot be measured."}
    face = _face(regions)
    at_rest = (time_s >= baseline.start_s) & (time_s <= baseline.end_s)
    rest, rest_sd = _mean(face[at_rest])
    block = np.floor((time_s - time_s[0]) / WINDOW_S).astype(int)
    frames = np.bincount(block)
    best: tuple[float, int, FloatArray, FloatArray] | None = None
    for number in range(len(frames)):
        here = face[block == number]
        if np.isfinite(here[:, 0]).sum() < MIN_COVERAGE * frames.max():
            continue
        mean, sd = _mean(here)
        shift = mean - rest
        size = float(abs(shift[0] - shift[1]))
        if best is None or size > best[0]:
            best = (size, number, shift, np.hypot(sd, rest_sd))
    if best is None or not np.isfinite(best[2]).all():
        return {**unknown, "sentence": "The face was not seen long enough to tell a shift."}
    _, number, shift, sd = best
    background, background_sd = _of_light(light, block == number)
    angle = {} if blood_angle_deg is None else {"blood_direction_deg": blood_angle_deg}
    name = name_shift(shift, np.maximum(sd, 1e-4), background, background_sd, **angle)
    return {
        "kind": name.kind,
        "sentence": name.sentence,
        "log_r_over_g": name.log_r_over_g,
        "at_s": float(time_s[block == number].mean()),
    }


def _face(regions: ColourSeries) -> FloatArray:
    """(frames, 3) mean of ln R, ln G, ln B over the regions that are valid in most frames."""
    steady = regions.valid.mean(axis=0) > MIN_COVERAGE
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(regions.linear_rgb[:, steady].astype(np.float64))
    # A region that drops out would move the mean: only frames with all of them count.
    return np.asarray(logs.mean(axis=1)) if steady.any() else np.full((len(logs), 3), np.nan)


def _mean(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and its standard error, from means of a tenth of the stretch (the noise is not white)."""
    known = values[np.isfinite(values[:, 0])]
    if len(known) < 10:
        nothing = np.full(3, np.nan)
        return nothing, nothing
    parts = np.array([part.mean(axis=0) for part in np.array_split(known, 10)])
    return known.mean(axis=0), parts.std(axis=0, ddof=1) / np.sqrt(len(parts))


def _of_light(
    light: LightReference, chosen: npt.NDArray[np.bool_]
) -> tuple[FloatArray | None, FloatArray | None]:
    if light.kind == "none":
        return None, None
    drift = np.stack(
        [
            light.log_r_over_g_drift + light.log_g_drift,
            light.log_g_drift,
            light.log_b_over_g_drift + light.log_g_drift,
        ],
        axis=1,
    )[chosen]
    drift = drift[np.isfinite(drift).all(axis=1)]
    if len(drift) == 0:
        return None, None
    sd = float(np.nanmedian(light.drift_sd[chosen])) / np.sqrt(2.0)
    return drift.mean(axis=0), np.full(3, max(sd, 1e-4))
