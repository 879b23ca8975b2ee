"""A trial's row and the library's trial in it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rubor.errors import InputError, RuborError
from rubor.trials import Trial, trial_from_json, trial_to_json
from rubor.web.recordings.json_answers import storable
from rubor.web.trials.models import Trial as TrialRow

__all__ = ["ChangedElsewhereError", "create", "load", "save"]


class ChangedElsewhereError(RuborError):
    """The trial was changed in another tab meanwhile."""


def create(person_id: UUID, trial: Trial) -> TrialRow:
    """A row for a trial that was begun."""
    return TrialRow.objects.create(person_id=person_id, document=trial_to_json(trial))


def load(row: TrialRow) -> Trial:
    """The library's trial of a row."""
    return trial_from_json(row.document)


def save(row: TrialRow, trial: Trial) -> None:
    """Put a new state in place of the one that the row was read with.

    Raises:
        InputError: something that was written cannot be stored.
        ChangedElsewhereError: somebody else has put one there since.
    """
    document = trial_to_json(trial)
    if not storable(document):
        raise InputError(
            _("What you wrote holds a sign that cannot be stored."), _("Write it anew, by hand.")
        )
    same = TrialRow.objects.filter(pk=row.pk, version=row.version)
    with transaction.atomic():
        if same.update(document=document, version=F("version") + 1) != 1:
            raise ChangedElsewhereError(
                _("This trial was changed in another tab or window meanwhile."),
                _("Nothing was changed now. Load the page again and repeat what you did."),
            )
    row.document, row.version = document, row.version + 1
