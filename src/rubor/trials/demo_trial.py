"""The trial of the simulated person: as it is begun, and what is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final

from rubor.simulation.demo_trial import FIRST_DAY, DemoVisit, demo_visits
from rubor.trials.assignment import draw_side
from rubor.trials.compared_area import compared_regions
from rubor.trials.comparison_rules import comparison_rules, usual_window
from rubor.trials.trial import Trial, TrialEvent

__all__ = ["begin_demo_trial", "true_reduction_in_window", "visits_of"]

_SEED: Final = 1


def begin_demo_trial() -> Trial:
    """The trial as it is fixed before the first recording: split-face, the toxin, cheeks."""
    at = datetime.combine(FIRST_DAY, time(9), UTC)
    return Trial(
        name="simulated person",
        design="split-face",
        treatment="botulinum_toxin",
        compared=compared_regions(["cheek"], between_sides=True),
        smallest_effect=comparison_rules().smallest_effect,
        window=usual_window("botulinum_toxin"),
        draws=(draw_side(_SEED, at),),
        events=(TrialEvent("created", at), TrialEvent("drawn", at, "first draw")),
    )


def visits_of(trial: Trial) -> tuple[DemoVisit, ...]:
    """What the person records, with the effect on the side that the trial has drawn."""
    assert trial.assignment is not None
    return demo_visits("left" if trial.assignment.drawn == ("left",) else "right", _SEED)


def true_reduction_in_window(visits: Sequence[DemoVisit], trial: Trial) -> float:
    """Mean of the true reductions on the days that count for the verdict.

    >>> trial = begin_demo_trial()
    >>> round(true_reduction_in_window(visits_of(trial), trial), 2)
    0.69
    """
    counted = [
        visit.reduction
        for visit in visits
        if trial.window.holds((visit.day - visit.treated_on).days)
    ]
    return sum(counted) / len(counted)
