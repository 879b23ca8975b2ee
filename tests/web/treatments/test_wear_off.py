"""How long a treatment works, as its trial's opened answer has it; closed while the trial is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from rubor.trials.begin_trial import begin_trial
from rubor.trials.trial import Origin, Phase, Session, SideResponse
from rubor.web.people.models import Person
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import look
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.store import create

FIRST = date(2026, 3, 2)
TREATED = FIRST + timedelta(days=24)


def session(day: date, right: float) -> Session:
    """A recording in which the left side responds by 0.5 and the right one by so much."""
    number = day.toordinal() % 7
    phase: Phase = "before" if day < TREATED else "after"
    return Session(
        name=day.isoformat(),
        date=day,
        phase=phase,
        provocation="blush",
        responses={
            side: SideResponse(value * (1.0 + 0.02 * number), 0.03)
            for side, value in (("left", 0.5), ("right", right))
        },
        measure="peak of blood_change",
        origin=Origin(
            file="blush.webm",
            sha256=f"{day.toordinal():064x}",
            method="1",
            transfer="srgb",
            range="limited",
            matrix="bt601",
            width=640,
            height=480,
            reference="none",
            skin_tone="light",
            mirrored=False,
            accepted=True,
            still_photo=False,
        ),
    )


@pytest.fixture
def trial(person: Person) -> TrialRow:
    """A split-face trial whose drawn side, the right one, blushes less for about three months."""
    begun = begin_trial(
        "My patch",
        "split-face",
        "botulinum_toxin",
        smallest_effect=0.25,
        seed=7,
        now=datetime(2026, 3, 1, 9, tzinfo=UTC),
    )
    before = [session(FIRST + timedelta(days=day), 0.5) for day in (0, 5, 10, 15)]
    after = [
        session(TREATED + timedelta(days=day), 0.5 * kept)
        for day, kept in ((21, 0.3), (28, 0.3), (35, 0.3), (42, 0.32), (49, 0.35), (110, 0.8))
    ]
    treated = replace(begun, sessions=tuple(before)).treat(TREATED, datetime.now(UTC))
    row = create(person.pk, replace(treated, sessions=(*before, *after)))
    Treatment.objects.create(
        person=person,
        trial=row,
        kind="botulinum_toxin",
        treated_on=TREATED,
        side="right",
        price="350",
        currency="GBP",
    )
    return row


def test_it_is_told_once_the_answer_was_opened_and_the_costs_rest_on_it(
    browser: Client, trial: TrialRow
) -> None:
    treatment = Treatment.objects.get()
    closed = browser.get(f"/treatments/{treatment.pk}/")
    assert closed.context["answer"] is None
    assert "not opened yet" in closed.text
    assert "smaller" not in browser.get("/treatments/").text

    look(trial)
    page = browser.get(f"/treatments/{treatment.pk}/")
    assert "A time to think of another treatment" in page.text
    own = page.context["chart"]["wear_off"]["own"]
    assert [one["day"] for one in own] == [21, 28, 35, 42, 49, 110]
    everything = browser.get("/treatments/")
    (cost,) = everything.context["costs"]
    assert cost.own_duration
    (had,) = everything.context["had"]
    assert had.answers[0].verdict.verdict == "works"
    assert "80 %" in had.answers[0].duration_short

    trial.version += 1
    trial.save(update_fields=["version"])
    stale = browser.get(f"/treatments/{treatment.pk}/")
    assert stale.context["chart"] is None
    assert "The trial has changed since you looked" in stale.text
