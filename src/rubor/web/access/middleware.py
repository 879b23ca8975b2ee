"""Nobody gets in without the token that `rubor serve` hands out, and no other site gets anything done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rubor.web.access.tokens import OPENED
from rubor.web.access.views import closed, refused

__all__ = ["OpenedByToken"]

_WITHOUT_TOKEN: Final = ("/open/", "/phone/", settings.STATIC_URL)
# Devices in the house reach the page for handing in files and nothing else.
_FROM_OTHER_DEVICES: Final = ("/phone/", settings.STATIC_URL)


class OpenedByToken:
    """Let a request through only from a browser that was opened by a token, and from our own pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host()
        if (
            settings.RUBOR_LAN
            and not request.path.startswith(_FROM_OTHER_DEVICES)
            and not (_is_own(urlsplit(f"//{host}").hostname) and _is_own(_sender(request)))
        ):
            return refused(request)
        if _from_elsewhere(request, host):
            return refused(request)
        if not request.path.startswith(_WITHOUT_TOKEN) and not request.session.get(OPENED):
            return closed(request)
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
        )
        return response


def _is_own(name: str | None) -> bool:
    return name in [one.strip("[]") for one in settings.LOOPBACK]


def _sender(request: HttpRequest) -> str:
    """Who really sent it; another device may write any host into its request."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _from_elsewhere(request: HttpRequest, host: str) -> bool:
    """Whether another site's page sent this. Following a link to our first page is no harm."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return True
    site = request.headers.get("Sec-Fetch-Site", "none")
    followed_link = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return site in ("cross-site", "same-site") and not followed_link
