"""Handing in from a phone in the house: a code that expires, and a page that shows nothing of anybody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rubor.web.access.tokens import PHONE_FOR, hand_out, phone_token
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices
from rubor.web.people.with_person import with_person
from rubor.web.recordings import receive
from rubor.web.recordings.announcement import Announcement
from rubor.web.recordings.json_answers import answers_json, read_json, read_piece
from rubor.web.recordings.models import Recording
from rubor.web.recordings.receive import RefusedError
from rubor.web.recordings.receive_views import begun
from rubor.web.recordings.upload_views import upload_data

__all__ = ["begin", "chunk", "code", "finish", "hand_in", "marks", "received"]

P = ParamSpec("P")
_SOURCE: Final = "phone"


@with_person
@require_http_methods(["GET", "POST"])
def code(request: PersonRequest) -> HttpResponse:
    """On the computer: make a code that a phone reads."""
    host = _house_address(request)
    context: dict[str, object] = {
        "lan": settings.RUBOR_LAN and host is not None,
        "minutes": int(PHONE_FOR.total_seconds() // 60),
    }
    if request.method == "POST" and context["lan"]:
        secret = hand_out("phone", PHONE_FOR, request.person)
        page = reverse("phone:hand_in", kwargs={"secret": secret})
        address = f"{request.scheme}://{host}{page}"
        context |= {
            "address": address,
            "picture": _picture(address),
            "until": timezone.now() + PHONE_FOR,
        }
    return render(request, "recordings/phone.html", context)


def _of_phone(
    view: Callable[Concatenate[HttpRequest, Person, str, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let the holder of a code in, for the person it was made for."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, /, secret: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        token = phone_token(secret)
        if token is None or token.person is None:
            if request.accepts("text/html"):
                return render(request, "recordings/phone_expired.html", status=403)
            answer = {
                "message": _("This code has expired."),
                "cure": _(
                    "Make a new one on the computer, open it here, and choose the same file: it goes on"
                    " where it was."
                ),
            }
            return JsonResponse(answer, status=403)
        return view(request, token.person, secret, *args, **kwargs)

    return wrapped


@require_GET
@_of_phone
def hand_in(request: HttpRequest, person: Person, secret: str) -> HttpResponse:
    """On the phone: choose a file. Nothing of the person is shown."""
    begin_address = reverse("phone:begin", kwargs={"secret": secret})
    context = {
        "tones": [] if person.skin_tone else skin_tone_choices(),
        "data": upload_data(begin_address, _SOURCE),
    }
    return render(request, "recordings/phone_upload.html", context)


@require_POST
@_of_phone
@answers_json
def begin(request: HttpRequest, person: Person, secret: str) -> HttpResponse:
    """Announce a file; what happens to the video is the person's choice on the computer."""
    said = {**read_json(request), "source": _SOURCE, "keep_video": person.keep_video}
    recording, new = receive.begin(person, Announcement.of(said, person))
    own = {"secret": secret, "recording": recording.pk}
    urls = {
        "chunk": reverse("phone:chunk", kwargs={**own, "number": 0}),
        **{name: reverse(f"phone:{name}", kwargs=own) for name in ("marks", "finish", "received")},
        "page": reverse("phone:hand_in", kwargs={"secret": secret}),
    }
    return begun(recording, urls, new)


@require_http_methods(["PUT"])
@_of_phone
@answers_json
def chunk(
    request: HttpRequest, person: Person, secret: str, recording: uuid.UUID, number: int
) -> HttpResponse:
    """Take one piece."""
    return JsonResponse(receive.put_chunk(_own(person, recording), number, read_piece(request)))


@require_GET
@_of_phone
@answers_json
def received(
    request: HttpRequest, person: Person, secret: str, recording: uuid.UUID
) -> HttpResponse:
    """Say what is there."""
    return JsonResponse(receive.received(_own(person, recording)))


@require_POST
@_of_phone
@answers_json
def marks(request: HttpRequest, person: Person, secret: str, recording: uuid.UUID) -> HttpResponse:
    """Take marks, while the file is being handed in."""
    own = _own(person, recording)
    if own.state != Recording.State.RECEIVING:
        raise RefusedError(409, _("This file has been handed in already."))
    return JsonResponse({"stored": receive.add_marks(own, read_json(request).get("marks"))})


@require_POST
@_of_phone
@answers_json
def finish(request: HttpRequest, person: Person, secret: str, recording: uuid.UUID) -> HttpResponse:
    """End the upload and have it measured."""
    receive.finish(_own(person, recording), read_json(request))
    page = reverse("phone:hand_in", kwargs={"secret": secret})
    return JsonResponse({"job": None, "page": page}, status=202)


def _own(person: Person, recording: uuid.UUID) -> Recording:
    """A recording that a phone handed in; no other can be reached from one."""
    return get_object_or_404(
        Recording.objects.select_related("person"), person=person, pk=recording, source=_SOURCE
    )


def _house_address(request: HttpRequest) -> str | None:
    """Name and port under which other devices reach this server; None where they do not."""
    own = [name for name in settings.ALLOWED_HOSTS if name not in settings.LOOPBACK]
    return f"{own[0]}:{request.get_port()}" if own else None


def _picture(address: str) -> SafeString:
    """The address as a QR code: SVG whose colours are attributes, since styles are not allowed."""
    import segno

    buffer = BytesIO()
    segno.make(address, error="m").save(
        buffer,
        kind="svg",
        scale=6,
        border=4,
        dark="#000000",
        light="#ffffff",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    return mark_safe(buffer.getvalue().decode())
