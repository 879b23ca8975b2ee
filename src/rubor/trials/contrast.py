"""A contrast of recordings at a supposed effect, and the variance it has there.

Effects multiply and errors add, so no response is logged or divided by another one. Instead the
share of the response that is kept, `kept = 1 - reduction`, is supposed, and the contrast
"after minus kept times before" is formed, which has mean 0 if the share is the true one (Fieller EC.
J R Stat Soc B 1954;16:175-185). An interval is the set of shares that are not excluded. Zero and
negative responses need no special care.

The variance between recordings is estimated and not assumed: the contrast is normal given it, and it
is averaged over the distribution that the scatter of the recordings leaves. Without
measurement error and autocorrelation that is Student's t, but for its very ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from rubor.trials.always_valid import anytime_t_limit

__all__ = ["Contrast", "ContrastAt", "between_variance"]

FloatArray = npt.NDArray[np.float64]

_NODES: Final = 24
_WIDEST: Final = 1e4
_WIDE: Final = 0.7  # of the log-ratio between recordings
_SMALL: Final = 1e-12
_TINIEST: Final = 1e-300


@dataclass(frozen=True)
class ContrastAt:
    """The contrast at supposed shares, of shape (...).

    Attributes:
        value: the contrast; mean 0 at the true share.
        variance: at each node of the variance between recordings, shape (..., nodes).
        weight: of each node, sum 1, shape (..., nodes).
        plain_variance: with that variance at its estimate, shape (...).
        systematic_variance: of what more recordings do not average away, shape (...).
        freedom: degrees of freedom of the plain variance.
        information: variance of one recording over the plain variance, in recordings.
    """

    value: FloatArray
    variance: FloatArray
    weight: FloatArray
    plain_variance: FloatArray
    systematic_variance: FloatArray
    freedom: FloatArray
    information: FloatArray

    def chance_below(self) -> FloatArray:
        """Chance of a contrast below the observed one, if the supposed share were true."""
        total = self.variance + self.systematic_variance[..., None]
        return np.asarray(
            np.sum(self.weight * ndtr(self.value[..., None] / np.sqrt(total)), axis=-1)
        )

    def log_likelihood(self) -> FloatArray:
        """Logarithm of the likelihood of the supposed share, the baseline's level integrated out."""
        total = self.variance + self.systematic_variance[..., None]
        exponent = -0.5 * self.value[..., None] ** 2 / total - 0.5 * np.log(total)
        exponent += np.log(np.maximum(self.weight, _TINIEST))
        highest = exponent.max(axis=-1, keepdims=True)
        return np.asarray(np.log(np.sum(np.exp(exponent - highest), axis=-1)) + highest[..., 0])

    def always_valid_excess(self, level: float = 0.95) -> FloatArray:
        """How far the contrast lies beyond its always-valid limit: above 1 excludes the share.

        The systematic part is the same at every look, so that its own limit is the fixed one; the
        two limits are joined as independent parts are. The sign is that of the contrast.
        """
        limit = anytime_t_limit(self.freedom, self.information, level)
        fixed = ndtri(0.5 + level / 2.0)
        square = limit**2 * self.plain_variance + fixed**2 * self.systematic_variance
        return np.asarray(self.value / np.sqrt(square))


class Contrast(Protocol):
    """What each design gives: its contrast as a function of the supposed share kept."""

    def at(self, kept: FloatArray) -> ContrastAt:
        """The contrast at shares kept, shape (trials, shares)."""
        ...

    def chosen(self, trials: npt.NDArray[np.bool_]) -> Contrast:
        """The trials where the mask is true."""
        ...


def between_variance(
    scatter: FloatArray, error: FloatArray, freedom: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What the scatter of recordings leaves of the variance between them.

    The scatter estimates the sum of the variance between recordings and the known variance of
    measurement; times its freedom over the true sum it is a chi-squared number. The prior of the
    standard deviation between recordings is flat on the logarithmic scale where it exceeds that of the
    measurement and flat below, so that a scatter no larger than the measurement error is not taken for
    more; it is cut off softly (half-normal, scale 0.7) where a response would double or halve from one
    recording to the next.

    Args:
        scatter: estimate of the sum, shape (...), at least 0.
        error: measurement part, shape (...), at least 0.
        freedom: degrees of freedom of the scatter, shape (...), above 0.

    Returns:
        Variances between recordings and their weights, both of shape (..., nodes); the weights of
        a distribution sum to 1.

    >>> variance, weight = between_variance(np.array(0.01), np.array(0.0), np.array(10.0))
    >>> round(float(np.sum(variance * weight)), 4)  # mean of 0.1 / chi-squared with 10 degrees
    0.0124
    """
    # Nodes are evenly spaced in the logarithm of the sum, between bounds of chi-squared over freedom by
    # Wilson and Hilferty at four standard deviations.
    third = 2.0 / (9.0 * freedom)
    highest = (1.0 - third + 4.0 * np.sqrt(third)) ** 3
    lowest = np.maximum(1.0 - third - 4.0 * np.sqrt(third), 0.0) ** 3
    widest = 1.0 / np.maximum(lowest, 1.0 / _WIDEST)
    base = np.maximum(scatter, _SMALL)
    low = np.log(np.maximum(base / highest, error))
    high = np.log(np.maximum(base, error) * widest)
    step = (np.arange(_NODES) + 0.5) / _NODES
    log_sum = low[..., None] + (high - low)[..., None] * step
    total = np.exp(log_sum)
    variance = np.maximum(total - error[..., None], _SMALL)
    sd = np.sqrt(variance)
    log_weight = -0.5 * freedom[..., None] * (log_sum + base[..., None] / total)
    log_weight += np.log(total / (sd * (sd + np.sqrt(error[..., None]))))
    log_weight -= 0.5 * variance / _WIDE**2
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    weight /= weight.sum(axis=-1, keepdims=True)
    return variance, weight
