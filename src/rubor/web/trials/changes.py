"""What happens to a trial, as one change of its row each."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.trials.add_recording import add_recording
from rubor.trials.begin_trial import draw_like, new_seed
from rubor.trials.trial import Phase, Provocation, Session
from rubor.trials.trial_answer import TrialAnswer, answer_trial
from rubor.web.recordings.models import Recording
from rubor.web.recordings.noted_conditions import conditions_of
from rubor.web.treatments.models import Treatment
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.models import TrialRecording
from rubor.web.trials.store import load, save

__all__ = [
    "add_to_trial",
    "correct_treatment",
    "draw_again",
    "leave_out",
    "look",
    "note_treatment",
    "reveal",
]


def add_to_trial(
    row: TrialRow,
    recording: Recording,
    *,
    provocation: Provocation | None,
    phase: Phase | None,
    occasion: int | None,
) -> Session:
    """Add a measured recording, unless something breaks the comparison.

    Raises:
        InputError: every reason, each with its cure.
    """
    from rubor.web.recordings.storage import load_measured

    if recording.is_try_out:
        raise InputError(
            _("This was a try-out of the recording, too short to be compared."),
            _("Make a recording of full length."),
        )
    if recording.path_check.get("ok") is False:
        raise InputError(
            _(
                "The colours of this recording were changed by the browser or the camera on the way."
            ),
            _(
                "Record in another browser or with another camera; the page of the recording says more."
            ),
        )
    day = timezone.localtime(recording.recorded_at).date()
    trial, session = add_recording(
        load(row),
        load_measured(recording),
        recorded_on=day,
        today=timezone.localdate(),
        provocation=provocation,
        phase=phase,
        occasion=occasion,
        conditions=conditions_of(recording.conditions),
    )
    with transaction.atomic():
        save(row, trial)
        TrialRecording.objects.create(trial=row, recording=recording, session=session.name)
    return session


def leave_out(row: TrialRow, session: str, reason: str) -> None:
    """Let a recording not count any more, with a reason that stays on record."""
    save(row, load(row).leave_out(session, reason, timezone.now()))


def note_treatment(row: TrialRow, day: date) -> None:
    """Note the day of a treatment in the trial; the row of the treatment itself is the caller's.

    Raises:
        InputError: a day that is still to come, or does not fit the trial.
    """
    if day > timezone.localdate():
        raise InputError(
            _("That day is still to come."), _("Note the treatment when it has been given.")
        )
    save(row, load(row).treat(day, timezone.now()))


def correct_treatment(row: TrialRow, wrong: date, right: date, reason: str) -> None:
    """Put a wrongly noted day right, in the trial and in its treatment."""
    with transaction.atomic():
        save(row, load(row).correct_treatment(wrong, right, reason, timezone.now()))
        Treatment.objects.filter(trial=row, treated_on=wrong).update(treated_on=right)


def reveal(row: TrialRow) -> None:
    """Show what was drawn, and note that it was asked for."""
    trial = load(row)
    revealed = trial.reveal(timezone.now())
    if revealed is trial:
        return
    with transaction.atomic():
        save(row, revealed)
        draw = revealed.assignment
        if draw is not None and draw.kind == "side":
            # Treatments that were noted while it was hidden now have their side.
            Treatment.objects.filter(trial=row).update(side=draw.drawn[0])


def draw_again(row: TrialRow, reason: str) -> None:
    """Draw again, with a reason that stays on record."""
    trial = load(row)
    if trial.assignment is None:
        raise InputError(
            _("Nothing was drawn in this trial."), _("There is nothing to draw again.")
        )
    if not reason.strip():
        raise InputError(
            _("A second draw needs a reason, which the answer will name."),
            _("Say why the first one does not stand."),
        )
    save(
        row,
        trial.draw_again(draw_like(trial.assignment, new_seed(), timezone.now(), reason.strip())),
    )


def look(row: TrialRow) -> TrialAnswer:
    """Open the answer: analyse what is there now, and note that it was looked at.

    Raises:
        InputError: what is missing before there can be an answer.
    """
    now = timezone.now()
    answer = answer_trial(load(row), now)
    row.verdict = answer.verdict.to_json()
    row.further = [one.to_json() for one in answer.further]
    row.looks = [*row.looks, {"at": now.isoformat(), "version": row.version}]
    row.save(update_fields=["verdict", "further", "looks"])
    return answer
