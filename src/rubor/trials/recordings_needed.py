"""How many more recordings a verdict would take, from this person's own noise."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtri

from rubor.trials.always_valid import anytime_t_limit
from rubor.trials.comparison import MINIMUM_PER_PHASE, Comparison
from rubor.trials.reduction_limits import Reduction
from rubor.trials.verdict_rules import MEANINGFUL_PROBABILITY

__all__ = ["MOST_RECORDINGS", "recordings_needed"]

MOST_RECORDINGS: Final = 40
"""More than this is not asked of anyone."""


def recordings_needed(
    comparison: Comparison, reduction: Reduction, smallest_meaningful: float
) -> int | None:
    """Further follow-up recordings, or pairs, until a verdict, if they are like those so far.

    The contrast is kept and its variance shrunk as more recordings of the later phase shrink it. What
    the baseline leaves open, and what would change anyway, do not shrink.

    Args:
        comparison: of the trial.
        reduction: its estimate.
        smallest_meaningful: the smallest reduction that matters.

    Returns:
        The number; None if even 40 more would not be enough.
    """
    # A reduction that matters has to be told from none, a smaller one from the smallest that matters.
    wanted = 1.0 if reduction.value >= smallest_meaningful else 1.0 - smallest_meaningful
    at = comparison.contrast.at(np.array([[wanted, 1.0 - smallest_meaningful]]))
    meaningful = reduction.value >= smallest_meaningful
    paired = comparison.paired
    now = _relative_variance(comparison.before, comparison.after, paired)
    for more in range(1, MOST_RECORDINGS + 1):
        before = comparison.before + (more if paired else 0)
        after = comparison.after + more
        if min(before, after) < MINIMUM_PER_PHASE:
            continue
        shrunk = _relative_variance(before, after, paired) / now
        plain, fixed = at.plain_variance[0] * shrunk, at.systematic_variance[0]
        limit = anytime_t_limit(at.freedom[0] + more, at.information[0] / shrunk)
        radius = np.sqrt(limit**2 * plain + ndtri(0.975) ** 2 * fixed)
        sure = ndtri(MEANINGFUL_PROBABILITY) * np.sqrt(plain[1] + fixed[1])
        if meaningful and -at.value[0, 0] > radius[0] and -at.value[0, 1] > sure:
            return more
        if not meaningful and at.value[0, 0] > radius[0]:
            return more
    return None


def _relative_variance(before: int, after: int, paired: bool) -> float:
    return 1.0 / after if paired else 1.0 / before + 1.0 / after
