"""From a contrast to one of five words."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from rubor.treatments import Prior
from rubor.trials.contrast import Contrast
from rubor.trials.posterior import probability_above

__all__ = ["MEANINGFUL_PROBABILITY", "VERDICTS", "VerdictWord", "decide"]

VerdictWord = Literal["works", "no meaningful effect", "worse", "not enough yet", "invalid"]
VERDICTS: Final[tuple[VerdictWord, ...]] = get_args(VerdictWord)

MEANINGFUL_PROBABILITY: Final = 0.9
"""Least `probability_meaningful` for the verdict `works`."""


def decide(
    contrast: Contrast,
    smallest_meaningful: float,
    prior: Prior | None,
    enough: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """Apply the rules to one or many trials.

    `works`: the always-valid lower limit of the reduction is above 0 and the reduction is a
    meaningful one with a probability of at least 0.9. `worse`: the upper limit is below 0. `no
    meaningful effect`: the upper limit is below the smallest effect that matters. Else `not enough
    yet`.

    Args:
        contrast: of the trials.
        smallest_meaningful: the smallest reduction that matters.
        prior: of the reduction; None switches it off.
        enough: whether each trial has enough recordings for a verdict, shape (trials,).

    Returns:
        The words, shape (trials,).
    """
    trials = len(enough)
    kept = np.broadcast_to(np.array([1.0, 1.0 - smallest_meaningful]), (trials, 2))
    excess = contrast.at(kept).always_valid_excess()
    words = np.full(trials, "not enough yet", dtype=object)
    words[enough & (excess[:, 1] > 1.0)] = "no meaningful effect"
    words[enough & (excess[:, 0] > 1.0)] = "worse"
    reduced = enough & (excess[:, 0] < -1.0)
    if reduced.any():
        # Only these need the posterior, which takes longer.
        likely = probability_above(
            contrast.chosen(reduced), smallest_meaningful, prior, int(reduced.sum())
        )
        words[np.flatnonzero(reduced)[likely >= MEANINGFUL_PROBABILITY]] = "works"
    return words
