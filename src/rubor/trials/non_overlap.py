"""How far the responses of two phases overlap, each statistic under its exact name.

All take the earlier phase A and the later one B in order of time; `improvement` says whether lower
or higher values are better. They ignore autocorrelation and the size of the change, and serve beside
an interval of the reduction, never instead of it.

- NAP, non-overlap of all pairs: Parker RI, Vannest KJ. Behav Ther 2009;40:357-367. Interval: Newcombe
  RG. Stat Med 2006;25:559-573, method 5. Variance: Sen PK. Sankhya A 1967;29:95-102; Mee RW. J Am Stat
  Assoc 1990;85:793-800; with the binomial variance in place of that of tied pairs.
- Tau and the variants of Tau-U: Parker RI, Vannest KJ, Davis JL, Sauber SB. Behav Ther
  2011;42:284-299. "Tau-U" is not one number; a variant is named by what it adds and subtracts.
- Tau-BC, baseline-corrected Tau: Tarlow KR. Behav Modif 2017;41:427-467.
- PND: Scruggs TE, Mastropieri MA, Casto G. Remedial Spec Educ 1987;8:24-33.
- PEM: Ma HH. Behav Modif 2006;30:598-617.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtri

from rubor.errors import InputError

__all__ = [
    "Improvement",
    "NonOverlap",
    "kendall_s",
    "kendall_tau_b",
    "non_overlap_of_all_pairs",
    "percent_exceeding_the_median",
    "percent_of_non_overlapping_data",
    "tau",
    "tau_baseline_corrected",
    "tau_u_a_vs_b_minus_trend_a",
    "tau_u_a_vs_b_plus_trend_b",
    "tau_u_a_vs_b_plus_trend_b_minus_trend_a",
    "theil_sen_slope",
]

FloatArray = npt.NDArray[np.float64]
Improvement = Literal["decrease", "increase"]

_EDGE: Final = 1e-10
_SAME: Final = 1e-9


@dataclass(frozen=True)
class NonOverlap:
    """One statistic.

    Attributes:
        name: its exact name.
        value: of the recordings.
        standard_error: from the unbiased variance; None where no law of it is known.
        interval_95: None where no law of it is known.
    """

    name: str
    value: float
    standard_error: float | None = None
    interval_95: tuple[float, float] | None = None


def non_overlap_of_all_pairs(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """NAP: share of all pairs, one of each phase, of which the later one is better; ties count half.

    Args:
        before: phase A, shape (m,), two or more.
        after: phase B, shape (n,), two or more.
        improvement: what is better.

    Returns:
        The statistic with its standard error and interval.

    Raises:
        InputError: fewer than two values in a phase, or values that are not finite.

    >>> before, after = [20, 20, 26, 25, 22, 23], [28, 25, 24, 27, 30, 30, 29]
    >>> round(non_overlap_of_all_pairs(before, after, "increase").value, 7)
    0.9166667
    """
    early, late = _phases(before, after, improvement)
    better = _wins(early, late)
    m, n = better.shape
    value = float(better.mean())
    off = better - value
    # Complete separation counts as half a pair short of it, so that its standard error is not 0.
    edge = min(max(value, 0.5 / (m * n)), 1.0 - 0.5 / (m * n))
    variance = (
        edge * (1.0 - edge)
        + n * np.mean(off.mean(axis=1) ** 2)
        + m * np.mean(off.mean(axis=0) ** 2)
        - 2.0 * np.mean(off**2)
    ) / ((m - 1) * (n - 1))
    interval = _newcombe_interval(value, m, n)
    return NonOverlap("NAP", value, float(np.sqrt(max(variance, 0.0))), interval)


def tau(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """Tau of A against B: 2 NAP - 1, without correction for trend.

    Args:
        before: phase A, shape (m,).
        after: phase B, shape (n,).
        improvement: what is better.

    Returns:
        The statistic with its standard error and interval.

    Raises:
        InputError: as `non_overlap_of_all_pairs`.

    >>> round(tau([2, 3, 5, 3], [4, 5, 5, 7, 6], "increase").value, 7)
    0.8
    """
    return _as_tau("Tau", non_overlap_of_all_pairs(before, after, improvement))


def tau_baseline_corrected(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """Tau-BC: Tau of what the baseline's own trend (Theil-Sen slope) leaves.

    Args:
        before: phase A in order of time, shape (m,).
        after: phase B in order of time, shape (n,).
        improvement: what is better.

    Returns:
        The statistic with its standard error and interval, which take the slope as known.

    Raises:
        InputError: as `non_overlap_of_all_pairs`.

    >>> tau_baseline_corrected([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], "increase").value
    0.0
    """
    early, late = _phases(before, after, "increase")
    rest = _without_baseline_trend(early, late)
    result = non_overlap_of_all_pairs(rest[: len(early)], rest[len(early) :], improvement)
    return _as_tau("Tau-BC", result)


def tau_u_a_vs_b_minus_trend_a(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """Tau-U, variant "A vs B - trend A", over the pairs between phases.

    >>> round(tau_u_a_vs_b_minus_trend_a([2, 3, 5, 3], [4, 5, 5, 7, 6], "increase").value, 7)
    0.65
    """
    early, late = _phases(before, after, improvement)
    between = len(early) * len(late)
    return NonOverlap(
        "Tau-U, A vs B - trend A", (_between_s(early, late) - kendall_s(early)) / between
    )


def tau_u_a_vs_b_plus_trend_b(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """Tau-U, variant "A vs B + trend B", over the pairs between phases and within B.

    >>> round(tau_u_a_vs_b_plus_trend_b([2, 3, 5, 3], [4, 5, 5, 7, 6], "increase").value, 2)
    0.77
    """
    early, late = _phases(before, after, improvement)
    pairs = len(early) * len(late) + _pairs(late)
    return NonOverlap(
        "Tau-U, A vs B + trend B", (_between_s(early, late) + kendall_s(late)) / pairs
    )


def tau_u_a_vs_b_plus_trend_b_minus_trend_a(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """Tau-U, variant "A vs B + trend B - trend A", over all pairs.

    >>> bob = [2, 3, 5, 3], [4, 5, 5, 7, 6]
    >>> round(tau_u_a_vs_b_plus_trend_b_minus_trend_a(*bob, "increase").value, 2)
    0.56
    """
    early, late = _phases(before, after, improvement)
    pairs = len(early) * len(late) + _pairs(late) + _pairs(early)
    total = _between_s(early, late) + kendall_s(late) - kendall_s(early)
    return NonOverlap("Tau-U, A vs B + trend B - trend A", total / pairs)


def percent_of_non_overlapping_data(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """PND as a share: later values better than the best earlier one.

    >>> percent_of_non_overlapping_data([3, 2, 4], [1, 2], "decrease").value
    0.5
    """
    early, late = _phases(before, after, improvement)
    return NonOverlap("PND", float(np.mean(late > early.max())))


def percent_exceeding_the_median(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement = "decrease"
) -> NonOverlap:
    """PEM as a share: later values better than the earlier median; equal ones count half.

    >>> percent_exceeding_the_median([3, 2, 4], [1, 2, 3, 5], "decrease").value
    0.625
    """
    early, late = _phases(before, after, improvement)
    median = np.median(early)
    return NonOverlap("PEM", float(np.mean(late > median) + 0.5 * np.mean(late == median)))


def kendall_s(values: npt.ArrayLike) -> float:
    """Kendall's S with time: pairs that rise less pairs that fall.

    >>> kendall_s([2, 3, 5, 3])
    3.0
    """
    series = np.asarray(values, dtype=np.float64)
    steps = np.sign(series[None, :] - series[:, None])
    return float(np.sum(np.triu(steps, 1)))


def theil_sen_slope(values: npt.ArrayLike) -> float:
    """Median slope of all pairs of a series at equal steps (Sen PK. J Am Stat Assoc 1968;63:1379-1389).

    >>> theil_sen_slope([1, 2, 9, 4])
    1.0
    """
    series = np.asarray(values, dtype=np.float64)
    first, second = np.triu_indices(len(series), 1)
    return float(np.median((series[second] - series[first]) / (second - first)))


def kendall_tau_b(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Kendall's tau-b of two series, which allows for ties in both.

    Args:
        x: shape (n,).
        y: shape (n,).

    Returns:
        Between -1 and 1; NaN where one of the series is constant.

    >>> round(kendall_tau_b([1, 2, 3, 4], [1, 3, 2, 2]), 3)
    0.183
    """
    one, other = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    pairs = np.triu_indices(len(one), 1)
    a = np.sign(one[None, :] - one[:, None])[pairs]
    b = np.sign(other[None, :] - other[:, None])[pairs]
    untied = np.sqrt(np.sum(a != 0.0) * np.sum(b != 0.0))
    return float(np.sum(a * b) / untied) if untied > 0 else float("nan")


