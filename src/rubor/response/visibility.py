"""Whether others can see an episode: its colour difference against published thresholds.

CIELAB of video is as good as the camera's exposure and white balance. Differences from the same face
at rest in the same recording are used, never the values themselves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.measurement.one_second_means import one_second_means
from rubor.measurement.recording import Recording
from rubor.response.episodes import Episode
from rubor.response.kinetics import Estimate

__all__ = ["Coverable", "Seen", "Visibility", "thresholds", "visibility"]

FloatArray = npt.NDArray[np.float64]
Seen = Literal["not visible", "borderline", "visible"]
Coverable = Literal["nothing to cover", "yes", "perhaps", "no"]

_LAB: Final = ("lab_l", "lab_a", "lab_b")
_LEAST_SD: Final = 0.05


@dataclass(frozen=True)
class Visibility:
    """How visible an episode is in the region where it is most so.

    Thresholds are of side-by-side comparison: an onlooker sees less.

    Attributes:
        region: where the difference of a* is largest.
        delta_a: difference of a* at the height from the same region at rest, CIELAB.
        delta_a_perceptible, delta_a_acceptable: its thresholds (50 % of observers).
        delta_e_ab: the whole colour difference, 1976.
        delta_e_perceptible, delta_e_acceptable: its thresholds.
        seen: "not visible" where neither reaches what is perceptible, "visible" where a* is beyond
            what is acceptable, even at the lower end of its interval; else "borderline".
        visible_s: seconds in which a* is beyond the acceptable threshold.
        perceptible_s: seconds in which it is beyond the perceptible one.
        coverable: whether make-up would bring it under the perceptible threshold; an estimate from an
            assumed range of what make-up hides.
    """

    region: str
    delta_a: Estimate
    delta_a_perceptible: float
    delta_a_acceptable: float
    delta_e_ab: Estimate
    delta_e_perceptible: float
    delta_e_acceptable: float
    seen: Seen
    visible_s: float
    perceptible_s: float
    coverable: Coverable


@cache
def thresholds() -> Mapping[str, Any]:
    """The thresholds with their sources, as in `visibility.toml`.

    >>> thresholds()["a_star"]["perceptible"]
    0.993
    """
    text = (files("rubor.response") / "visibility.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def visibility(recording: Recording, episode: Episode) -> Visibility | None:
    """Hold the colour difference at the height of an episode against the thresholds.

    Args:
        recording: the recording that it was found in.
        episode: one of its episodes.

    Returns:
        The answer; None where no region was seen both at rest and at the height.
    """
    names = tuple(recording.summary["regions"])
    lab = _seconds(recording, names)
    if lab is None:
        return None
    start_s, values = lab
    baseline = recording.summary["baseline"]
    resting = (start_s >= baseline["start_s"] - 0.5) & (start_s + 1.0 <= baseline["end_s"] + 0.5)
    at_height = (start_s + 1.0 > episode.plateau_start_s) & (start_s < episode.plateau_end_s)
    course = values - _mean(values[resting])
    difference = _mean(course[at_height])
    if not np.isfinite(difference[:, 1]).any():
        return None
    number = int(np.nanargmax(difference[:, 1]))
    shifts = course[:, number]
    sd = _sd_of_mean(values[resting][:, number], int(at_height.sum()))
    during = (start_s + 1.0 > episode.start_s) & (start_s < episode.end_s)
    delta_a = Estimate(float(difference[number, 1]), float(sd[1]))
    delta_e = Estimate(float(np.linalg.norm(difference[number])), float(np.linalg.norm(sd)))
    rule = thresholds()
    a_star, whole = rule["a_star"], rule["delta_e_ab"]
    seen = _seen(delta_a, delta_e, rule)
    return Visibility(
        region=names[number],
        delta_a=delta_a,
        delta_a_perceptible=a_star["perceptible"],
        delta_a_acceptable=a_star["acceptable"],
        delta_e_ab=delta_e,
        delta_e_perceptible=whole["perceptible"],
        delta_e_acceptable=whole["acceptable"],
        seen=seen,
        visible_s=float((shifts[during, 1] > a_star["acceptable"]).sum()),
        perceptible_s=float((shifts[during, 1] > a_star["perceptible"]).sum()),
        coverable=_coverable(seen, delta_a.value, rule),
    )


def _seen(delta_a: Estimate, delta_e: Estimate, rule: Mapping[str, Any]) -> Seen:
    if (
        delta_a.interval_95[1] < rule["a_star"]["perceptible"]
        and delta_e.value < rule["delta_e_ab"]["perceptible"]
    ):
        return "not visible"
    if delta_a.interval_95[0] > rule["a_star"]["acceptable"]:
        return "visible"
    return "borderline"


def _coverable(seen: Seen, delta_a: float, rule: Mapping[str, Any]) -> Coverable:
    """Whether what make-up leaves is under what is perceptible."""
    if seen == "not visible":
        return "nothing to cover"
    limit, make_up = rule["a_star"]["perceptible"], rule["make_up"]
    if delta_a * (1.0 - make_up["hides_least"]) <= limit:
        return "yes"
    return "perhaps" if delta_a * (1.0 - make_up["hides_most"]) <= limit else "no"


def _seconds(recording: Recording, names: tuple[str, ...]) -> tuple[FloatArray, FloatArray] | None:
    """Start of each second, and (seconds, regions, 3) mean CIELAB; None without a baseline."""
    if recording.summary["baseline"]["start_s"] is None:
        return None
    traces = recording.traces[recording.traces["valid"]]
    if traces.empty:
        return None
    time_s = recording.traces["time_s"].to_numpy(np.float64)
    means = [
        one_second_means(
            [traces], np.unique(time_s), column=column, area_column="region", areas=names
        )
        for column in _LAB
    ]
    return means[0].start_s, np.stack([mean.mean for mean in means], axis=2)


def _mean(values: FloatArray) -> FloatArray:
    """Mean over seconds; NaN where none was seen."""
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _sd_of_mean(resting: FloatArray, seconds: int) -> FloatArray:
    """(3,) standard deviation of the difference of two means, from the scatter of seconds at rest."""
    known = resting[np.isfinite(resting).all(axis=1)]
    if len(known) < 3:
        return np.full(3, np.inf)
    # Seconds of video are not independent: a quarter of them are counted.
    counted = 1.0 / max(len(known) / 4.0, 1.0) + 1.0 / max(seconds / 4.0, 1.0)
    spread = np.asarray(known.std(axis=0, ddof=1) * np.sqrt(counted), np.float64)
    return np.maximum(spread, _LEAST_SD)
