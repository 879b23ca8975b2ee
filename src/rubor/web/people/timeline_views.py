"""The overview: one person, one page."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rubor.web.people.middleware import PersonRequest
from rubor.web.people.timeline import timeline
from rubor.web.people.with_person import with_person

__all__ = ["home"]

_A_PAGE: Final = 60


@require_safe
@with_person
def home(request: PersonRequest) -> HttpResponse:
    """Responses, treatments, side effects and diary over time; and what to do next."""
    found = timeline(request.person, timezone.localdate())
    return render(
        request,
        "people/home.html",
        {
            "timeline": found,
            "page": Paginator(found.happenings, _A_PAGE).get_page(request.GET.get("page")),
        },
    )
