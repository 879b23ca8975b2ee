"""What a person does to a trial: each a form, each refused with cause and cure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rubor.errors import InputError, RuborError
from rubor.trials.trial import PROVOCATIONS
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import Recording
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import (
    add_to_trial,
    correct_treatment,
    draw_again,
    leave_out,
    note_treatment,
    reveal,
)
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.store import load
from rubor.web.trials.views import trial_of

__all__ = [
    "add",
    "correct",
    "delete",
    "draw_again_view",
    "end",
    "leave_out_session",
    "pass_over",
    "reveal_draw",
    "treated",
]


@with_person
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, trial: str, recording: str) -> HttpResponse:
    """Say what was provoked, and add a measured recording."""
    row = trial_of(request, trial)
    found = get_object_or_404(Recording, pk=recording, person=request.person)
    problem: RuborError | None = None
    if found.state != Recording.State.MEASURED:
        problem = InputError(
            _("This recording is not measured yet."), _("Wait until it is, then add it.")
        )
    elif request.method == "POST":
        occasion = request.POST.get("occasion", "")
        provocation, phase = request.POST.get("provocation"), request.POST.get("phase")
        try:
            session = add_to_trial(
                row,
                found,
                provocation=provocation if provocation in PROVOCATIONS else None,
                phase=phase if phase in ("before", "after") else None,  # type: ignore[arg-type]
                occasion=int(occasion) if occasion.isdecimal() else None,
            )
        except RuborError as error:
            problem = error
        else:
            messages.success(request, _("The recording is in the trial."))
            for mark in session.marks:
                messages.warning(request, f"{mark.reason} {mark.cure}")
            return redirect("trials:show", row.pk)
    state = load(row)
    day = timezone.localtime(found.recorded_at).date()
    return render(
        request,
        "trials/add.html",
        {
            "row": row,
            "trial": state,
            "recording": found,
            "problem": problem,
            "provocation": (found.response or {}).get("provocation") or "blush",
            "on_treatment_day": day in state.treated_on,
            "passed_over": str(found.pk) in row.passed_over,
        },
        status=409 if problem else 200,
    )


@with_person
@require_POST
def pass_over(request: PersonRequest, trial: str, recording: str) -> HttpResponse:
    """Offer a recording to the trial no more, or offer it again; it stays as it is."""
    row = trial_of(request, trial)
    found = get_object_or_404(Recording, pk=recording, person=request.person)
    with transaction.atomic():
        locked = TrialRow.objects.select_for_update().get(pk=row.pk)
        passed = [one for one in locked.passed_over if one != str(found.pk)]
        if len(passed) == len(locked.passed_over):
            passed.append(str(found.pk))
            messages.success(request, _("This recording is not offered to the trial any more."))
        locked.passed_over = passed
        locked.save(update_fields=["passed_over"])
    return redirect("trials:show", row.pk)


@with_person
@require_POST
def treated(request: PersonRequest, trial: str) -> HttpResponse:
    """Note the treatment: in the trial, and as a treatment with its own page."""
    row = trial_of(request, trial)
    state = load(row)
    draw = state.assignment
    side = draw.drawn[0] if draw is not None and draw.kind == "side" else "both"

    def change() -> None:
        day = _day(request.POST.get("day", ""))
        with transaction.atomic():
            note_treatment(row, day)
            Treatment.objects.create(
                person=request.person,
                trial=row,
                kind=state.treatment,
                treated_on=day,
                side=side if state.revealed else "both",
            )

    return _changed(
        request, row, change, _("The treatment is noted. Recordings now count as after it.")
    )


@with_person
@require_POST
def correct(request: PersonRequest, trial: str) -> HttpResponse:
    """Put a wrong day of treatment right; the slip stays on record."""
    row = trial_of(request, trial)
    return _changed(
        request,
        row,
        lambda: correct_treatment(
            row,
            _day(request.POST.get("wrong", "")),
            _day(request.POST.get("day", "")),
            request.POST.get("reason", ""),
        ),
        _("The day is put right. That it was wrong stays on record."),
    )


@with_person
@require_POST
def leave_out_session(request: PersonRequest, trial: str) -> HttpResponse:
    """Let a recording not count, with its reason."""
    row = trial_of(request, trial)
    return _changed(
        request,
        row,
        lambda: leave_out(row, request.POST.get("session", ""), request.POST.get("reason", "")),
        _("The recording does not count any more. The answer will name it and your reason."),
    )


@with_person
@require_POST
def reveal_draw(request: PersonRequest, trial: str) -> HttpResponse:
    """Show what was drawn."""
    row = trial_of(request, trial)
    return _changed(request, row, lambda: reveal(row), _("This is what was drawn."))


@with_person
@require_POST
def draw_again_view(request: PersonRequest, trial: str) -> HttpResponse:
    """Draw again, with a reason that the answer will name."""
    row = trial_of(request, trial)
    return _changed(
        request,
        row,
        lambda: draw_again(row, request.POST.get("reason", "")),
        _("Drawn again. The first draw and your reason stay on record."),
    )


@with_person
@require_POST
def end(request: PersonRequest, trial: str) -> HttpResponse:
    """End a trial, or take it up again."""
    row = trial_of(request, trial)
    row.closed_at = None if row.closed_at else timezone.now()
    row.save(update_fields=["closed_at"])
    return redirect("trials:show", row.pk)


@with_person
@require_http_methods(["GET", "POST"])
def delete(request: PersonRequest, trial: str) -> HttpResponse:
    """Delete a trial after asking; its recordings stay."""
    row = trial_of(request, trial)
    if request.method == "POST":
        row.delete()
        messages.success(request, _("The trial is deleted. Its recordings are still there."))
        return redirect("trials:list")
    return render(request, "trials/delete.html", {"row": row, "trial": load(row)})


def _changed(
    request: PersonRequest, row: TrialRow, change: Callable[[], None], done: str
) -> HttpResponse:
    """Do it and say so, or say why not; either way back to the trial."""
    try:
        change()
    except RuborError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("trials:show", row.pk)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(_("That is not a day."), _("Choose one in the calendar.")) from None
