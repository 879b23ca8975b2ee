"""The largest change of each region that lasted, set against the region's own noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from rubor.measurement.one_second_means import OneSecondMeans, one_second_means
from rubor.measurement.recording import Recording

__all__ = [
    "SUSTAINED_S",
    "SustainedChange",
    "floor_upper_factor",
    "region_seconds",
    "sustained_change_of_regions",
    "sustained_means",
]

FloatArray = npt.NDArray[np.float64]

SUSTAINED_S = 5
"""How long a change must last to be reported, s."""
_LEAST_SECONDS = 4


@dataclass(frozen=True)
class SustainedChange:
    """The largest 5 s mean of a region's change from its baseline.

    Attributes:
        region: its name.
        change: signed change of log10(R/G); None where the region has no 5 s to take.
        start_s: start of those five seconds; None without a change.
        end_s: their end.
        noise_floor: the region's own floor for means of 1 s; None where it could not be told.
        detected: whether noise, light and movement cannot explain it, all regions and moments judged
            together (`rubor.measurement.change_detection`); None where that cannot be told.
        blood_change: change of ln blood in those five seconds; None where it is not given.
        blood_change_sd: its standard deviation.
    """

    region: str
    change: float | None
    start_s: float | None
    end_s: float | None
    noise_floor: float | None
    detected: bool | None
    blood_change: float | None = None
    blood_change_sd: float | None = None

    @property
    def times_noise(self) -> float | None:
        """How many times the noise the change is; None where either is unknown."""
        if self.change is None or not self.noise_floor:
            return None
        return abs(self.change) / self.noise_floor

    @property
    def percent(self) -> float | None:
        """The same change as percent of the ratio of red to green light.

        >>> round(SustainedChange("nose", 0.01, 3.0, 8.0, 0.002, True).percent, 1)
        2.3
        """
        return None if self.change is None else 100.0 * (math.pow(10.0, self.change) - 1.0)

    @property
    def blood_percent(self) -> tuple[float, float, float] | None:
        """Change of blood in percent: the estimate, and the ends of its 95 % interval.

        >>> change = SustainedChange("nose", 0.03, 3.0, 8.0, 0.002, True, 0.405, 0.05)
        >>> [round(percent) for percent in change.blood_percent]
        [50, 36, 65]
        """
        if self.blood_change is None or self.blood_change_sd is None:
            return None
        half = 1.96 * self.blood_change_sd
        ends = (self.blood_change, self.blood_change - half, self.blood_change + half)
        middle, low, high = (100.0 * math.expm1(end) for end in ends)
        return middle, low, high


def region_seconds(recording: Recording, column: str) -> OneSecondMeans:
    """One-second means of a column of `traces`, regions in the order of the summary."""
    traces = recording.traces
    return one_second_means(
        [traces],
        traces["time_s"].to_numpy(np.float64),
        column=column,
        area_column="region",
        areas=recording.summary["regions"],
    )


def sustained_change_of_regions(recording: Recording) -> tuple[SustainedChange, ...]:
    """The largest sustained change of every region, rise or fall, in the order of the summary.

    It is the 5 s mean (at least 4 of the seconds valid) farthest from the baseline.
    """
    seconds = region_seconds(recording, "erythema_index_change")
    means = sustained_means(seconds.mean)
    blood, blood_sd = (
        sustained_means(region_seconds(recording, column).mean)
        for column in ("blood_change", "blood_change_sd")
    )
    changes = []
    for number, region in enumerate(recording.summary["regions"]):
        floor = recording.summary["noise_floor"][region]["erythema_index"]["1_s"]
        detected = recording.summary["change_detected"][region]
        column = means[:, number]
        if not np.isfinite(column).any():
            changes.append(SustainedChange(region, None, None, None, floor, None))
            continue
        at = int(np.nanargmax(np.abs(column)))
        start = float(seconds.start_s[at])
        known = bool(np.isfinite(blood[at, number]) and np.isfinite(blood_sd[at, number]))
        changes.append(
            SustainedChange(
                region,
                float(column[at]),
                start,
                start + SUSTAINED_S,
                floor,
                detected,
                float(blood[at, number]) if known else None,
                float(blood_sd[at, number]) if known else None,
            )
        )
    return tuple(changes)


def floor_upper_factor(valid_seconds: int) -> float:
    """How many times larger than its estimate a noise floor may be, at 95 % (one-sided).

    A floor from few seconds is itself uncertain. The equivalent degrees of freedom of an Allan
    variance are those of white noise at its shortest time (Riley WJ: Handbook of frequency
    stability analysis. NIST Special Publication 1065, 2008, table 5).

    Args:
        valid_seconds: one-second means that the floor rests on; infinite under 3.

    >>> [round(floor_upper_factor(seconds), 2) for seconds in (10, 60, 600)]
    [1.92, 1.23, 1.06]
    """
    if valid_seconds < 3:
        return math.inf
    points = valid_seconds + 1
    freedom = (1.5 * (points - 1) - 2.0 * (points - 2) / points) * 4.0 / 9.0
    return math.sqrt(freedom / float(chi2.ppf(0.05, freedom)))


def sustained_means(one_second: FloatArray) -> FloatArray:
    """Means of five seconds starting at each second: (seconds - 4, areas) from (seconds, areas).

    NaN where fewer than 4 of the five are there; one row of NaN where there are fewer seconds.

    >>> sustained_means(np.array([[1.0], [2.0], [np.nan], [4.0], [5.0]])).ravel()
    array([3.])
    """
    if len(one_second) < SUSTAINED_S:
        return np.full((1, one_second.shape[1]), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(one_second, SUSTAINED_S, axis=0)
    seen = np.isfinite(windows)
    count = seen.sum(axis=-1)
    total = np.where(seen, windows, 0.0).sum(axis=-1)
    return np.where(count >= _LEAST_SECONDS, total / np.maximum(count, 1), np.nan)
