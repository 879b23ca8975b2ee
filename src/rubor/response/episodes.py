"""Episodes of redness in a recording: when each came, how large it was, and when it was gone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.measurement.recording import Recording
from rubor.response.area_rise import Occasion, area_rise, noise_at_rest, stands_out
from rubor.response.area_traces import AreaTraces, Measure, area_traces, cell_traces, pooled
from rubor.response.change_points import find_levels
from rubor.response.episode_spans import EpisodeSpan, episode_spans
from rubor.response.kinetics import CurveStart, Estimate, ResponseCurve, fit_response_curve
from rubor.response.trace_noise import TraceNoise, trace_noise
from rubor.vision.reference_face import reference_face

__all__ = ["SIDES", "Episode", "Episodes", "find_episodes", "quiet_frames"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SIDES: Final = MappingProxyType(
    {"left": ("cheek_left", "jaw_left"), "right": ("cheek_right", "jaw_right")}
)
"""The regions that are compared when left and right are; person-left and person-right."""

# Change points are looked for in means of this length; longer ones in long recordings.
_SAMPLE_S: Final = 1.0
_MOST_SAMPLES: Final = 1500
_SHORTEST_RECORDING_S: Final = 6.0
# A curve is fitted to the regions that rise by at least this share of the strongest one.
_STRONG_SHARE: Final = 0.75
# A course is not one rise and one fall when the curve misses it by so much.
_MISFIT_SDS: Final = 2.0
_MISFIT_SHARE: Final = 0.05
# Rise or recovery is hidden when more than this share of it was not seen.
_HIDDEN_SHARE: Final = 0.5
# A peak is a mean of at least so long, or one second of chance would decide about it.
_LEAST_PEAK_S: Final = 3.0


@dataclass(frozen=True)
class Episode:
    """One rise of redness above what the noise can make, and its recovery.

    Sizes are in the unit of the measure, over the level just before the episode. Standard deviations
    hold noise and the drift of the light, not the scale (`Episodes.scale_sd`).

    Attributes:
        onset_s: time of the recording at which it has reached 10 % of its peak; None where the rise
            was not seen.
        rise_time_s: from 10 to 90 % of the peak; None where the rise was not seen whole.
        peak: height of the plateau, mean of the regions that rise the most.
        plateau_start_s, plateau_end_s: between them it is at its height.
        half_recovery_s: from the end of the plateau until half of the peak is gone; None where that
            was not seen.
        recovering_for_s: how long it was watched after the plateau: where `half_recovery_s` is None
            and there is no gap, half-recovery takes longer than this.
        end_s: when it is back to 10 % of its peak, or the last that was seen of it.
        recovered: whether it came back to 10 % of its peak while it was watched.
        area: integral over time from onset to `end_s`, unit times s.
        regions: peak of every measured region, in the same seconds.
        regions_involved: regions that rose above their own noise.
        cells_involved: cells that did.
        left, right: peak of the person's left and right cheek and jaw; None where not measured.
        noise_sd: standard deviation of one frame of the trace about its trend, pulse included.
        notes: what to know about it, in words.
    """

    onset_s: Estimate | None
    rise_time_s: Estimate | None
    peak: Estimate
    plateau_start_s: float
    plateau_end_s: float
    half_recovery_s: Estimate | None
    recovering_for_s: float
    end_s: float
    recovered: bool
    area: Estimate
    regions: Mapping[str, Estimate]
    regions_involved: tuple[str, ...]
    cells_involved: tuple[str, ...]
    left: Estimate | None
    right: Estimate | None
    noise_sd: float
    notes: tuple[str, ...]

    @property
    def start_s(self) -> float:
        """Where it is first seen: its onset, or the plateau where the rise was not seen."""
        return self.plateau_start_s if self.onset_s is None else self.onset_s.value

    @property
    def may_be_light(self) -> bool:
        """Whether a drift of the light alone could have made it."""
        return self.peak.interval_95[0] <= 0.0

    @property
    def times_noise(self) -> float:
        """Peak over the noise of one frame."""
        return self.peak.value / self.noise_sd if self.noise_sd > 0.0 else math.inf


@dataclass(frozen=True)
class Episodes:
    """The episodes of one recording.

    Attributes:
        recording: name of the file.
        measure: "blood_change" (change of ln blood), or "erythema_index" (change of log10(R/G)) where
            blood could not be told.
        episodes: in the order of time.
        watched_s: seconds in which redness was measured.
        duration_s: of the recording.
        scale_sd: standard deviation of the scale of all sizes, as a share.
        reason: why none could be looked for; None where they were.
    """

    recording: str
    measure: Measure
    episodes: tuple[Episode, ...]
    watched_s: float
    duration_s: float
    scale_sd: float
    reason: str | None


def find_episodes(recording: Recording) -> Episodes:
    """Find the episodes of a recording.

    The regions are averaged by their noise; levels between change points that stand out from the
    recording's own noise are the episodes; two peaks are two episodes when redness falls to under half
    of the lower one between them. A curve is then fitted to the regions that rise the most.

    Args:
        recording: a measured video.

    Returns:
        The episodes; none, with the reason, for a photo, a recording without a baseline or one too
        short for its noise to be told.
    """
    traces = area_traces(recording)
    pool = _pool(traces.time_s, traces.values)
    watched_s = _watched_s(traces.time_s, pool)
    noise = trace_noise(traces.time_s, pool)
    reason = _reason_for_none(recording, traces, watched_s, noise)
    drafts = [] if reason else _drafts(traces, pool, noise)
    cells = None
    if drafts:
        cells = cell_traces(recording, reference_face().cell_names, traces.measure)
    return Episodes(
        recording=recording.name,
        measure=traces.measure,
        episodes=tuple(_episode(traces, cells, draft) for draft in drafts),
        watched_s=watched_s,
        duration_s=float(recording.summary["video"]["duration_s"]),
        scale_sd=traces.scale_sd,
        reason=reason,
    )


def quiet_frames(time_s: FloatArray, episodes: tuple[Episode, ...]) -> BoolArray:
    """(frames,) which frames lie outside all episodes, with a second to spare."""
    quiet = np.ones(len(time_s), np.bool_)
    for episode in episodes:
        quiet &= (time_s < episode.start_s - 1.0) | (time_s > episode.end_s + 1.0)
    return quiet


def _reason_for_none(
    recording: Recording, traces: AreaTraces, watched_s: float, noise: TraceNoise
) -> str | None:
    baseline = recording.summary["baseline"]
    if recording.summary["video"]["frames"] < 2:
        return "A photo has no time in which an episode could come and go."
    if baseline["start_s"] is None:
        return f"There is no baseline to measure a change from. {baseline['source']}".strip()
    if watched_s < _SHORTEST_RECORDING_S or not noise.one_second > 0.0:
        return "The face was measured for too short a time to tell a change from noise."
    return None


# --- from traces to fitted curves ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Draft:
    """A fitted curve with the trace that it was fitted to.

    `seen` marks the frames of that trace within the episode's window, from the valley before it to
    the valley after.
    """

    curve: ResponseCurve
    trace: FloatArray
    seen: BoolArray
    window: tuple[float, float]
    noise: TraceNoise
    quiet: BoolArray


def _drafts(traces: AreaTraces, pool: FloatArray, noise: TraceNoise) -> list[_Draft]:
    time_s = traces.time_s
    sample_s = max(_SAMPLE_S, float(time_s[-1] - time_s[0]) / _MOST_SAMPLES)
    levels = find_levels(*_samples(time_s, pool, sample_s), noise.one_second)
    spans = episode_spans(levels, noise.one_second)
    quiet = np.ones(len(time_s), np.bool_)
    for span in spans:
        quiet &= (time_s < span.first_s - 1.0) | (time_s > span.last_s + 1.0)
    # One curve reaches from the valley before its episode to the valley after.
    valleys = [(one.last_s + other.first_s) / 2.0 for one, other in pairwise(spans)]
    edges = [float(time_s[0]), *valleys, float(time_s[-1])]
    drafts = [
        _draft(traces, quiet, span, window)
        for span, window in zip(spans, pairwise(edges), strict=False)
    ]
    return [draft for draft in drafts if draft is not None]


def _draft(
    traces: AreaTraces, quiet: BoolArray, span: EpisodeSpan, window: tuple[float, float]
) -> _Draft | None:
    """Fit the regions that rise most in a span; None where none rises."""
    time_s = traces.time_s
    occasion = Occasion(span.height_from_s, span.height_to_s, window[0], quiet)
    rises = [area_rise(time_s, column, occasion) for column in traces.values.T]
    involved = [number for number, rise in enumerate(rises) if stands_out(rise)]
    if not involved:
        return None
    # Pulse and light are common to all regions: to average in weaker ones would only dilute the rise.
    most = max(rises[number].value for number in involved)
    involved = [number for number in involved if rises[number].value >= _STRONG_SHARE * most]
    trace = _pool(time_s, traces.values[:, involved])
    seen = np.isfinite(trace) & (time_s >= window[0]) & (time_s <= window[1])
    noise = noise_at_rest(time_s, trace, quiet)
    height = float(np.mean([rises[number].value for number in involved]))
    start = span.start
    curve = fit_response_curve(
        time_s[seen],
        trace[seen],
        CurveStart(
            start.half_risen_s, start.plateau_end_s, start.rise_s, start.fall_s, start.rest, height
        ),
        noise.one_second,
        rest_sd=math.hypot(traces.drift_sd, noise.of_mean(8.0)),
    )
    if curve is None or curve.peak.value <= 0.0:
        return None
    return _Draft(curve, trace, seen, window, noise, quiet)


def _pool(time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Mean of areas, each by the inverse of the variance of its frames."""
    sds = np.array([trace_noise(time_s, column).frame_sd for column in values.T])
    told = np.isfinite(sds)
    if not told.any():
        return np.full(len(values), np.nan)
    # No area decides alone, however still it keeps.
    least = max(0.3 * float(np.median(sds[told])), 1e-9)
    return pooled(values[:, told], 1.0 / np.maximum(sds[told], least) ** 2)


