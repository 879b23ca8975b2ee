"""Treatments beside each other, one row each; published figures and claims in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rubor.treatments.catalogue import (
    Findings,
    Harm,
    MeanReduction,
    ResponderFraction,
    Span,
    Treatment,
)
from rubor.treatments.cost import CostEstimate, TreatmentCost, treatment_cost

__all__ = ["ComparisonRow", "compare", "money", "percent", "span_words"]


@dataclass(frozen=True)
class ComparisonRow:
    """One treatment in the words of a table; an empty text where nothing is known.

    Attributes:
        treatment: its id.
        title: in plain words.
        acts_on: complaint and effect.
        mean_reduction: published falls of a mean.
        responder_fraction: published shares of people.
        claimed: what clinics say of either, apart from what is published.
        onset, duration: published.
        washout: wait before a recording.
        harms: with rates.
        cost: per year, and per month of benefit; None where no price is known.
    """

    treatment: str
    title: str
    acts_on: str
    mean_reduction: str
    responder_fraction: str
    claimed: str
    onset: str
    duration: str
    washout: str
    harms: str
    cost: TreatmentCost | None


def compare(entries: Sequence[Treatment]) -> tuple[ComparisonRow, ...]:
    """The rows of a comparison, in the order of the entries.

    >>> from rubor.treatments.catalogue import treatment
    >>> compare([treatment("intense_pulsed_light")])[0].mean_reduction
    'resting redness 21 to 46 %; visible vessels 55 %'
    """
    return tuple(_row(entry) for entry in entries)


def _row(entry: Treatment) -> ComparisonRow:
    published, washout = entry.published, entry.washout
    return ComparisonRow(
        treatment=entry.id,
        title=entry.title,
        acts_on="; ".join(f"{_plain(row.target)}: {row.effect}" for row in entry.acts_on),
        mean_reduction=_shares(published.mean_reduction),
        responder_fraction=_shares(published.responder_fraction),
        claimed=_claims(entry.claimed),
        onset=_spans(published.onset),
        duration=_spans(published.duration),
        washout="" if washout is None else f"{washout.value:g} {washout.unit}",
        harms="; ".join(_harm(row) for row in published.harms),
        cost=treatment_cost(entry),
    )


def _shares(rows: Sequence[MeanReduction | ResponderFraction]) -> str:
    """Range of the values of each target."""
    words = []
    for target in dict.fromkeys(row.target for row in rows):
        values = [row.value for row in rows if row.target == target]
        words.append(
            f"{_plain(target)} {percent(min(values), max(values))}{_controls(rows, target)}"
        )
    return "; ".join(words)


def _controls(rows: Sequence[MeanReduction | ResponderFraction], target: str) -> str:
    """Shares of the control groups, where there were any."""
    values = [
        row.control
        for row in rows
        if isinstance(row, ResponderFraction) and row.target == target and row.control is not None
    ]
    return f" (control {percent(min(values), max(values))})" if values else ""


def _claims(claimed: Findings) -> str:
    parts = []
    if claimed.mean_reduction:
        parts.append(f"mean reduction: {_shares(claimed.mean_reduction)}")
    if claimed.responder_fraction:
        parts.append(f"share of people: {_shares(claimed.responder_fraction)}")
    if claimed.duration:
        parts.append(f"lasts {_spans(claimed.duration)}")
    return "; ".join(parts)


def _spans(rows: Sequence[Span]) -> str:
    return "; ".join(span_words(row) for row in rows)


def span_words(row: Span) -> str:
    """A stretch of time in words.

    >>> span_words(Span(low=3, high=6, unit="months", source="a study", strength="low"))
    '3 to 6 months'
    >>> span_words(Span(low=1, high=1, unit="years", source="a study", strength="low"))
    '1 year'
    """
    if row.low == row.high:
        return f"{row.low:g} {row.unit.removesuffix('s') if row.low == 1 else row.unit}"
    return f"{row.low:g} to {row.high:g} {row.unit}"


def _harm(row: Harm) -> str:
    return row.what if row.rate is None else f"{row.what} {percent(row.rate, row.rate)}"


def percent(low: float, high: float) -> str:
    """Shares as percent.

    >>> percent(0.043, 0.043), percent(0.2, 0.41)
    ('4 %', '20 to 41 %')
    """
    first, last = f"{low:.0%}".rstrip("%"), f"{high:.0%}".rstrip("%")
    return f"{first} %" if first == last else f"{first} to {last} %"


def _plain(target: str) -> str:
    return target.replace("_", " ")


def money(estimate: CostEstimate | None, currency: str) -> str:
    """A cost with its interval, rounded to what it is known to.

    >>> money(CostEstimate(1312.0, (610.0, 2680.0)), "GBP")
    'GBP 1300 (610 to 2700)'
    """
    if estimate is None:
        return "not known"
    low, high = (float(f"{limit:.2g}") for limit in estimate.interval_95)
    return f"{currency} {float(f'{estimate.median:.2g}'):.0f} ({low:.0f} to {high:.0f})"
