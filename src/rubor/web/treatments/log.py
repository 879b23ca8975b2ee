"""A treatment written down, put right, or taken away; its trial changes with it or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.people.models import Person
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import correct_treatment, note_treatment
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.store import load

__all__ = ["add_treatment", "change_treatment"]


def add_treatment(person: Person, given: dict[str, Any]) -> Treatment:
    """Write a treatment down, and its day into its trial.

    Args:
        person: whose.
        given: checked columns; `trial` may be a trial of the person.

    Raises:
        RuborError: it does not fit the trial; nothing is stored.
    """
    columns = dict(given)
    trial = columns.pop("trial", None)
    with transaction.atomic():
        side = _noted_in(trial, columns)
        return Treatment.objects.create(
            person=person, trial=trial, **{**columns, "side": side or columns["side"]}
        )


def change_treatment(row: Treatment, given: dict[str, Any]) -> None:
    """Put a treatment right.

    Args:
        row: as it is.
        given: checked columns; `trial` where it belongs to none yet, else `reason` for another day.

    Raises:
        RuborError: it does not fit its trial or its side effects; nothing is stored.
    """
    columns = dict(given)
    trial, reason = columns.pop("trial", None), columns.pop("reason", "")
    _check_side_effects(row, columns["kind"], columns["treated_on"])
    with transaction.atomic():
        if row.trial is not None:
            _check_kind(row.trial, columns["kind"])
            columns["side"] = _side_in(row.trial, columns["side"]) or columns["side"]
            if columns["treated_on"] != row.treated_on:
                correct_treatment(row.trial, row.treated_on, columns["treated_on"], reason)
        else:
            columns["side"] = _noted_in(trial, columns) or columns["side"]
            columns["trial"] = trial
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=list(columns))


def _noted_in(trial: TrialRow | None, columns: dict[str, Any]) -> str:
    """Note the day in the trial; its drawn side, if any. A day that it has already is not noted again."""
    if trial is None:
        return ""
    _check_kind(trial, columns["kind"])
    side = _side_in(trial, columns["side"])
    if columns["treated_on"] in load(trial).treated_on:
        if trial.treatments.filter(treated_on=columns["treated_on"]).exists():
            raise InputError(
                _("This trial has a treatment of that day already."),
                _("Change that one, or choose another day."),
            )
    else:
        note_treatment(trial, columns["treated_on"])
    return side


def _check_kind(trial: TrialRow, kind: str) -> None:
    if trial.document["treatment"] != kind:
        raise InputError(
            _("This trial is about another treatment."),
            _("Choose the treatment of the trial, or no trial."),
        )


def _side_in(trial: TrialRow, side: str) -> str:
    """The side that is stored: as drawn; both while the draw is hidden; empty where none was drawn."""
    state = load(trial)
    draw = state.assignment
    if draw is None or draw.kind != "side":
        return ""
    if not state.revealed:
        return "both"
    drawn = draw.drawn[0]
    if side not in ("both", drawn):
        raise InputError(
            _("In this trial your own left side was drawn.")
            if drawn == "left"
            else _("In this trial your own right side was drawn."),
            _("If the other side was treated, log it without the trial: it answers nothing."),
        )
    return drawn


def _check_side_effects(row: Treatment, kind: str, day: date) -> None:
    first = row.side_effects.order_by("on").first()
    if first is None:
        return
    if kind != row.kind:
        raise InputError(
            _("Side effects were noted after this treatment, which belong to its kind."),
            _("Delete them first, or log the other treatment by itself."),
        )
    if first.on < day:
        raise InputError(
            _("A side effect was noted on %(day)s, before that day.")
            % {"day": date_format(first.on)},
            _("Put the entry in the diary right first."),
        )
