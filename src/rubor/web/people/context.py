"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

__all__ = ["person"]


def person(request: HttpRequest) -> dict[str, Any]:
    """The person the page is about; None before the start."""
    return {"person": getattr(request, "person", None)}
