"""The smile check: film a smile before a treatment and after it, and see whether it has changed."""

from __future__ import annotations

import math
import uuid
from typing import Any, Final

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.treatments.models import SmileCheck
from rubor.web.treatments.smile_change import compared_smile, treatment_before
from rubor.web.treatments.smile_job import PURPOSE
from rubor.web.treatments.smile_words import advice_rows, measured_rows, script_words, side_notes

__all__ = ["measure", "new", "show", "smile"]

_MOST_OFFERED: Final = 30
_UNFINISHED: Final = (Job.State.WAITING, Job.State.RUNNING)


@with_person
@require_safe
def smile(request: PersonRequest) -> HttpResponse:
    """What it is for, the checks so far, and what is being measured."""
    person = request.person
    checks = _checks(person)
    treatments = list(person.treatments.all())
    latest = compared_smile(checks[0], checks, treatments) if checks else None
    return render(
        request,
        "treatments/smile.html",
        {
            "checks": checks,
            "latest": latest,
            "treatment": treatment_before(timezone.localdate(), treatments),
            "under_way": _under_way(person),
            "offered": _with_video(person),
        },
    )


@with_person
@require_safe
def new(request: PersonRequest) -> HttpResponse:
    """Film a smile here, or hand in a file of one."""
    person = request.person
    data: dict[str, Any] = {
        "begin": reverse("recordings:begin"),
        "page": reverse("treatments:smile_show", args=["00000000-0000-0000-0000-000000000000"]),
        "skin_tone": person.skin_tone,
        "keep_video": person.keep_video,
        "words": script_words(),
    }
    return render(
        request,
        "treatments/smile_new.html",
        {"data": data, "eye_corners_mm": _last_eye_corners(person)},
    )


@with_person
@require_POST
def measure(request: PersonRequest) -> HttpResponse:
    """Measure the smile in a recording whose video is there."""
    recording = get_object_or_404(
        Recording, person=request.person, pk=_as_uuid(request.POST.get("recording", ""))
    )
    if not recording.video_there:
        messages.error(
            request, _("The video of this recording was discarded. Record your smile anew.")
        )
        return redirect("treatments:smile")
    said = request.POST.get("eye_corners_mm", "").strip().replace(",", ".")
    try:
        payload = {"eye_corners_mm": float(said)} if said else {}
        if not all(map(math.isfinite, payload.values())):
            raise ValueError
    except ValueError:
        messages.error(request, _("Write the distance of the eye corners as a number, in mm."))
        return redirect("treatments:smile")
    enqueue("smile", request.person, recording=recording, payload=payload)
    return redirect("treatments:smile_show", recording.pk)


@with_person
@require_safe
def show(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """The smile in one recording: being measured, failed, or measured."""
    row = get_object_or_404(
        Recording.objects.select_related("smile_check"), person=request.person, pk=recording
    )
    job = row.jobs.filter(kind="smile").order_by("-created_at").first()
    checks = _checks(request.person)
    check = next((one for one in checks if one.recording_id == row.pk), None)
    context: dict[str, Any] = {"recording": row, "job": job, "check": check, "purpose": PURPOSE}
    if check is not None:
        compared = compared_smile(check, checks, list(request.person.treatments.all()))
        context |= {
            "compared": compared,
            "measured": measured_rows(compared.smile),
            "notes": side_notes(compared.smile),
            "advice": advice_rows(compared.change),
            "chart": _chart(compared),
            "severities": range(1, 11),
        }
    return render(request, "treatments/smile_show.html", context)


def _checks(person: Person) -> list[SmileCheck]:
    """Measured checks, the newest first."""
    return list(
        person.smile_checks.filter(result__isnull=False)
        .select_related("recording")
        .defer("recording__summary", "recording__episodes")
        .order_by("-recording__recorded_at")
    )


def _under_way(person: Person) -> list[tuple[Recording, Job]]:
    """Recordings whose smile is being measured, or could not be, the newest first."""
    jobs = Job.objects.filter(kind="smile").order_by("-created_at")
    rows = (
        person.recordings.filter(jobs__kind="smile", smile_check=None)
        .defer("summary", "episodes")
        .distinct()
        .prefetch_related(Prefetch("jobs", jobs, to_attr="smile_jobs"))
    )
    return [(row, row.smile_jobs[0]) for row in rows]


def _with_video(person: Person) -> list[Recording]:
    """Recordings whose video is there, and whose smile was not measured."""
    return list(
        person.recordings.filter(video_there=True, smile_check=None)
        .exclude(state=Recording.State.RECEIVING)
        .exclude(jobs__kind="smile", jobs__state__in=_UNFINISHED)
        .defer("summary", "episodes")[:_MOST_OFFERED]
    )


def _last_eye_corners(person: Person) -> float | None:
    """What the person measured last: a head does not change its size."""
    said = (
        person.recordings.filter(protocol__purpose=PURPOSE)
        .values_list("protocol__eye_corners_mm", flat=True)
        .first()
    )
    return said if isinstance(said, int | float) else None


def _chart(compared: Any) -> dict[str, Any]:
    """What `js/treatments/smile.js` draws."""
    one, change = compared.smile, compared.change
    return {
        "courses": [
            {
                "time_s": course.time_s,
                "left_mm": course.left_mm,
                "right_mm": course.right_mm,
                "rest_s": course.rest_s,
                "smiles": [
                    [found.start_s, found.end_s, number == one.broadest]
                    for number, found in enumerate(one.smiles)
                    if found.file == file and found.start_s is not None
                ],
            }
            for file, course in enumerate(one.courses)
        ],
        "change": None
        if change is None
        else {
            "rows": compared.rows,
            "real": change.real_mm,
            "noticeable": change.noticeable_mm,
        },
        "words": {"mm": _("mm"), "seconds": _("seconds")},
    }


def _as_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
