"""Bring in an export: hand in the zip, see what it holds, say where it goes."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rubor.errors import RuborError
from rubor.web.archive import arrival
from rubor.web.archive.import_job import KIND
from rubor.web.archive.import_plan import INTO, here_already, refusal
from rubor.web.archive.models import IncomingExport
from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.with_person import with_person
from rubor.web.recordings.json_answers import answers_json, read_json, read_piece
from rubor.web.recordings.receive import RefusedError
from rubor.web.recordings.upload_words import upload_words

__all__ = ["begin", "chunk", "discard", "finish", "import_page", "start"]


@with_person
@require_safe
def import_page(request: PersonRequest) -> HttpResponse:
    """The file, what it holds, the work, or what came of it: whatever is next."""
    return _page(request)


@with_person
@require_POST
@answers_json
def begin(request: PersonRequest) -> HttpResponse:
    """Announce the file; the answer says where its pieces go and which is the next."""
    incoming = arrival.begin(request.person, read_json(request))
    chunks = arrival.incoming_chunks(incoming)
    own = {"incoming": incoming.pk}
    answer = {
        "chunk_bytes": settings.RUBOR_CHUNK_BYTES,
        "next_chunk": chunks.count,
        "bytes": chunks.size,
        "urls": {
            "chunk": reverse("archive:import_chunk", kwargs={**own, "number": 0}),
            "finish": reverse("archive:import_finish", kwargs=own),
        },
    }
    return JsonResponse(answer, status=201 if chunks.count == 0 else 200)


@with_person
@require_http_methods(["PUT"])
@answers_json
def chunk(request: PersonRequest, incoming: uuid.UUID, number: int) -> HttpResponse:
    """Take one piece."""
    return JsonResponse(arrival.put_piece(_own(request, incoming), number, read_piece(request)))


@with_person
@require_POST
@answers_json
def finish(request: PersonRequest, incoming: uuid.UUID) -> HttpResponse:
    """All pieces were sent: look at what it is."""
    arrival.finish(_own(request, incoming))
    return JsonResponse({"page": reverse("archive:import")})


@with_person
@require_POST
def start(request: PersonRequest, incoming: uuid.UUID) -> HttpResponse:
    """Bring it in, in the background."""
    row = get_object_or_404(
        IncomingExport, person=request.person, pk=incoming, contents__isnull=False
    )
    into = request.POST.get("into")
    if into not in INTO:
        return _page(request, RuborError(_("Say where it is to go."), ""))
    contents = row.contents or {}
    refused = refusal(contents["person"], request.person, into)
    if refused is not None:
        return _page(request, refused)
    for job in request.person.jobs.filter(kind=KIND).exclude(state__in=("waiting", "running")):
        job.delete()  # what came of earlier ones has been seen
    enqueue(KIND, request.person, payload={"incoming": str(row.pk), "into": into})
    return redirect("archive:import")


@with_person
@require_POST
def discard(request: PersonRequest, incoming: uuid.UUID) -> HttpResponse:
    """Give the file up that was handed in."""
    row = get_object_or_404(IncomingExport, person=request.person, pk=incoming)
    if arrival.working_on(row):
        return _page(
            request,
            RuborError(_("This file is being brought in just now."), _("Stop that first.")),
        )
    arrival.discard(row)
    messages.success(request, _("The file was removed. Nothing of it was brought in."))
    return redirect("archive:import")


def _page(request: PersonRequest, problem: RuborError | None = None) -> HttpResponse:
    person = request.person
    incoming = IncomingExport.objects.filter(person=person).first()
    job = person.jobs.filter(kind=KIND).last()
    contents = _shown_contents(incoming, person)
    context = {
        "incoming": incoming,
        "contents": contents,
        "job": job,
        "brought": _brought(job),
        "problem": problem,
        "data": {
            "begin": reverse("archive:import_begin"),
            "most_bytes": arrival.MOST_BYTES,
            "words": {
                **upload_words(),
                "empty": _("This file is empty. Copy it again."),
                "too_large": _("This file is larger than {most} GB."),
                "checking": _("All there. Looking at what it holds…"),
            },
        },
    }
    return render(request, "archive/import.html", context, status=409 if problem else 200)


def _shown_contents(incoming: IncomingExport | None, person: Person) -> dict[str, Any] | None:
    if incoming is None or incoming.contents is None:
        return None
    contents = incoming.contents
    return {
        **contents,
        "exported_at": parse_datetime(contents["exported_at"]),
        "here": here_already(contents["recordings"], person),
        "may": {into: refusal(contents["person"], person, into) is None for into in INTO},
    }


def _brought(job: Job | None) -> dict[str, Any] | None:
    """What the last import brought; None where there was none, or its person is gone."""
    if job is None or job.state != Job.State.DONE or job.result is None:
        return None
    person = Person.objects.filter(pk=job.result["person"]).first()
    if person is None:
        return None
    return {
        "person": person,
        "added": job.result["added"],
        "here": sum(job.result["here"].values()),
        "nothing": not any(job.result["added"].values()),
    }


def _own(request: PersonRequest, incoming: uuid.UUID) -> IncomingExport:
    row = IncomingExport.objects.filter(person=request.person, pk=incoming).first()
    if row is None:
        raise RefusedError(404, _("This upload was given up."), _("Choose the file again."))
    return row
