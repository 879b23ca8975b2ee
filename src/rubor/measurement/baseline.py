"""The stretch of a recording that all its changes are measured from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.measurement.events import PROVOCATIONS, Event
from rubor.measurement.time_stamps import check_time_stamps

__all__ = ["MINIMUM_DURATION_S", "Baseline", "BaselineSource", "NoBaseline", "choose_baseline"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
BaselineSource = Literal["option", "events", "quietest early stretch"]

MINIMUM_DURATION_S: Final = 3.0
"""Shortest baseline that is chosen without the person's word, s: about three beats."""

LONGEST_CHOSEN_S: Final = 10.0
SHARE_OF_RECORDING: Final = 0.2
EARLY_SHARE: Final = 1.0 / 3.0
EARLY_AT_LEAST_S: Final = 10.0
SETTLING_S: Final = 1.0  # a camera and a person need a moment after the button is pressed
LEAST_COVERAGE: Final = 0.5
STEPS_PER_WINDOW: Final = 10
NORMAL_SD_PER_MAD: Final = 1.4826  # makes the median absolute deviation a standard deviation


@dataclass(frozen=True)
class Baseline:
    """A stretch at rest.

    Attributes:
        start_s: its start in the recording's own time, s.
        end_s: its end, s.
        source: who chose it.
        caution: why it may not be at rest; None where nothing speaks against it.
    """

    start_s: float
    end_s: float
    source: BaselineSource
    caution: str | None = None


@dataclass(frozen=True)
class NoBaseline:
    """The recording has no usable baseline.

    Attributes:
        reason: why, in plain words.
    """

    reason: str


def choose_baseline(
    time_s: npt.ArrayLike,
    values_by_region: npt.ArrayLike,
    valid: npt.ArrayLike,
    *,
    requested: tuple[float, float] | None = None,
    events: Sequence[Event] | None = None,
    skip_s: float = 0.0,
) -> Baseline | NoBaseline:
    """Choose the baseline of a recording.

    In this order:

    1. the stretch that the person requested;
    2. the events: from `baseline_start` to `baseline_end` (the first of each; with only one of
       the two, the other is the first stimulus or the recording's start), else from the start,
       less its first second, to the first `stimulus_start`, if that lasts at least 3 s;
    3. the quietest early stretch: a window of a fifth of the recording, 3 to 10 s, within its
       first third, or its first 10 s if that is longer. Each region's unrest is its robust
       standard deviation (from the median absolute deviation) plus its robust drift (the largest
       difference between the medians of the window's thirds). The window with the least median
       unrest over regions wins, among those in which the most regions are valid; the earliest of
       equals. It ends before the first provocation, shorter if need be; if that leaves no 3 s, the
       whole early part is searched and the baseline carries a caution.

    A stretch is usable if at least one region is valid in half of it. What a person asked for or
    marked is never replaced by another stretch: if it is not usable, there is no baseline.

    Args:
        time_s: times, s, shape (n,), never backwards.
        values_by_region: redness of each region in any one unit, shape (n, regions).
        valid: which values count, bool, shape (n, regions) or (n,).
        requested: start and end that the person asked for, s.
        events: marks set during the recording, or None.
        skip_s: leave out so much of the start, s (browser recordings begin with wrong colours),
            except where the person named the stretch.

    Returns:
        The baseline with its source, or why there is none.

    Raises:
        InputError: shapes that do not fit, times that run backwards, a negative `skip_s`, or a
            request that is not a stretch of time.

    >>> time = np.arange(0, 25, 0.1)
    >>> redness = np.where(time < 4, 0.1 * (4 - time), 0.0)[:, None]
    >>> choose_baseline(time, redness, np.isfinite(redness))  # a few outliers do not count
    Baseline(start_s=3.5, end_s=8.5, source='quietest early stretch', caution=None)
    >>> marks = [Event(12.0, "stimulus_start")]
    >>> choose_baseline(time, redness, np.isfinite(redness), events=marks)
    Baseline(start_s=1.0, end_s=12.0, source='events', caution=None)
    """
    values = np.asarray(values_by_region, dtype=np.float64)
    if values.ndim != 2:
        raise InputError(
            f"The values have the shape {values.shape}.", "Give one column per region."
        )
    time = check_time_stamps(time_s, len(values))
    flags = np.asarray(valid, dtype=np.bool_)
    if flags.shape not in (values.shape, time.shape):
        raise InputError(
            f"The validity has the shape {flags.shape}, the values {values.shape}.",
            "Give one flag per value or one per row.",
        )
    if not skip_s >= 0:
        raise InputError(f"Skipping {skip_s} s of the start is not possible.", "Give 0 s or more.")
    if flags.ndim == 1:
        flags = flags[:, None]
    traces = _Traces(time, np.where(flags & np.isfinite(values), values, np.nan))
    if len(time) < 2 or traces.spacing <= 0:
        return NoBaseline("the recording has no measured stretch")

    if requested is not None:
        start, end = requested
        if not (np.isfinite(start) and np.isfinite(end) and 0 <= start < end):
            raise InputError(
                f"The baseline {start:g} to {end:g} s is not a stretch of time.",
                "Give a start from 0 on and a later end.",
            )
        return _named(traces, start, end, "option")
    marks = sorted(events or (), key=lambda event: event.time_s)
    settled = traces.begin + max(SETTLING_S, skip_s)
    marked = _marked(marks, settled)
    if isinstance(marked, NoBaseline):
        return marked
    if marked is not None:
        return _named(traces, *marked, "events")
    provocation = next((mark for mark in marks if mark.kind in PROVOCATIONS), None)
    return _quietest(traces, traces.begin + skip_s, provocation)


