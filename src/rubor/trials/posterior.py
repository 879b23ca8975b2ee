"""What to believe of the reduction: prior times likelihood on a grid, summed. No sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rubor.treatments import Prior, common_priors
from rubor.trials.contrast import Contrast

__all__ = ["Posterior", "Thirds", "probability_above", "reduction_posterior"]

FloatArray = npt.NDArray[np.float64]

_LOWEST: Final = -1.5
_HIGHEST: Final = 1.5
_POINTS: Final = 1501
_POINTS_OF_MANY: Final = 76


@dataclass(frozen=True)
class Thirds:
    """Chances of a little, some and a very pleasing reduction; the cut-offs are assumed.

    Attributes:
        little: chance of a reduction below `some_from`.
        some: between the cut-offs.
        very_pleased: above `very_pleased_from`.
        some_from: first cut-off, as a share of the response.
        very_pleased_from: second cut-off.
        cut_offs: what they rest on.
    """

    little: float
    some: float
    very_pleased: float
    some_from: float
    very_pleased_from: float
    cut_offs: str


@dataclass(frozen=True)
class Posterior:
    """Distribution of the reduction.

    Attributes:
        reduction: grid, shape (n,).
        mass: of each point, sum 1, shape (n,).
        prior: what was believed before; None: all reductions of the grid alike.
    """

    reduction: FloatArray
    mass: FloatArray
    prior: Prior | None

    def above(self, reduction: float) -> float:
        """Chance of a larger reduction."""
        # The masses sum to one but for rounding.
        return min(max(float(_mass_above(self.reduction, self.mass, reduction)), 0.0), 1.0)

    def quantile(self, share: float) -> float:
        """The reduction below which a share of the belief lies."""
        total = np.cumsum(self.mass) - 0.5 * self.mass
        return float(np.interp(share, total, self.reduction))

    def thirds(self) -> Thirds:
        """Chances of the thirds."""
        cut = common_priors().thirds
        some, much = self.above(cut.little_below), self.above(cut.very_pleased_above)
        return Thirds(
            little=1.0 - some,
            some=some - much,
            very_pleased=much,
            some_from=cut.little_below,
            very_pleased_from=cut.very_pleased_above,
            cut_offs="assumed",
        )


def reduction_posterior(contrast: Contrast, prior: Prior | None) -> Posterior:
    """Posterior of one trial.

    Args:
        contrast: of one trial; the likelihood has the baseline's level integrated out under a flat
            prior and the variance between recordings under one flat on the logarithmic scale.
        prior: of the reduction; None switches it off.

    Returns:
        The posterior between reductions of -150 % and 150 %.
    """
    grid = np.linspace(_LOWEST, _HIGHEST, _POINTS)
    return Posterior(grid, _mass(contrast, prior, grid[None])[0], prior)


def probability_above(
    contrast: Contrast, reduction: float, prior: Prior | None, trials: int
) -> FloatArray:
    """Chance of a larger reduction in each of many trials, on a coarser grid.

    Args:
        contrast: of many trials.
        reduction: the threshold.
        prior: of the reduction; None switches it off.
        trials: how many.

    Returns:
        Shape (trials,).
    """
    grid = np.broadcast_to(
        np.linspace(_LOWEST, _HIGHEST, _POINTS_OF_MANY), (trials, _POINTS_OF_MANY)
    )
    return _mass_above(grid[0], _mass(contrast, prior, grid), reduction)


def _mass(contrast: Contrast, prior: Prior | None, grid: FloatArray) -> FloatArray:
    belief = contrast.at(1.0 - grid).log_likelihood()
    if prior is not None:
        belief = belief + prior.log_density(grid)
    mass = np.exp(belief - belief.max(axis=-1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=-1, keepdims=True))


def _mass_above(grid: FloatArray, mass: FloatArray, threshold: float) -> FloatArray:
    """Mass above a threshold, a point's own mass spread over its cell."""
    step = grid[1] - grid[0]
    share = np.clip((grid + 0.5 * step - threshold) / step, 0.0, 1.0)
    return np.asarray(np.sum(mass * share, axis=-1))
