"""What a treatment costs per year, and per month in which it helps, with the uncertainty of both.

Prices are read as ranges that hold 95 % of what is asked, durations differ between people, and a month of
benefit is one that a responder has: what is paid for the others is part of its price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from rubor.errors import InputError
from rubor.treatments.catalogue import Sequence, Treatment
from rubor.treatments.priors import Prior, treatment_priors

__all__ = ["CostEstimate", "TreatmentCost", "sequence_cost", "treatment_cost"]

FloatArray = npt.NDArray[np.float64]

_DRAWS: Final = 20_000
_SEED: Final = 20_260_301
_MONTHS: Final = 12.0
_WEEKS_PER_MONTH: Final = 365.25 / 12.0 / 7.0
# Half the width of a 95 % interval in standard deviations.
_REACH: Final = float(ndtri(0.975))


@dataclass(frozen=True)
class CostEstimate:
    """A cost in the currency of the price.

    Attributes:
        median: of people who may be charged and respond differently.
        interval_95: 95 % of them.
    """

    median: float
    interval_95: tuple[float, float]


@dataclass(frozen=True)
class TreatmentCost:
    """What it costs.

    Attributes:
        currency: three letters.
        year: of the price.
        price: what one unit costs, low and high.
        per: the unit.
        per_year: None where how long it lasts is not known.
        per_benefit_month: cost over the months in which a responder is helped; None where the share
            of responders or the duration is not known.
        benefit_target: what is helped; a month free of blushing where it is "blush".
        benefit_criterion: who counts as helped.
        reasons: why a number is missing.
        sources: what the numbers rest on, each with its strength.
    """

    currency: str
    year: str
    price: tuple[float, float]
    per: str
    per_year: CostEstimate | None
    per_benefit_month: CostEstimate | None
    benefit_target: str | None
    benefit_criterion: str | None
    reasons: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def per_blush_free_month(self) -> CostEstimate | None:
        """`per_benefit_month` where the benefit is of blushing; None otherwise."""
        return self.per_benefit_month if self.benefit_target == "blush" else None


def treatment_cost(
    entry: Treatment,
    price: tuple[float, float] | None = None,
    seed: int = _SEED,
    *,
    lasts: Prior | None = None,
) -> TreatmentCost | None:
    """The cost of a treatment.

    Args:
        entry: of the catalogue.
        price: what your clinic asks for one unit, low and high; None: that of the catalogue.
        seed: of the draws that carry the uncertainty.
        lasts: how long it lasts in this person, months, where that was measured; None: in people.

    Returns:
        The cost; None where no price is known.

    Raises:
        InputError: a price that cannot be, or none to replace.

    >>> from rubor.treatments.catalogue import treatment
    >>> cost = treatment_cost(treatment("botulinum_toxin"), price=(350.0, 350.0))
    >>> round(cost.per_year.median, -2)
    1300.0
    """
    known = entry.cost
    if known is None:
        if price is not None:
            raise InputError(
                f"For {entry.id} it is not known what is paid for, and how often.",
                "Leave the price out.",
            )
        return None
    low, high = _checked(price or (known.low, known.high))
    random = np.random.default_rng(seed)
    durations = _durations(lasts or entry.lasts_months, random)
    per_year = _per_year(entry, low, high, durations, random)
    benefit, reasons = entry.benefit, []
    if per_year is None:
        reasons.append("How long it lasts is not known.")
    if benefit is None:
        reasons.append("No share of people who are helped is known.")
    per_month = None
    if per_year is not None and benefit is not None:
        helped = random.beta(*benefit.beta, _DRAWS)
        per_month = per_year / (helped * _helped_months(entry, durations))
    return TreatmentCost(
        currency=known.currency,
        year=known.year if price is None else "as given",
        price=(low, high),
        per=known.per,
        per_year=_estimate(per_year),
        per_benefit_month=_estimate(per_month),
        benefit_target=None if benefit is None else benefit.target,
        benefit_criterion=None if benefit is None else benefit.criterion,
        reasons=tuple(reasons),
        sources=_sources(entry, lasts or entry.lasts_months, own_price=price is not None),
    )


def sequence_cost(entry: Sequence, treatments: dict[str, Treatment]) -> CostEstimate | None:
    """The cost of the first course of every step of a sequence, one after the other.

    Args:
        entry: the sequence.
        treatments: the catalogue, by id.

    Returns:
        The sum, each step drawn by itself; None where a price is not known.
    """
    total = np.zeros(_DRAWS)
    for number, step in enumerate(entry.steps):
        cost = treatments[step.treatment].cost
        if cost is None:
            return None
        random = np.random.default_rng([_SEED, number])
        total += _course(cost.low, cost.high, (cost.sessions_low, cost.sessions_high), random)
    return _estimate(total)


def _checked(price: tuple[float, float]) -> tuple[float, float]:
    low, high = price
    if not (np.isfinite(low) and np.isfinite(high) and 0.0 < low <= high):
        raise InputError(
            f"A price from {low:g} to {high:g} cannot be.",
            "Give a price above 0, or a range such as 300-500.",
        )
    return float(low), float(high)


def _durations(lasts: Prior | None, random: np.random.Generator) -> FloatArray | None:
    """Of one course, by person, months; None where it is not known."""
    if lasts is None:
        return None
    return np.asarray(lasts.centre * np.exp(lasts.spread * random.standard_normal(_DRAWS)))


def _per_year(
    entry: Treatment,
    low: float,
    high: float,
    durations: FloatArray | None,
    random: np.random.Generator,
) -> FloatArray | None:
    known = entry.cost
    if known is None or known.per == "item":
        return None
    if known.per == "month":
        return _spread(low, high, random) * _MONTHS
    if durations is None:
        return None
    course = _course(low, high, (known.sessions_low, known.sessions_high), random)
    return course * _MONTHS / _interval_months(entry, durations)


def _helped_months(entry: Treatment, durations: FloatArray | None) -> FloatArray:
    """Months of a year in which a responder is helped.

    A session is not repeated before the shortest interval, so that a short effect leaves gaps.
    """
    if durations is None:
        return np.full(_DRAWS, _MONTHS)
    return _MONTHS * durations / _interval_months(entry, durations)


def _interval_months(entry: Treatment, durations: FloatArray) -> FloatArray:
    """From one course to the next: when it has worn off, and not before it may be repeated."""
    weeks = (
        None if entry.priors is None else treatment_priors(entry.priors).earliest_retreatment_weeks
    )
    return durations if weeks is None else np.maximum(durations, weeks / _WEEKS_PER_MONTH)


def _course(
    low: float, high: float, sessions: tuple[float, float], random: np.random.Generator
) -> FloatArray:
    return _spread(low, high, random) * _spread(*sessions, random)


def _spread(low: float, high: float, random: np.random.Generator) -> FloatArray:
    """A lognormal of which 95 % lies between the two."""
    middle, width = 0.5 * np.log(low * high), np.log(high / low) / (2.0 * _REACH)
    return np.asarray(np.exp(middle + width * random.standard_normal(_DRAWS)))


def _estimate(draws: FloatArray | None) -> CostEstimate | None:
    if draws is None:
        return None
    low, median, high = np.quantile(draws, (0.025, 0.5, 0.975))
    return CostEstimate(float(median), (float(low), float(high)))


def _sources(
    entry: Treatment, lasts: Prior | None, *, own_price: bool
) -> tuple[tuple[str, str], ...]:
    found = []
    if entry.cost is not None:
        found.append(
            ("the price that was given", "own")
            if own_price
            else (f"price: {entry.cost.source}", entry.cost.strength)
        )
    if lasts is not None:
        found.append((f"duration: {lasts.source}", lasts.strength))
    if entry.benefit is not None:
        found.append((f"who is helped: {entry.benefit.source}", entry.benefit.strength))
    return tuple(found)
