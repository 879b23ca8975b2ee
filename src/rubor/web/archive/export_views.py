"""Take everything out, as one zip."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from rubor.web.archive.export_files import export_zip, exported_recordings
from rubor.web.archive.export_tables import readme
from rubor.web.archive.stored import estimated_export_bytes
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person

__all__ = ["download", "export"]


@with_person
@require_GET
def export(request: PersonRequest) -> HttpResponse:
    """What is in it, and that it is not sealed."""
    rows = exported_recordings(request.person)
    videos = rows.filter(video_there=True).count()
    with_videos, without = estimated_export_bytes(request.person)
    context = {"count": rows.count(), "videos": videos, "bytes": without, "all": with_videos}
    return render(request, "archive/export.html", context)


@require_GET
def download(request: HttpRequest) -> HttpResponseBase:
    """The zip itself; the browser shows how far it is."""
    person = getattr(request, "person", None)
    if person is None:
        return redirect("people:start")
    now = timezone.localtime()
    # Texts are made now: when the rest is sent, the page's language is not active any more.
    pieces = export_zip(person, now, videos=request.GET.get("videos") == "1", readme=readme())
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="rubor-export-{now:%Y-%m-%d}.zip"'
    return response
