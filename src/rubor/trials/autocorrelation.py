"""Neighbouring recordings are alike: how that is allowed for with few data.

Nine recordings cannot tell an autocorrelation of 0.2 from one of 0.5, and the usual estimate is
biased towards none. So it is not estimated but averaged over: a grid of lag-one values, each weighted
by its prior and by its restricted likelihood (Harville DA. J Am Stat Assoc 1977;72:320-338) under the
person's own recordings. Correlation falls with the time between two recordings, in units of the
usual gap.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "LAG_ONE",
    "LAG_ONE_PRIOR",
    "correlation",
    "degrees_of_freedom",
    "quadratic_form",
    "restricted_log_likelihood",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LAG_ONE: Final[FloatArray] = np.array([0.0, 0.2, 0.4, 0.6])
"""Correlations of neighbouring recordings that are averaged over."""

LAG_ONE_PRIOR: Final[FloatArray] = np.array([0.60, 0.22, 0.11, 0.07])
"""Weights before the data; most on none, since recordings are days apart and a shared level cancels."""

_SMALL: Final = 1e-9


def correlation(day: FloatArray, present: BoolArray) -> FloatArray:
    """Correlation of every two recordings under each lag-one value.

    Args:
        day: time of each recording, days, shape (..., n).
        present: whether the recording is there, shape (..., n).

    Returns:
        Shape (..., lag-one values, n, n); absent recordings are correlated with nothing.

    >>> correlation(np.array([0.0, 3.0, 6.0]), np.array([True, True, True]))[1][0]
    array([1.  , 0.2 , 0.04])
    """
    ordered = np.sort(np.where(present, day, np.nan), axis=-1)
    steps = np.diff(ordered, axis=-1)
    steps = np.where(steps > 0, steps, np.nan)
    known = np.isfinite(steps).any(axis=-1)
    gap = np.ones(steps.shape[:-1])
    gap[known] = np.nanmedian(steps[known], axis=-1)
    lag = np.abs(day[..., :, None] - day[..., None, :]) / gap[..., None, None]
    both = present[..., :, None] & present[..., None, :]
    same = np.eye(day.shape[-1], dtype=np.bool_)
    raised = LAG_ONE[:, None, None] ** np.where(both, lag, 1.0)[..., None, :, :]
    return np.asarray(np.where(same, 1.0, np.where(both[..., None, :, :], raised, 0.0)))


def quadratic_form(left: FloatArray, matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Return `left' R right` for each lag-one value: shapes (..., n), (..., k, n, n) to (..., k)."""
    return np.asarray(np.einsum("...i,...kij,...j->...k", left, matrix, right))


def degrees_of_freedom(weight: FloatArray, matrix: FloatArray) -> FloatArray:
    """Degrees of freedom of a weighted variance about the weighted mean, by two moments.

    Args:
        weight: of each recording, sum 1, shape (..., n).
        matrix: correlations, shape (..., k, n, n).

    Returns:
        Shape (..., k); n - 1 for equal weights without correlation.
    """
    size = weight.shape[-1]
    centring = np.eye(size) * weight[..., :, None] - weight[..., :, None] * weight[..., None, :]
    product = centring[..., None, :, :] @ matrix
    trace = np.trace(product, axis1=-2, axis2=-1)
    square = np.einsum("...ij,...ji->...", product, product)
    return np.asarray(trace**2 / np.maximum(square, _SMALL))


def restricted_log_likelihood(
    residual: FloatArray, design: FloatArray, matrix: FloatArray, freedom: FloatArray
) -> FloatArray:
    """Restricted log likelihood of each lag-one value, the variance integrated out.

    Args:
        residual: standardised, shape (..., n), 0 where absent.
        design: columns of the means, shape (..., n, p), 0 where absent.
        matrix: correlations, shape (..., k, n, n).
        freedom: recordings minus means, shape (...).

    Returns:
        Shape (..., k), up to a constant.
    """
    inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    left = np.einsum("...ia,...kij->...kaj", design, inverse)
    normal = left @ design[..., None, :, :] + _SMALL * np.eye(design.shape[-1])
    right = np.einsum("...kaj,...j->...ka", left, residual)
    solved = np.linalg.solve(normal, right[..., None])[..., 0]
    rest = quadratic_form(residual, inverse, residual) - np.sum(right * solved, axis=-1)
    return np.asarray(
        -0.5 * np.linalg.slogdet(matrix)[1]
        - 0.5 * np.linalg.slogdet(normal)[1]
        - 0.5 * freedom[..., None] * np.log(np.maximum(rest, _SMALL))
    )