class _Traces:
    """Traces with NaN where they do not count, and the questions asked of a stretch of them."""

    def __init__(self, time: FloatArray, values: FloatArray) -> None:
        self.time = time
        self.values = values
        self.spacing = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
        self.begin = float(time[0]) if len(time) else 0.0
        # The last sample lasts as long as the others.
        self.end = float(time[-1]) + self.spacing if len(time) else 0.0

    def within(self, start: float, end: float) -> FloatArray:
        """Values of a stretch, shape (samples, regions)."""
        # The small shift keeps stamps on an edge on the right side of it despite rounding.
        edges = np.array([start, end]) - 0.01 * self.spacing
        first, last = np.searchsorted(self.time, edges)
        return self.values[first:last]

    def usable_regions(self, start: float, end: float) -> BoolArray:
        """Which regions are valid in at least half of a stretch, shape (regions,)."""
        counts = np.isfinite(self.within(start, end)).sum(axis=0)
        expected = (end - start) / self.spacing
        return np.asarray((counts > 0) & (counts >= LEAST_COVERAGE * expected - 1e-6))

    def unrest(self, start: float, end: float) -> float:
        """Median over the usable regions of robust spread plus robust drift in a stretch."""
        regions = self.usable_regions(start, end)
        thirds = np.linspace(start, end, 4)
        parts = [self.within(a, b)[:, regions].T for a, b in pairwise(thirds)]
        return float(np.median([_unrest(columns) for columns in zip(*parts, strict=True)]))


def _unrest(thirds: Sequence[FloatArray]) -> float:
    """Robust spread of one region in a window plus the drift between the window's thirds."""
    present = [third[np.isfinite(third)] for third in thirds]
    window = np.concatenate(present)
    medians = [float(np.median(third)) for third in present if len(third) > 0]
    spread = NORMAL_SD_PER_MAD * float(np.median(np.abs(window - np.median(window))))
    return spread + max(medians) - min(medians)


def _first(marks: Sequence[Event], kind: str) -> float | None:
    return next((mark.time_s for mark in marks if mark.kind == kind), None)


def _marked(marks: Sequence[Event], settled: float) -> tuple[float, float] | NoBaseline | None:
    """Return the stretch that the events mark, None where they mark none."""
    stimulus = _first(marks, "stimulus_start")
    start, end = _first(marks, "baseline_start"), _first(marks, "baseline_end")
    if start is None and end is None:
        if stimulus is None or stimulus - settled < MINIMUM_DURATION_S:
            return None
        return settled, stimulus
    start = settled if start is None else start
    end = stimulus if end is None else end
    if end is None:
        return NoBaseline("the events mark where the baseline starts but not where it ends")
    if end <= start:
        return NoBaseline(f"the baseline in the events would start at {start:g} and end at {end:g}")
    return start, end


def _named(
    traces: _Traces, start: float, end: float, source: BaselineSource
) -> Baseline | NoBaseline:
    """Take a stretch that a person named, as far as the recording reaches."""
    inside_start, inside_end = max(start, traces.begin), min(end, traces.end)
    if inside_end <= inside_start:
        return NoBaseline(
            f"the baseline {start:g} to {end:g} s lies outside the recording "
            f"({traces.begin:.1f} to {traces.end:.1f} s)"
        )
    if not traces.usable_regions(start, end).any():
        return NoBaseline(f"no region is measured in half of the baseline {start:g} to {end:g} s")
    return Baseline(inside_start, inside_end, source)


def _quietest(traces: _Traces, start: float, provocation: Event | None) -> Baseline | NoBaseline:
    """Search the early part for the window with the least unrest."""
    duration = traces.end - traces.begin
    length = max(MINIMUM_DURATION_S, min(LONGEST_CHOSEN_S, SHARE_OF_RECORDING * duration))
    early_end = traces.begin + max(EARLY_AT_LEAST_S, EARLY_SHARE * duration)
    latest_end = min(early_end, traces.end)
    caution = None
    if provocation is not None:
        if provocation.time_s - start >= MINIMUM_DURATION_S:
            latest_end = min(latest_end, provocation.time_s)
            length = max(MINIMUM_DURATION_S, min(length, latest_end - start))
        else:
            caution = (
                f"'{provocation.kind}' is marked at {provocation.time_s:g} s, too early for a "
                f"baseline before it: the response may already have begun"
            )
    if latest_end - start < length - 1e-6:
        return NoBaseline(
            f"the recording is too short: it leaves {max(latest_end - start, 0.0):.1f} s "
            f"(at least {length:.1f})"
        )
    step = length / STEPS_PER_WINDOW
    starts = start + step * np.arange(int((latest_end - start - length) / step + 1e-6) + 1)
    regions = np.array([traces.usable_regions(s, s + length).sum() for s in starts])
    if regions.max() == 0:
        return NoBaseline(f"no region is measured in half of any early stretch of {length:.1f} s")
    unrest = [
        traces.unrest(s, s + length) if number == regions.max() else np.inf
        for s, number in zip(starts, regions, strict=True)
    ]
    best = float(starts[int(np.argmin(unrest))])
    return Baseline(best, best + length, "quietest early stretch", caution)
