"""What measured recordings add to a person's answers: they support them and never decide alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rubor.measurement.recording import Recording
from rubor.response import find_episodes
from rubor.response.episode_document import episode_document

__all__ = ["MeasuredEvidence", "evidence_of_documents", "measured_evidence"]


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

    Args:
        recordings: measured; those that were not accepted are left out.
    """
    return evidence_of_documents(
        [
            (
                recording.summary,
                episode_document(recording, find_episodes(recording))
                if recording.accepted
                else {"episodes": []},
            )
            for recording in recordings
        ]
    )


def evidence_of_documents(
    documents: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> MeasuredEvidence:
    """The same from what is stored of recordings.

    The episodes of one person are alike, so that their logarithms of the odds are averaged and not added.

    Args:
        documents: `summary.json` and `episodes.json` of each recording; those that were not accepted are
            left out.

    >>> kind = {"blush_or_flush": {"blush_probability": 0.8}}
    >>> summary = {"file": {"name": "monday.mp4"}, "accepted": True}
    >>> round(evidence_of_documents([(summary, {"episodes": [kind, kind]})]).blush_probability, 2)
    0.8
    """
    accepted = [(one, found) for one, found in documents if one["accepted"]]
    odds_ln = []
    for _, found in accepted:
        for episode in found["episodes"]:
            # A probability of exactly 0 or 1 has no odds; no episode is that certain.
            probability = min(max(episode["blush_or_flush"]["blush_probability"], 1e-6), 1.0 - 1e-6)
            odds_ln.append(math.log(probability / (1.0 - probability)))
    at_rest = [(one.get("resting_redness") or {}).get("central") for one, _ in accepted]
    known = [value for value in at_rest if value is not None]
    return MeasuredEvidence(
        recordings=tuple(str(one["file"]["name"]) for one, _ in accepted),
        left_out=tuple(str(one["file"]["name"]) for one, _ in documents if not one["accepted"]),
        episodes=len(odds_ln),
        blush_probability=float(1.0 / (1.0 + np.exp(-np.mean(odds_ln)))) if odds_ln else None,
        resting_redness=float(np.mean(known)) if known else None,
    )
