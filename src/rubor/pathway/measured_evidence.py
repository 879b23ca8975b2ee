"""What measured recordings add to a person's answers: they support them and never decide alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rubor.measurement.recording import Recording
from rubor.response import blush_or_flush, events_of, find_episodes

__all__ = ["MeasuredEvidence", "measured_evidence"]


@dataclass(frozen=True)
class MeasuredEvidence:
    """What was measured.

    Attributes:
        recordings: names of the accepted recordings that it is from.
        left_out: names of those that were not accepted.
        episodes: how many episodes of redness were found.
        blush_probability: of a blush, 0..1, all episodes together; None without an episode.
        resting_redness: mean of cheeks, nose and chin over the palest fifth of the face, log10(R/G),
            over the recordings; None where it was not measured.
    """

    recordings: tuple[str, ...]
    left_out: tuple[str, ...]
    episodes: int
    blush_probability: float | None
    resting_redness: float | None


def measured_evidence(recordings: Sequence[Recording]) -> MeasuredEvidence:
    """Summarise recordings of one person.

    The episodes of one person are alike, so that their logarithms of the odds are averaged and not added.

    Args:
        recordings: measured; those that were not accepted are left out.
    """
    accepted = [recording for recording in recordings if recording.accepted]
    odds_ln = []
    for recording in accepted:
        for episode in find_episodes(recording).episodes:
            kind = blush_or_flush(episode, events_of(recording))
            # A probability of exactly 0 or 1 has no odds; no episode is that certain.
            probability = min(max(kind.blush_probability, 1e-6), 1.0 - 1e-6)
            odds_ln.append(math.log(probability / (1.0 - probability)))
    at_rest = [
        recording.summary["resting_redness"]["central"]
        for recording in accepted
        if recording.summary.get("resting_redness")
    ]
    known = [value for value in at_rest if value is not None]
    return MeasuredEvidence(
        recordings=tuple(recording.name for recording in accepted),
        left_out=tuple(recording.name for recording in recordings if not recording.accepted),
        episodes=len(odds_ln),
        blush_probability=float(1.0 / (1.0 + np.exp(-np.mean(odds_ln)))) if odds_ln else None,
        resting_redness=float(np.mean(known)) if known else None,
    )
