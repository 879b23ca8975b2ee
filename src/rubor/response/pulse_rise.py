"""Whether the heart went faster while something was done than at rest."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.measurement.pulse import estimate_pulse
from rubor.measurement.recording import Recording
from rubor.optics.cielab import lab_to_linear_rgb

__all__ = ["pulse_rise_bpm"]

FloatArray = npt.NDArray[np.float64]

# The regions whose colour shows the pulse best.
_REGIONS: Final = ("forehead", "cheek_left", "cheek_right")
_LEAST_SEEN: Final = 0.5


def pulse_rise_bpm(recording: Recording, from_s: float, to_s: float) -> float | None:
    """Pulse rate in some seconds less the rate in the baseline, beats per minute.

    Args:
        recording: a measured video.
        from_s: where the seconds begin.
        to_s: where they end.

    Returns:
        The rise; None where either rate cannot be told (under 8 s, under 10 frames a second, weak).
    """
    baseline = recording.summary["baseline"]
    if baseline["start_s"] is None:
        return None
    time_s, colour = _mean_colour(recording)
    at_rest = (time_s >= baseline["start_s"]) & (time_s <= baseline["end_s"])
    during = (time_s >= from_s) & (time_s <= to_s)
    rest_bpm = estimate_pulse(time_s[at_rest], colour[at_rest]).rate_bpm
    then_bpm = estimate_pulse(time_s[during], colour[during]).rate_bpm
    return None if rest_bpm is None or then_bpm is None else then_bpm - rest_bpm


def _mean_colour(recording: Recording) -> tuple[FloatArray, FloatArray]:
    """Times, and (frames, 3) mean linear colour of the regions that are mostly seen."""
    traces = recording.traces
    time_s = np.unique(traces["time_s"].to_numpy(np.float64))
    colours = []
    for region in _REGIONS:
        rows = traces[(traces["region"] == region) & traces["valid"]]
        if len(rows) < max(_LEAST_SEEN * len(time_s), 1):
            continue
        lab = rows[["lab_l", "lab_a", "lab_b"]].to_numpy(np.float64)
        colour = np.full((len(time_s), 3), np.nan)
        colour[np.searchsorted(time_s, rows["time_s"].to_numpy(np.float64))] = lab_to_linear_rgb(
            lab
        )
        colours.append(colour)
    return time_s, np.mean(colours, axis=0) if colours else np.full((len(time_s), 3), np.nan)
