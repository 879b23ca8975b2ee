"""Before-after: one number per recording, judged against what would have changed anyway.

People begin in a bad spell (regression to the mean), respond less each time a task is repeated
(habituation, a trend) and improve without an effective treatment. None of these can be told from an
effect by recordings of one face, so their expected size is taken off and their uncertainty is added
to the interval; it does not shrink with more recordings. The claim is `changed`, unless the date of
the treatment was drawn at random among candidates and the drawn one stands out from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.errors import InputError
from rubor.treatments import Prior, common_priors
from rubor.trials.comparison import Comparison, check_counts
from rubor.trials.comparison_rules import Window
from rubor.trials.non_overlap import kendall_s
from rubor.trials.phase_ratios import Series, phase_ratios
from rubor.trials.response_table import Recordings

__all__ = [
    "CAUSED_UP_TO_P",
    "UntreatedCourse",
    "compare_phases",
    "course_series",
    "expected_course",
    "start_date_p",
    "usual_course",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_FALLING: Final = -0.6

CAUSED_UP_TO_P: Final = 1.0 / 3.0
"""Largest p of the drawn date at which a change is said to be caused: a judgement.

The drawn date must stand out from two others at least. With a handful of recordings, candidates between
the same two of them cannot be told apart, so that the usual 0.05 is out of reach; p itself is stated.
"""


@dataclass(frozen=True)
class UntreatedCourse:
    """What would change without an effect, as normal priors; None switches one off.

    Attributes:
        improvement: share by which responses fall after any treatment.
        habituation: share by which each recording lowers the next one's response.
        regression_to_the_mean: share by which the baseline mean lies above the person's usual.
    """

    improvement: Prior | None
    habituation: Prior | None
    regression_to_the_mean: Prior | None

    def described(self) -> str:
        """The priors in words, for the reasons of a verdict."""
        parts = (
            ("improvement without effect", self.improvement),
            ("habituation per recording", self.habituation),
            ("regression to the mean", self.regression_to_the_mean),
        )
        shown = [
            f"{name} {100 * prior.centre:.0f} ± {100 * prior.spread:.0f} %"
            for name, prior in parts
            if prior is not None
        ]
        return f"Taken off as expected anyway: {', '.join(shown) or 'nothing'}."


def usual_course() -> UntreatedCourse:
    """The course of `rubor.treatments`.

    >>> print(usual_course().described())
    Taken off as expected anyway: improvement without effect 15 ± 15 %, habituation per recording
    3 ± 3 %, regression to the mean 8 ± 8 %.
    """
    common = common_priors()
    return UntreatedCourse(
        common.untreated_improvement,
        common.habituation_per_recording,
        common.regression_to_the_mean,
    )


def expected_course(
    after: BoolArray, present: BoolArray, course: UntreatedCourse
) -> tuple[FloatArray, FloatArray]:
    """Expected response of each recording without an effect, and how unsure the change is.

    Args:
        after: whether a recording is of the later phase, in order of time, shape (trials, recordings).
        present: whether it was made.
        course: the priors.

    Returns:
        The response relative to the person's usual, shape (trials, recordings), and the standard
        deviation of the change between the phases as a share, shape (trials,).
    """
    number = np.cumsum(present, axis=-1) - 1.0
    expected = np.ones(after.shape)
    variance = np.zeros(len(after))
    if course.regression_to_the_mean is not None:
        rise = 1.0 + course.regression_to_the_mean.centre
        expected = expected * np.where(after, 1.0, rise)
        variance = variance + (course.regression_to_the_mean.spread / rise) ** 2
    if course.habituation is not None:
        kept = 1.0 - course.habituation.centre
        expected = expected * kept**number
        late = np.sum(number * (after & present), axis=-1) / np.sum(after & present, axis=-1)
        early = np.sum(number * (~after & present), axis=-1) / np.sum(~after & present, axis=-1)
        variance = variance + (course.habituation.spread / kept * (late - early)) ** 2
    if course.improvement is not None:
        left = 1.0 - course.improvement.centre
        expected = expected * np.where(after, left, 1.0)
        variance = variance + (course.improvement.spread / left) ** 2
    return expected, np.sqrt(variance)


def course_series(recordings: Recordings, course: UntreatedCourse) -> tuple[Series, FloatArray]:
    """The recordings as arrays of one trial, against the expected course; and its systematic SD."""
    after = recordings.after[None]
    present = np.ones_like(after)
    expected, systematic_sd = expected_course(after, present, course)
    series = Series(
        treated=recordings.treated[None],
        treated_sd=recordings.treated_sd[None],
        untreated=expected,
        untreated_sd=np.zeros_like(expected),
        after=after,
        present=present,
        day=recordings.date.astype(np.float64)[None],
    )
    return series, systematic_sd


def compare_phases(
    recordings: Recordings, course: UntreatedCourse, start_p: float | None = None
) -> Comparison:
    """Compare the phases of a before-after trial.

    Args:
        recordings: one number each, in order of date.
        course: what would change anyway.
        start_p: of `start_date_p` where the date of the treatment was drawn; else None.

    Returns:
        The comparison.

    Raises:
        InputError: fewer than two recordings in a phase.
    """
    counts = int(np.sum(~recordings.after)), int(np.sum(recordings.after))
    check_counts(*counts)
    ratios = phase_ratios(*course_series(recordings, course))
    return Comparison(
        contrast=ratios,
        before=counts[0],
        after=counts[1],
        between_sd=float(ratios.between_sd[0]),
        claim="caused" if start_p is not None and start_p <= CAUSED_UP_TO_P else "changed",
        randomisation_p=start_p,
        randomisation_note=_randomisation_note(start_p),
        notes=(course.described(), *_falling_baseline(recordings)),
    )


def _randomisation_note(start_p: float | None) -> str:
    if start_p is None:
        return (
            "Nothing was drawn at random, so that there is no randomisation test and other causes of a"
            " change are not excluded."
        )
    note = (
        "The date of the treatment was drawn: share of the candidate dates at which the fall would have"
        " been as large."
    )
    if start_p > CAUSED_UP_TO_P:
        note += (
            " The drawn date does not stand out from at least two others, so that other causes are not"
            " excluded."
        )
    return note


def start_date_p(
    recordings: Recordings, treated_on: date, candidates: Sequence[date], window: Window
) -> float:
    """Randomisation test of a start date that was drawn among candidates.

    Statistic: mean response after over mean response before, each candidate with its own window; p is
    the share of the candidates, the true one among them, with a statistic at most that of the true
    one. Candidates with fewer than two recordings in a phase count against the treatment.

    Args:
        recordings: one number each, of all days.
        treated_on: the date that was drawn.
        candidates: all dates it was drawn from.
        window: when recordings count after the treatment.

    Returns:
        p, at least one over the number of candidates.

    Raises:
        InputError: the date of the treatment is none of the candidates.
    """
    if treated_on not in candidates:
        raise InputError(
            f"The treatment of {treated_on} is none of the candidate dates.",
            "Give all dates that were drawn from, or none.",
        )
    observed = _ratio_at(recordings, treated_on, window)
    others = [_ratio_at(recordings, day, window) for day in candidates]
    return float(np.mean([not value > observed for value in others]))


def _ratio_at(recordings: Recordings, day: date, window: Window) -> float:
    days = (recordings.date - np.datetime64(day, "D")).astype(np.int64)
    before, after = days <= 0, (days >= window.start_days) & (days <= window.end_days)
    if before.sum() < 2 or after.sum() < 2:
        return float("nan")
    earlier = float(recordings.treated[before].mean())
    return float(recordings.treated[after].mean()) / earlier if earlier > 0 else float("nan")


def _falling_baseline(recordings: Recordings) -> tuple[str, ...]:
    baseline = recordings.treated[~recordings.after]
    pairs = len(baseline) * (len(baseline) - 1) / 2
    if len(baseline) < 4 or kendall_s(baseline) / pairs > _FALLING:
        return ()
    return (
        "Responses were already falling before the treatment; the model takes off only the expected"
        " part of that.",
    )
