"""How a job is getting on, stopping it, and trying it again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rubor.web.jobs import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person

__all__ = ["cancel", "retry", "status"]


@require_safe
@with_person
def status(request: PersonRequest, job: uuid.UUID) -> HttpResponse:
    """A page, or for htmx the part that changes; the page around that is loaded anew at the end."""
    found = Job.objects.filter(person=request.person, pk=job).first()
    if not request.headers.get("HX-Request"):
        if found is None:
            raise Http404
        return render(request, "jobs/status.html", {"job": found})
    if found is None:  # its recording was deleted, in another tab
        return HttpResponse(status=404, headers={"HX-Refresh": "true"})
    context = {"job": found, "announce": request.GET.get("said") != found.said}
    response = render(request, "jobs/_progress.html", context)
    if not found.unfinished:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@with_person
def cancel(request: PersonRequest, job: uuid.UUID) -> HttpResponse:
    """Stop it."""
    found = get_object_or_404(Job, person=request.person, pk=job)
    enqueue.cancel(found)
    return _back(request, found)


@require_POST
@with_person
def retry(request: PersonRequest, job: uuid.UUID) -> HttpResponse:
    """Try it again."""
    found = get_object_or_404(Job, person=request.person, pk=job)
    if not enqueue.retry(found):
        messages.info(request, _("This is done, or being worked on, already."))
    return _back(request, found)


def _back(request: HttpRequest, job: Job) -> HttpResponse:
    """To the page that the button was on."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return HttpResponseRedirect(page)
    return redirect("jobs:status", job=job.pk)
