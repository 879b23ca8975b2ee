"""All treatments: how long the last one works, what is due, what they cost, and how they compare."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rubor.web.diary.courses import NotedCourse, noted_courses
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.with_person import with_person
from rubor.web.treatments.costs import kind_costs, total_words
from rubor.web.treatments.follow_up import (
    ShownVisit,
    latest_of_each_kind,
    recorded_days,
    schedule_of,
    shown_visits,
    visit_due,
)
from rubor.web.treatments.had import had_treatments
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.wear_off import (
    OpenedAnswer,
    measured_duration,
    opened_answer,
    wear_off_chart,
)

__all__ = ["treatment_list"]


@with_person
@require_safe
def treatment_list(request: PersonRequest) -> HttpResponse:
    """The page; its number of queries does not grow with what is there."""
    person, today = request.person, timezone.localdate()
    treatments = list(
        person.treatments.select_related("trial").order_by("-treated_on", "-created_at")
    )
    answers = {
        one.trial.pk: answer
        for one in treatments
        if one.trial is not None and (answer := opened_answer(one.trial)) is not None
    }
    courses = _courses(person, treatments, today)
    costs = kind_costs(treatments, _durations(treatments, answers))
    latest = next((answers[one.trial_id] for one in treatments if one.trial_id in answers), None)
    course = None if latest is None else wear_off_chart(latest)
    return render(
        request,
        "treatments/list.html",
        {
            "treatments": treatments,
            "latest": latest,
            "chart": None if course is None else {"wear_off": course},
            "due": _due(person, treatments, courses, today),
            "costs": costs,
            "total": total_words(treatments),
            "had": had_treatments(treatments, answers, courses, costs),
            "open_effects": [
                (one, noted) for one in treatments for noted in courses[one.pk] if noted.open
            ],
        },
    )


def _courses(
    person: Person, treatments: list[Treatment], today: date
) -> dict[UUID, tuple[NotedCourse, ...]]:
    entries = list(person.entries.filter(kind="side effect", treatment__isnull=False))
    return {
        one.pk: noted_courses(
            one, [entry for entry in entries if entry.treatment_id == one.pk], today
        )
        for one in treatments
    }


def _durations(treatments: list[Treatment], answers: dict[Any, OpenedAnswer]) -> dict[str, Any]:
    """Of each kind, how long it lasted in the newest trial that has measured it."""
    found: dict[str, Any] = {}
    for one in treatments:
        lasts = measured_duration(answers.get(one.trial_id))
        if lasts is not None:
            found.setdefault(one.kind, lasts)
    return found


def _due(
    person: Person,
    treatments: list[Treatment],
    courses: dict[UUID, tuple[NotedCourse, ...]],
    today: date,
) -> list[tuple[Treatment, ShownVisit]]:
    """The visit of each treatment that is due now or next, the earliest first."""
    latest = latest_of_each_kind(treatments)
    if not latest:
        return []
    done = recorded_days(person, min(one.treated_on for one in latest))
    rows: list[tuple[Treatment, ShownVisit]] = []
    for one in latest:
        still = any(noted.open for noted in courses[one.pk])
        schedule = schedule_of(one, treatments, side_effect_open=still)
        if schedule is None:
            continue
        shown = visit_due(shown_visits(schedule, done, one, today))
        if shown is not None:
            rows.append((one, shown))
    return sorted(rows, key=lambda row: row[1].visit.due)
