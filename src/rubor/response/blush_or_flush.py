"""Whether an episode is more like a blush or like a flush: a probability, never a forced label.

The two merge into each other. Independent pieces of evidence are added as logarithms of odds; what
each may say is limited, and all constants stand in `blush_or_flush.toml` with their sources.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np

from rubor.measurement.events import Event
from rubor.response.episodes import Episode
from rubor.response.kinetics import Estimate

__all__ = ["BlushOrFlush", "Evidence", "Label", "blush_or_flush", "cut_offs"]

Label = Literal["blush", "flush", "undetermined"]

# The two classes are as likely as each other before anything is known.
_EVEN: Final = 0.0
_CHEEKS: Final = ("cheek_left", "cheek_right")
_ELSEWHERE: Final = ("forehead", "chin")


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence.

    Attributes:
        name: "rise_time", "half_recovery", "duration", "trigger" or "spread".
        finding: what was found, in words with numbers.
        odds_ln: above 0 speaks for a blush, below 0 for a flush; natural logarithm of the odds.
    """

    name: str
    finding: str
    odds_ln: float


@dataclass(frozen=True)
class BlushOrFlush:
    """How much an episode is like a blush.

    Attributes:
        blush_probability: 0..1; its complement is the probability of a flush.
        label: "undetermined" where the evidence is thin, contradicts itself or leaves both open.
        evidence: what the probability rests on.
        cut_offs: version of the provisional constants that were used.
    """

    blush_probability: float
    label: Label
    evidence: tuple[Evidence, ...]
    cut_offs: str


