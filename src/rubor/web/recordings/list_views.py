"""All recordings, newest first."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rubor.web.jobs.models import Job
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.show_views import MEASURING
from rubor.web.recordings.shown_numbers import response_amounts

__all__ = ["recording_list"]

_A_PAGE: Final = 50
# What a list does not show, and what would be large to read.
_NOT_LISTED: Final = (
    "summary",
    "episodes",
    "conditions",
    "camera_settings",
    "path_check",
    "sealed_key",
)
_UNFINISHED: Final = (Recording.State.WAITING, Recording.State.MEASURING)


@require_safe
@with_person
def recording_list(request: PersonRequest) -> HttpResponse:
    """The recordings of a person, by fifty, with where each stands."""
    states, provocations = _states(), _provocations()
    state = request.GET.get("state", "")
    provocation = request.GET.get("provocation", "")
    rows = request.person.recordings.defer(*_NOT_LISTED).annotate(
        accepted=F("summary__accepted"), duration_s=F("summary__video__duration_s")
    )
    everything = rows.count()
    if state in states:
        rows = rows.filter(state__in=states[state][1])
    if provocation in provocations:
        rows = rows.filter(response__provocation=provocation)
    jobs = Job.objects.filter(kind__in=MEASURING).order_by("-created_at")
    rows = rows.prefetch_related(Prefetch("jobs", jobs, to_attr="measuring_jobs"))
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "recordings/list.html",
        {
            "page": page,
            "lines": [_line(row) for row in page.object_list],
            "everything": everything,
            "states": {name: words for name, (words, _states) in states.items()},
            "provocations": provocations,
            "state": state,
            "provocation": provocation,
        },
    )


def _line(row: Any) -> dict[str, Any]:
    """One recording of the list; `job` where it is being measured."""
    unfinished = row.state in _UNFINISHED
    return {
        "recording": row,
        "accepted": row.accepted,
        "compares": row.state == Recording.State.MEASURED and row.accepted is not None,
        "duration_s": row.duration_s,
        "smile": row.protocol.get("purpose") == "smile",
        "try_out": row.is_try_out,
        "response": response_amounts(row.response),
        "provocation": _provocations().get((row.response or {}).get("provocation") or "", ""),
        "job": row.measuring_jobs[0] if unfinished and row.measuring_jobs else None,
    }


def _states() -> dict[str, tuple[str, tuple[str, ...]]]:
    """What can be asked for: its words, and the states that it stands for."""
    state = Recording.State
    return {
        "measured": (_("Measured"), (state.MEASURED,)),
        "at-work": (_("Still at work"), (state.RECEIVING, state.WAITING, state.MEASURING)),
        "failed": (_("Failed or stopped"), (state.FAILED, state.CANCELLED)),
    }


def _provocations() -> dict[str, str]:
    return {"blush": _("Blush"), "flush": _("Flush"), "rest": _("At rest")}
