"""A verdict in words that its person understands, and the words of a doctor below them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from rubor.trials.verdict import Verdict

__all__ = [
    "Tone",
    "chance_words",
    "duration_sentences",
    "headline",
    "interval_words",
    "lead_sentences",
    "method_sentences",
    "plain_interval",
    "share",
    "tone_of",
]

Tone = Literal["good", "bad", "care", "unknown"]

_TONES: Final[dict[str, Tone]] = {
    "works": "good",
    "no meaningful effect": "unknown",
    "worse": "bad",
    "not enough yet": "care",
    "invalid": "bad",
}


def share(value: float) -> str:
    """A share as a percentage, with a true minus.

    >>> share(0.553), share(-0.1), share(-0.001)
    ('55 %', '−10 %', '0 %')
    """
    percent = round(100.0 * value)
    return f"{'−' if percent < 0 else ''}{abs(percent)} %"


def interval_words(interval: Sequence[float]) -> str:
    """From where to where.

    >>> interval_words((0.41, 0.72)), interval_words((-math.inf, 0.9))
    ('41 % to 72 %', 'anything up to 90 %')
    """
    low, high = interval
    if math.isfinite(low) and math.isfinite(high):
        return f"{share(low)} to {share(high)}"
    if math.isfinite(high):
        return f"anything up to {share(high)}"
    return f"{share(low)} or more" if math.isfinite(low) else "anything"


def plain_interval(interval: Sequence[float]) -> str:
    """The same for people: no response can be more than gone, whatever an interval allows.

    >>> plain_interval((0.22, 1.46)), plain_interval((0.41, 0.72)), plain_interval((-2.0, 1.3))
    ('at least 22 %', '41 % to 72 %', 'anything from twice as large to gone')
    """
    low, high = interval
    if low <= -1.0 and high >= 1.0:
        return "anything from twice as large to gone"
    if high >= 1.0:
        return f"at least {share(low)}"
    return interval_words((-math.inf if low <= -1.0 else low, high))


def chance_words(probability: float) -> str:
    """A probability as chances in a hundred, never as a certainty.

    >>> chance_words(0.972), chance_words(0.9999)
    ('97 in 100', 'more than 99 in 100')
    """
    if probability > 0.99:
        return "more than 99 in 100"
    if probability < 0.01:
        return "less than 1 in 100"
    return f"{100.0 * probability:.0f} in 100"


def tone_of(verdict: Verdict) -> Tone:
    """How the verdict is coloured."""
    return _TONES[verdict.verdict]


def headline(verdict: Verdict, response: str = "blush") -> str:
    """The verdict as one sentence.

    Args:
        verdict: of a trial.
        response: what was provoked: blush, flush, or redness at rest.
    """
    smallest = share(verdict.smallest_meaningful)
    if verdict.verdict == "invalid":
        return "These recordings cannot be compared."
    if verdict.verdict == "not enough yet":
        return "It cannot be told yet."
    amount = share(abs(verdict.reduction))
    there = "when" if verdict.design == "alternating" else "where"
    if verdict.verdict == "works":
        if verdict.claim == "caused":
            return f"It works: the {response} is about {amount} smaller {there} it was treated."
        return f"Something changed: the {response} is about {amount} smaller than before."
    if verdict.verdict == "worse":
        if verdict.claim == "caused":
            return (
                f"It made it worse: the {response} is about {amount} larger {there} it was treated."
            )
        return f"The {response} is about {amount} larger than before."
    return f"It makes no difference that matters: the {response} is less than {smallest} smaller."


def lead_sentences(verdict: Verdict, response: str = "blush") -> tuple[str, ...]:
    """What belongs to the headline: how sure it is, and what it does not say."""
    if verdict.verdict == "invalid":
        return ()
    beyond = ", beyond what was to be expected anyway," if verdict.design == "before-after" else ""
    sentences = [
        f"In these recordings it is{beyond} {_smaller(verdict.reduction)}. In 19 of 20 such trials the"
        f" interval holds the true reduction; here it is {plain_interval(verdict.interval_95)}.",
        "For somebody who looks at the result again and again it is"
        f" {plain_interval(verdict.always_valid_interval_95)}, and the verdict rests on that.",
    ]
    if verdict.claim == "changed":
        sentences.append(
            "This design can show that something changed. It cannot show that the treatment did it:"
            " redness also falls by itself and with habit."
        )
    return tuple(sentences)


def duration_sentences(verdict: Verdict) -> tuple[str, ...]:
    """How long the effect lasts; empty where nothing is known of that."""
    wear_off = verdict.wear_off
    if wear_off is None:
        return ()
    low, high = wear_off.duration_interval_80
    first, last = wear_off.half_effect_interval_80
    begin, end = wear_off.retreatment_window
    tense = "was" if wear_off.chance_half_gone > 0.5 else "will be"
    return (
        f"Half of the effect {tense} gone about {_day(wear_off.half_effect_on)}:"
        f" {wear_off.duration_months:.1f} months after the treatment. With four chances in five it is"
        f" between {_day(first)} and {_day(last)} ({low:.1f} to {high:.1f} months).",
        f"A time to think of another treatment: {_day(begin)} to {_day(end)}.",
    )


def method_sentences(verdict: Verdict) -> tuple[str, ...]:
    """How it was computed, for those who want to check it."""
    sentences = [
        "Effects multiply and errors of measurement add: response = level of the recording × side × (1 −"
        " reduction) + error. Zero and negative responses are data.",
        "The 95 % interval is that of one look, without a prior of the effect. The always-valid interval"
        " is an anytime-valid one, widened where neighbouring recordings are alike.",
        f"From recording to recording the ratio varied by about {share(verdict.between_sd)} (SD) beyond"
        " the error of measuring.",
        f"Prior of the reduction: {verdict.prior}.".replace("very_low", "very low"),
    ]
    if verdict.wear_off is not None:
        sentences.append(f"Prior of the duration: {verdict.wear_off.prior}.")
    return tuple(sentence.replace("..", ".") for sentence in sentences)


def _smaller(reduction: float) -> str:
    """How a reduction is said, whichever way it goes.

    >>> _smaller(0.4), _smaller(-0.1)
    ('40 % smaller', '10 % larger')
    """
    return f"{share(abs(reduction))} {'smaller' if reduction >= 0.0 else 'larger'}"


def _day(day: date) -> str:
    """A day as people write it.

    >>> _day(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{day.day} {day:%B %Y}"
