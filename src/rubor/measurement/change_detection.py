"""Whether the colour of a region changed by more than noise, light and movement can explain.

The question is asked of every region and every five seconds at once, so the answer allows for that:
in a recording in which no blood changes, no region at all is reported in 95 of 100 (Šidák 1967).

A shift is judged in the plane (ln R/G, ln B/G), light divided out. The first detector looks at ln R/G
alone. In dark skin its signal is small against the gloss of the surface; there a second one looks at
CIELAB a* with green held at its resting value, which also takes blue into account: gloss and blood
move blue in opposite ways. It answers only "changed or not".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from rubor.measurement.baseline import NORMAL_SD_PER_MAD, Baseline, NoBaseline
from rubor.measurement.blood_series import light_sd
from rubor.measurement.light_reference import LightReference
from rubor.measurement.one_second_means import one_second_means
from rubor.measurement.region_series import ColourSeries
from rubor.measurement.skin_reading import SkinReading
from rubor.measurement.sustained_change import SUSTAINED_S, floor_upper_factor, sustained_means
from rubor.optics import linear_rgb_to_lab, srgb_decode
from rubor.optics.skin_tone import nearest_skin_tone

__all__ = ["ChangeDetection", "detect_change"]

FloatArray = npt.NDArray[np.float64]
Detector = Literal["log_r_over_g", "g_matched_a_star"]

FALSE_ALARMS: Final = 0.05

# What moves a region's colour without blood, beyond noise and light, as standard deviations.
# The surface: share of the light that it throws back, as a head moves (assumed; in simulated faces
# smiles and turns of the head change it by 0.001 to 0.004).
GLOSS_SD: Final = 0.003
# The mesh slips over skin of uneven colour: a smile moves log10(R/G) of real faces by up to 0.005.
SLIP_SD: Final = 0.005

# Means of n seconds are taken to be better than one second by n to this power, not by the square
# root: breathing, sway and codecs wander slowly.
AVERAGING_POWER: Final = 0.25


@dataclass(frozen=True)
class ChangeDetection:
    """The answer for every region.

    Attributes:
        detected: by region; None where it could not be judged.
        statistic: by region, the largest change of five seconds in its own standard deviations.
        critical: what it is held against.
        detectors: which were asked; with two, each has half of the false alarms.
    """

    detected: dict[str, bool | None]
    statistic: dict[str, float | None]
    critical: float | None
    detectors: tuple[Detector, ...]

    def as_summary(self) -> dict[str, Any]:
        """The `change_detection` part of `summary.json`."""
        return {
            "statistic": self.statistic,
            "critical": self.critical,
            "detectors": list(self.detectors),
        }


def detect_change(
    time_s: FloatArray,
    regions: ColourSeries,
    baseline: Baseline | NoBaseline,
    light: LightReference,
    skin: SkinReading,
) -> ChangeDetection:
    """Judge all regions and all windows of five seconds together.

    Args:
        time_s: (frames,).
        regions: colour over time.
        baseline: what changes are counted from.
        light: what watched the light in the same frames.
        skin: its tone says how large gloss is beside it, and whether the second detector is needed.

    Returns:
        The answers; all None without a baseline, without five seconds outside noise's reach, or
        without a skin tone.
    """
    names = regions.names
    unknown = ChangeDetection(dict.fromkeys(names), dict.fromkeys(names), None, ("log_r_over_g",))
    if not isinstance(baseline, Baseline) or skin.ita_deg is None or len(time_s) < 2:
        return unknown
    shifts, seconds_s = _shifts(time_s, regions, baseline, light)
    if len(seconds_s) < SUSTAINED_S:
        return unknown
    rest = _resting_reflectance(skin)
    gloss = GLOSS_SD * np.array([1 / rest[0] - 1 / rest[1], 1 / rest[2] - 1 / rest[1]])
    drift = np.tile(light_sd(light)[:, None], (1, len(names)))
    drift_sd, _ = _each_second(time_s, drift, names)
    drift_variance = sustained_means(np.square(drift_sd))
    rest_seconds = max(baseline.end_s - baseline.start_s, 1.0)

    detectors: tuple[Detector, ...] = ("log_r_over_g",)
    weights = [np.array([1.0, 0.0])]
    if skin.sensitivity == "low":
        detectors = ("log_r_over_g", "g_matched_a_star")
        weights.append(_gradient_of_a_star(rest))
    scores = [
        _scores(shifts @ weight, weight, gloss, drift_variance, rest_seconds) for weight in weights
    ]
    best = np.max(np.stack(scores), axis=0)
    known = np.isfinite(best)
    if not known.any():
        return unknown
    windows = max(1.0, len(seconds_s) / SUSTAINED_S)
    critical = _critical(windows * int(known.sum()) * len(detectors))
    statistic = {
        name: float(score) if np.isfinite(score) else None
        for name, score in zip(names, best, strict=True)
    }
    return ChangeDetection(
        {name: None if score is None else score > critical for name, score in statistic.items()},
        statistic,
        critical,
        detectors,
    )


def _critical(judgements: float) -> float:
    """Standard deviations that the largest of so many judgements exceeds in 5 of 100 cases.

    >>> round(_critical(1), 2), round(_critical(28), 2)
    (1.96, 3.12)
    """
    each = -np.expm1(np.log1p(-FALSE_ALARMS) / judgements)
    return float(-ndtri(each / 2.0))


def _shifts(
    time_s: FloatArray, regions: ColourSeries, baseline: Baseline, light: LightReference
) -> tuple[FloatArray, FloatArray]:
    """(seconds, regions, 2) change of ln R/G and ln B/G from the baseline, light divided out."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(regions.linear_rgb.astype(np.float64))
    drifts = (light.log_r_over_g_drift, light.log_b_over_g_drift)
    at_rest = (time_s >= baseline.start_s) & (time_s <= baseline.end_s)
    changes, seconds_s = [], time_s[:0]
    for channel, drift in zip((0, 2), drifts, strict=True):
        ratio = logs[:, :, channel] - logs[:, :, 1]
        if light.kind != "none":
            ratio = ratio - drift[:, None]
        means, seconds_s = _each_second(time_s, ratio - _mean(ratio[at_rest]), regions.names)
        changes.append(means)
    return np.stack(changes, axis=-1), seconds_s


