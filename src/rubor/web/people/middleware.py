"""Every page is about one person: `request.person`, in their language and time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from rubor.web.people.models import Person

__all__ = ["PERSON", "CurrentPerson", "PersonRequest"]

PERSON: Final = "person"
"""Key in the session: whom the pages are about."""


class PersonRequest(HttpRequest):
    """A request of an opened browser. Views behind `with_person` always have one."""

    person: Person


class CurrentPerson:
    """Find the person of the session, else the first one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = _person(request)
        request.person = person  # type: ignore[attr-defined]
        language = (
            person.language
            if person is not None
            else translation.get_language_from_request(request)
        )
        zone = _zone(person.time_zone) if person is not None else None
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _person(request: HttpRequest) -> Person | None:
    chosen = request.session.get(PERSON)
    if chosen is not None:
        found = Person.objects.filter(pk=chosen).first()
        if found is not None:
            return found
    return Person.objects.first()


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
