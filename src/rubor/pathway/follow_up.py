"""Days on which to look again after a treatment, what to record on each, and when to stop."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rubor.errors import InputError
from rubor.treatments.catalogue import Span
from rubor.treatments.catalogue import treatment as treatment_of
from rubor.trials.calendar import CalendarEntry, calendar_file

__all__ = [
    "FOLLOW_UP_SCHEMA",
    "FollowUpSchedule",
    "FollowUpTask",
    "FollowUpVisit",
    "follow_up_calendar",
    "follow_up_entries",
    "follow_up_schedule",
    "follow_up_task",
    "follow_up_tasks",
    "follow_up_to_json",
]

FOLLOW_UP_SCHEMA: Final = "rubor.follow-up/1"

_DAYS_IN: Final = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12.0, "years": 365.25}


@dataclass(frozen=True)
class FollowUpTask:
    """What to record at a visit.

    Attributes:
        id: stable name.
        label: in a few words.
        text: how.
        source, strength: why.
    """

    id: str
    label: str
    text: str
    source: str
    strength: str


@dataclass(frozen=True)
class FollowUpVisit:
    """One look, at home or at a clinic.

    Attributes:
        number: from 1.
        week: after the treatment.
        first, due, last: the days on which it can be, and the best one.
        tasks: ids of what to record, the most telling first; see `follow_up_task`.
    """

    number: int
    week: int
    first: date
    due: date
    last: date
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class FollowUpSchedule:
    """All visits after a treatment.

    Attributes:
        treatment: id in the catalogue.
        treated_on: the day that weeks are counted from.
        counts_from: what that day is, in words.
        visits: in order.
        stop_rule: when to stop, in words.
        may_stop: whether nothing has to be recorded after these visits, by that rule.
        source, strength: what the weeks rest on.
    """

    treatment: str
    treated_on: date
    counts_from: str
    visits: tuple[FollowUpVisit, ...]
    stop_rule: str
    may_stop: bool
    source: str
    strength: str


def follow_up_tasks() -> tuple[FollowUpTask, ...]:
    """Everything that may be recorded at a visit."""
    return tuple(FollowUpTask(**row) for row in _table()["task"])


def follow_up_task(id: str) -> FollowUpTask:
    """One of them, by its id.

    >>> follow_up_task("photo").label
    'Take a photo'
    """
    return next(task for task in follow_up_tasks() if task.id == id)


def follow_up_schedule(
    treatment: str,
    treated_on: date,
    *,
    until: date | None = None,
    side_effect_open: bool = False,
    response_back_on: date | None = None,
) -> FollowUpSchedule:
    """The visits after a treatment.

    Args:
        treatment: id in the catalogue; spaces and hyphens may stand for the underscore.
        treated_on: its day; of a course the last session, of daily use the first day.
        until: no visit is due later; without it they end with the published duration.
        side_effect_open: whether a side effect has not gone yet: then they go on.
        response_back_on: day of the second recording in a row in which the response was back where it
            was before the treatment; None while it is not. Later visits, after those of the first
            weeks that are always kept, are then left out.

    Raises:
        InputError: no such treatment, or days in the wrong order.

    >>> schedule = follow_up_schedule("botulinum_toxin", date(2026, 3, 1))
    >>> [visit.week for visit in schedule.visits]
    [2, 4, 8, 12, 16, 20, 24, 28]
    >>> schedule.visits[0].due, schedule.visits[0].tasks[0]
    (datetime.date(2026, 3, 15), 'smile_check')
    """
    known = treatment_of(treatment).id
    row = next(row for row in _table()["schedule"] if known in row["treatments"])
    for day, name in ((until, "end"), (response_back_on, "recording")):
        if day is not None and day < treated_on:
            raise InputError(
                f"The {name} on {day} is before the treatment on {treated_on}.", "Check both dates."
            )
    may_stop = response_back_on is not None and not side_effect_open
    stop_after = response_back_on if may_stop else None
    always = len(row["visits"])
    extra = row["if_side_effect_open"] if side_effect_open else []
    visits: list[FollowUpVisit] = []
    for planned in _planned(row, known, treated_on, until):
        due = treated_on + timedelta(weeks=planned["week"])
        if until is not None and due > until:
            break
        if stop_after is not None and len(visits) >= always and due > stop_after:
            break
        visits.append(
            FollowUpVisit(
                number=len(visits) + 1,
                week=planned["week"],
                first=due - timedelta(days=planned["early_days"]),
                due=due,
                last=due + timedelta(days=planned["late_days"]),
                tasks=tuple(dict.fromkeys([*planned["tasks"], *extra])),
            )
        )
    return FollowUpSchedule(
        treatment=known,
        treated_on=treated_on,
        counts_from=row["counts_from"],
        visits=tuple(visits),
        stop_rule=row["stop_rule"],
        may_stop=may_stop,
        source=row["source"],
        strength=row["strength"],
    )


def follow_up_entries(schedule: FollowUpSchedule, key: str) -> tuple[CalendarEntry, ...]:
    """The visits as entries of a calendar, without any word about health.

    Args:
        schedule: the visits.
        key: tells this treatment from others of the same person, and stays when its days change.
    """
    return tuple(
        CalendarEntry(
            key=f"{key}/week-{visit.week}",
            title=f"Reminder, week {visit.week}",
            first=visit.first,
            last=visit.last,
            note=f"Best on {visit.due.isoformat()}.",
        )
        for visit in schedule.visits
    )


def follow_up_calendar(
    schedule: FollowUpSchedule, made_at: datetime, *, sequence: int = 0, key: str
) -> str:
    """The visits as a calendar file, see `rubor.trials.calendar`.

    Args:
        schedule: the visits.
        made_at: when, with its time zone.
        sequence: counts up when days change; `rubor.trials.calendar.next_sequence` of an earlier file.
        key: as for `follow_up_entries`; an entry keeps its name as long as its key and week stay.
    """
    return calendar_file(follow_up_entries(schedule, key), made_at, sequence=sequence)


def follow_up_to_json(schedule: FollowUpSchedule) -> dict[str, Any]:
    """The document that `schemas/follow-up.schema.json` describes."""
    return {
        "schema": FOLLOW_UP_SCHEMA,
        "treatment": schedule.treatment,
        "treated_on": schedule.treated_on.isoformat(),
        "counts_from": schedule.counts_from,
        "visits": [
            {
                "number": visit.number,
                "week": visit.week,
                "first": visit.first.isoformat(),
                "due": visit.due.isoformat(),
                "last": visit.last.isoformat(),
                "tasks": [
                    {"id": task.id, "label": task.label, "text": task.text}
                    for task in map(follow_up_task, visit.tasks)
                ],
            }
            for visit in schedule.visits
        ],
        "stop_rule": schedule.stop_rule,
        "may_stop": schedule.may_stop,
        "source": schedule.source,
        "strength": schedule.strength,
    }


def _planned(
    row: Mapping[str, Any], treatment: str, treated_on: date, until: date | None
) -> Iterator[Mapping[str, Any]]:
    """The visits of a row, the later ones up to the first that is at or after the end."""
    yield from row["visits"]
    if until is None:
        end = row.get("cap_weeks") or _published_weeks(treatment)
    else:
        end = (until - treated_on).days / 7.0
    week = row["visits"][-1]["week"]
    while week < end:
        week += row["then_every_weeks"]
        yield {
            "week": week,
            "early_days": row["later_days"],
            "late_days": row["later_days"],
            "tasks": row["later_tasks"],
        }


def _published_weeks(treatment: str) -> int:
    """How long the effect lasts at most by published studies, in whole weeks."""
    spans: tuple[Span, ...] = treatment_of(treatment).published.duration
    return math.floor(max(span.high * _DAYS_IN[span.unit] for span in spans) / 7.0)


@cache
def _table() -> dict[str, Any]:
    path = files("rubor.pathway") / "data" / "follow_up.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
