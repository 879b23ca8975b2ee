"""Answers for the scripts of the pages: JSON, and every refusal with its reason and its cure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from rubor.errors import InputError, RuborError
from rubor.web.people.templatetags.library import library_text
from rubor.web.recordings.receive import RefusedError, disk_may_be_full
from rubor.web.vault import VaultError

__all__ = ["answers_json", "read_json", "read_piece", "storable"]

_UNFIT: Final = re.compile("[\0\ud800-\udfff]")

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


def answers_json(
    view: Callable[Concatenate[R, P], HttpResponse],
) -> Callable[Concatenate[R, P], HttpResponse]:
    """Answer `{"message", "cure"}` and a fitting status where the view refuses."""

    @wraps(view)
    def wrapped(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            with disk_may_be_full():
                return view(request, *args, **kwargs)
        except Http404:
            answer = {
                "message": _("This recording is not here any more."),
                "cure": _("Begin again, if it was not deleted on purpose."),
            }
            return JsonResponse(answer, status=404)
        except RuborError as error:
            status, more = 400, {}
            if isinstance(error, RefusedError):
                status, more = error.status, error.more
            elif isinstance(error, VaultError):
                status = 500
            return JsonResponse(
                {
                    "message": library_text(error.message),
                    "cure": library_text(error.cure),
                    **more,
                },
                status=status,
            )

    return wrapped


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        InputError: it is none.
    """
    try:
        said = json.loads(request.body or b"{}")
        fit = storable(said)
    except (ValueError, RecursionError):
        said, fit = None, False
    if not isinstance(said, dict) or not fit:
        raise InputError(_("What was sent is not readable."), _("Load the page again."))
    return said


def storable(said: Any) -> bool:
    """Whether all text in it can be stored: no zero signs (PostgreSQL) and no halves of signs."""
    if isinstance(said, str):
        return _UNFIT.search(said) is None
    if isinstance(said, dict):
        return all(storable(part) for pair in said.items() for part in pair)
    return not isinstance(said, list) or all(storable(part) for part in said)


def read_piece(request: HttpRequest) -> bytes:
    """The bytes of one piece, whole.

    Raises:
        RefusedError: it is too large, or its end did not arrive.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.RUBOR_CHUNK_BYTES:
        raise RefusedError(
            413, _("This piece of the upload is too large."), _("Load the page again.")
        )
    data = request.body
    if len(data) != length:
        raise RefusedError(400, _("This piece of the upload was cut off."), _("Send it again."))
    return data
