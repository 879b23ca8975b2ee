"""The rules of suitability, read from `suitability_rules.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rubor.pathway.conditions import Condition

__all__ = ["Evidence", "MeasuredLimit", "Rule", "SuitabilityRules", "suitability_rules"]

Urgency = Literal["emergency", "today", "soon"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: stable name, unlike that of any other rule.
        what: what to do.
        why: the reason.
        source, strength: what it rests on.
        when: its condition.
        urgency: of a rule that stops; None otherwise.
        place: order within the pathway; 0 where there is none.
        treatments: ids in the catalogue.
    """

    id: str
    what: str
    why: str
    source: str
    strength: str
    when: Condition
    urgency: Urgency | None = None
    place: int = 0
    treatments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What speaks for a blush (points above 0) or for a flush (below)."""

    id: str
    points: float
    finding: str
    source: str
    strength: str
    when: Condition


@dataclass(frozen=True)
class MeasuredLimit:
    """How much a recording may say, or from where on it says something."""

    value: float
    why: str
    source: str
    strength: str


@dataclass(frozen=True)
class SuitabilityRules:
    """All of them.

    Attributes:
        version: of the rules.
        stop: see a doctor, and nothing else.
        cause: see about this first, or beside.
        contraindication: condition of each contraindication of the catalogue, by its id.
        step: the pathway in its order.
        evidence: of a blush against a flush.
        odds_ln_per_point: of the evidence, natural logarithm of the odds.
        probability_source, probability_strength: what the points rest on.
        most_odds_ln: by which a recording may shift that.
        redder_from: contrast at rest, log10(R/G), from which a recording is called red.
    """

    version: int
    stop: tuple[Rule, ...]
    cause: tuple[Rule, ...]
    contraindication: Mapping[str, Condition]
    step: tuple[Rule, ...]
    evidence: tuple[Evidence, ...]
    odds_ln_per_point: float
    probability_source: str
    probability_strength: str
    most_odds_ln: MeasuredLimit
    redder_from: MeasuredLimit


@cache
def suitability_rules() -> SuitabilityRules:
    """The rules that Rubor ships.

    >>> suitability_rules().stop[0].id
    'swelling_or_breathlessness'
    """
    text = (files("rubor.pathway") / "data" / "suitability_rules.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    blush, measured = table["blush_probability"], table["measured"]
    return SuitabilityRules(
        version=table["version"],
        stop=_rules(table["stop"]),
        cause=_rules(table["cause"]),
        contraindication=table["contraindication"],
        step=tuple(sorted(_rules(table["step"]), key=lambda rule: rule.place)),
        evidence=tuple(Evidence(**row) for row in blush["evidence"]),
        odds_ln_per_point=blush["odds_ln_per_point"],
        probability_source=blush["source"],
        probability_strength=blush["strength"],
        most_odds_ln=_limit(measured["blush_probability"], "most_odds_ln"),
        redder_from=_limit(measured["resting_redness"], "redder_from"),
    )


def _rules(rows: list[dict[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule(**{**row, "treatments": tuple(row.get("treatments", ()))}) for row in rows)


def _limit(row: dict[str, Any], name: str) -> MeasuredLimit:
    return MeasuredLimit(row[name], row["why"], row["source"], row["strength"])
