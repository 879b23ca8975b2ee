"""Planning: how likely a design finds an effect, before anyone is injected.

Trials are simulated and analysed by the very functions that analyse a person's own, so that the answer
holds for the always-valid verdict and not for some simpler test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.treatments import Prior
from rubor.trials.alternating import Pairs
from rubor.trials.before_after import UntreatedCourse, expected_course, usual_course
from rubor.trials.comparison import MINIMUM_PER_PHASE
from rubor.trials.contrast import Contrast
from rubor.trials.phase_ratios import Series, phase_ratios
from rubor.trials.response_table import DESIGNS, Design
from rubor.trials.simulated_trials import (
    TrialNoise,
    simulated_alternating,
    simulated_before_after,
    simulated_split_face,
    until_look,
)
from rubor.trials.verdict_rules import decide

__all__ = ["Power", "Question", "recordings_for_power", "trial_power"]

BoolArray = npt.NDArray[np.bool_]
ObjectArray = npt.NDArray[np.object_]

_FOLLOW_UPS: Final = (3, 4, 5, 6, 8, 10, 12, 16, 20)
_PAIRS: Final = (4, 6, 8, 10, 12, 16, 20, 30)


@dataclass(frozen=True)
class Question:
    """What is planned.

    Attributes:
        design: split-face, before-after or alternating.
        before: recordings before the treatment; not for alternating.
        after: recordings after it, in its window; pairs for alternating.
        reduction: the true reduction that is supposed.
        smallest_meaningful: the smallest reduction that matters.
        noise: of the person, stated or measured.
        prior: of the reduction; None switches it off.
        course: what the analysis of a before-after trial takes off.
    """

    design: Design
    before: int
    after: int
    reduction: float
    smallest_meaningful: float = 0.25
    noise: TrialNoise = field(default_factory=TrialNoise)
    prior: Prior | None = None
    course: UntreatedCourse = field(default_factory=usual_course)

    def __post_init__(self) -> None:
        if self.design not in DESIGNS:
            raise InputError(
                f"There is no design '{self.design}'.", f"Choose one of {', '.join(DESIGNS)}."
            )
        least = self.after if self.design == "alternating" else min(self.before, self.after)
        if least < MINIMUM_PER_PHASE:
            raise InputError(
                f"{least} recordings in a phase give no verdict.",
                f"Plan at least {MINIMUM_PER_PHASE}.",
            )


@dataclass(frozen=True)
class Power:
    """How often each verdict comes out, as shares of the simulated trials.

    Attributes:
        works: `works` at the last recording.
        works_at_any_look: `works` at some look, if the page is opened after every recording.
        no_meaningful_effect: at the last recording.
        worse: at the last recording.
        not_enough_yet: at the last recording.
        interval_covers: how often `interval_95` holds the true reduction, at the last recording.
        trials: how many were simulated.
    """

    works: float
    works_at_any_look: float
    no_meaningful_effect: float
    worse: float
    not_enough_yet: float
    interval_covers: float
    trials: int


def trial_power(question: Question, trials: int = 1000, seed: int = 0) -> Power:
    """Simulate what is planned and count the verdicts.

    Args:
        question: the plan.
        trials: how many to simulate; 1000 tell a share to within 3 %.
        seed: of the random numbers.

    Returns:
        The shares.

    >>> plan = Question("split-face", before=4, after=5, reduction=0.5, noise=TrialNoise(side_sd=0.1))
    >>> trial_power(plan, trials=200).works > 0.8
    True
    """
    trial = _simulated(question, trials, np.random.default_rng(seed))
    last = _words_at(question, trial, question.after, np.ones(trials, dtype=np.bool_))
    works = last == "works"
    ever = works.copy()
    for look in range(MINIMUM_PER_PHASE, question.after):
        words = _words_at(question, trial, look, ~ever)
        ever |= words == "works"
    return Power(
        works=float(np.mean(works)),
        works_at_any_look=float(np.mean(ever)),
        no_meaningful_effect=float(np.mean(last == "no meaningful effect")),
        worse=float(np.mean(last == "worse")),
        not_enough_yet=float(np.mean(last == "not enough yet")),
        interval_covers=_coverage(question, trial),
        trials=trials,
    )


def recordings_for_power(
    question: Question,
    target: float = 0.8,
    trials: int = 1000,
    seed: int = 0,
    candidates: Sequence[int] = (),
) -> tuple[int | None, float]:
    """Least number of follow-up recordings (pairs, if alternating) that reaches a power.

    Args:
        question: the plan; its `after` is not used.
        target: share of trials that shall end with `works`.
        trials: how many to simulate for each number.
        seed: of the random numbers.
        candidates: numbers to try, rising; empty: up to 20 recordings or 30 pairs.

    Returns:
        The number and the power there; None and the highest power found if the target is not within
        reach. Before-after, more recordings can lower it: what habituation does grows with their number.
    """
    usual = _PAIRS if question.design == "alternating" else _FOLLOW_UPS
    highest = 0.0
    for after in candidates or usual:
        plan = replace(question, after=after)
        trial = _simulated(plan, trials, np.random.default_rng(seed))
        words = _words_at(plan, trial, after, np.ones(trials, dtype=np.bool_))
        reached = float(np.mean(words == "works"))
        if reached >= target:
            return after, reached
        highest = max(highest, reached)
    return None, highest


def _simulated(question: Question, trials: int, generator: np.random.Generator) -> Series | Pairs:
    if question.design == "alternating":
        return simulated_alternating(
            question.noise, question.after, question.reduction, trials, generator
        )
    simulated = simulated_split_face if question.design == "split-face" else simulated_before_after
    sizes = (question.before, question.after, question.reduction, trials, generator)
    return simulated(question.noise, *sizes)


def _contrast_at(
    question: Question, trial: Series | Pairs, look: int, chosen: BoolArray
) -> tuple[Contrast | None, BoolArray]:
    """Contrast of the chosen trials at a look, and which of them have enough recordings."""
    if isinstance(trial, Pairs):
        return trial.first(look).chosen(chosen) if chosen.any() else None, chosen
    series = until_look(trial, question.before, look)
    counts = [np.sum(series.present & phase, axis=-1) for phase in (series.after, ~series.after)]
    enough = chosen & (np.minimum(*counts) >= MINIMUM_PER_PHASE)
    if not enough.any():
        return None, enough
    series = series.chosen(enough)
    if question.design == "split-face":
        return phase_ratios(series), enough
    expected, systematic_sd = expected_course(series.after, series.present, question.course)
    return phase_ratios(replace(series, untreated=expected), systematic_sd), enough


def _words_at(
    question: Question, trial: Series | Pairs, look: int, chosen: BoolArray
) -> ObjectArray:
    words = np.full(len(chosen), "not enough yet", dtype=object)
    contrast, enough = _contrast_at(question, trial, look, chosen)
    if contrast is not None:
        number = np.ones(int(enough.sum()), dtype=np.bool_)
        words[enough] = decide(contrast, question.smallest_meaningful, question.prior, number)
    return words


def _coverage(question: Question, trial: Series | Pairs) -> float:
    """Share of trials of which `interval_95` holds the truth, tested where the truth is."""
    everyone = np.ones(len(trial.treated), dtype=np.bool_)
    contrast, enough = _contrast_at(question, trial, question.after, everyone)
    if contrast is None:
        return float("nan")
    kept = np.full((int(enough.sum()), 1), 1.0 - question.reduction)
    chance = contrast.at(kept).chance_below()
    return float(np.mean((chance > 0.025) & (chance < 0.975)))
