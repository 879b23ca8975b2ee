"""The one JSON form of a trial, in a folder and wherever else it is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from rubor._version import __version__
from rubor.errors import InputError
from rubor.trials.assignment import Draw
from rubor.trials.compared_area import ComparedArea
from rubor.trials.comparison_rules import Window
from rubor.trials.trial import (
    PROVOCATIONS,
    Conditions,
    Mark,
    Medicine,
    Origin,
    Session,
    SideResponse,
    Trial,
    TrialEvent,
)

__all__ = ["TRIAL_SCHEMA", "trial_from_json", "trial_to_json"]

TRIAL_SCHEMA: Final = "rubor.trial/1"


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """The trial as what JSON can hold; dates are ISO 8601."""
    document = {"schema": TRIAL_SCHEMA, "rubor": __version__, **asdict(trial)}
    plain: dict[str, Any] = _plain(document)
    return plain


def trial_from_json(document: Any) -> Trial:
    """The trial of such a document.

    Raises:
        InputError: it is none, is of another version, or was changed so that it contradicts itself.
    """
    if not isinstance(document, dict) or document.get("schema") != TRIAL_SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        raise InputError(
            f"This is not a trial that this version of Rubor can read ({found or 'no schema'}).",
            f"It reads {TRIAL_SCHEMA}.",
        )
    try:
        return _trial(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"The trial is damaged: {error}.", "Take it from a copy, or begin a new trial."
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _trial(document: dict[str, Any]) -> Trial:
    compared = document["compared"]
    names = {name: tuple(compared[name]) for name in _NAMES}
    return Trial(
        name=str(document["name"]),
        design=document["design"],
        treatment=str(document["treatment"]),
        compared=ComparedArea(compared["kind"], **names, area_cm2=float(compared["area_cm2"])),
        smallest_effect=float(document["smallest_effect"]),
        window=Window(**document["window"]),
        blinded=bool(document["blinded"]),
        draws=tuple(_draw(draw) for draw in document["draws"]),
        treated_on=tuple(date.fromisoformat(day) for day in document["treated_on"]),
        sessions=tuple(_session(session) for session in document["sessions"]),
        events=tuple(
            TrialEvent(event["kind"], datetime.fromisoformat(event["at"]), event["reason"])
            for event in document["events"]
        ),
    )


_NAMES = ("left", "right", "halo", "near_midline")


def _draw(draw: dict[str, Any]) -> Draw:
    return Draw(
        draw["kind"],
        tuple(draw["candidates"]),
        tuple(draw["drawn"]),
        int(draw["seed"]),
        datetime.fromisoformat(draw["drawn_at"]),
        str(draw["reason"]),
    )


def _session(session: dict[str, Any]) -> Session:
    if session["phase"] not in ("before", "after") or session["provocation"] not in PROVOCATIONS:
        raise ValueError(f"session {session['name']} has an unknown phase or provocation")
    conditions = dict(session["conditions"])
    conditions["medicines"] = tuple(Medicine(**one) for one in conditions["medicines"])
    parts = {
        **session,
        "date": date.fromisoformat(session["date"]),
        "responses": {
            side: SideResponse(float(one["response"]), float(one["response_sd"]))
            for side, one in session["responses"].items()
        },
        "origin": Origin(**session["origin"]),
        "areas": tuple(session["areas"]),
        "resting_pattern": tuple(session["resting_pattern"]),
        "conditions": Conditions(**conditions),
        "marks": tuple(Mark(**mark) for mark in session["marks"]),
    }
    return Session(**parts)
