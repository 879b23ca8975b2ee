"""One entry of the diary: written, looked at, put right, deleted, and brought back."""

from __future__ import annotations

import uuid
from datetime import date, time
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rubor.web.diary.courses import noted_course
from rubor.web.diary.forms import FORM_OF_KIND, EntryForm, SideEffectForm
from rubor.web.diary.models import Entry
from rubor.web.diary.words import effect_label, kind_choices
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.treatments.models import Treatment

__all__ = ["delete", "edit", "new", "show", "undo"]

_SALT: Final = "rubor.diary.undo"
_UNDO_WITHIN_S: Final = 3600
_COLUMNS: Final = (
    "kind",
    "on",
    "at",
    "redness",
    "fear",
    "minutes",
    "trigger",
    "seen_by_others",
    "effect",
    "severity",
    "side",
    "note",
)
_PREFILLED: Final = ("effect", "side", "severity", "on")


@with_person
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Write an entry of the kind in `?kind=`; a side effect of the treatment in `&treatment=`."""
    kind = request.GET.get("kind", "blush")
    if kind not in FORM_OF_KIND:
        kind = "blush"
    initial: dict[str, Any] = {"on": timezone.localdate()}
    initial |= {name: request.GET[name] for name in _PREFILLED if name in request.GET}
    treatment = _treatment(request) if kind == "side effect" else None
    form = _form(request, kind, initial, treatment)
    if form is not None and request.method == "POST" and form.is_valid():
        entry = Entry.objects.create(person=request.person, kind=kind, **form.columns())
        return _stored(request, entry, _("Noted."))
    return _page(request, kind, form, treatment)


@with_person
@require_safe
def show(request: PersonRequest, entry: uuid.UUID) -> HttpResponse:
    """One entry; of a side effect, what it means and what to do."""
    row = _own(request, entry)
    return render(
        request,
        "diary/show.html",
        {
            "entry": row,
            "label": effect_label(row.effect),
            "noted": noted_course(row, timezone.localdate()) if row.kind == "side effect" else None,
        },
    )


@with_person
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, entry: uuid.UUID) -> HttpResponse:
    """Put an entry right."""
    row = _own(request, entry)
    initial = {name: getattr(row, name) for name in _COLUMNS}
    form = _form(request, row.kind, initial, row.treatment)
    if form is not None and request.method == "POST" and form.is_valid():
        for name, value in form.columns().items():
            setattr(row, name, value)
        row.save()
        return _stored(request, row, _("Stored."))
    return _page(request, row.kind, form, row.treatment, entry=row)


@with_person
@require_POST
def delete(request: PersonRequest, entry: uuid.UUID) -> HttpResponse:
    """Delete an entry. Only the page that says so knows what was in it, for undoing it."""
    row = Entry.objects.filter(person=request.person, pk=entry).first()
    if row is None:  # sent twice, such as by loading the page again
        return redirect("diary:list")
    kept = {name: _plain(getattr(row, name)) for name in _COLUMNS}
    kept |= {
        "id": str(row.pk),
        "person": str(row.person_id),
        "treatment": _plain(row.treatment_id),
    }
    row.delete()
    return render(
        request,
        "diary/deleted.html",
        {"on": row.on, "kept": signing.dumps(kept, salt=_SALT, compress=True)},
    )


@with_person
@require_POST
def undo(request: PersonRequest) -> HttpResponse:
    """Bring a deleted entry back."""
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=_UNDO_WITHIN_S)
    except signing.BadSignature:
        messages.error(request, _("It is too late to bring this entry back. Write it anew."))
        return redirect("diary:list")
    treatment = Treatment.objects.filter(person=request.person, pk=kept["treatment"]).first()
    if kept["person"] != str(request.person.pk) or (kept["treatment"] and treatment is None):
        messages.error(request, _("What this entry belonged to is not there any more."))
        return redirect("diary:list")
    at = kept["at"]
    columns = {name: kept[name] for name in _COLUMNS}
    columns |= {
        "on": date.fromisoformat(kept["on"]),
        "at": None if at is None else time.fromisoformat(at),
        "treatment": treatment,
    }
    row, _new = Entry.objects.get_or_create(pk=kept["id"], person=request.person, defaults=columns)
    messages.success(request, _("The entry is back."))
    return redirect("diary:show", row.pk)


def _form(
    request: PersonRequest, kind: str, initial: dict[str, Any], treatment: Treatment | None
) -> EntryForm | None:
    """The form of a kind; None for a side effect where no treatment has any."""
    data = request.POST or None
    if kind != "side effect":
        return FORM_OF_KIND[kind](data, person=request.person, initial=initial)
    if treatment is None:
        return None
    return SideEffectForm(data, person=request.person, treatment=treatment, initial=initial)


def _treatment(request: PersonRequest) -> Treatment | None:
    """The treatment in `?treatment=`, else the newest whose side effects are known."""
    from rubor.treatments.catalogue import catalogue

    own = request.person.treatments.filter(
        kind__in=[entry.id for entry in catalogue()], treated_on__lte=timezone.localdate()
    )
    asked = request.GET.get("treatment")
    if not asked:
        return own.first()
    try:
        return own.filter(pk=uuid.UUID(asked)).first()
    except ValueError:
        return None


def _page(
    request: PersonRequest,
    kind: str,
    form: EntryForm | None,
    treatment: Treatment | None,
    entry: Entry | None = None,
) -> HttpResponse:
    others = []
    if kind == "side effect" and entry is None:
        others = [one for one in request.person.treatments.all() if one != treatment]
    return render(
        request,
        "diary/entry.html",
        {
            "kind": kind,
            "kinds": kind_choices(),
            "form": form,
            "entry": entry,
            "treatment": treatment,
            "others": others,
        },
        status=400 if form is not None and form.errors else 200,
    )


def _stored(request: HttpRequest, entry: Entry, said: str) -> HttpResponse:
    """To the page of a side effect, which says what it means; of all else, to the diary."""
    messages.success(request, said)
    if entry.kind == "side effect":
        return redirect("diary:show", entry.pk)
    return redirect("diary:list")


def _own(request: PersonRequest, entry: uuid.UUID) -> Entry:
    return get_object_or_404(
        Entry.objects.select_related("treatment"), person=request.person, pk=entry
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
