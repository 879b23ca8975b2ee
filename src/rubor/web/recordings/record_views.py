"""Recording in the browser: the guided page, and what its scripts ask while setting up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rubor.errors import InputError
from rubor.response.protocol import Step, protocol
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices
from rubor.web.people.templatetags.library import library_text
from rubor.web.people.with_person import with_person
from rubor.web.recordings.json_answers import answers_json, read_json
from rubor.web.recordings.path_check import (
    COLUMNS,
    PATCHES,
    ROWS,
    TooShortError,
    camera_range,
    check_path,
)
from rubor.web.recordings.record_session import (
    LEAD_IN_S,
    LEAD_OUT_S,
    TRY_OUT_S,
    session,
    task_of_today,
)
from rubor.web.recordings.record_words import STEP_TITLES, TASK_TITLES, script_words
from rubor.web.recordings.set_up_check import MOST_STILL_BYTES, check_face

__all__ = ["declare_skin_tone", "path_check", "record", "set_up_check"]

# In the order in which a person can mend them; the titles are among the words of the scripts.
_CHECKS: Final = (
    "face", "bright", "clipped", "even", "still", "balance", "rate", "path", "range",
)  # fmt: skip


@with_person
@require_GET
def record(request: PersonRequest) -> HttpResponse:
    """The guided recording; `?short=SECONDS` is a try-out."""
    person = request.person
    asked = request.GET.get("short", "")
    steps = session(int(asked) if asked.isdecimal() and len(asked) < 6 else None)
    rules = protocol()
    words = script_words()
    turn = task_of_today(person)
    last = (
        person.recordings.filter(source="browser").values_list("conditions", flat=True).first()
    ) or {}
    context = {
        "session": steps,
        "seconds": round(steps.recorded_s),
        "minutes": round(steps.recorded_s / 60.0, 1),
        "rules": rules,
        "try_out_s": TRY_OUT_S,
        "tasks": [
            {"task": task, "title": TASK_TITLES.get(task.name, task.name)} for task in rules.tasks
        ],
        "turn": turn,
        "too_early": turn.not_before is not None and turn.not_before > timezone.now(),
        "tones": skin_tone_choices(),
        "ask_skin_tone": not person.skin_tone,
        # Camera and room are likely the same as last time; make-up and medicines are asked anew.
        "earlier": {name: last.get(name, "") for name in ("camera", "room")},
        "checks": [(name, words[name]) for name in _CHECKS],
        "data": _script_data(person, steps.version, steps.steps, words),
    }
    return render(request, "recordings/record.html", context)


@with_person
@require_POST
@answers_json
def path_check(request: PersonRequest) -> HttpResponse:
    """Judge a trial recording: of the known patches, or (`?of=camera`) of the camera."""
    judge = camera_range if request.GET.get("of") == "camera" else check_path
    trial = _body(request, settings.RUBOR_CHUNK_BYTES)
    try:
        return JsonResponse(asdict(judge(trial)))
    except TooShortError as error:
        return JsonResponse(
            {"ok": False, "too_short": True, "message": error.message, "cure": error.cure}
        )


@with_person
@require_POST
@answers_json
def set_up_check(request: PersonRequest) -> HttpResponse:
    """Say whether a face is in place in a still of the preview. Nothing of it is stored."""
    width = request.GET.get("width", "")
    if not (width.isdecimal() and len(width) < 6 and 0 < int(width) <= 16384):
        raise InputError(_("The width of the recording is missing."), _("Load the page again."))
    return JsonResponse(check_face(_body(request, MOST_STILL_BYTES), int(width)))


@with_person
@require_POST
@answers_json
def declare_skin_tone(request: PersonRequest) -> HttpResponse:
    """Store the skin tone that was chosen, so that it is asked once."""
    from rubor.optics.skin_tone import skin_tone_named

    person = request.person
    person.skin_tone = skin_tone_named(str(read_json(request).get("skin_tone", ""))).name
    person.save(update_fields=["skin_tone"])
    return JsonResponse({"skin_tone": person.skin_tone})


def _body(request: HttpRequest, most_bytes: int) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > most_bytes:
        raise InputError(_("The picture is too large."), _("Load the page again."))
    return request.body


def _script_data(
    person: Person, version: str, steps: tuple[Step, ...], words: dict[str, str]
) -> dict[str, Any]:
    """All that the scripts know, as JSON."""
    return {
        "person": str(person.pk),
        "version": version,
        "lead_in_s": LEAD_IN_S,
        "lead_out_s": LEAD_OUT_S,
        "steps": [
            {
                "name": step.name,
                "title": str(STEP_TITLES.get(step.name, step.name)),
                "instruction": library_text(step.instruction),
                "duration_s": step.duration_s,
                "recorded": step.recorded,
                "marks": list(step.marks),
            }
            for step in steps
        ],
        "tasks": {name: str(title) for name, title in TASK_TITLES.items()},
        "skin_tone": person.skin_tone,
        "patches": {"columns": COLUMNS, "rows": ROWS, "colours": PATCHES},
        "urls": {
            "begin": reverse("recordings:begin"),
            "path_check": reverse("recordings:path_check"),
            "set_up_check": reverse("recordings:set_up_check"),
            "skin_tone": reverse("recordings:declare_skin_tone"),
        },
        "words": words,
    }
