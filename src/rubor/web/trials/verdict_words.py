"""The verdict in sentences, in the language of the page; the numbers are the library's."""

from __future__ import annotations

import math
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rubor.report.trial_words import share, tone_of
from rubor.trials import Verdict

__all__ = [
    "chance_words",
    "duration_words",
    "headline_words",
    "interval_words",
    "lead_words",
    "tone_class",
]


def tone_class(verdict: Verdict) -> str:
    """Class of the page's colour."""
    tone = tone_of(verdict)
    return "" if tone == "unknown" else tone


def interval_words(low: float, high: float) -> str:
    """From where to where; no response can be more than gone, whatever an interval allows."""
    low_open, high_open = low <= -1.0 or not math.isfinite(low), high >= 1.0
    if low_open and high_open:
        return _("anything from twice as large to gone")
    if high_open:
        return _("at least %(low)s") % {"low": share(low)}
    if low_open:
        return _("anything up to %(high)s") % {"high": share(high)}
    return _("%(low)s to %(high)s") % {"low": share(low), "high": share(high)}


def chance_words(probability: float) -> str:
    """A probability in per cent, never as a certainty."""
    if probability > 0.99:
        return _("more than 99 %")
    if probability < 0.01:
        return _("less than 1 %")
    return share(probability)


def headline_words(verdict: Verdict) -> str:
    """The verdict as one sentence."""
    words: dict[str, Any] = {
        "response": _response(verdict.provocation),
        "amount": share(abs(verdict.reduction)),
        "smallest": share(verdict.smallest_meaningful),
    }
    caused = verdict.claim == "caused"
    if verdict.verdict == "invalid":
        return _("These recordings cannot be compared.")
    if verdict.verdict == "not enough yet":
        return _("It cannot be told yet.")
    if verdict.verdict == "no meaningful effect":
        return (
            _(
                "It makes no difference that matters: the %(response)s is less than %(smallest)s smaller."
            )
            % words
        )
    if verdict.verdict == "worse":
        if caused:
            return _("It made it worse: the %(response)s is about %(amount)s larger.") % words
        return _("The %(response)s is about %(amount)s larger than before.") % words
    if caused:
        return _("It works: the %(response)s is about %(amount)s smaller.") % words
    return _("Something changed: the %(response)s is about %(amount)s smaller than before.") % words


def lead_words(verdict: Verdict) -> list[str]:
    """How sure it is, and what it does not say."""
    if verdict.verdict == "invalid":
        return []
    words = {
        "amount": share(abs(verdict.reduction)),
        "interval": interval_words(*verdict.interval_95),
        "always": interval_words(*verdict.always_valid_interval_95),
    }
    sentences = [
        (
            _(
                "In these recordings it is %(amount)s smaller. In 19 of 20 such trials the interval holds"
                " the true reduction; here it is %(interval)s."
            )
            if verdict.reduction >= 0.0
            else _(
                "In these recordings it is %(amount)s larger. In 19 of 20 such trials the interval holds"
                " the true reduction; here it is %(interval)s."
            )
        )
        % words,
        _(
            "For somebody who looks at the answer again and again it is %(always)s, and the verdict rests"
            " on that: you may look as often as you like."
        )
        % words,
    ]
    if verdict.claim == "changed":
        sentences.append(
            _(
                "This design can show that something changed. It cannot show that the treatment did it:"
                " redness also falls by itself and with habit."
            )
        )
    return sentences


def duration_words(verdict: Verdict) -> list[str]:
    """How long the effect lasts; empty where nothing is known of that."""
    wear_off = verdict.wear_off
    if wear_off is None:
        return []
    words = {
        "day": date_format(wear_off.half_effect_on),
        "months": number_format(wear_off.duration_months, 1),
        "first": date_format(wear_off.half_effect_interval_80[0]),
        "last": date_format(wear_off.half_effect_interval_80[1]),
        "from": date_format(wear_off.retreatment_window[0]),
        "to": date_format(wear_off.retreatment_window[1]),
    }
    gone = wear_off.chance_half_gone > 0.5
    return [
        (
            _(
                "Half of the effect was gone about %(day)s, %(months)s months after the treatment; with"
                " four chances in five between %(first)s and %(last)s."
            )
            if gone
            else _(
                "Half of the effect will be gone about %(day)s, %(months)s months after the treatment;"
                " with four chances in five between %(first)s and %(last)s."
            )
        )
        % words,
        _("A time to think of another treatment: %(from)s to %(to)s.") % words,
    ]


def _response(provocation: str | None) -> str:
    """The noun behind "the": other languages put the article into it."""
    return {
        "flush": pgettext("the response", "flush"),
        "rest": pgettext("the response", "redness at rest"),
    }.get(provocation or "", pgettext("the response", "blush"))
