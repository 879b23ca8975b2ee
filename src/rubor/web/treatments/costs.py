"""What treatments have cost so far, and what they cost a year by the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rubor.web.treatments.models import Treatment
from rubor.web.treatments.words import amount, estimate_words

if TYPE_CHECKING:
    from rubor.treatments.cost import TreatmentCost
    from rubor.treatments.priors import Prior

__all__ = ["KindCost", "kind_costs", "total_words"]


@dataclass(frozen=True)
class KindCost:
    """What one kind of treatment costs.

    Attributes:
        kind: of the catalogue, or another.
        sessions: how many there were.
        unpriced: how many have no price.
        paid: the sum of each currency, in words.
        cost: by the library; None where no price is known.
        currency: of `cost`.
        own_price: whether it rests on the prices that were noted.
        own_duration: whether it rests on the duration that a trial measured.
    """

    kind: str
    sessions: int
    unpriced: int
    paid: tuple[str, ...]
    cost: TreatmentCost | None
    currency: str
    own_price: bool
    own_duration: bool

    @property
    def per_year(self) -> str:
        """With its interval; empty where not known."""
        known = None if self.cost is None else self.cost.per_year
        return "" if known is None else estimate_words(known, self.currency)

    @property
    def per_benefit_month(self) -> str:
        """Per month in which somebody who responds is helped; likewise."""
        known = None if self.cost is None else self.cost.per_benefit_month
        return "" if known is None else estimate_words(known, self.currency)


def kind_costs(
    treatments: Sequence[Treatment], durations: dict[str, Prior | None]
) -> list[KindCost]:
    """The costs of every kind of treatment that took place.

    Args:
        treatments: all of a person, the newest first.
        durations: of a kind, how long it lasts in this person, where a trial has measured it.
    """
    kinds = dict.fromkeys(one.kind for one in treatments)
    return [
        _kind_cost(kind, [one for one in treatments if one.kind == kind], durations.get(kind))
        for kind in kinds
    ]


def total_words(treatments: Iterable[Treatment]) -> tuple[str, ...]:
    """The sum of each currency."""
    sums: dict[str, float] = {}
    for one in treatments:
        if one.price is not None:
            sums[one.currency] = sums.get(one.currency, 0.0) + float(one.price)
    return tuple(amount(value, currency) for currency, value in sums.items())


def _kind_cost(kind: str, rows: Sequence[Treatment], lasts: Prior | None) -> KindCost:
    from rubor.treatments.catalogue import catalogue
    from rubor.treatments.cost import treatment_cost

    entry = next((entry for entry in catalogue() if entry.id == kind), None)
    priced = [one for one in rows if one.price]
    # Prices in the currency of the newest one; others cannot be put beside it.
    currency = priced[0].currency if priced else ""
    own = [float(one.price or 0) for one in priced if one.currency == currency]
    cost = None
    if entry is not None and entry.cost is not None:
        price = (min(own), max(own)) if own else None
        cost = treatment_cost(entry, price, lasts=lasts)
    return KindCost(
        kind=kind,
        sessions=len(rows),
        unpriced=sum(one.price is None for one in rows),
        paid=total_words(rows),
        cost=cost,
        currency=currency if own else (cost.currency if cost is not None else ""),
        own_price=bool(own),
        own_duration=lasts is not None,
    )
