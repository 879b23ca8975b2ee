"""Why a verdict is what it is, and what would change it, in sentences."""

from __future__ import annotations

import math

from rubor.trials.comparison import MINIMUM_PER_PHASE, Comparison
from rubor.trials.phase_ratios import LEAST_BETWEEN_SD
from rubor.trials.posterior import Posterior
from rubor.trials.recordings_needed import MOST_RECORDINGS
from rubor.trials.reduction_limits import Reduction
from rubor.trials.verdict_rules import MEANINGFUL_PROBABILITY, VerdictWord

__all__ = ["percent", "reasons", "would_change_it"]


def percent(share: float) -> str:
    """A share in whole percent, with a true minus; a missing limit in words.

    >>> percent(0.504), percent(-0.2), percent(-math.inf)
    ('50 %', '−20 %', 'no limit')
    """
    if not math.isfinite(share):
        return "no limit"
    whole = round(100.0 * share)
    return f"{'−' if whole < 0 else ''}{abs(whole)} %"


def _probability(share: float) -> str:
    """A probability, never as a certainty.

    >>> _probability(0.972), _probability(0.9969)
    ('97 %', 'over 99 %')
    """
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else percent(share)


def _scatter(between_sd: float) -> str:
    """What the analysis takes for the least may be less."""
    least = between_sd <= LEAST_BETWEEN_SD * (1.0 + 1e-6)
    return f"{percent(between_sd)} or less" if least else percent(between_sd)


def reasons(
    word: VerdictWord,
    comparison: Comparison,
    reduction: Reduction,
    posterior: Posterior,
    smallest_meaningful: float,
) -> tuple[str, ...]:
    """The sentences behind a verdict, most important first."""
    unit = "pairs" if comparison.paired else "recordings"
    low, high = (percent(limit) for limit in reduction.always_valid_interval_95)
    once_low, once_high = (percent(limit) for limit in reduction.interval_95)
    likely = posterior.above(smallest_meaningful)
    smallest = percent(smallest_meaningful)
    told = {
        "works": f"The always-valid interval of the reduction, {low} to {high}, lies above 0, and a"
        f" reduction of at least {smallest} has a probability of {_probability(likely)}.",
        "worse": f"The always-valid interval of the reduction, {low} to {high}, lies below 0.",
        "no meaningful effect": f"The always-valid interval of the reduction, {low} to {high}, lies below"
        f" {smallest}, the smallest reduction that matters.",
        "not enough yet": f"The always-valid interval of the reduction is {low} to {high}, and a"
        f" reduction of at least {smallest} has a probability of {_probability(likely)}: neither an"
        " effect nor its absence is established.",
        "invalid": "The comparison does not stand.",
    }[word]
    counts = (
        f"It rests on {comparison.before} {unit}."
        if comparison.paired
        else f"It rests on {comparison.before} {unit} before and {comparison.after} after; the recording"
        " is the unit."
    )
    least = (
        f"Fewer than {MINIMUM_PER_PHASE} {unit} give no verdict."
        if comparison.paired
        else f"Fewer than {MINIMUM_PER_PHASE} {unit} in a phase give no verdict."
    )
    few = min(comparison.before, comparison.after) < MINIMUM_PER_PHASE
    return (
        *comparison.broken,
        told,
        f"Reduction {percent(reduction.value)}, 95 % interval {once_low} to {once_high} for one look.",
        counts,
        *((least,) if few else ()),
        f"Beyond the error of measuring, what is compared scatters by {_scatter(comparison.between_sd)}"
        " from recording to recording.",
        *comparison.notes,
    )


def would_change_it(
    word: VerdictWord, comparison: Comparison, needed: int | None, smallest_meaningful: float
) -> tuple[str, ...]:
    """What would change a verdict."""
    unit = "pairs" if comparison.paired else "follow-up recordings"
    if word == "invalid":
        return ("A trial in which the comparison stands.",)
    told = {
        "works": "Later recordings that bring the lower limit to 0, or the probability of a meaningful"
        f" reduction under {percent(MEANINGFUL_PROBABILITY)}.",
        "worse": "Later recordings that bring the upper limit above 0.",
        "no meaningful effect": "Later recordings that bring the upper limit above"
        f" {percent(smallest_meaningful)}.",
        "not enough yet": _more_needed(needed, unit),
    }[word]
    return (told,)


def _more_needed(needed: int | None, unit: str) -> str:
    if needed is None:
        return (
            f"Even {MOST_RECORDINGS} more {unit} like those so far would hardly settle it: less scatter"
            " between recordings (the same task, light and place), a new trial with more recordings"
            " before the treatment, or a design that compares sides."
        )
    if needed == 1:
        return f"About 1 more {unit[:-1]}, if it resembles those so far."
    return f"About {needed} more {unit}, if they resemble those so far."
