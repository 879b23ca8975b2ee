"""Pages that are about a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rubor.web.people.middleware import PersonRequest

__all__ = ["with_person"]

P = ParamSpec("P")


def with_person(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Show the page only where there is a person, else begin at the start."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "person", None) is None:
            return redirect("people:start")
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return wrapped