def _samples(
    time_s: FloatArray, values: FloatArray, sample_s: float
) -> tuple[FloatArray, FloatArray]:
    """Middle and mean of wall-clock samples, NaN where less than half was seen."""
    place = np.floor((time_s - time_s[0]) / sample_s + 1e-6).astype(np.intp)
    known = np.isfinite(values)
    size = int(place[-1]) + 1
    count = np.bincount(place, minlength=size)
    seen = np.bincount(place[known], minlength=size)
    total = np.bincount(place[known], values[known], size)
    enough = (seen > 0) & (seen >= 0.5 * count)
    middle = time_s[0] + (np.arange(size) + 0.5) * sample_s
    return middle, np.where(enough, total / np.maximum(seen, 1), np.nan)


def _watched_s(time_s: FloatArray, trace: FloatArray) -> float:
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    return round(float(np.isfinite(trace).sum()) * step_s, 3)


# --- from curves to episodes --------------------------------------------------------------------


def _episode(traces: AreaTraces, cells: AreaTraces | None, draft: _Draft) -> Episode:
    curve, time_s = draft.curve, traces.time_s
    first_s, last_s = (float(value) for value in time_s[draft.seen][[0, -1]])
    notes: list[str] = []

    rise_seen = curve.onset_s.value > first_s
    if not rise_seen:
        notes.append("It had begun before it could be watched: onset and rise are not known.")
    elif (
        _hidden_share(time_s, draft.seen, curve.onset_s.value, curve.plateau_start_s)
        > _HIDDEN_SHARE
    ):
        rise_seen = False
        notes.append("A gap hides its rise: onset and rise are not known.")
    peak_seen = curve.plateau_start_s <= last_s
    if not peak_seen:
        notes.append("It was still rising when it was last seen: its peak is a lower limit.")

    half_recovered = curve.half_recovered_s <= last_s
    if not half_recovered:
        ending = draft.window[1] >= time_s[-1]
        notes.append(
            "It had not recovered by half when the recording ended."
            if ending
            else "It had not recovered by half when the next one came."
        )
    elif (
        _hidden_share(time_s, draft.seen, curve.plateau_end_s, curve.half_recovered_s)
        > _HIDDEN_SHARE
    ):
        half_recovered = False
        notes.append("A gap hides its recovery: the half-recovery time is not known.")
    end_s = min(curve.recovered_s, last_s)
    recovered = curve.recovered_s <= last_s
    if half_recovered and not recovered:
        notes.append("It was not wholly gone when it was last seen.")

    plateau_start_s = min(max(curve.plateau_start_s, first_s), last_s)
    plateau_end_s = min(max(curve.plateau_end_s, plateau_start_s), last_s)
    peak = _peak(draft, time_s, peak_seen, traces.drift_sd)
    if curve.misfit > max(_MISFIT_SDS * draft.noise.one_second, _MISFIT_SHARE * peak.value):
        notes.append("It is not one rise and one fall: its times are rough.")
    if peak.interval_95[0] <= 0.0:
        notes.append("A drift of the light that cannot be ruled out here could have made it.")
    occasion = _at_height(plateau_start_s, plateau_end_s, draft)
    rises = {
        name: area_rise(time_s, column, occasion)
        for name, column in zip(traces.names, traces.values.T, strict=True)
    }
    return Episode(
        onset_s=curve.onset_s if rise_seen else None,
        rise_time_s=curve.rise_time_s if rise_seen and peak_seen else None,
        peak=peak,
        plateau_start_s=plateau_start_s,
        plateau_end_s=plateau_end_s,
        half_recovery_s=curve.half_recovery_s if half_recovered else None,
        recovering_for_s=max(last_s - curve.plateau_end_s, 0.0),
        end_s=end_s,
        recovered=recovered,
        area=_area(draft, time_s, max(curve.onset_s.value, first_s), end_s, traces.drift_sd),
        regions={
            name: _with_drift(rise, traces.drift_sd)
            for name, rise in rises.items()
            if math.isfinite(rise.value)
        },
        regions_involved=tuple(name for name, rise in rises.items() if stands_out(rise)),
        cells_involved=() if cells is None else _involved(cells, occasion),
        left=_side(traces, occasion, "left"),
        right=_side(traces, occasion, "right"),
        noise_sd=draft.noise.frame_sd,
        notes=tuple(notes),
    )


