"""What a person felt against what was measured, over recordings."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rubor.measurement.events import Event
from rubor.measurement.recording import Recording
from rubor.response.episodes import Episode, Episodes, find_episodes

__all__ = ["FeltAndSeen", "FeltPress", "Share", "events_of", "felt_and_seen", "felt_presses"]

# A press belongs to an episode from so long before its onset (warmth may be felt first) until it is
# gone; presses closer together than this mean the same feeling. Rubor's choice.
EARLIEST_S: Final = 15.0
SAME_FEELING_S: Final = 10.0
# A press tells nothing about the face unless it was measured for most of this long after it.
LOOK_S: Final = 30.0
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class FeltPress:
    """One feeling.

    Attributes:
        recording: name of the file.
        time_s: when the button was pressed; the first time, where it was pressed again at once.
        episode: number of the episode it belongs to, counted from 0; None where none was measured.
        delay_s: from the measured onset to the press, less than 0 where it was felt first; None
            without an episode or without a measured onset.
        peak: height of that episode; None without one.
        could_be_seen: whether the face was measured then, so that "not there" has a meaning.
    """

    recording: str
    time_s: float
    episode: int | None
    delay_s: float | None
    peak: float | None
    could_be_seen: bool


@dataclass(frozen=True)
class Share:
    """How many of how many, with Wilson's 95 % interval (J Am Stat Assoc 1927;22:209-212).

    >>> share = Share(4, 5)
    >>> [round(limit, 2) for limit in share.interval_95]
    [0.38, 0.96]
    """

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, None of none."""
        return self.count / self.of if self.of else None

    @property
    def interval_95(self) -> tuple[float, float]:
        """Limits of the share; 0 and 1 of none."""
        if self.of == 0:
            return 0.0, 1.0
        share, square = self.count / self.of, _NORMAL_95**2 / self.of
        middle = share + square / 2.0
        reach = math.sqrt(square * (share * (1.0 - share) + square / 4.0))
        return (middle - reach) / (1.0 + square), (middle + reach) / (1.0 + square)


@dataclass(frozen=True)
class FeltAndSeen:
    """Over all recordings in which the button was used at least once.

    Attributes:
        presses: every feeling, in the order of recordings and time.
        felt_and_there: share of the feelings with an episode, of those that could be seen.
        there_and_felt: share of the episodes that were felt.
        there_not_felt: (recording, number of the episode) of the others.
        felt_not_there: the feelings without an episode, though the face was measured.
        median_delay_s: from measured onset to press; None where there is no such pair.
        mean_peak_felt, mean_peak_not_felt: size of the episodes; None where there is none, or where
            the recordings were not measured in one unit.
        recordings_without_presses: those say nothing about what was felt.
    """

    presses: tuple[FeltPress, ...]
    felt_and_there: Share
    there_and_felt: Share
    there_not_felt: tuple[tuple[str, int], ...]
    felt_not_there: tuple[FeltPress, ...]
    median_delay_s: float | None
    mean_peak_felt: float | None
    mean_peak_not_felt: float | None
    recordings_without_presses: tuple[str, ...]


def felt_presses(events: Sequence[Event]) -> tuple[float, ...]:
    """Times of the feelings that were marked, s; presses within 10 s of the last one count once.

    >>> felt_presses([Event(3.0, "felt"), Event(5.0, "felt"), Event(40.0, "felt")])
    (3.0, 40.0)
    """
    times: list[float] = []
    last_s = -math.inf
    for event in sorted(events, key=lambda event: event.time_s):
        if event.kind != "felt":
            continue
        if event.time_s - last_s > SAME_FEELING_S:
            times.append(event.time_s)
        last_s = event.time_s
    return tuple(times)


def felt_and_seen(
    recordings: Iterable[Recording], found: Iterable[Episodes] | None = None
) -> FeltAndSeen:
    """Hold the felt presses of recordings against their measured episodes.

    Args:
        recordings: measured recordings, with their events.
        found: their episodes, in the same order, where they are known already.
    """
    recordings = list(recordings)
    episodes = [find_episodes(one) for one in recordings] if found is None else list(found)
    presses: list[FeltPress] = []
    felt: list[tuple[str, Episode]] = []
    not_felt: list[tuple[str, int, Episode]] = []
    silent: list[str] = []
    measures = set()
    for recording, seen in zip(recordings, episodes, strict=True):
        times = felt_presses(events_of(recording))
        if not times:
            silent.append(recording.name)
            continue
        here = [_press(recording, seen, time_s) for time_s in times]
        presses += here
        matched = {press.episode for press in here}
        for number, episode in enumerate(seen.episodes):
            measures.add(seen.measure)
            if number in matched:
                felt.append((recording.name, episode))
            else:
                not_felt.append((recording.name, number, episode))
    seeable = [press for press in presses if press.could_be_seen]
    delays = [press.delay_s for press in presses if press.delay_s is not None]
    one_unit = len(measures) == 1
    return FeltAndSeen(
        presses=tuple(presses),
        felt_and_there=Share(sum(press.episode is not None for press in seeable), len(seeable)),
        there_and_felt=Share(len(felt), len(felt) + len(not_felt)),
        there_not_felt=tuple((name, number) for name, number, _ in not_felt),
        felt_not_there=tuple(press for press in seeable if press.episode is None),
        median_delay_s=statistics.median(delays) if delays else None,
        mean_peak_felt=_mean_peak([episode for _, episode in felt]) if one_unit else None,
        mean_peak_not_felt=_mean_peak([episode for *_, episode in not_felt]) if one_unit else None,
        recordings_without_presses=tuple(silent),
    )


def events_of(recording: Recording) -> tuple[Event, ...]:
    """The marks that were set during a recording."""
    return tuple(
        Event(float(mark["time_s"]), str(mark["kind"]))
        for mark in recording.summary.get("events", ())
    )


def _press(recording: Recording, seen: Episodes, time_s: float) -> FeltPress:
    """The episode whose onset is nearest, of those that a press at this time can belong to."""
    fitting = [
        (abs(time_s - episode.start_s), number)
        for number, episode in enumerate(seen.episodes)
        if episode.start_s - EARLIEST_S <= time_s <= episode.end_s
    ]
    if not fitting:
        watched = seen.reason is None and _watched(recording, time_s)
        return FeltPress(recording.name, time_s, None, None, None, watched)
    number = min(fitting)[1]
    episode = seen.episodes[number]
    delay_s = None if episode.onset_s is None else time_s - episode.onset_s.value
    return FeltPress(recording.name, time_s, number, delay_s, episode.peak.value, True)


def _watched(recording: Recording, time_s: float) -> bool:
    """Whether some region was measured in at least half of the seconds after a press."""
    traces = recording.traces
    rows = traces[traces["time_s"].between(time_s, time_s + LOOK_S)]
    if rows.empty:
        return False
    measured = rows.groupby("time_s")["valid"].any()
    reaches_s = float(rows["time_s"].max()) - time_s
    return bool(measured.mean() >= 0.5 and reaches_s >= LOOK_S / 2.0)


def _mean_peak(episodes: Sequence[Episode]) -> float | None:
    return statistics.fmean(episode.peak.value for episode in episodes) if episodes else None
