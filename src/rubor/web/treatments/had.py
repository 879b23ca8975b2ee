"""The treatments that a person had, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from rubor.web.treatments.costs import KindCost
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.wear_off import OpenedAnswer

if TYPE_CHECKING:
    from rubor.web.diary.courses import NotedCourse

__all__ = ["HadTreatment", "had_treatments"]


@dataclass(frozen=True)
class HadTreatment:
    """One kind of treatment.

    Attributes:
        kind: of the catalogue, or another.
        treatments: its sessions, the newest first.
        answers: of its trials, those that were opened.
        closed_trials: how many trials are not opened yet.
        effects: side effects that were noted, each with how bad it was at its worst (0 to 10) and
            whether it is still there.
        cost: what it costs.
    """

    kind: str
    treatments: tuple[Treatment, ...]
    answers: tuple[OpenedAnswer, ...]
    closed_trials: int
    effects: tuple[tuple[str, int, bool], ...]
    cost: KindCost


def had_treatments(
    treatments: Sequence[Treatment],
    answers: Mapping[UUID, OpenedAnswer],
    courses: Mapping[UUID, Sequence[NotedCourse]],
    costs: Sequence[KindCost],
) -> list[HadTreatment]:
    """Rows of the comparison.

    Args:
        treatments: all of a person, the newest first.
        answers: opened answers, by the trial's key.
        courses: side effects that were noted, by the treatment's key.
        costs: of each kind.
    """
    return [
        _had([one for one in treatments if one.kind == cost.kind], answers, courses, cost)
        for cost in costs
    ]


def _had(
    rows: Sequence[Treatment],
    answers: Mapping[UUID, OpenedAnswer],
    courses: Mapping[UUID, Sequence[NotedCourse]],
    cost: KindCost,
) -> HadTreatment:
    trials = dict.fromkeys(one.trial_id for one in rows if one.trial_id is not None)
    opened = tuple(answers[key] for key in trials if key in answers)
    worst: dict[str, tuple[int, bool]] = {}
    for one in rows:
        for noted in courses.get(one.pk, ()):
            most = max(entry.severity or 0 for entry in noted.entries)
            before, there = worst.get(noted.effect.label, (0, False))
            worst[noted.effect.label] = (max(most, before), there or noted.open)
    return HadTreatment(
        cost.kind,
        tuple(rows),
        opened,
        len(trials) - len(opened),
        tuple((label, most, there) for label, (most, there) in worst.items()),
        cost,
    )