def _hidden_share(time_s: FloatArray, seen: BoolArray, from_s: float, to_s: float) -> float:
    """Share of a stretch without frames, by the longest steps between those that are there."""
    inside = time_s[seen & (time_s > from_s) & (time_s < to_s)]
    steps = np.diff(np.concatenate([[from_s], inside, [to_s]]))
    usual_s = float(np.median(np.diff(time_s)))
    hidden_s = float(steps[steps > 3.0 * usual_s].sum())
    return hidden_s / max(to_s - from_s, 1e-9)


def _peak(draft: _Draft, time_s: FloatArray, peak_seen: bool, drift_sd: float) -> Estimate:
    """Height of the curve; of its last second where it was still rising."""
    if peak_seen:
        return _with_drift(draft.curve.peak, drift_sd)
    rest = draft.curve.rest
    last_second = draft.seen & (time_s > time_s[draft.seen][-1] - 1.0)
    sd = math.hypot(draft.noise.one_second, rest.sd)
    return _with_drift(Estimate(float(draft.trace[last_second].mean()) - rest.value, sd), drift_sd)


def _at_height(plateau_start_s: float, plateau_end_s: float, draft: _Draft) -> Occasion:
    """The plateau, or a few seconds about its middle where it is shorter."""
    missing_s = max(_LEAST_PEAK_S - (plateau_end_s - plateau_start_s), 0.0)
    from_s, to_s = plateau_start_s - missing_s / 2.0, plateau_end_s + missing_s / 2.0
    return Occasion(from_s, to_s, draft.window[0], draft.quiet)


