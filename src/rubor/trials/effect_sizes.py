"""Sizes of a change between two phases, for comparison with what others publish.

- standardised mean difference: Gingerich WJ. J Appl Behav Sci 1984;20:71-79 (baseline SD); Hedges LV. J
  Educ Stat 1981;6:107-128 (pooled SD, small-sample correction).
- log response ratio: Hedges LV, Gurevitch J, Curtis PS. Ecology 1999;80:1150-1156; bias: Pustejovsky JE.
  J Sch Psychol 2018;68:99-112. Only for responses with means above 0.
- log ratio of medians: Bonett DG, Price RM. J Educ Behav Stat 2020;45:750-770.
- percent of goal obtained: Ferron J et al. Perspect Behav Sci 2020;43:741-760.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from rubor.errors import InputError

__all__ = [
    "EffectSize",
    "log_ratio_of_medians",
    "log_response_ratio",
    "percent_of_goal_obtained",
    "standardised_mean_difference",
]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EffectSize:
    """One effect size, positive where the later phase is higher.

    Attributes:
        name: its exact name.
        value: of the recordings.
        standard_error: recordings taken as independent; None where no law of it is used.
        interval_95: normal approximation; None without a standard error.
    """

    name: str
    value: float
    standard_error: float | None = None
    interval_95: tuple[float, float] | None = None


def standardised_mean_difference(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    standardised_by: Literal["baseline", "pooled"] = "baseline",
    *,
    bias_corrected: bool = True,
) -> EffectSize:
    """Difference of the phase means over the standard deviation of the baseline, or of both.

    Args:
        before: phase A, shape (m,), two or more.
        after: phase B, shape (n,), two or more.
        standardised_by: whose standard deviation.
        bias_corrected: with Hedges' small-sample correction 1 - 3 / (4 df - 1).

    Returns:
        The effect size.

    Raises:
        InputError: too few values, or values that do not vary.

    >>> before, after = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
    >>> round(standardised_mean_difference(before, after).value, 6)
    1.649932
    """
    early, late = _phases(before, after)
    m, n = len(early), len(late)
    early_variance, late_variance = float(np.var(early, ddof=1)), float(np.var(late, ddof=1))
    if standardised_by == "pooled":
        freedom = m + n - 2
        square = ((m - 1) * early_variance + (n - 1) * late_variance) / freedom
        means = 1.0 / m + 1.0 / n
    else:
        freedom = m - 1
        square = early_variance
        means = 1.0 / m + late_variance / (n * square) if square > 0 else 0.0
    if square <= 0:
        raise InputError("The responses do not vary.", "Nothing can be standardised by them.")
    correction = 1.0 - 3.0 / (4.0 * freedom - 1.0) if bias_corrected else 1.0
    value = correction * float(late.mean() - early.mean()) / float(np.sqrt(square))
    error = correction * float(np.sqrt(means + value**2 / (2.0 * freedom)))
    return _with_interval(f"standardised mean difference ({standardised_by} SD)", value, error)


def log_response_ratio(
    before: npt.ArrayLike, after: npt.ArrayLike, *, bias_corrected: bool = True
) -> EffectSize:
    """Natural logarithm of the ratio of the phase means.

    Args:
        before: phase A, shape (m,), mean above 0.
        after: phase B, shape (n,), mean above 0.
        bias_corrected: with the second-order correction of both logarithms.

    Returns:
        The effect size.

    Raises:
        InputError: a mean that is not above 0.

    >>> before, after = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
    >>> round(log_response_ratio(before, after).value, 7)
    0.1953962
    """
    early, late = _phases(before, after)
    parts = []
    for phase in (early, late):
        mean = float(phase.mean())
        if mean <= 0:
            raise InputError(
                "A phase has a mean response that is not above 0, which has no logarithm.",
                "Use the reduction with its interval, which allows for zero and negative responses.",
            )
        parts.append((np.log(mean), float(np.var(phase, ddof=1)) / (len(phase) * mean**2)))
    value = parts[1][0] - parts[0][0]
    if bias_corrected:
        value += (parts[1][1] - parts[0][1]) / 2.0
    return _with_interval(
        "log response ratio", float(value), float(np.sqrt(parts[0][1] + parts[1][1]))
    )


def log_ratio_of_medians(before: npt.ArrayLike, after: npt.ArrayLike) -> EffectSize:
    """Natural logarithm of the ratio of the phase medians.

    Raises:
        InputError: a median that is not above 0.

    >>> round(log_ratio_of_medians([1, 2, 3], [3, 4, 5]).value, 4)
    0.6931
    """
    early, late = (float(np.median(phase)) for phase in _phases(before, after))
    if early <= 0 or late <= 0:
        raise InputError(
            "A phase has a median response that is not above 0, which has no logarithm.",
            "Use the reduction with its interval.",
        )
    return EffectSize("log ratio of medians", float(np.log(late / early)))


def percent_of_goal_obtained(
    before: npt.ArrayLike, after: npt.ArrayLike, goal: float
) -> EffectSize:
    """How much of the way from the baseline mean to a goal was gone, in percent.

    Raises:
        InputError: the baseline is already at the goal.

    >>> percent_of_goal_obtained([4, 6], [2, 4], goal=0.0).value
    40.0
    """
    early, late = (float(phase.mean()) for phase in _phases(before, after))
    if early == goal:
        raise InputError("The baseline is already at the goal.", "Give another goal.")
    return EffectSize("percent of goal obtained", 100.0 * (late - early) / (goal - early))


def _phases(before: npt.ArrayLike, after: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    early, late = (np.asarray(phase, dtype=np.float64) for phase in (before, after))
    if early.ndim != 1 or late.ndim != 1 or min(len(early), len(late)) < 2:
        raise InputError(
            "A phase has fewer than two recordings.", "Give at least two before and two after."
        )
    if not (np.isfinite(early).all() and np.isfinite(late).all()):
        raise InputError("A response is not a number (NaN).", "Take missing recordings out.")
    return early, late


def _with_interval(name: str, value: float, error: float) -> EffectSize:
    z = float(ndtri(0.975))
    return EffectSize(name, value, error, (value - z * error, value + z * error))
