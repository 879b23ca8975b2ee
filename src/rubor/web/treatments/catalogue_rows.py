"""Entries of the catalogue as rows of tables and as what the figure is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from rubor.web.people.templatetags.library import library_text
from rubor.web.treatments.words import (
    amount,
    estimate_words,
    share_range,
    span_words,
    target_words,
)

if TYPE_CHECKING:
    from rubor.treatments.catalogue import (
        Findings,
        Harm,
        MeanReduction,
        ResponderFraction,
        Span,
        Treatment,
    )
    from rubor.treatments.cost import TreatmentCost

__all__ = ["CatalogueRow", "catalogue_rows", "entry_parts", "figure_data", "targets"]

_DAYS_IN: Final = {
    "minutes": 1.0 / 1440.0,
    "hours": 1.0 / 24.0,
    "days": 1.0,
    "weeks": 7.0,
    "months": 365.25 / 12.0,
    "years": 365.25,
}


@dataclass(frozen=True)
class CatalogueRow:
    """A treatment beside others; each cell a list of short statements.

    Attributes:
        entry: of the catalogue.
        acts_on, mean_reduction, responders, onset, duration, harms: published.
        claimed: what clinics say, apart from what is published.
        washout: wait before a recording.
        per_year, per_benefit_month: with their intervals; empty where not known.
        blush_free: whether the month of benefit is one free of blushing.
    """

    entry: Treatment
    acts_on: list[str]
    mean_reduction: list[str]
    responders: list[str]
    claimed: list[str]
    onset: list[str]
    duration: list[str]
    harms: list[str]
    washout: str
    per_year: str
    per_benefit_month: str
    blush_free: bool


def targets() -> tuple[str, ...]:
    """All complaints that a treatment acts on."""
    from rubor.treatments.catalogue import catalogue

    return tuple(dict.fromkeys(row.target for entry in catalogue() for row in entry.acts_on))


def catalogue_rows(entries: Sequence[Treatment], target: str) -> list[CatalogueRow]:
    """The rows of the comparison.

    Args:
        entries: in the order they are shown.
        target: only what concerns this complaint; everything where empty.
    """
    return [_row(entry, target) for entry in entries]


def entry_parts(entry: Treatment) -> dict[str, Any]:
    """What the page of an entry shows besides the entry itself."""
    published, claimed = entry.published, entry.claimed
    cost = _cost(entry.id)
    return {
        "published": _parts(published),
        "claimed": _parts(claimed),
        "washout": (
            None if entry.washout is None else _time(entry.washout.value, entry.washout.unit)
        ),
        "cost": cost,
        "price": (
            ""
            if entry.cost is None
            else _prices(entry.cost.low, entry.cost.high, entry.cost.currency)
        ),
        "per_year": _estimate(cost, "per_year"),
        "per_benefit_month": _estimate(cost, "per_benefit_month"),
        "blush_free": cost is not None and cost.benefit_target == "blush",
        "figure": figure_data([entry]),
    }


def figure_data(entries: Sequence[Treatment]) -> dict[str, Any]:
    """What `js/treatments/catalogue.js` draws: reductions, responders, durations and costs."""
    return {
        "rows": [_drawn(entry) for entry in entries],
        "targets": {name: target_words(name) for name in targets()},
        "words": {
            "published": _("published"),
            "claimed": _("claimed by clinics"),
            "not_known": _("not known"),
            "interval": _("interval"),
            "mean_reduction": _("Mean reduction: how much less the average of a group became"),
            "responders": _("Responders: how many of 100 people got better"),
            "duration": _("How long it lasts"),
            "cost": _("Cost a year"),
            "day": _("1 day"),
            "hour": _("1 hour"),
            "week": _("1 week"),
            "month": _("1 month"),
            "year": _("1 year"),
            "ten_years": _("10 years"),
            "treatment": _("Treatment"),
            "number": _("Number"),
        },
    }


# --- cells --------------------------------------------------------------------------------------


def _row(entry: Treatment, target: str) -> CatalogueRow:
    published, cost = entry.published, _cost(entry.id)
    return CatalogueRow(
        entry=entry,
        acts_on=[
            f"{target_words(row.target)}: {library_text(row.effect)}"
            for row in entry.acts_on
            if target in ("", row.target)
        ],
        mean_reduction=_shares(published.mean_reduction, target),
        responders=_shares(published.responder_fraction, target),
        claimed=_claims(entry.claimed, target),
        onset=[_span(row) for row in published.onset],
        duration=[_span(row) for row in published.duration],
        harms=[_harm(row) for row in published.harms],
        washout="" if entry.washout is None else _time(entry.washout.value, entry.washout.unit),
        per_year=_estimate(cost, "per_year"),
        per_benefit_month=_estimate(cost, "per_benefit_month"),
        blush_free=cost is not None and cost.benefit_target == "blush",
    )


def _shares(rows: Sequence[MeanReduction | ResponderFraction], target: str) -> list[str]:
    """Range of the values of each complaint."""
    words = []
    for name in dict.fromkeys(row.target for row in rows):
        if target not in ("", name):
            continue
        values = [row.value for row in rows if row.target == name]
        controls = [
            control
            for row in rows
            if row.target == name and (control := getattr(row, "control", None)) is not None
        ]
        said = f"{target_words(name)} {share_range(min(values), max(values))}"
        if controls:
            said += " " + _("(without it %(share)s)") % {
                "share": share_range(min(controls), max(controls))
            }
        words.append(said)
    return words


def _claims(claimed: Findings, target: str) -> list[str]:
    return [
        *(
            _("mean reduction: %(what)s") % {"what": one}
            for one in _shares(claimed.mean_reduction, target)
        ),
        *(
            _("share of people: %(what)s") % {"what": one}
            for one in _shares(claimed.responder_fraction, target)
        ),
        *(_("lasts %(time)s") % {"time": _span(row)} for row in claimed.duration),
    ]


def _span(row: Span) -> str:
    return span_words(row.low, row.high, row.unit)


def _time(value: float, unit: str) -> str:
    return span_words(value, value, unit)


def _harm(row: Harm) -> str:
    what = library_text(row.what)
    return what if row.rate is None else f"{what} {share_range(row.rate, row.rate)}"


def _prices(low: float, high: float, currency: str) -> str:
    if low == high:
        return amount(low, currency)
    return _("%(low)s to %(high)s") % {
        "low": amount(low, "").strip(),
        "high": amount(high, currency),
    }


@cache
def _cost(kind: str) -> TreatmentCost | None:
    """By the catalogue's own price; always the same, and not free to compute."""
    from rubor.treatments.catalogue import treatment
    from rubor.treatments.cost import treatment_cost

    return treatment_cost(treatment(kind))