def _phases(
    before: npt.ArrayLike, after: npt.ArrayLike, improvement: Improvement
) -> tuple[FloatArray, FloatArray]:
    """Both phases with higher values better."""
    if improvement not in ("decrease", "increase"):
        raise InputError(f"'{improvement}' is no direction.", "Choose decrease or increase.")
    sign = -1.0 if improvement == "decrease" else 1.0
    early, late = (sign * np.asarray(phase, dtype=np.float64) for phase in (before, after))
    if early.ndim != 1 or late.ndim != 1 or min(len(early), len(late)) < 2:
        raise InputError(
            "A phase has fewer than two recordings.", "Give at least two before and two after."
        )
    if not (np.isfinite(early).all() and np.isfinite(late).all()):
        raise InputError("A response is not a number (NaN).", "Take missing recordings out.")
    return early, late


def _wins(early: FloatArray, late: FloatArray) -> FloatArray:
    difference = late[None, :] - early[:, None]
    return np.asarray(0.5 * (np.sign(difference) + 1.0))


def _between_s(early: FloatArray, late: FloatArray) -> float:
    return float(np.sum(np.sign(late[None, :] - early[:, None])))


def _pairs(phase: FloatArray) -> float:
    return len(phase) * (len(phase) - 1) / 2


def _as_tau(name: str, nap: NonOverlap) -> NonOverlap:
    error = None if nap.standard_error is None else 2.0 * nap.standard_error
    limits = nap.interval_95
    interval = None if limits is None else (2.0 * limits[0] - 1.0, 2.0 * limits[1] - 1.0)
    return NonOverlap(name, 2.0 * nap.value - 1.0, error, interval)


def _without_baseline_trend(early: FloatArray, late: FloatArray) -> FloatArray:
    series = np.concatenate([early, late])
    rest = series - theil_sen_slope(early) * np.arange(len(series))
    # Values that differ by rounding alone are ties.
    step = _SAME * float(np.max(np.abs(series)))
    return np.asarray(np.round(rest / step) * step) if step > 0.0 else rest


def _newcombe_interval(value: float, m: int, n: int) -> tuple[float, float]:
    """Score interval with the variance of overlapping exponentials (Newcombe's method 5)."""
    z = float(ndtri(0.975))
    half = (m + n) / 2.0 - 1.0

    def beyond(theta: float) -> float:
        spread = 1.0 + half * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta))
        return (value - theta) ** 2 * m * n - z**2 * theta * (1.0 - theta) * spread

    # A value of 0 or 1 is itself a root, but not the limit on its inner side.
    inner = min(max(value, _EDGE), 1.0 - _EDGE)
    low = 0.0 if value <= _EDGE else float(brentq(beyond, _EDGE**2, inner, xtol=1e-12))
    high = (
        1.0 if value >= 1.0 - _EDGE else float(brentq(beyond, inner, 1.0 - _EDGE**1.5, xtol=1e-12))
    )
    return low, high