def _mean(values: FloatArray) -> FloatArray:
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0.0).sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _each_second(
    time_s: FloatArray, values: FloatArray, names: tuple[str, ...]
) -> tuple[FloatArray, FloatArray]:
    """(seconds, areas) means and where each second starts."""
    table = pd.DataFrame(
        {
            "time_s": np.repeat(time_s, len(names)),
            "area": np.tile(np.asarray(names, dtype=object), len(time_s)),
            "value": values.ravel(),
        }
    )
    means = one_second_means([table], time_s, column="value", area_column="area", areas=names)
    return means.mean, means.start_s


def _resting_reflectance(skin: SkinReading) -> FloatArray:
    """(3,) linear reflectance of skin of this tone against white.

    The camera's own brightness does not tell it: exposure is free.
    """
    assert skin.ita_deg is not None
    patch = np.array(nearest_skin_tone(skin.ita_deg).patch, dtype=np.float64)
    return np.asarray(srgb_decode(patch / 255.0))


def _gradient_of_a_star(rest: FloatArray) -> FloatArray:
    """(2,) change of a* with ln R/G and with ln B/G while green stays."""
    step = 1e-3
    moved = np.array([rest * [np.exp(step), 1, 1], rest * [1, 1, np.exp(step)]])
    a_star = linear_rgb_to_lab(np.vstack([rest, moved]))[:, 1]
    return np.asarray((a_star[1:] - a_star[0]) / step)


def _scores(
    series: FloatArray,
    weight: FloatArray,
    gloss: FloatArray,
    drift_variance: FloatArray,
    rest_seconds: float,
) -> FloatArray:
    """(regions,) the largest change of five seconds in standard deviations.

    Args:
        series: (seconds, regions) change of the detector's quantity.
        weight: (2,) its change with ln R/G and with ln B/G.
        gloss: (2,) one standard deviation of gloss in the same plane.
        drift_variance: (windows, regions) of ln R/G and, taken to be the same, of ln B/G.
        rest_seconds: length of the baseline.
    """
    steps = np.abs(np.diff(series, axis=0))
    number = np.isfinite(steps).sum(axis=0)
    middle = np.array([np.median(column[np.isfinite(column)]) if count else np.nan
                       for column, count in zip(steps.T, number, strict=True)])  # fmt: skip
    # The median of steps: a blush moves few of them.
    noise_sd = NORMAL_SD_PER_MAD * middle / np.sqrt(2.0)
    noise_sd *= [floor_upper_factor(int(count) + 1) for count in number]
    averaged = SUSTAINED_S ** (-2 * AVERAGING_POWER) + rest_seconds ** (-2 * AVERAGING_POWER)
    of_light = float(weight @ weight) * (drift_variance + SLIP_SD**2)
    variance = np.square(noise_sd) * averaged + of_light + float(weight @ gloss) ** 2
    scores = np.abs(sustained_means(series)) / np.sqrt(variance)
    return np.array([
        column[np.isfinite(column)].max() if np.isfinite(column).any() else np.nan
        for column in scores.T
    ])  # fmt: skip
