"""Putting right what was said of a recording."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rubor.errors import InputError
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.skin_tones import skin_tone_choices
from rubor.web.people.with_person import with_person
from rubor.web.recordings.announcement import checked_conditions
from rubor.web.recordings.media import may_be_kept
from rubor.web.recordings.models import Recording
from rubor.web.recordings.receive import measure_again
from rubor.web.recordings.storage import video_chunks, video_source

__all__ = ["edit"]

State = Recording.State
_MIRRORED: Final = {"yes": True, "no": False, "unknown": None}
_MAKE_UP: Final = {"yes": True, "no": False}


class _DetailsForm(forms.Form):
    """What does not change the measurement; and, while the video is there, what does."""

    title = forms.CharField(max_length=80, required=False, label=gettext_lazy("What you call it"))
    recorded_at = forms.DateTimeField(label=gettext_lazy("Recorded on"))
    keep_video = forms.BooleanField(required=False)
    mirrored = forms.ChoiceField(choices=[(name, name) for name in _MIRRORED], required=False)
    skin_tone = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["skin_tone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(tone.name, tone.word) for tone in skin_tone_choices()]

    def clean_recorded_at(self) -> datetime:
        """A time that has been."""
        at: datetime = self.cleaned_data["recorded_at"]
        if at > timezone.now() + timedelta(days=1):
            raise forms.ValidationError(_("The date of the recording lies in the future."))
        return at


@with_person
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, recording: uuid.UUID) -> HttpResponse:
    """Show and store what was said of a recording."""
    row = get_object_or_404(
        Recording.objects.select_related("person"), person=request.person, pk=recording
    )
    form = _DetailsForm(request.POST or None)
    conditions, problem = row.conditions, None
    if request.method == "POST":
        try:
            conditions = checked_conditions(_conditions(request.POST))
            if form.is_valid():
                anew = _store(row, form.cleaned_data, conditions)
                messages.success(
                    request,
                    _("Stored. The recording is being measured again.") if anew else _("Stored."),
                )
                return redirect("recordings:show", recording=row.pk)
        except InputError as error:
            problem = error
    context = {
        "recording": row,
        "form": form,
        "problem": problem,
        "conditions": conditions,
        "keep_video": row.keep_video,
        "tones": skin_tone_choices() if row.video_there else [],
        "chosen": row.skin_tone,
        "mirrored": {value: name for name, value in _MIRRORED.items()}[row.mirrored],
    }
    return render(request, "recordings/edit.html", context, status=400 if request.POST else 200)


def _store(row: Recording, said: dict[str, Any], conditions: dict[str, Any]) -> bool:
    """Store it; whether the recording is measured anew by it."""
    keep = row.video_there and said["keep_video"]
    if keep and not row.keep_video and not may_be_kept(video_source(row)):
        raise InputError(
            _("This file is a photo, or says where it was recorded: such files are not kept."),
            _("Choose to discard it. Your own file stays where it is."),
        )
    columns: dict[str, Any] = {
        "title": said["title"],
        "recorded_at": said["recorded_at"],
        "conditions": conditions,
        "keep_video": keep or (row.state == State.RECEIVING and said["keep_video"]),
    }
    anew = False
    if row.video_there:
        declared = {
            "mirrored": _MIRRORED.get(said["mirrored"], row.mirrored),
            "skin_tone": said["skin_tone"] or row.skin_tone,
        }
        anew = any(getattr(row, name) != value for name, value in declared.items())
        columns |= declared
    with transaction.atomic():
        # Before the recording's row, in the order of everybody, so that no two wait for each other.
        Person.objects.select_for_update().get(pk=row.person_id)
        Recording.objects.filter(pk=row.pk).update(**columns)
        row.refresh_from_db()
        if anew:
            measure_again(row)
    if row.video_there and not keep and not anew and row.state == State.MEASURED:
        video_chunks(row).delete()
        Recording.objects.filter(pk=row.pk).update(video_there=False)
    return anew


def _conditions(post: QueryDict) -> dict[str, Any]:
    """The fields of `_conditions.html` as the library's `Conditions` in JSON."""
    medicines = zip(post.getlist("medicine"), post.getlist("hours_before"), strict=False)
    return {
        "make_up": _MAKE_UP.get(post.get("make_up", "")),
        "camera": post.get("camera"),
        "room": post.get("room"),
        "note": post.get("note"),
        "medicines": [
            {"name": name, "hours_before": _hours(hours)}
            for name, hours in medicines
            if name.strip()
        ],
    }


def _hours(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError as error:
        raise InputError(
            _("“%(text)s” is no number of hours.") % {"text": text}, _("Write such as 12 or 1.5.")
        ) from error
