"""The page of one recording, and the files that it draws or hands out."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rubor.web.jobs.models import Job
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings import storage
from rubor.web.recordings.models import Recording
from rubor.web.recordings.shown_numbers import mark_name, region_name, response_amounts, step_name
from rubor.web.recordings.shown_words import answer, episode_words, felt_words

__all__ = [
    "MEASURING",
    "curves",
    "drawn",
    "face_map",
    "show",
    "summary",
    "traces",
    "words_of_charts",
]

MEASURING: Final = ("measure", "smile")
"""Kinds of jobs that measure a recording."""


@require_safe
@with_person
def show(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """What became of a recording: where it stands, or what was seen in it."""
    row = _own(request, recording)
    if row.state != Recording.State.MEASURED or row.summary is None:
        return render(
            request, "recordings/show_unmeasured.html", {"recording": row, "job": latest_job(row)}
        )
    from rubor.report.gate_words import gate_texts
    from rubor.report.recording_tables import facts

    gates = gate_texts(row.summary["quality"])
    still = row.summary["video"]["frames"] < 2
    return render(
        request,
        "recordings/show.html",
        {
            "recording": row,
            "accepted": row.summary["accepted"],
            "still": still,
            "failed": [gate for gate in gates if gate.state == "failed"],
            "hints": [gate for gate in gates if gate.state == "hint"],
            "gates": gates,
            "answer": answer(row),
            "response": response_amounts(row.response),
            "episodes": episode_words(row.episodes),
            "felt": felt_words(row.episodes),
            "facts": facts(row.summary),
            "options": row.summary.get("options") or {},
            "try_out": row.is_try_out,
            "trials": row.person.trials.filter(closed_at=None).exclude(recordings__recording=row),
            "sessions": row.trial_sessions.select_related("trial"),
            "chart": None if still else {"recording": drawn(row), "words": words_of_charts()},
        },
    )


@require_safe
@with_person
def curves(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """The curves, as `shown.curves` made them when the recording was measured."""
    return _sealed(request, recording, "curves.json")


@require_safe
@with_person
def face_map(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """The face map, as `shown.face_map` made it."""
    return _sealed(request, recording, "face_map.json")


@require_safe
@with_person
def summary(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """The library's summary.json, to keep."""
    row = _measured(request, recording)
    text = json.dumps(row.summary, indent=2, ensure_ascii=False)
    return _download(text.encode(), "application/json", f"{_file_name(row)}-summary.json")


@require_safe
@with_person
def traces(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """The redness of every region in every picture, as a table for a spreadsheet."""
    row = _measured(request, recording)
    table = storage.load_measured(row).traces
    text = table.to_csv(index=False, float_format="%.6g")
    return _download(text.encode(), "text/csv; charset=utf-8", f"{_file_name(row)}-traces.csv")


def latest_job(row: Recording) -> Job | None:
    """The last attempt at measuring a recording."""
    return row.jobs.filter(kind__in=MEASURING).order_by("-created_at").first()


def drawn(row: Recording) -> dict[str, Any]:
    """What the charts of a recording need beside its curves and its face map."""
    steps = (row.protocol or {}).get("steps", ())
    return {
        "id": str(row.pk),
        "curves": reverse("recordings:curves", args=[row.pk]),
        "face_map": reverse("recordings:face_map", args=[row.pk]),
        "steps": [
            {
                "name": step_name(str(step["name"])),
                "start_s": float(step["start_s"]),
                "end_s": float(step["end_s"]),
            }
            for step in steps
            if step.get("start_s") is not None and step.get("end_s") is not None
        ],
    }


def words_of_charts() -> dict[str, Any]:
    """The words that scripts write into charts and their tables, in the language of the page."""
    from rubor.measurement.events import EVENT_KINDS
    from rubor.vision.reference_face import REGIONS

    areas = ("whole", *REGIONS)
    return {
        "areas": {name: region_name(name) for name in areas},
        "marks": {kind: mark_name(kind) for kind in EVENT_KINDS},
        "rest": _("rest"),
        "time": _("Time"),
        "second": _("Second"),
        "part": _("Part of the face"),
        "change": _("Change"),
        "noise": _("Its noise"),
        "clear": _("Over its noise"),
        "yes": _("yes"),
        "no": _("no"),
        "interval": _("interval"),
        "blood_change": _("blood in the skin, percent over rest"),
        "erythema_index": _("red against green, percent over rest"),
        "not_measured": _("not measured"),
        "play": _("Play"),
        "pause": _("Pause"),
        "person_left": _("Person's left"),
        "person_right": _("Person's right"),
        "face": _("Face map"),
        "failed": _("The drawing could not be loaded. Reload the page."),
    }


def _own(request: PersonRequest, recording: uuid.UUID) -> Recording:
    return get_object_or_404(
        Recording.objects.select_related("person"), person=request.person, pk=recording
    )


def _measured(request: PersonRequest, recording: uuid.UUID) -> Recording:
    row = _own(request, recording)
    if row.state != Recording.State.MEASURED:
        raise Http404
    return row


def _sealed(request: PersonRequest, recording: uuid.UUID, name: str) -> HttpResponse:
    files = storage.result_files(_measured(request, recording))
    if name not in files.names():
        raise Http404
    return HttpResponse(files.read(name), content_type="application/json")


def _download(data: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file_name(row: Recording) -> str:
    """The day alone: what a person calls a recording may hold anything."""
    return f"rubor-{row.recorded_at:%Y-%m-%d}"
