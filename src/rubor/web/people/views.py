"""Pages of the app `people`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def placeholder(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """To be replaced."""
    return render(request, "base.html")
