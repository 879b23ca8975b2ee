"""Ways to begin a recording, and handing in a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.upload_words import upload_words

__all__ = ["new", "upload", "upload_data"]

_CAMERAS_OFFERED = 8


@with_person
@require_GET
def new(request: PersonRequest) -> HttpResponse:
    """Choose: the camera here, a file, or a phone; and what was begun and not ended."""
    return render(request, "recordings/new.html", {"unfinished": _unfinished(request.person)})


@with_person
@require_GET
def upload(request: PersonRequest) -> HttpResponse:
    """Hand in a file of this computer."""
    person = request.person
    context = {
        "unfinished": _unfinished(person),
        "keep_video": person.keep_video,
        "tones": [] if person.skin_tone else skin_tone_choices(),
        "cameras": _cameras(person),
        "data": upload_data(reverse("recordings:begin"), "file"),
    }
    return render(request, "recordings/upload.html", context)


def upload_data(begin: str, source: str) -> dict[str, Any]:
    """What `upload.js` needs to know."""
    return {
        "begin": begin,
        "source": source,
        "most_bytes": settings.RUBOR_MOST_UPLOAD_BYTES,
        "words": upload_words(),
    }


def _unfinished(person: Person) -> Iterable[Recording]:
    return Recording.objects.filter(
        person=person, state=Recording.State.RECEIVING, source__in=("file", "phone")
    )


def _cameras(person: Person) -> list[str]:
    """What the person called their cameras, newest first: one name for one camera lets them compare."""
    said = Recording.objects.filter(person=person).values_list("conditions__camera", flat=True)
    return [name for name in dict.fromkeys(said[:200]) if name][:_CAMERAS_OFFERED]
