"""A measured recording becomes a session of a trial, or is refused with reason and cure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Literal

from rubor.errors import InputError
from rubor.measurement import Recording
from rubor.response.provoked_response import provoked_response
from rubor.trials.admission import Candidate, admit
from rubor.trials.photo_response import PHOTO_MEASURE, photo_responses
from rubor.trials.resting_pattern import resting_pattern
from rubor.trials.trial import (
    Conditions,
    Origin,
    Phase,
    Provocation,
    Session,
    SideResponse,
    Trial,
)

__all__ = ["add_recording", "session_of"]


def add_recording(
    trial: Trial,
    recording: Recording,
    *,
    recorded_on: date,
    today: date,
    provocation: Provocation | None = None,
    phase: Phase | None = None,
    occasion: int | None = None,
    name: str | None = None,
    conditions: Conditions | None = None,
) -> tuple[Trial, Session]:
    """Add a measured recording to a trial.

    Args:
        trial: to add to; it stays as it is.
        recording: as `rubor.measure` gives it.
        recorded_on: day of the recording.
        today: no recording is later.
        provocation: what was provoked in it; None takes it from the marks of the recording, and
            without any a blush.
        phase: before or after the treatment; None takes it from the dates.
        occasion: in an alternating trial which one it is, from 1; None for the next.
        name: of the session; None for its day.
        conditions: what was written down.

    Returns:
        The trial with the session, and the session with its marks.

    Raises:
        InputError: the recording breaks the comparison; the message names every reason.
    """
    session = session_of(
        trial,
        recording,
        recorded_on=recorded_on,
        provocation=provocation,
        phase=phase,
        occasion=occasion,
        name=name,
        conditions=conditions or Conditions(),
    )
    marked = admit(Candidate(trial, session, today))
    session = replace(session, marks=marked)
    return trial.add(session), session


def session_of(
    trial: Trial,
    recording: Recording,
    *,
    recorded_on: date,
    provocation: Provocation | None,
    phase: Phase | None,
    occasion: int | None,
    name: str | None,
    conditions: Conditions,
) -> Session:
    """The session that a recording would be, without judging whether it may be added."""
    if name is not None and name in {session.name for session in trial.sessions}:
        raise InputError(
            f"There is a session called {name!r} already.", "Give this one another name."
        )
    session = Session(
        name=name or _free_name(trial, recorded_on),
        date=recorded_on,
        phase=phase or trial.phase_on(recorded_on),
        provocation=provocation or "rest",
        responses={},
        measure=PHOTO_MEASURE,
        origin=_origin(recording),
        occasion=_occasion(trial, occasion),
        resting_pattern=resting_pattern(recording),
        conditions=conditions,
    )
    if session.origin.still_photo:
        return replace(session, responses=photo_responses(recording, trial.compared))
    found = provoked_response(
        recording, areas=trial.compared.areas(), untreated=_untreated_side(trial, session)
    )
    responses = {
        side: SideResponse(one.response, one.response_sd)
        for side, one in found.sides.items()
        if math.isfinite(one.response) and math.isfinite(one.response_sd)
    }
    return replace(
        session,
        provocation=provocation or found.provocation or "blush",
        responses=responses,
        measure=f"{found.statistic} of {found.measure}",
        covariance=found.covariance if math.isfinite(found.covariance) else 0.0,
        areas=tuple(
            dict.fromkeys(area for side in ("left", "right") for area in found.sides[side].areas)
        ),
        provoked=found.provoked,
    )


def _untreated_side(trial: Trial, session: Session) -> Literal["left", "right"] | None:
    """The side that shows whether anything was provoked: the one that is not treated."""
    if not trial.between_sides:
        return None
    return "left" if "right" in trial.treated_sides(session) else "right"


def _free_name(trial: Trial, day: date) -> str:
    """The day, with a number from its second recording on."""
    taken = {session.name for session in trial.sessions}
    name, number = day.isoformat(), 1
    while name in taken:
        number += 1
        name = f"{day.isoformat()}-{number}"
    return name


def _occasion(trial: Trial, occasion: int | None) -> int | None:
    """Which of the drawn occasions it is.

    Raises:
        InputError: it is taken, or none of those that were drawn.
    """
    draw = trial.assignment
    if trial.design != "alternating" or draw is None:
        if occasion is not None:
            raise InputError(f"A {trial.design} trial has no occasions.", "Leave --occasion away.")
        return None
    taken = {session.occasion for session in trial.counted}
    if occasion is None:
        occasion = max((number for number in taken if number is not None), default=0) + 1
    if not 1 <= occasion <= len(draw.drawn):
        raise InputError(
            f"Occasion {occasion} was not drawn: there are {len(draw.drawn)}.",
            "The trial is complete: analyse it, or begin a new one with more pairs.",
        )
    if occasion in taken:
        raise InputError(
            f"Occasion {occasion} has a recording already.", "Give the number of another one."
        )
    return occasion


def _origin(recording: Recording) -> Origin:
    summary = recording.summary
    video, skin = summary["video"], summary["skin"]
    declared = summary["options"]["skin_tone"]
    return Origin(
        file=summary["file"]["name"],
        sha256=summary["file"]["sha256"],
        method=summary["versions"]["method"],
        transfer=video["transfer"],
        range=video["range"],
        matrix=video["matrix"],
        width=video["width"],
        height=video["height"],
        reference=summary["reference"]["kind"],
        skin_tone=declared if skin["source"] == "declared" else skin["source"],
        mirrored=summary["mirrored"],
        accepted=recording.accepted,
        still_photo=video["frames"] < 2,
    )