@cache
def cut_offs() -> Mapping[str, Any]:
    """The provisional constants with their sources, as in `blush_or_flush.toml`.

    >>> cut_offs()["trigger"]["social_within_s"]
    30.0
    """
    text = (files("rubor.response") / "blush_or_flush.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def blush_or_flush(episode: Episode, events: Sequence[Event] | None) -> BlushOrFlush:
    """Weigh kinetics, trigger and spread of an episode.

    Args:
        episode: what was found.
        events: the marks of the recording; None or none at all says nothing about the trigger.

    Returns:
        The probability, and a label only where at least two pieces of evidence support it.
    """
    rules = cut_offs()
    found = (
        _rise(episode, rules["rise_time"]),
        _recovery(episode, rules["half_recovery"]),
        _duration(episode, rules["duration"]),
        _trigger(episode, events, rules["trigger"]),
        _spread(episode, rules["spread"]),
    )
    evidence = tuple(piece for piece in found if piece is not None)
    odds_ln = _EVEN + sum(piece.odds_ln for piece in evidence)
    probability = 1.0 / (1.0 + math.exp(-odds_ln))
    label = _label(probability, evidence, rules["label"])
    return BlushOrFlush(probability, label, evidence, str(rules["version"]))


def _label(probability: float, evidence: Sequence[Evidence], rule: Mapping[str, float]) -> Label:
    """A name only with times to support it, and nothing of weight against it."""
    sure = max(probability, 1.0 - probability) >= rule["probability"]
    timed = any(piece.name in ("rise_time", "half_recovery", "duration") for piece in evidence)
    if not sure or not timed or len(evidence) < rule["pieces"]:
        return "undetermined"
    sign = 1.0 if probability > 0.5 else -1.0
    against = sum(max(-sign * piece.odds_ln, 0.0) for piece in evidence)
    if against > rule["contradiction"]:
        return "undetermined"
    return "blush" if sign > 0 else "flush"


def _rise(episode: Episode, rule: Mapping[str, Any]) -> Evidence | None:
    if episode.rise_time_s is None:
        return None
    return Evidence(
        "rise_time",
        f"rose from 10 to 90 % in {episode.rise_time_s.value:.1f} s",
        _odds_of_time(episode.rise_time_s, rule),
    )


def _recovery(episode: Episode, rule: Mapping[str, Any]) -> Evidence | None:
    if episode.half_recovery_s is not None:
        return Evidence(
            "half_recovery",
            f"half gone {episode.half_recovery_s.value:.1f} s after its height",
            _odds_of_time(episode.half_recovery_s, rule),
        )
    if episode.recovering_for_s <= 0.0 or episode.recovered:
        return None
    return Evidence(
        "half_recovery",
        f"not half gone {episode.recovering_for_s:.0f} s after its height",
        _odds_of_longer(episode.recovering_for_s, rule),
    )


def _duration(episode: Episode, rule: Mapping[str, Any]) -> Evidence | None:
    length_s = episode.end_s - episode.start_s
    if length_s <= 0.0:
        return None
    if episode.recovered and episode.onset_s is not None:
        return Evidence(
            "duration",
            f"lasted {length_s:.0f} s",
            _odds_of_time(Estimate(length_s, 0.0), rule),
        )
    return Evidence(
        "duration", f"lasted more than {length_s:.0f} s", _odds_of_longer(length_s, rule)
    )


def _trigger(
    episode: Episode, events: Sequence[Event] | None, rule: Mapping[str, Any]
) -> Evidence | None:
    """What was marked before the onset; the tail of the onset's error is allowed for."""
    known = {*rule["social"], *rule["physical"]}
    marks = [event for event in events or () if event.kind in known]
    if not marks or episode.onset_s is None:
        return None
    onset_s, slack_s = episode.onset_s.value, 1.0 + 2.0 * episode.onset_s.sd
    odds_ln, words = 0.0, []
    social = _last_before(marks, rule["social"], onset_s + slack_s)
    if social is not None:
        lag_s = onset_s - social.time_s
        during = any(
            event.kind == "stimulus_end"
            and event.time_s >= onset_s
            and event.time_s > social.time_s
            for event in events or ()
        )
        if lag_s <= rule["social_within_s"] or during:
            odds_ln += rule["social_odds_ln"]
            words.append(f"began {max(lag_s, 0.0):.0f} s after a social stimulus")
    for kind, within_s in rule["physical"].items():
        mark = _last_before(marks, (kind,), onset_s + slack_s)
        if mark is not None and onset_s - mark.time_s <= within_s:
            odds_ln += rule["physical_odds_ln"]
            words.append(f"began {max(onset_s - mark.time_s, 0.0):.0f} s after {kind}")
            break
    if not words:
        return Evidence("trigger", "no mark explains it", float(rule["unexplained_odds_ln"]))
    return Evidence("trigger", " and ".join(words), odds_ln)


def _last_before(marks: Sequence[Event], kinds: Sequence[str], time_s: float) -> Event | None:
    earlier = [event for event in marks if event.kind in kinds and event.time_s <= time_s]
    return max(earlier, key=lambda event: event.time_s, default=None)


def _spread(episode: Episode, rule: Mapping[str, float]) -> Evidence | None:
    cheeks = [episode.regions[name].value for name in _CHEEKS if name in episode.regions]
    elsewhere = [episode.regions[name].value for name in _ELSEWHERE if name in episode.regions]
    if not cheeks or not elsewhere or np.mean(cheeks) <= 0.0:
        return None
    ratio = float(np.mean(elsewhere) / np.mean(cheeks))
    odds_ln = float(np.clip(rule["slope"] * (rule["middle"] - ratio), -rule["most"], rule["most"]))
    return Evidence("spread", f"forehead and chin {ratio:.2f} of the cheeks", odds_ln)


def _odds_of_time(time_s: Estimate, rule: Mapping[str, Any]) -> float:
    """Log odds of a lognormal time, widened by the error it was measured with."""
    value_s = max(time_s.value, 0.1)
    error_ln = min(time_s.sd / value_s, 2.0)
    odds_ln = _density_ln(value_s, rule["blush"], error_ln) - _density_ln(
        value_s, rule["flush"], error_ln
    )
    # Beyond the medians a lognormal's tails would turn the odds back.
    if value_s <= rule["blush"]["median_s"]:
        odds_ln = max(odds_ln, _odds_at_median(rule, "blush", error_ln))
    if value_s >= rule["flush"]["median_s"]:
        odds_ln = min(odds_ln, _odds_at_median(rule, "flush", error_ln))
    return float(np.clip(odds_ln, -rule["most"], rule["most"]))


def _odds_at_median(rule: Mapping[str, Any], kind: str, error_ln: float) -> float:
    at_s = rule[kind]["median_s"]
    return _density_ln(at_s, rule["blush"], error_ln) - _density_ln(at_s, rule["flush"], error_ln)


def _odds_of_longer(time_s: float, rule: Mapping[str, Any]) -> float:
    """Log odds of a time of which only a lower limit is known."""
    odds_ln = _longer_ln(time_s, rule["blush"]) - _longer_ln(time_s, rule["flush"])
    return float(np.clip(odds_ln, -rule["most"], rule["most"]))


def _density_ln(time_s: float, rule: Mapping[str, float], error_ln: float) -> float:
    width = math.hypot(rule["sd_ln"], error_ln)
    distance = (math.log(time_s) - math.log(rule["median_s"])) / width
    return -0.5 * distance**2 - math.log(width)


def _longer_ln(time_s: float, rule: Mapping[str, float]) -> float:
    distance = (math.log(max(time_s, 0.1)) - math.log(rule["median_s"])) / rule["sd_ln"]
    return math.log(max(0.5 * math.erfc(distance / math.sqrt(2.0)), 1e-12))
