"""Opening the app, and the pages that say why something is not shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rubor.web.access.tokens import OPENED, use_once

__all__ = ["closed", "csrf_failure", "not_found", "open_app", "refused", "server_error"]


@never_cache
@require_GET
def open_app(request: HttpRequest, secret: str) -> HttpResponse:
    """Let this browser in, once, and take the secret out of the address."""
    if request.session.get(OPENED):
        return redirect("people:home")
    if not use_once(secret):
        return closed(request)
    request.session.cycle_key()
    request.session[OPENED] = True
    return redirect("people:home")


def closed(request: HttpRequest) -> HttpResponse:
    """The app was not opened from this browser."""
    return render(request, "access/closed.html", status=403)


def refused(request: HttpRequest) -> HttpResponse:
    """A request from another site or another device."""
    return render(request, "access/refused.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, such as one that was open before the app was started anew."""
    return render(request, "access/stale_form.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address."""
    return render(request, "access/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke in the program."""
    return render(request, "access/server_error.html", status=500)
