"""How much of the response is gone in each recording by itself, and the course fitted to all of them."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from rubor.trials.wear_off import DAYS_PER_MONTH, WearOff, share_of_full_effect

__all__ = ["fitted_reduction", "own_reductions"]

FloatArray = npt.NDArray[np.float64]

# 95 % of a normal distribution.
_TWO_SIDED_95: Final = 1.96
# The middle one of the steepnesses that `wear_off` averages over.
_MIDDLE_FALL: Final = 5.0


def fitted_reduction(days: npt.ArrayLike, wear_off: WearOff) -> FloatArray:
    """The reduction so many days after the treatment, as the estimated wear-off has it.

    Args:
        days: above 0.
        wear_off: what was estimated.
    """
    share = share_of_full_effect(
        days, wear_off.onset_days, wear_off.duration_months * DAYS_PER_MONTH, _MIDDLE_FALL
    )
    return np.asarray(wear_off.full_reduction * share)


def own_reductions(
    responses: pd.DataFrame, treated_on: date
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What each later recording alone says, against the recordings before the treatment.

    Args:
        responses: as `rubor.trials.trial_table.trial_responses` gives them.
        treated_on: day of the treatment.

    Returns:
        (n,) days after the treatment, (n,) reductions, (n,) standard errors of measuring them; recordings
        whose untreated side did not respond are left out.
    """
    table = responses.pivot_table(
        index=["date", "session", "phase"], columns="treated", values=["response", "response_sd"]
    )
    treated, treated_sd = table["response"][True], table["response_sd"][True]
    if False in table["response"]:
        level, level_sd = table["response"][False], table["response_sd"][False]
    else:
        level, level_sd = treated * 0.0 + 1.0, treated * 0.0
    before = table.index.get_level_values("phase") == "before"
    usual = float(treated[before].mean() / level[before].mean())
    later = ~before & (level > _TWO_SIDED_95 * level_sd).to_numpy()
    kept = treated[later] / level[later] / usual
    spread = np.hypot(treated_sd[later], kept * usual * level_sd[later]) / level[later] / usual
    when = pd.to_datetime(table.index.get_level_values("date")[later])
    days = (when - pd.Timestamp(treated_on)).days
    return (
        np.asarray(days, np.float64),
        1.0 - kept.to_numpy(np.float64),
        np.abs(spread.to_numpy(np.float64)),
    )
