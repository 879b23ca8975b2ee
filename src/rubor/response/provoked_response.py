"""The response of a recording: one number per side with its standard error, which trials compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.events import Event
from rubor.measurement.recording import Recording
from rubor.response.area_rise import Occasion, area_rise
from rubor.response.area_traces import (
    AreaTraces,
    Measure,
    area_traces,
    cell_traces,
    often_seen,
    pooled,
)
from rubor.response.episodes import SIDES, Episode, Episodes, find_episodes, quiet_frames
from rubor.response.felt_and_seen import events_of, felt_presses
from rubor.response.kinetics import Estimate
from rubor.response.protocol import protocol
from rubor.response.pulse_rise import pulse_rise_bpm
from rubor.vision.reference_face import REGIONS, mirrored_name

__all__ = ["Provocation", "ProvokedResponse", "SideResponse", "Statistic", "provoked_response"]

FloatArray = npt.NDArray[np.float64]
Statistic = Literal["peak", "area"]
Provocation = Literal["blush", "flush", "rest"]

_SOCIAL: Final = "stimulus_start"
_PHYSICAL: Final = ("heat", "food", "exercise", "alcohol", "medicine")
# A mark is set by hand: an episode may begin this long before it.
_EARLY_S: Final = 2.0
# How long after its mark a provocation works that has no end mark.
_WORKS_FOR_S: Final = {"blush": 60.0, "flush": 600.0}
_LEAST_PEAK_S: Final = 3.0
_LEAST_SDS: Final = 3.0
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class SideResponse:
    """What one side did.

    Attributes:
        response: mean over the plateau, or integral, over the level before; zero and negative
            responses are data. NaN where the side was not measured.
        response_sd: standard deviation from noise and from the drift of the light.
        noise_sd: the part from noise.
        above_noise: whether the response is more than noise and drift can make; None where unknown.
        areas: the regions or cells that it is the mean of.
    """

    response: float
    response_sd: float
    noise_sd: float
    above_noise: bool | None
    areas: tuple[str, ...]


@dataclass(frozen=True)
class ProvokedResponse:
    """The response of a recording.

    Attributes:
        sides: "left" and "right" (the person's) and "whole", the mean of both.
        difference: left less right.
        difference_sd: its standard deviation; a drift of the light cancels in it.
        covariance: of the errors of left and right: their common part is not to be counted twice.
        provoked: whether anything was provoked; None where that cannot be told. A recording with
            False says nothing about a treatment.
        reasons: why, in words.
        measure: "blood_change" (ln blood; the area in ln blood x s), or "erythema_index" (log10 R/G).
        provocation: "blush" (social), "flush" (physical) or "rest" by the marks; None without marks.
        statistic: "peak" or "area".
        from_s, to_s: the seconds that the response was taken from, the same for both sides.
        felt: how often the person felt it after the provocation began.
        pulse_rise_bpm: over the baseline; None where it cannot be told.
        scale_sd: standard deviation of the scale of all responses, as a share. It is the same for one
            person and camera and cancels in a ratio of responses, so it is not in `response_sd`.
    """

    sides: Mapping[str, SideResponse]
    difference: float
    difference_sd: float
    covariance: float
    provoked: bool | None
    reasons: tuple[str, ...]
    measure: Measure
    provocation: Provocation | None
    statistic: Statistic
    from_s: float
    to_s: float
    felt: int
    pulse_rise_bpm: float | None
    scale_sd: float


def provoked_response(
    recording: Recording,
    areas: Mapping[str, Sequence[str]] | None = None,
    *,
    statistic: Statistic = "peak",
    untreated: Literal["left", "right"] | None = None,
    found: Episodes | None = None,
) -> ProvokedResponse:
    """Reduce a recording to the response of each side.

    The seconds are those of the strongest episode after the provocation began, found on the whole face
    and the same for both sides. Without an episode they are the second half of the provocation, else
    everything after the baseline: chosen beforehand, so that a response that is gone comes out as zero
    and not as the highest that chance offers.

    Args:
        recording: a measured video.
        areas: for "left" and "right" the names of regions or cells (such as "cheek_left_07"); None for
            cheeks and jaws. Of areas that mirror each other, pairs are used of which both are seen.
        statistic: "peak", the mean over the plateau, or "area", the integral from onset to recovery.
        untreated: the side that no treatment touched: it is the one that shows whether anything was
            provoked. None: either side may show it.
        found: the episodes, where they are known already.

    Returns:
        The response. Sides that were not measured are NaN, with `provoked` None and the reason.

    Raises:
        InputError: areas without both sides, or of unknown names.
    """
    episodes = find_episodes(recording) if found is None else found
    names = _checked(SIDES if areas is None else areas)
    events = events_of(recording)
    provocation, began_s = _provocation(events)
    traces = _traces(recording, names, episodes.measure)
    names = _seen_in_pairs(traces, names)
    episode = _strongest(episodes, began_s)
    occasion = _occasion(recording, traces, episodes, episode, statistic, provocation, events)
    length_s = occasion.to_s - occasion.from_s if statistic == "area" else 1.0
    left, right = (pooled(traces.of(names[side])) for side in ("left", "right"))

    def side(values: FloatArray, of: tuple[str, ...]) -> SideResponse:
        return _side(area_rise(traces.time_s, values, occasion), traces.drift_sd, length_s, of)

    sides = {
        "left": side(left, names["left"]),
        "right": side(right, names["right"]),
        "whole": side((left + right) / 2.0, (*names["left"], *names["right"])),
    }
    difference = area_rise(traces.time_s, left - right, occasion)
    difference_sd = difference.sd * length_s
    variance = sides["left"].response_sd ** 2 + sides["right"].response_sd ** 2
    felt = sum(time_s >= began_s for time_s in felt_presses(events))
    rise_bpm = pulse_rise_bpm(recording, *_while_provoked(occasion, began_s))
    provoked, reasons = _judge(sides, untreated, felt, rise_bpm, episodes)
    return ProvokedResponse(
        sides=sides,
        difference=sides["left"].response - sides["right"].response,
        difference_sd=difference_sd,
        covariance=(variance - difference_sd**2) / 2.0,
        provoked=provoked,
        reasons=reasons,
        measure=traces.measure,
        provocation=provocation,
        statistic=statistic,
        from_s=occasion.from_s,
        to_s=occasion.to_s,
        felt=felt,
        pulse_rise_bpm=rise_bpm,
        scale_sd=traces.scale_sd,
    )


# --- areas --------------------------------------------------------------------------------------


def _checked(areas: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    names = {side: tuple(areas.get(side, ())) for side in ("left", "right")}
    empty = [side for side, chosen in names.items() if not chosen]
    if empty or set(areas) - set(names):
        raise InputError(
            "The areas of a response need the sides left and right, each with at least one name.",
            'Give for example {"left": ["cheek_left"], "right": ["cheek_right"]}.',
        )
    return names


def _traces(
    recording: Recording, names: Mapping[str, Sequence[str]], measure: Measure
) -> AreaTraces:
    wanted = tuple(dict.fromkeys(name for chosen in names.values() for name in chosen))
    regions = area_traces(recording, measure)
    cells = tuple(name for name in wanted if name not in REGIONS)
    if not cells:
        return regions
    fine = cell_traces(recording, cells, measure)
    return AreaTraces(
        measure,
        regions.time_s,
        regions.names + fine.names,
        np.concatenate([regions.values, fine.values], axis=1),
        regions.drift_sd,
        regions.scale_sd,
    )


def _seen_in_pairs(
    traces: AreaTraces, names: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The areas that are seen often enough; of mirror pairs only those seen on both sides."""
    seen = {
        side: {chosen[number] for number in often_seen(traces.of(chosen))}
        for side, chosen in names.items()
    }
    if {mirrored_name(name) for name in names["left"]} == set(names["right"]):
        both = {name for name in seen["left"] if mirrored_name(name) in seen["right"]}
        if both:
            seen = {"left": both, "right": {mirrored_name(name) for name in both}}
    kept = {side: tuple(name for name in names[side] if name in seen[side]) for side in names}
    return {side: kept[side] or names[side] for side in names}


# --- when ---------------------------------------------------------------------------------------


def _provocation(events: Sequence[Event]) -> tuple[Provocation | None, float]:
    """What was done, by the first mark that says so, and when; from the start where nothing was."""
    for event in sorted(events, key=lambda event: event.time_s):
        if event.kind == _SOCIAL:
            return "blush", event.time_s
        if event.kind in _PHYSICAL:
            return "flush", event.time_s
    return ("rest" if events else None), 0.0


def _strongest(episodes: Episodes, began_s: float) -> Episode | None:
    after = [episode for episode in episodes.episodes if episode.start_s >= began_s - _EARLY_S]
    return max(after, key=lambda episode: episode.peak.value, default=None)


def _occasion(
    recording: Recording,
    traces: AreaTraces,
    episodes: Episodes,
    episode: Episode | None,
    statistic: Statistic,
    provocation: Provocation | None,
    events: Sequence[Event],
) -> Occasion:
    quiet = quiet_frames(traces.time_s, episodes.episodes)
    first_s, last_s = float(traces.time_s[0]), float(traces.time_s[-1])
    since_s = first_s
    if episode is not None:
        earlier = [other.end_s for other in episodes.episodes if other.end_s < episode.start_s]
        since_s = max(earlier, default=first_s)
        from_s, to_s = (
            (episode.start_s, episode.end_s)
            if statistic == "area"
            else _at_least(episode.plateau_start_s, episode.plateau_end_s)
        )
        return Occasion(from_s, to_s, since_s, quiet)
    from_s, to_s = _planned(recording, provocation, events, last_s)
    # Nothing stood out, but what may have been provoked is not rest.
    quiet &= (traces.time_s < from_s) | (traces.time_s > to_s)
    return Occasion(from_s, to_s, since_s, quiet)


def _planned(
    recording: Recording,
    provocation: Provocation | None,
    events: Sequence[Event],
    last_s: float,
) -> tuple[float, float]:
    """The second half of the provocation, or everything after the baseline."""
    if provocation in ("blush", "flush"):
        began_s = _provocation(events)[1]
        ends = [event.time_s for event in events if event.kind == "stimulus_end"]
        works_for_s = _WORKS_FOR_S[provocation]
        end_s = min(
            [time_s for time_s in ends if time_s > began_s] or [began_s + works_for_s, last_s]
        )
        end_s = min(end_s, last_s)
        return (began_s + end_s) / 2.0, end_s
    baseline_end_s = recording.summary["baseline"]["end_s"]
    return (0.0 if baseline_end_s is None else float(baseline_end_s)), last_s


def _at_least(from_s: float, to_s: float) -> tuple[float, float]:
    missing_s = max(_LEAST_PEAK_S - (to_s - from_s), 0.0)
    return from_s - missing_s / 2.0, to_s + missing_s / 2.0


def _while_provoked(occasion: Occasion, began_s: float) -> tuple[float, float]:
    """The seconds in which the heart would go faster."""
    return (began_s, occasion.to_s) if began_s > 0.0 else (occasion.from_s, occasion.to_s)


# --- answer -------------------------------------------------------------------------------------


def _side(rise: Estimate, drift_sd: float, length_s: float, areas: tuple[str, ...]) -> SideResponse:
    if not math.isfinite(rise.value):
        return SideResponse(math.nan, math.nan, math.nan, None, areas)
    whole_sd = math.hypot(rise.sd, drift_sd)
    limit = max(_LEAST_SDS * rise.sd, _NORMAL_95 * whole_sd)
    return SideResponse(
        rise.value * length_s,
        whole_sd * length_s,
        rise.sd * length_s,
        bool(rise.value > limit) if math.isfinite(limit) else None,
        areas,
    )


def _judge(
    sides: Mapping[str, SideResponse],
    untreated: Literal["left", "right"] | None,
    felt: int,
    rise_bpm: float | None,
    episodes: Episodes,
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether anything was provoked: a felt press, a faster pulse, or redness above the noise."""
    asked = ("left", "right") if untreated is None else (untreated,)
    answers = [sides[side].above_noise for side in asked]
    if all(answer is None for answer in answers):
        reason = episodes.reason or "The areas were not measured at rest and when it mattered."
        return None, (reason,)
    least_bpm = protocol().pulse_rise_bpm
    faster = rise_bpm is not None and rise_bpm >= least_bpm
    where = f"the untreated side ({untreated})" if untreated else "at least one side"
    shown = any(answer is True for answer in answers)
    reasons = [
        f"Redness of {where} rose above the noise."
        if shown
        else f"Redness of {'both sides' if untreated is None else where} stayed within the noise."
    ]
    reasons.append(
        f"A blush or flush was felt {felt} time{'s' if felt != 1 else ''}."
        if felt
        else "No blush or flush was marked as felt."
    )
    if rise_bpm is None:
        reasons.append("The pulse could not be compared with rest.")
    else:
        reasons.append(
            f"The pulse was {rise_bpm:+.0f} a minute against rest"
            f" ({least_bpm:.0f} or more would show that something was provoked)."
        )
    return shown or felt > 0 or faster, tuple(reasons)
