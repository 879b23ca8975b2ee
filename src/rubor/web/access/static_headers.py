"""Headers of static files, which are served before anything else looks at a request."""

from __future__ import annotations

from wsgiref.headers import Headers

__all__ = ["for_own_pages_only"]


def for_own_pages_only(headers: Headers, path: str, url: str) -> None:
    """Keep other sites from loading them, from which they could tell that Rubor runs here."""
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
