"""The interface through which pages hand in recordings."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rubor.errors import InputError
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings import receive
from rubor.web.recordings.announcement import Announcement
from rubor.web.recordings.json_answers import answers_json, read_json, read_piece
from rubor.web.recordings.models import Recording

__all__ = ["begin", "begun", "chunk", "finish", "marks", "received"]


@with_person
@require_POST
@answers_json
def begin(request: PersonRequest) -> HttpResponse:
    """Announce a recording; the answer says where its pieces go and which is the next."""
    announced = Announcement.of(read_json(request), request.person)
    if announced.source == "phone":
        raise InputError("A phone hands in through its own address.")
    recording, new = receive.begin(request.person, announced)
    own = {"recording": recording.pk}
    urls = {
        "chunk": reverse("recordings:chunk", kwargs={**own, "number": 0}),
        **{
            name: reverse(f"recordings:{name}", kwargs=own)
            for name in ("marks", "finish", "received")
        },
        "page": reverse("recordings:show", kwargs=own),
    }
    return begun(recording, urls, new)


def begun(recording: Recording, urls: dict[str, str], new: bool) -> HttpResponse:
    """The answer to an announcement."""
    answer: dict[str, Any] = {
        "id": str(recording.pk),
        "chunk_bytes": settings.RUBOR_CHUNK_BYTES,
        **receive.received(recording),
        "urls": urls,
    }
    return JsonResponse(answer, status=201 if new else 200)


@with_person
@require_http_methods(["PUT"])
@answers_json
def chunk(request: PersonRequest, recording: uuid.UUID, number: int) -> HttpResponse:
    """Take one piece."""
    return JsonResponse(receive.put_chunk(_own(request, recording), number, read_piece(request)))


@with_person
@require_GET
@answers_json
def received(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """Say what is there."""
    return JsonResponse(receive.received(_own(request, recording)))


@with_person
@require_POST
@answers_json
def marks(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """Take marks."""
    said = read_json(request).get("marks")
    return JsonResponse({"stored": receive.add_marks(_own(request, recording), said)})


@with_person
@require_POST
@answers_json
def finish(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """End the upload and have it measured."""
    job = receive.finish(_own(request, recording), read_json(request))
    page = reverse("recordings:show", kwargs={"recording": recording})
    return JsonResponse({"job": None if job is None else str(job.pk), "page": page}, status=202)


def _own(request: PersonRequest, recording: uuid.UUID) -> Recording:
    return get_object_or_404(
        Recording.objects.select_related("person"), person=request.person, pk=recording
    )
