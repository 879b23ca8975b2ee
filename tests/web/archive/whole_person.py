"""A person with something of every kind, for tests of taking out, bringing in and deleting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from tests.web.hand_in import handed_in
from tests.web.make_recording import measured_recording
from tests.web.upload_client import small_video

from rubor.trials.begin_trial import begin_trial
from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.suitability.models import AnswerSheet
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import add_to_trial, look, note_treatment
from rubor.web.trials.models import Trial
from rubor.web.trials.store import create

__all__ = ["BEFORE", "fill"]

BEFORE = (date(2025, 1, 6), date(2025, 1, 10), date(2025, 1, 14))
TREATED_ON = date(2025, 1, 16)
AFTER = (date(2025, 2, 6), date(2025, 2, 10), date(2025, 2, 14))


def fill(person: Person, days: Sequence[date] = (*BEFORE, *AFTER)) -> Trial:
    """A trial, a video that was not measured, a treatment, a diary and a questionnaire.

    Args:
        person: whose.
        days: of the measured recordings in the trial; with six of them there is an answer.
    """
    began = datetime.combine(date(2025, 1, 2), time(9), UTC)
    trial = begin_trial(
        "One side", "split-face", "botulinum_toxin", smallest_effect=0.25, seed=1, now=began
    )
    row = create(person.pk, trial)
    assert trial.assignment is not None
    treated = trial.assignment.drawn[0]
    for number, day in enumerate(days):
        after = day > TREATED_ON
        recording = measured_recording(
            person,
            day=day,
            size=0.40 + 0.01 * number,
            treated=treated if after else None,
            treated_factor=0.3 if after else 1.0,
            title=f"Number {number}",
        )
        if day == AFTER[0]:
            note_treatment(row, TREATED_ON)
        add_to_trial(row, recording, provocation=None, phase=None, occasion=None)
    if len(days) == 6:
        look(row)
    treatment = Treatment.objects.create(
        person=person,
        trial=row,
        kind="botulinum_toxin",
        treated_on=TREATED_ON,
        side=treated,
        product="Something",
        points=15,
        price="350.00",
        currency="GBP",
        note="Å, ö and “quotes”, with a comma",
    )
    Entry.objects.create(
        person=person, kind="note", on=TREATED_ON, at=time(8, 30), note="After it."
    )
    Entry.objects.create(
        person=person,
        kind="side effect",
        on=TREATED_ON,
        effect="bruise",
        severity=3,
        side="left",
        treatment=treatment,
    )
    AnswerSheet.objects.create(
        person=person,
        questionnaire="rubor.suitability/1",
        answers={"age_years": 30},
        position="age_years",
    )
    handed_in(
        person,
        small_video(),
        name="kitchen.mp4",
        marks=((0.5, "felt"),),
        title="Waits",
        media_type="video/mp4",
        state=Recording.State.FAILED,
        error="There was no face.",
        keep_video=True,
    )
    return row
