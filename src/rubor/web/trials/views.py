"""The list of trials, a new one, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rubor.errors import InputError
from rubor.trials import Trial
from rubor.trials.begin_trial import begin_trial, new_seed
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.models import TRY_OUT, Recording
from rubor.web.trials.forms import BeginForm, designs
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.models import TrialRecording
from rubor.web.trials.next_step import next_step
from rubor.web.trials.store import create, load

__all__ = ["addable", "first_addable", "new", "show", "trial_list", "trial_of"]


@with_person
@require_safe
def trial_list(request: PersonRequest) -> HttpResponse:
    """All trials with what is next in each."""
    rows = [(row, load(row), next_step(row)) for row in request.person.trials.all()]
    return render(request, "trials/list.html", {"rows": rows})


@with_person
@require_http_methods(["GET", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Fix what is compared, and draw."""
    form = BeginForm(
        request.POST or None,
        initial={"smallest_percent": round(100 * request.person.smallest_effect)},
    )
    problem: InputError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            trial = begin_trial(**form.arguments(), seed=new_seed(), now=timezone.now())
        except InputError as error:
            problem = error
        else:
            row = create(request.person.pk, trial)
            return redirect("trials:show", row.pk)
    chosen = form["design"].value()
    return render(
        request,
        "trials/new.html",
        {"form": form, "designs": designs(), "chosen": chosen, "problem": problem},
        status=400 if form.errors or problem else 200,
    )


@with_person
@require_safe
def show(request: PersonRequest, trial: str) -> HttpResponse:
    """One trial: what was drawn, what is next, every recording."""
    row = trial_of(request, trial)
    state = load(row)
    recordings = list(addable(row, state)[:20])
    linked = dict(row.recordings.values_list("session", "recording_id"))
    step = next_step(row, recordings[0].pk if recordings else None)
    return render(
        request,
        "trials/show.html",
        {
            "row": row,
            "trial": state,
            "step": step,
            "drawn": drawn_words(state),
            "sessions": [
                (one, linked.get(one.name), _side_numbers(state, one.responses))
                for one in state.sessions
            ],
            "addable": recordings,
            "treatments": row.treatments.all(),
            "today": timezone.localdate(),
            "can_draw_again": bool(state.draws) and not state.treated_on and not row.closed_at,
        },
    )


def trial_of(request: PersonRequest, trial: str) -> TrialRow:
    """A trial of this person; another person's is not found."""
    return get_object_or_404(TrialRow, pk=trial, person=request.person)


def addable(row: TrialRow, trial: Trial) -> QuerySet[Recording]:
    """Accepted recordings of the person that are not in the trial, since it began, oldest first."""
    inside = TrialRecording.objects.filter(trial=row, recording=OuterRef("pk"))
    return (
        _comparable(row.person_id)
        .filter(recorded_at__gte=_began_at(row, trial))
        .exclude(Exists(inside))
        .exclude(pk__in=row.passed_over)
    )


def first_addable(rows: Sequence[tuple[TrialRow, Trial]]) -> dict[UUID, UUID | None]:
    """The first that could be added to each of some trials of one person, in two queries for all."""
    if not rows:
        return {}
    links = TrialRecording.objects.filter(trial__in=[row for row, _trial in rows])
    inside = set(links.values_list("trial_id", "recording_id"))
    candidates = list(_comparable(rows[0][0].person_id).values_list("pk", "recorded_at"))
    return {
        row.pk: next(
            (
                pk
                for pk, at in candidates
                if at >= _began_at(row, trial)
                and (row.pk, pk) not in inside
                and str(pk) not in row.passed_over
            ),
            None,
        )
        for row, trial in rows
    }


def _comparable(person_id: UUID) -> QuerySet[Recording]:
    """Recordings that a trial can take, oldest first."""
    return (
        Recording.objects.filter(person_id=person_id, state=Recording.State.MEASURED)
        # A key that is not there is neither: SQL knows no "not equal" for it.
        .filter(Q(protocol__version__isnull=True) | ~Q(protocol__version__endswith=TRY_OUT))
        .filter(Q(path_check__ok__isnull=True) | ~Q(path_check__ok=False))
        .exclude(smile_check__isnull=False)
        .filter(summary__accepted=True)
        .order_by("recorded_at")
    )


def _began_at(row: TrialRow, trial: Trial) -> datetime:
    return trial.events[0].at if trial.events else row.created_at


def drawn_words(trial: Trial) -> str:
    """What was drawn, in words; empty where nothing was, or where it stays hidden."""
    draw = trial.assignment
    if draw is None or not trial.revealed:
        return ""
    if draw.kind == "side":
        left = draw.drawn == ("left",)
        return _("your own left side is treated") if left else _("your own right side is treated")
    if draw.kind == "start date":
        return _("the treatment is on %(day)s") % {"day": draw.drawn[0]}
    words = {
        "left": _("left"),
        "right": _("right"),
        "treated": _("with"),
        "untreated": _("without"),
    }
    return ", ".join(words[one] for one in draw.drawn)


def _side_numbers(trial: Trial, responses: Any) -> list[tuple[str, float, float]]:
    """Side, response and half the width of its 95 % interval."""
    shown = ("left", "right") if trial.between_sides else ("whole",)
    words = {"left": _("left"), "right": _("right"), "whole": _("both sides")}
    return [
        (words[side], responses[side].response, 1.96 * responses[side].response_sd)
        for side in shown
        if side in responses
    ]
