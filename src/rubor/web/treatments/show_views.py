"""One treatment: what it was, what is expected after it, what was noted, and when to look again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rubor.web.diary.courses import NotedCourse, noted_courses
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.treatments.follow_up import (
    catalogue_kinds,
    recorded_days,
    schedule_of,
    shown_visits,
    visit_due,
)
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.wear_off import opened_answer, wear_off_chart
from rubor.web.treatments.words import SIDES

if TYPE_CHECKING:
    from rubor.pathway.follow_up import FollowUpSchedule

__all__ = ["calendar", "show", "side_of", "treatment_of"]


@with_person
@require_safe
def show(request: PersonRequest, treatment: uuid.UUID) -> HttpResponse:
    """The page of a treatment."""
    row = treatment_of(request, treatment)
    today = timezone.localdate()
    noted = noted_courses(row, row.side_effects.all(), today)
    answer = opened_answer(row.trial)
    course = None if answer is None else wear_off_chart(answer)
    schedule = _schedule(request, row, noted)
    visits = (
        ()
        if schedule is None
        else shown_visits(schedule, recorded_days(request.person, row.treated_on), row, today)
    )
    return render(
        request,
        "treatments/show.html",
        {
            "treatment": row,
            "known": row.kind in catalogue_kinds(),
            "side": side_of(row),
            "noted": noted,
            "urgent": [one for one in noted if one.urgent and one.open],
            "expected": _expected(row, {one.effect.id for one in noted}),
            "schedule": schedule,
            "visits": visits,
            "next": visit_due(visits),
            "answer": answer,
            "chart": None if course is None else {"wear_off": course},
        },
    )


@with_person
@require_safe
def calendar(request: PersonRequest, treatment: uuid.UUID) -> HttpResponse:
    """The visits as a calendar file; entries that were in an earlier one move."""
    from rubor.pathway.follow_up import follow_up_calendar, follow_up_entries
    from rubor.trials.calendar import next_sequence

    row = treatment_of(request, treatment)
    noted = noted_courses(row, row.side_effects.all(), timezone.localdate())
    schedule = _schedule(request, row, noted)
    if schedule is None:
        raise Http404
    key = str(row.pk)
    sequence = next_sequence(row.calendar, follow_up_entries(schedule, key))
    text = follow_up_calendar(schedule, timezone.now(), sequence=sequence, key=key)
    Treatment.objects.filter(pk=row.pk).update(calendar=text)
    # The name of the file tells as little as what is in it.
    headers = {"Content-Disposition": 'attachment; filename="reminders.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


def treatment_of(request: PersonRequest, treatment: uuid.UUID) -> Treatment:
    """A treatment of this person; another person's is not found."""
    return get_object_or_404(
        Treatment.objects.select_related("trial"), person=request.person, pk=treatment
    )


def side_of(treatment: Treatment) -> str:
    """The side in words; that of a trial whose draw is hidden stays hidden."""
    from rubor.web.trials.store import load

    side = treatment.side
    if treatment.trial is not None:
        trial = load(treatment.trial)
        draw = trial.assignment
        if draw is not None and draw.kind == "side":
            if not trial.revealed:
                return _("hidden, as the trial wants it")
            side = draw.drawn[0]
    return str(dict(SIDES).get(side, side))


def _schedule(
    request: PersonRequest, row: Treatment, noted: tuple[NotedCourse, ...]
) -> FollowUpSchedule | None:
    return schedule_of(
        row,
        list(request.person.treatments.all()),
        side_effect_open=any(one.open for one in noted),
    )


def _expected(row: Treatment, noted: set[str]) -> dict[str, list[Any]]:
    """Side effects that were not noted: those that come and go, and those that need help."""
    from rubor.pathway.side_effects import side_effects

    if row.kind not in catalogue_kinds():
        return {}
    rest = [effect for effect in side_effects(row.kind) if effect.id not in noted]
    return {
        "usual": [effect for effect in rest if effect.usual_days is not None],
        "help": [effect for effect in rest if effect.usual_days is None],
    }