def _area(
    draft: _Draft, time_s: FloatArray, from_s: float, to_s: float, drift_sd: float
) -> Estimate:
    """Integral of the trace over the level before; straight lines bridge gaps."""
    inside = draft.seen & (time_s >= from_s) & (time_s <= to_s)
    if inside.sum() < 2:
        return Estimate(0.0, math.inf)
    length_s = float(np.ptp(time_s[inside]))
    over_rest = draft.trace[inside] - draft.curve.rest.value
    mean_sd = math.hypot(draft.noise.of_mean(length_s), draft.curve.rest.sd, drift_sd)
    return Estimate(float(np.trapezoid(over_rest, time_s[inside])), length_s * mean_sd)


def _side(traces: AreaTraces, occasion: Occasion, side: str) -> Estimate | None:
    names = [name for name in SIDES[side] if name in traces.names]
    if not names:
        return None
    rise = area_rise(traces.time_s, pooled(traces.of(names)), occasion)
    return _with_drift(rise, traces.drift_sd) if math.isfinite(rise.value) else None


def _involved(cells: AreaTraces, occasion: Occasion) -> tuple[str, ...]:
    return tuple(
        name
        for name, column in zip(cells.names, cells.values.T, strict=True)
        if np.isfinite(column).any() and stands_out(area_rise(cells.time_s, column, occasion))
    )


def _with_drift(rise: Estimate, drift_sd: float) -> Estimate:
    return Estimate(rise.value, math.hypot(rise.sd, drift_sd))
