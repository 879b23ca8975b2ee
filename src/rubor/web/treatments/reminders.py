"""What a person is reminded of on the overview: visits, a changed smile, side effects that are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rubor.web.diary.courses import NotedCourse, noted_courses
from rubor.web.people.templatetags.library import library_text
from rubor.web.treatments.follow_up import (
    latest_of_each_kind,
    recorded_days,
    schedule_of,
    shown_visits,
)
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.smile_change import compared_smile
from rubor.web.treatments.words import title_of

if TYPE_CHECKING:
    from rubor.web.people.models import Person

__all__ = ["Reminder", "reminders"]

_SMILE_EVERY: Final = timedelta(weeks=1)


@dataclass(frozen=True)
class Reminder:
    """One of them.

    Attributes:
        text: a sentence or two.
        url: where it is done.
        due: the best day; today where it should not wait.
        kind: `help` for a side effect that needs help, `follow-up`, `smile`, or `side effect`.
    """

    text: str
    url: str
    due: date
    kind: Literal["help", "follow-up", "smile", "side effect"]


def reminders(person: Person, today: date) -> list[Reminder]:
    """What is due, the urgent ones first, then by day. A fixed number of queries."""
    treatments = list(person.treatments.order_by("-treated_on"))
    if not treatments:
        return []
    entries = list(person.entries.filter(kind="side effect", treatment__isnull=False))
    courses = {
        one.pk: noted_courses(
            one, [entry for entry in entries if entry.treatment_id == one.pk], today
        )
        for one in treatments
    }
    found = [
        *_side_effects(treatments, courses, today),
        *_visits(person, treatments, courses, today),
        *_smile(person, treatments, today),
    ]
    return sorted(found, key=lambda one: (one.kind != "help", one.due))


def _side_effects(
    treatments: Sequence[Treatment], courses: dict[UUID, tuple[NotedCourse, ...]], today: date
) -> list[Reminder]:
    found = []
    for treatment in treatments:
        for noted in courses[treatment.pk]:
            if not noted.open:
                continue
            label = library_text(noted.effect.label)
            if noted.urgent:
                said = library_text(noted.course.text)
                url = reverse("diary:show", args=[noted.entries[0].pk])
                found.append(Reminder(f"{label}: {said}", url, today, "help"))
            elif noted.asked:
                asked = _("Is it still there: %(effect)s? Write down how it is now.")
                query = {
                    "kind": "side effect",
                    "treatment": treatment.pk,
                    "effect": noted.effect.id,
                    "side": noted.entries[0].side,
                }
                url = f"{reverse('diary:new')}?{urlencode(query)}"
                found.append(Reminder(asked % {"effect": label}, url, today, "side effect"))
    return found


def _visits(
    person: Person,
    treatments: Sequence[Treatment],
    courses: dict[UUID, tuple[NotedCourse, ...]],
    today: date,
) -> list[Reminder]:
    latest = latest_of_each_kind(treatments)
    if not latest:
        return []
    done = recorded_days(person, min(one.treated_on for one in latest))
    found = []
    for treatment in latest:
        still = any(noted.open for noted in courses[treatment.pk])
        schedule = schedule_of(treatment, treatments, side_effect_open=still)
        if schedule is None:
            continue
        for shown in shown_visits(schedule, done, treatment, today):
            if shown.state != "now":
                continue
            text = _(
                "Week %(week)s after your treatment of %(day)s (%(title)s): time to look again, until"
                " %(last)s. First of all: %(task)s."
            ) % {
                "week": shown.visit.week,
                "day": date_format(treatment.treated_on),
                "title": title_of(treatment.kind),
                "last": date_format(shown.visit.last),
                "task": library_text(shown.tasks[0].task.label),
            }
            url = reverse("treatments:show", args=[treatment.pk])
            found.append(Reminder(text, url, shown.visit.due, "follow-up"))
    return found


def _smile(person: Person, treatments: Sequence[Treatment], today: date) -> list[Reminder]:
    """Weekly, while the last smile is weaker than before the treatment."""
    checks = list(
        person.smile_checks.filter(result__isnull=False)
        .select_related("recording")
        .defer("recording__summary", "recording__episodes")
        .order_by("-recording__recorded_at")
    )
    if not checks:
        return []
    latest = compared_smile(checks[0], checks, treatments)
    due = checks[0].made_on + _SMILE_EVERY
    if not latest.weaker_sides or today < due:
        return []
    text = _("Your smile was weaker on %(day)s. Film it again, every week until it is as before.")
    return [
        Reminder(
            text % {"day": date_format(checks[0].made_on)},
            reverse("treatments:smile"),
            due,
            "smile",
        )
    ]
