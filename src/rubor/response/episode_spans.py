"""Which stretches of a trace's levels are episodes, and roughly when each rises and falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rubor.response.change_points import Level
from rubor.response.kinetics import CurveStart

__all__ = ["EpisodeSpan", "episode_spans"]

# A height of this many standard deviations of a one-second mean is not chance: a recording of ten
# minutes has six hundred of them.
_LEAST_SDS: Final = 4.0
# Shorter than this is not a response of vessels: a hand, a shadow, a frame gone wrong.
_LEAST_SAMPLES: Final = 2
# Two peaks are two episodes where redness falls to under this share of the lower one between them.
_VALLEY_SHARE: Final = 0.5
_LOW, _HIGH = 0.25, 0.75


@dataclass(frozen=True)
class EpisodeSpan:
    """Roughly where an episode is.

    Attributes:
        first_s, last_s: from where it is above a quarter of its height to where it is not.
        height_from_s, height_to_s: from where it is above three quarters to where it is not.
        start: for the fit of its curve.
    """

    first_s: float
    last_s: float
    height_from_s: float
    height_to_s: float
    start: CurveStart


def episode_spans(levels: Sequence[Level], noise_sd: float) -> tuple[EpisodeSpan, ...]:
    """Find the episodes among the levels of a trace of change from rest.

    Args:
        levels: stretches of constant level, in the order of time.
        noise_sd: standard deviation of a mean of one sample.

    >>> from rubor.response.change_points import find_levels
    >>> trace = [0.0] * 10 + [1.0] * 5 + [0.0] * 10 + [0.8] * 5
    >>> [(span.first_s, span.last_s) for span in episode_spans(find_levels(range(30), trace, 0.1), 0.1)]
    [(10.0, 14.0), (25.0, 29.0)]
    """
    means = [level.mean for level in levels]
    peaks = _separate_peaks(levels, noise_sd)
    spans = []
    for place, peak in enumerate(peaks):
        after = peaks[place - 1] + 1 if place > 0 else 0
        before = peaks[place + 1] if place + 1 < len(peaks) else len(levels)
        # Of all levels before it the last low one is the rest it rose from; 0 where it is not seen.
        rest = min(means[after:peak], default=0.0) if place > 0 else _rest(levels[:peak])
        height = means[peak] - rest
        if height >= _LEAST_SDS * noise_sd and means[peak] >= _LEAST_SDS * noise_sd:
            spans.append(_span(levels, after, before, peak, rest))
    return tuple(spans)


def _separate_peaks(levels: Sequence[Level], noise_sd: float) -> list[int]:
    """Local maxima that last, without those that are only part of a larger one."""
    means = [level.mean for level in levels]
    peaks = [
        number
        for number, mean in enumerate(means)
        if (number == 0 or means[number - 1] < mean)
        and (number == len(means) - 1 or means[number + 1] <= mean)
        and levels[number].samples >= _LEAST_SAMPLES
        and mean > 0.0
    ]
    while True:
        shallow = []
        for one, other in pairwise(peaks):
            lower = one if means[one] < means[other] else other
            drop = means[lower] - min(means[one + 1 : other], default=means[lower])
            least = max((1.0 - _VALLEY_SHARE) * means[lower], _LEAST_SDS * noise_sd)
            if drop < least:
                shallow.append((drop, lower))
        if not shallow:
            return peaks
        peaks.remove(min(shallow)[1])


def _rest(before: Sequence[Level]) -> float:
    """Mean of the levels before the first episode that are not part of its rise."""
    if not before:
        return 0.0
    longest = max(before, key=lambda level: level.samples)
    return min(longest.mean, before[-1].mean)


def _span(levels: Sequence[Level], after: int, before: int, peak: int, rest: float) -> EpisodeSpan:
    height = levels[peak].mean - rest

    def reach(share: float, step: int) -> int:
        """The last level in one direction that stays above a share of the height."""
        at = peak
        while after <= at + step < before and levels[at + step].mean > rest + share * height:
            at += step
        return at

    first, last = levels[reach(_LOW, -1)], levels[reach(_LOW, 1)]
    high, falling = levels[reach(_HIGH, -1)], levels[reach(_HIGH, 1)]
    rise_s = max(high.start_s - first.start_s, 1.0)
    fall_s = max(last.end_s - falling.end_s, 1.0)
    start = CurveStart(
        half_risen_s=(first.start_s + high.start_s) / 2.0,
        plateau_end_s=falling.end_s,
        rise_s=2.0 * rise_s,
        fall_s=2.0 * fall_s,
        rest=rest,
        height=height,
    )
    return EpisodeSpan(first.start_s, last.end_s, high.start_s, falling.end_s, start)
