"""Split-face: the assigned side against the other one, after against before.

Difference in differences on the scale of ratios. The baseline asymmetry of the person is estimated
from the baseline recordings, so that it, the level of each recording, habituation and whatever else
both sides share cancel. The side was drawn once; the recordings after it are repeated measurements
of one randomisation.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rubor.trials.comparison import Comparison, check_counts
from rubor.trials.phase_ratios import PhaseRatios, Series, phase_ratios
from rubor.trials.response_table import Recordings

__all__ = ["compare_sides", "side_series"]

# Beyond this the face is so uneven before the treatment that sides are not each other's control.
# A unilateral flush is a sign of nerve damage (harlequin sign). The cut-off is a judgement.
_MOST_ASYMMETRY: Final = 3.0
_SURE: Final = 1.96


def side_series(recordings: Recordings) -> Series:
    """The recordings as arrays of one trial."""
    day = recordings.date.astype(np.float64)
    return Series(
        treated=recordings.treated[None],
        treated_sd=recordings.treated_sd[None],
        untreated=recordings.untreated[None],
        untreated_sd=recordings.untreated_sd[None],
        after=recordings.after[None],
        present=np.ones((1, len(recordings)), dtype=np.bool_),
        day=day[None],
    )


def compare_sides(recordings: Recordings) -> Comparison:
    """Compare the sides of a split-face trial.

    Args:
        recordings: with both sides, of the two phases.

    Returns:
        The comparison.

    Raises:
        InputError: fewer than two recordings in a phase.
    """
    before, after = int(np.sum(~recordings.after)), int(np.sum(recordings.after))
    check_counts(before, after)
    ratios = phase_ratios(side_series(recordings))
    return Comparison(
        contrast=ratios,
        before=before,
        after=after,
        between_sd=float(ratios.between_sd[0]),
        claim="caused",
        randomisation_p=None,
        randomisation_note=(
            "The side was drawn once. Repeated recordings of it are not repeated randomisations, so"
            " that there is no randomisation test."
        ),
        notes=_weak_recordings(recordings),
        broken=_broken(ratios),
    )


def _broken(ratios: PhaseRatios) -> tuple[str, ...]:
    asymmetry = float(ratios.before[0])
    unsure = _SURE * float(np.sqrt(ratios.baseline_variance()[0]))
    if asymmetry - unsure <= _MOST_ASYMMETRY and asymmetry + unsure >= 1.0 / _MOST_ASYMMETRY:
        return ()
    return (
        f"Before the treatment the assigned side already responded {asymmetry:.2f} times as much as the"
        " other: the sides are not each other's control. One-sided flushing should be seen by a doctor.",
    )


def _weak_recordings(recordings: Recordings) -> tuple[str, ...]:
    weak = recordings.untreated < _SURE * recordings.untreated_sd
    if not weak.any():
        return ()
    names = ", ".join(np.asarray(recordings.session, dtype=object)[weak])
    return (f"The untreated side stayed within noise in session {names}: little weight.",)
