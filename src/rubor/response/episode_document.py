"""The episodes of a recording as JSON: `episodes.json`."""

from __future__ import annotations

import math
from typing import Any, Final

from rubor._version import __version__
from rubor.measurement.recording import Recording
from rubor.response.blush_or_flush import BlushOrFlush, blush_or_flush
from rubor.response.episodes import Episode, Episodes
from rubor.response.felt_and_seen import FeltAndSeen, FeltPress, Share, events_of, felt_and_seen
from rubor.response.kinetics import Estimate
from rubor.response.visibility import Visibility, visibility

__all__ = ["EPISODES_SCHEMA", "episode_document", "felt_and_seen_document"]

EPISODES_SCHEMA: Final = "rubor.episodes/1"

_UNITS: Final = {
    "blood_change": "change of ln blood",
    "erythema_index": "change of log10(R/G)",
}


def episode_document(recording: Recording, found: Episodes) -> dict[str, Any]:
    """Everything that was found, ready for JSON: no NaN, None where a number is not known.

    Args:
        recording: the recording.
        found: its episodes.

    Returns:
        The document that `schemas/episodes.schema.json` describes.
    """
    return {
        "schema": EPISODES_SCHEMA,
        "file": dict(recording.summary["file"]),
        "accepted": recording.accepted,
        "measure": found.measure,
        "unit": _UNITS[found.measure],
        "scale_sd": _number(found.scale_sd),
        "watched_s": _number(found.watched_s),
        "duration_s": _number(found.duration_s),
        "reason": found.reason,
        "episodes": [_episode(recording, episode) for episode in found.episodes],
        "felt_and_seen": felt_and_seen_document(felt_and_seen([recording], [found])),
        "versions": {
            "rubor": __version__,
            "method": recording.summary["versions"]["method"],
        },
    }


def felt_and_seen_document(answer: FeltAndSeen) -> dict[str, Any]:
    """What was felt against what was measured, ready for JSON."""
    return {
        "presses": [_press(press) for press in answer.presses],
        "felt_and_there": _share(answer.felt_and_there),
        "there_and_felt": _share(answer.there_and_felt),
        "there_not_felt": [
            {"recording": name, "episode": number} for name, number in answer.there_not_felt
        ],
        "felt_not_there": [_press(press) for press in answer.felt_not_there],
        "median_delay_s": _number(answer.median_delay_s),
        "mean_peak_felt": _number(answer.mean_peak_felt),
        "mean_peak_not_felt": _number(answer.mean_peak_not_felt),
        "recordings_without_presses": list(answer.recordings_without_presses),
    }


def _episode(recording: Recording, episode: Episode) -> dict[str, Any]:
    return {
        "onset_s": _estimate(episode.onset_s),
        "rise_time_s": _estimate(episode.rise_time_s),
        "peak": _estimate(episode.peak),
        "plateau_start_s": _number(episode.plateau_start_s),
        "plateau_end_s": _number(episode.plateau_end_s),
        "half_recovery_s": _estimate(episode.half_recovery_s),
        "recovering_for_s": _number(episode.recovering_for_s),
        "end_s": _number(episode.end_s),
        "recovered": episode.recovered,
        "area": _estimate(episode.area),
        "regions": {name: _estimate(size) for name, size in episode.regions.items()},
        "regions_involved": list(episode.regions_involved),
        "cells_involved": list(episode.cells_involved),
        "left": _estimate(episode.left),
        "right": _estimate(episode.right),
        "noise_sd": _number(episode.noise_sd),
        "may_be_light": episode.may_be_light,
        "blush_or_flush": _kind(blush_or_flush(episode, events_of(recording))),
        "visibility": _visibility(visibility(recording, episode)),
        "notes": list(episode.notes),
    }


def _kind(answer: BlushOrFlush) -> dict[str, Any]:
    return {
        "blush_probability": _number(answer.blush_probability),
        "label": answer.label,
        "evidence": [
            {"name": piece.name, "finding": piece.finding, "odds_ln": _number(piece.odds_ln)}
            for piece in answer.evidence
        ],
        "cut_offs": answer.cut_offs,
    }


def _visibility(answer: Visibility | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "region": answer.region,
        "delta_a": _estimate(answer.delta_a),
        "delta_a_perceptible": answer.delta_a_perceptible,
        "delta_a_acceptable": answer.delta_a_acceptable,
        "delta_e_ab": _estimate(answer.delta_e_ab),
        "delta_e_perceptible": answer.delta_e_perceptible,
        "delta_e_acceptable": answer.delta_e_acceptable,
        "seen": answer.seen,
        "visible_s": answer.visible_s,
        "perceptible_s": answer.perceptible_s,
        "coverable": answer.coverable,
    }


def _press(press: FeltPress) -> dict[str, Any]:
    return {
        "recording": press.recording,
        "time_s": _number(press.time_s),
        "episode": press.episode,
        "delay_s": _number(press.delay_s),
        "peak": _number(press.peak),
        "could_be_seen": press.could_be_seen,
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "count": share.count,
        "of": share.of,
        "interval_95": [_number(limit) for limit in share.interval_95],
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "value": _number(estimate.value),
        "interval_95": [_number(limit) for limit in estimate.interval_95],
    }


def _number(value: float | None) -> float | None:
    """Six significant digits; None where it is not a number."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")
