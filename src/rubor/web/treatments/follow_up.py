"""Visits after a treatment with what was done at each; their days and tasks are the library's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from rubor.web.recordings.models import Recording
from rubor.web.treatments.models import Treatment

if TYPE_CHECKING:
    from rubor.pathway.follow_up import FollowUpSchedule, FollowUpTask, FollowUpVisit
    from rubor.web.people.models import Person

__all__ = [
    "NotedDay",
    "RecordedDay",
    "RecordedDays",
    "ShownTask",
    "ShownVisit",
    "catalogue_kinds",
    "latest_of_each_kind",
    "recorded_days",
    "schedule_of",
    "shown_visits",
    "visit_due",
]

# A visit may begin some days before the week that it is named for.
_EARLIEST_DAYS: Final = 7


@dataclass(frozen=True)
class RecordedDay:
    """A measured recording.

    Attributes:
        pk: of the recording.
        on: its day, where the person is.
        what: `video`, `photo` or `smile`.
    """

    pk: object
    on: date
    what: Literal["video", "photo", "smile"]


@dataclass(frozen=True)
class NotedDay:
    """An entry of the diary: its kind and day."""

    kind: str
    on: date


@dataclass(frozen=True)
class RecordedDays:
    """All that may have been done at a visit."""

    recordings: tuple[RecordedDay, ...] = ()
    notes: tuple[NotedDay, ...] = ()


@dataclass(frozen=True)
class ShownTask:
    """What is to be recorded at a visit.

    Attributes:
        task: of the library.
        done: whether it was; None where Rubor cannot know.
        url: where it is done.
    """

    task: FollowUpTask
    done: bool | None
    url: str


@dataclass(frozen=True)
class ShownVisit:
    """A visit.

    Attributes:
        visit: of the library.
        state: `done`, `now`, `missed` or `later`.
        tasks: what is to be recorded.
        recordings: what was recorded in its days.
    """

    visit: FollowUpVisit
    state: Literal["done", "now", "missed", "later"]
    tasks: tuple[ShownTask, ...]
    recordings: tuple[RecordedDay, ...]


def catalogue_kinds() -> frozenset[str]:
    """Kinds of treatment that the library knows."""
    from rubor.treatments.catalogue import catalogue

    return frozenset(entry.id for entry in catalogue())


def latest_of_each_kind(treatments: Iterable[Treatment]) -> list[Treatment]:
    """The last treatment of each kind of the catalogue; days are counted from it."""
    known = catalogue_kinds()
    latest: dict[str, Treatment] = {}
    for one in treatments:
        if one.kind in known and (
            one.kind not in latest or one.treated_on > latest[one.kind].treated_on
        ):
            latest[one.kind] = one
    return list(latest.values())


def recorded_days(person: Person, since: date) -> RecordedDays:
    """What was recorded and noted since a day, in three queries."""
    from_day = since - timedelta(days=_EARLIEST_DAYS)
    midnight = timezone.make_aware(datetime.combine(from_day, time()))
    measured = (
        person.recordings.filter(state=Recording.State.MEASURED, recorded_at__gte=midnight)
        .exclude(protocol__has_key="purpose")
        .order_by("recorded_at")
        .values_list("pk", "recorded_at", F("summary__video__frames"))
    )
    smiles = person.smile_checks.filter(result__isnull=False, made_on__gte=from_day).values_list(
        "recording_id", "made_on"
    )
    days = [
        *(
            RecordedDay(
                pk,
                timezone.localtime(at).date(),
                "photo" if frames is not None and frames < 2 else "video",
            )
            for pk, at, frames in measured
        ),
        *(RecordedDay(pk, on, "smile") for pk, on in smiles),
    ]
    notes = person.entries.filter(on__gte=from_day).values_list("kind", "on")
    return RecordedDays(
        tuple(sorted(days, key=lambda one: one.on)), tuple(NotedDay(*one) for one in notes)
    )


def schedule_of(
    treatment: Treatment, others: Sequence[Treatment], *, side_effect_open: bool
) -> FollowUpSchedule | None:
    """The visits of a treatment; None for one that the library does not know.

    Args:
        treatment: whose.
        others: of the same person; a later one of the same kind ends the visits of this one.
        side_effect_open: whether a side effect of it has not gone yet.
    """
    from rubor.pathway.follow_up import follow_up_schedule

    if treatment.kind not in catalogue_kinds():
        return None
    later = [
        one.treated_on
        for one in others
        if one.kind == treatment.kind and one.treated_on > treatment.treated_on
    ]
    return follow_up_schedule(
        treatment.kind,
        treatment.treated_on,
        until=min(later) if later else None,
        side_effect_open=side_effect_open,
    )


def shown_visits(
    schedule: FollowUpSchedule, done: RecordedDays, treatment: Treatment, today: date
) -> tuple[ShownVisit, ...]:
    """Every visit with what was done at it."""
    return tuple(_visit(visit, done, treatment, today) for visit in schedule.visits)


def visit_due(visits: Iterable[ShownVisit]) -> ShownVisit | None:
    """The visit that can be done today, else the next one; None where none is to come."""
    rows = list(visits)
    for state in ("now", "later"):
        for one in rows:
            if one.state == state:
                return one
    return None


def _visit(
    visit: FollowUpVisit, done: RecordedDays, treatment: Treatment, today: date
) -> ShownVisit:
    from rubor.pathway.follow_up import follow_up_task

    within = tuple(one for one in done.recordings if visit.first <= one.on <= visit.last)
    noted = {one.kind for one in done.notes if visit.first <= one.on <= visit.last}
    kept = {one.what for one in within}
    there = {
        "provocation_recording": "video" in kept,
        "recording_after_use": "video" in kept,
        "smile_check": "smile" in kept,
        "photo": "photo" in kept,
        "side_effect_diary": "side effect" in noted,
        "questions": "blush" in noted,
    }
    tasks = tuple(
        ShownTask(follow_up_task(name), there.get(name), _url(name, treatment))
        for name in visit.tasks
    )
    # A visit is there once its first task is: it is the most telling one.
    if any(one.done for one in tasks if one.task.id in _RECORDED) or (tasks and tasks[0].done):
        state: Literal["done", "now", "missed", "later"] = "done"
    elif today < visit.first:
        state = "later"
    else:
        state = "now" if today <= visit.last else "missed"
    return ShownVisit(visit, state, tasks, within)


_RECORDED: Final = ("provocation_recording", "recording_after_use", "smile_check", "photo")


def _url(task: str, treatment: Treatment) -> str:
    diary = reverse("diary:new")
    return {
        "smile_check": reverse("treatments:smile"),
        "side_effect_diary": (
            f"{diary}?{urlencode({'kind': 'side effect', 'treatment': treatment.pk})}"
        ),
        "questions": f"{diary}?{urlencode({'kind': 'blush'})}",
        "pulse_and_pressure": f"{diary}?{urlencode({'kind': 'note'})}",
    }.get(task, reverse("recordings:new"))
