"""Treatments, sides, amounts and strengths of evidence in words, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rubor.web.people.templatetags.library import library_text

if TYPE_CHECKING:
    from rubor.treatments.cost import CostEstimate
    from rubor.web.treatments.models import Treatment

__all__ = [
    "SIDES",
    "action_words",
    "amount",
    "estimate_words",
    "kind_words",
    "per_words",
    "share_range",
    "span_words",
    "strength_words",
    "target_words",
    "title_of",
    "treatment_words",
]

SIDES: Final = [
    ("both", gettext_lazy("both sides")),
    ("left", gettext_lazy("your own left")),
    ("right", gettext_lazy("your own right")),
]


def title_of(kind: str) -> str:
    """The title of a kind of treatment; other words for one that the catalogue has not."""
    from rubor.treatments.catalogue import catalogue

    for entry in catalogue():
        if entry.id == kind:
            return library_text(entry.title)
    return _("Something else")


def treatment_words(treatment: Treatment) -> str:
    """A treatment with its day."""
    return _("%(title)s, %(day)s") % {
        "title": title_of(treatment.kind),
        "day": date_format(treatment.treated_on),
    }


def amount(value: float, currency: str) -> str:
    """A sum of money; whole where it is whole.

    >>> amount(350.0, "GBP"), amount(49.5, "GBP")
    ('350 GBP', '49.50 GBP')
    """
    digits = 0 if float(value).is_integer() else 2
    return f"{number_format(value, digits)} {currency}".strip()


def estimate_words(estimate: CostEstimate, currency: str) -> str:
    """A cost with its interval, to two digits: more is not known of it."""
    median, low, high = (
        number_format(float(f"{one:.2g}"), 0) for one in (estimate.median, *estimate.interval_95)
    )
    return _("%(median)s %(currency)s (%(low)s to %(high)s)") % {
        "median": median,
        "currency": currency,
        "low": low,
        "high": high,
    }


def share_range(low: float, high: float) -> str:
    """Shares as percent.

    >>> share_range(0.2, 0.41), share_range(0.043, 0.043)
    ('20 to 41 %', '4 %')
    """
    first, last = (number_format(round(100 * one), 0) for one in (low, high))
    if first == last:
        return f"{first} %"
    return _("%(low)s to %(high)s %%") % {"low": first, "high": last}


def span_words(low: float, high: float, unit: str) -> str:
    """A stretch of time.

    >>> span_words(3, 6, "months"), span_words(1, 1, "hours")
    ('3 to 6 months', '1 hour')
    """
    first, last = (number_format(one, 0 if float(one).is_integer() else 1) for one in (low, high))
    size = first if first == last else _("%(low)s to %(high)s") % {"low": first, "high": last}
    # What follows a range is many, whatever its ends are.
    count = int(high) if first == last and float(high).is_integer() else 2
    words = {
        "minutes": ngettext("%(size)s minute", "%(size)s minutes", count),
        "hours": ngettext("%(size)s hour", "%(size)s hours", count),
        "days": ngettext("%(size)s day", "%(size)s days", count),
        "weeks": ngettext("%(size)s week", "%(size)s weeks", count),
        "months": ngettext("%(size)s month", "%(size)s months", count),
        "years": ngettext("%(size)s year", "%(size)s years", count),
    }
    return words[unit] % {"size": size}


def strength_words(strength: str) -> str:
    """How far something can be trusted."""
    words: Mapping[str, Any] = {
        "high": _("strong evidence"),
        "moderate": _("fair evidence"),
        "low": _("weak evidence"),
        "very_low": _("very weak evidence"),
        "judgement": _("a judgement, without a study"),
        "unverified": _("commonly stated, not checked"),
        "own": _("your own"),
    }
    return str(words.get(strength, strength))


def target_words(target: str) -> str:
    """A complaint."""
    return {
        "blush": _("blushing"),
        "flush": _("flushing"),
        "resting_redness": _("redness at rest"),
        "visible_vessels": _("visible vessels"),
        "fear": _("fear of blushing"),
    }.get(target, target.replace("_", " "))


def kind_words(kind: str) -> str:
    """What sort of thing a treatment is."""
    return {
        "prescription medicine": _("prescription medicine"),
        "device": _("device"),
        "surgery": _("surgery"),
        "psychological": _("training or therapy"),
        "cosmetic": _("cosmetic"),
    }.get(kind, kind)


def action_words(action: str) -> str:
    """What a contraindication asks for."""
    return {
        "stop": _("not for you"),
        "wait": _("wait"),
        "ask the prescriber": _("ask the prescriber"),
    }.get(action, action)


def per_words(per: str) -> str:
    """What a price is paid for."""
    return {
        "session": _("a session"),
        "month": _("a month"),
        "item": _("an item"),
        "once": _("once"),
    }.get(per, per)
