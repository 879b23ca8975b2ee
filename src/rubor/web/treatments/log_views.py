"""Forms of a treatment: log it, put it right, delete it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rubor.errors import RuborError
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.storage import checkpoint
from rubor.web.treatments.follow_up import catalogue_kinds
from rubor.web.treatments.forms import TreatmentForm
from rubor.web.treatments.log import add_treatment, change_treatment
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.show_views import treatment_of

__all__ = ["delete", "edit", "new"]

_SAME_AS_LAST = ("kind", "product", "given_by", "place", "currency")


@with_person
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Log a treatment."""
    form = TreatmentForm(request.POST or None, person=request.person, initial=_initial(request))
    problem: RuborError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            row = add_treatment(request.person, form.cleaned_data)
        except RuborError as error:
            problem = error
        else:
            messages.success(request, _("The treatment is noted."))
            return redirect("treatments:show", row.pk)
    return _page(request, form, problem)


@with_person
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, treatment: uuid.UUID) -> HttpResponse:
    """Put a treatment right."""
    row = treatment_of(request, treatment)
    initial = {name: getattr(row, name) for name in TreatmentForm.base_fields if name != "reason"}
    form = TreatmentForm(
        request.POST or None, person=request.person, treatment=row, initial=initial
    )
    problem: RuborError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            change_treatment(row, form.cleaned_data)
        except RuborError as error:
            problem = error
        else:
            messages.success(request, _("Stored."))
            return redirect("treatments:show", row.pk)
    return _page(request, form, problem, row)


@with_person
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, treatment: uuid.UUID) -> HttpResponse:
    """Delete a treatment after asking."""
    row = treatment_of(request, treatment)
    if request.method == "POST":
        with transaction.atomic():
            row.delete()
            transaction.on_commit(checkpoint)
        messages.success(request, _("The treatment is deleted."))
        return redirect("treatments:list")
    return render(
        request,
        "treatments/delete.html",
        {"treatment": row, "side_effects": row.side_effects.count()},
    )


def _initial(request: PersonRequest) -> dict[str, Any]:
    """What is likely the same as last time; what the address asks for."""
    initial: dict[str, Any] = {"treated_on": timezone.localdate()}
    last = request.person.treatments.first()
    if last is not None:
        initial |= {name: getattr(last, name) for name in _SAME_AS_LAST}
    asked = request.GET.get("kind", "")
    if asked in catalogue_kinds() and asked != initial.get("kind"):
        initial |= {"kind": asked, "product": ""}
    return initial


def _page(
    request: PersonRequest,
    form: TreatmentForm,
    problem: RuborError | None,
    treatment: Treatment | None = None,
) -> HttpResponse:
    refused = problem is not None or bool(form.errors)
    return render(
        request,
        "treatments/log.html",
        {"form": form, "problem": problem, "treatment": treatment},
        status=400 if refused else 200,
    )
