"""What a design makes of the recordings: the contrast, and how far its claim goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rubor.errors import InputError
from rubor.trials.contrast import Contrast

__all__ = ["MINIMUM_PER_PHASE", "Claim", "Comparison", "check_counts"]

Claim = Literal["caused", "changed"]

MINIMUM_PER_PHASE: Final = 3
"""Fewest recordings in a phase (pairs, in an alternating trial) for any verdict but "not enough yet"."""


@dataclass(frozen=True)
class Comparison:
    """The recordings of one trial as its design compares them.

    Attributes:
        contrast: the contrast at any supposed share.
        before: recordings of the earlier phase; untreated occasions in an alternating trial.
        after: recordings of the later phase; treated occasions in an alternating trial.
        between_sd: standard deviation between recordings as a share of the response.
        claim: `caused` where the design excludes other causes, else `changed`.
        randomisation_p: of the randomisation test; None where the design has none.
        randomisation_note: what was tested, or why there is no test.
        notes: sentences on what was done to the recordings.
        broken: reasons why the comparison means nothing; empty where it stands.
        paired: whether every treated occasion has its own untreated one.
    """

    contrast: Contrast
    before: int
    after: int
    between_sd: float
    claim: Claim
    randomisation_p: float | None
    randomisation_note: str
    notes: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    paired: bool = False


def check_counts(before: int, after: int) -> None:
    """Two recordings in each phase are the least that tell chance from change.

    Raises:
        InputError: there are fewer.
    """
    if min(before, after) >= 2:
        return
    raise InputError(
        f"Recordings that count: {before} before the treatment, {after} after it within its window. One"
        " cannot tell chance from change.",
        "Make at least 3 before and 3 after, better 4 and 5. Recordings before the treatment cannot be"
        " made up for.",
    )
