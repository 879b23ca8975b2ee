"""Deleting a recording, for good."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rubor.errors import InputError
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import destroy

__all__ = ["delete"]


@with_person
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """Ask; on POST, delete."""
    row = get_object_or_404(Recording, person=request.person, pk=recording)
    context: dict[str, object] = {"recording": row, "in_trial": row.trial_sessions.exists()}
    if request.method == "GET":
        return render(request, "recordings/delete.html", context)
    for_script = not request.accepts("text/html")
    try:
        destroy(row)
    except OSError as error:
        problem = InputError(
            _("A file of this recording cannot be removed now (%(reason)s).")
            % {"reason": error.strerror},
            _("Wait until nothing works on it, then delete it again."),
        )
        if for_script:
            return JsonResponse({"message": problem.message, "cure": problem.cure}, status=409)
        return render(
            request, "recordings/delete.html", {**context, "problem": problem}, status=409
        )
    if for_script:
        return JsonResponse({"gone": True})
    messages.success(request, _("The recording is deleted. Nobody can read it any more."))
    return redirect("recordings:list")
