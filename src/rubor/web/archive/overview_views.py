"""What is stored, and where."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rubor.web.archive.stored import database_bytes, estimated_export_bytes, sizes_of, stored
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.vault import key_place

__all__ = ["overview", "sizes"]


@with_person
@require_safe
def overview(request: PersonRequest) -> HttpResponse:
    """Counts, sizes and places; ways to take everything out, bring it in, and delete it."""
    whole, results = estimated_export_bytes(request.person)
    context = {
        "stored": stored(request.person),
        "video_bytes": whole - results,
        "result_bytes": results,
        "database_bytes": database_bytes(),
        "database": connection.vendor,
        "folder": settings.RUBOR_DATA,
        "key_file": key_place(settings.RUBOR_DATA),
    }
    return render(request, "archive/overview.html", context)


@with_person
@require_safe
def sizes(request: PersonRequest) -> HttpResponse:
    """How much room each recording takes; a part of the page for htmx, else a page."""
    rows = Recording.objects.filter(person=request.person).only("title", "recorded_at")
    lines = [(row, sizes_of(row.pk)) for row in rows]
    htmx = bool(request.headers.get("HX-Request"))
    name = "archive/_sizes.html" if htmx else "archive/sizes.html"
    return render(request, name, {"lines": lines})
