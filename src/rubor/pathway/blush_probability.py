"""How likely the sudden redness is a blush: from answers, and a little from recordings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rubor.pathway.answers import Answers
from rubor.pathway.conditions import holds
from rubor.pathway.suitability_rules import SuitabilityRules

if TYPE_CHECKING:
    from rubor.pathway.measured_evidence import MeasuredEvidence

__all__ = ["BlushProbability", "blush_probability"]


@dataclass(frozen=True)
class BlushProbability:
    """A probability, never a label.

    Attributes:
        value: of a blush, 0..1; None where nothing is known that speaks either way.
        could_be: lowest and highest that it can become once everything is answered.
        findings: what it rests on, in words with points.
        source, strength: of the points.
    """

    value: float | None
    could_be: tuple[float, float]
    findings: tuple[str, ...]
    source: str
    strength: str


def blush_probability(
    answers: Answers, measured: MeasuredEvidence | None, rules: SuitabilityRules
) -> BlushProbability:
    """Add up what is known.

    Args:
        answers: of the person.
        measured: of recordings; None: there are none. It shifts the answers by a limited amount.
        rules: the points.
    """
    points, lowest, highest, known = 0.0, 0.0, 0.0, False
    findings = []
    for piece in rules.evidence:
        there = holds(piece.when, answers.given, answers.scores, {}).value
        known = known or there is not None
        if there:
            points += piece.points
            findings.append(f"{piece.finding} ({piece.points:+g})")
        elif there is None:
            lowest, highest = lowest + min(piece.points, 0.0), highest + max(piece.points, 0.0)
    odds_ln = points * rules.odds_ln_per_point
    if measured is not None and measured.blush_probability is not None:
        found = measured.blush_probability
        most = rules.most_odds_ln.value
        shift = min(max(math.log(max(found, 1e-6) / max(1.0 - found, 1e-6)), -most), most)
        odds_ln += shift
        known = True
        findings.append(
            f"{measured.episodes} measured episode{'' if measured.episodes == 1 else 's'}: blush"
            f" {found:.2f} ({shift / rules.odds_ln_per_point:+.1f})"
        )
    reach = rules.odds_ln_per_point
    return BlushProbability(
        value=_probability(odds_ln) if known else None,
        could_be=(_probability(odds_ln + reach * lowest), _probability(odds_ln + reach * highest)),
        findings=tuple(findings),
        source=rules.probability_source,
        strength=rules.probability_strength,
    )


def _probability(odds_ln: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds_ln))