def _estimate(cost: TreatmentCost | None, name: str) -> str:
    known = None if cost is None else getattr(cost, name)
    return "" if cost is None or known is None else estimate_words(known, cost.currency)


# --- the page of an entry -----------------------------------------------------------------------


def _parts(found: Findings) -> dict[str, Any]:
    """Findings of one kind of source; None where there are none."""
    parts = {
        "mean_reduction": [_share_row(row) for row in found.mean_reduction],
        "responders": [_share_row(row) for row in found.responder_fraction],
        "findings": found.findings,
        "onset": [(_span(row), row) for row in found.onset],
        "duration": [(_span(row), row) for row in found.duration],
        "harms": [(_rate(row), row) for row in found.harms],
    }
    return {**parts, "any": any(parts.values())}


def _share_row(row: MeanReduction | ResponderFraction) -> dict[str, Any]:
    control = getattr(row, "control", None)
    return {
        "row": row,
        "target": target_words(row.target),
        "how": getattr(row, "measure", None) or getattr(row, "criterion", ""),
        "value": share_range(row.value, row.value),
        "interval": _interval(row),
        "control": "" if control is None else share_range(control, control),
    }


def _rate(row: Harm) -> dict[str, str]:
    return {
        "value": "" if row.rate is None else share_range(row.rate, row.rate),
        "interval": _interval(row),
        "control": "" if row.control is None else share_range(row.control, row.control),
    }


def _interval(row: MeanReduction | ResponderFraction | Harm) -> str:
    if row.low is None or row.high is None:
        return ""
    return share_range(row.low, row.high)


# --- the figure ---------------------------------------------------------------------------------


def _drawn(entry: Treatment) -> dict[str, Any]:
    cost = _cost(entry.id)
    per_year = None if cost is None else cost.per_year
    return {
        "title": library_text(entry.title),
        "mean_reduction": _marks("mean_reduction", entry),
        "responders": _marks("responder_fraction", entry),
        "duration": [
            {
                "low": row.low * _DAYS_IN[row.unit],
                "high": row.high * _DAYS_IN[row.unit],
                "claimed": claimed,
                "text": _span(row),
            }
            for findings, claimed in ((entry.published, False), (entry.claimed, True))
            for row in findings.duration
        ],
        "cost": (
            []
            if per_year is None or cost is None
            else [
                {
                    "value": per_year.median,
                    "low": per_year.interval_95[0],
                    "high": per_year.interval_95[1],
                    "claimed": False,
                    "text": estimate_words(per_year, cost.currency),
                }
            ]
        ),
    }


def _marks(name: str, entry: Treatment) -> list[dict[str, Any]]:
    return [
        {
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "target": row.target,
            "claimed": claimed,
            "text": f"{target_words(row.target)} {share_range(row.value, row.value)}",
        }
        for findings, claimed in ((entry.published, False), (entry.claimed, True))
        for row in getattr(findings, name)
    ]
