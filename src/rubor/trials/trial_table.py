"""The recordings of a trial as the table of responses that `analyse` takes."""

from __future__ import annotations

from datetime import date

import pandas as pd

from rubor.errors import InputError
from rubor.trials.trial import Session, Trial

__all__ = ["TABLE_COLUMNS", "shared_errors_once", "trial_responses"]

TABLE_COLUMNS = (
    "session",
    "date",
    "phase",
    "side",
    "treated",
    "response",
    "response_sd",
    "provocation",
    "cycle",
    "occasion",
    "provoked",
)

_LEAST_SHARE = 0.1


def trial_responses(trial: Trial) -> pd.DataFrame:
    """One row per recording and side that is compared; what was left out is not in it.

    Where sides are compared these are the two sides; else it is the mean of both, once, and there is
    no column `side`. Recordings on
    the very day of a treatment, after it, show the needle or the gel and are left out.

    Raises:
        InputError: there are no recordings.
    """
    rows = [
        row
        for session in trial.counted
        if session.phase == "before" or session.date not in trial.treated_on
        for row in _rows(trial, session)
    ]
    if not rows:
        raise InputError(
            "There is no recording in this trial yet.",
            "Add some with `rubor trial add`: at least three before the treatment and three after it.",
        )
    table = pd.DataFrame(rows, columns=list(TABLE_COLUMNS))
    return table if trial.between_sides else table.drop(columns="side")


def _rows(trial: Trial, session: Session) -> list[dict[str, object]]:
    treated = trial.treated_sides(session)
    sides = ("left", "right") if trial.between_sides else ("whole",)
    return [
        {
            "session": session.name,
            "date": _midnight(session.date),
            "phase": session.phase,
            "side": side,
            "treated": side in treated if trial.between_sides else bool(treated),
            "response": session.responses[side].response,
            "response_sd": session.responses[side].response_sd,
            "provocation": session.provocation,
            "cycle": trial.cycle_on(session.date),
            "occasion": session.occasion,
            "provoked": session.provoked,
        }
        for side in sides
    ]


def _midnight(day: date) -> pd.Timestamp:
    return pd.Timestamp(day)


def shared_errors_once(responses: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    """The same table with what the errors of two sides share counted once, for the comparison of sides.

    A drift of the light adds the same to both sides, and hardly moves their ratio. An analysis that
    takes the two errors for independent would count it twice. With s² the variances and c the covariance,
    "treated less k times untreated" has the variance s² + k² s² − 2 k c; to take c off the untreated
    side alone gives s² + k² (s² − c), which is never less while k is at most 2.

    Args:
        responses: of `trial_responses`.
        trial: that they are of.
    """
    if not trial.between_sides:
        return responses
    shared = responses["session"].map({one.name: one.covariance for one in trial.sessions})
    own = responses["response_sd"] ** 2 - shared.clip(lower=0.0)
    # Two errors that are the same in everything would leave none.
    least = (_LEAST_SHARE * responses["response_sd"]) ** 2
    untreated_sd = own.clip(lower=least) ** 0.5
    return responses.assign(
        response_sd=responses["response_sd"].where(responses["treated"], untreated_sd)
    )
