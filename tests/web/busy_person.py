"""A person with much of everything, for tests of how pages grow and for the benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests.web.archive.whole_person import BEFORE, fill
from tests.web.make_recording import many_recordings

from rubor.pathway.questionnaire import questionnaire
from rubor.trials import Trial
from rubor.web.diary.models import Entry
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.suitability.sheets import finish
from rubor.web.treatments.models import Treatment
from rubor.web.trials.changes import look
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.models import TrialRecording
from rubor.web.trials.store import load, save

__all__ = ["busy_person", "every_page"]

_NO_PAGES = {
    "access:open": "opens the app once",
    "archive:download": "is sent while it is made; how long depends on the videos",
    "people:start_demo": "begins work",
    **{f"phone:{name}": "is for a phone with its own token" for name in ("hand_in", "received")},
}
"""What answers a GET and is no page of an opened app, with why."""


def busy_person(
    person: Person, *, recordings: int, sessions: int, entries: int, treatments: int, trials: int
) -> None:
    """Store so many of each. At least one recording has its files, and with `sessions` of 6 or more six.

    Args:
        person: who has nothing yet.
        recordings: in all, of every third day; the seven of `whole_person.fill` or fewer among them.
        sessions: in each trial, of which some are before and some after the treatment.
        entries: of the diary.
        treatments: each of some months after the other.
        trials: alike.
    """
    row = fill(person) if sessions >= 6 else fill(person, BEFORE[:1])
    many_recordings(person, recordings - person.recordings.count(), first_day=date(2025, 3, 1))
    trial = load(row)
    rows = list(
        person.recordings.filter(state="measured", trial_sessions=None).order_by("recorded_at")
    )
    added = list(zip(range(len(trial.sessions), sessions), rows, strict=False))
    for _number, recording in added:
        trial = _with_session(trial, recording.recorded_at.date(), recording.sha256)
    save(row, trial)
    TrialRecording.objects.bulk_create(
        TrialRecording(trial=row, recording=recording, session=str(recording.recorded_at.date()))
        for _number, recording in added
    )
    if sessions >= 6:
        row = TrialRow.objects.get(pk=row.pk)
        look(row)
    for _number in range(trials - 1):
        copy = TrialRow.objects.create(
            person=person,
            document=row.document,
            version=row.version,
            verdict=row.verdict,
            further=row.further,
            looks=row.looks,
        )
        TrialRecording.objects.bulk_create(
            TrialRecording(trial=copy, recording_id=link.recording_id, session=link.session)
            for link in row.recordings.all()
        )
    first = person.treatments.get()
    Treatment.objects.bulk_create(
        Treatment(
            person=person,
            kind="botulinum_toxin",
            treated_on=first.treated_on + timedelta(days=120 * number),
            points=15,
            price="350.00",
            currency="GBP",
        )
        for number in range(1, treatments)
    )
    kinds = ("blush", "side effect", "note")
    Entry.objects.bulk_create(
        Entry(
            person=person,
            kind=kinds[number % 3],
            on=first.treated_on + timedelta(days=2 * number),
            at=time(12),
            redness=number % 10 if number % 3 == 0 else None,
            fear=number % 7 if number % 3 == 0 else None,
            minutes=10 if number % 3 == 0 else None,
            trigger="attention" if number % 3 == 0 else "",
            effect="bruise" if number % 3 == 1 else "",
            severity=number % 5 if number % 3 == 1 else None,
            side="left" if number % 3 == 1 else "",
            treatment=first if number % 3 == 1 else None,
            note="It was warm." if number % 3 == 2 else "",
        )
        for number in range(entries - 2)
    )
    sheet = person.answer_sheets.get()
    sheet.questionnaire, sheet.answers = questionnaire().name, {}
    finish(sheet)
    Job.objects.create(
        kind="measure",
        person=person,
        recording=person.recordings.filter(state="failed").first(),
        state=Job.State.FAILED,
        error="There was no face.",
        finished_at=timezone.now(),
    )


def every_page(person: Person) -> Mapping[str, str]:
    """Address of everything that answers a GET, by the name of its view."""
    measured = person.recordings.filter(state="measured", trial_sessions__isnull=False)
    keys: dict[str, Any] = {
        "recording": measured.order_by("recorded_at")[0].pk,
        "trial": person.trials.order_by("created_at")[0].pk,
        "treatment": person.treatments.order_by("treated_on")[0].pk,
        "entry": person.entries.order_by("created_at")[0].pk,
        "sheet": person.answer_sheets.get().pk,
        "job": person.jobs.all()[0].pk,
        "question": questionnaire().questions[0].id,
        "number": 0,
        "secret": "none",
        "incoming": person.pk,
    }
    pages = {}
    for name, needed in sorted(_views(get_resolver().url_patterns)):
        own = {one: keys[one] for one in needed if one in keys}
        if "kind" in needed:
            own["kind"] = "verdict.json" if name == "trials:download" else "botulinum_toxin"
        if name not in _NO_PAGES and set(own) == set(needed):
            pages[name] = reverse(name, kwargs=own)
    picked = measured.order_by("recorded_at").values_list("pk", flat=True)[:2]
    pages["recordings:compare"] += "?" + "&".join(f"pick={pk}" for pk in picked)
    return pages


def _views(patterns: Any, namespace: str = "") -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _views(pattern.url_patterns, f"{pattern.namespace}:")
        elif isinstance(pattern, URLPattern):
            found.append((f"{namespace}{pattern.name}", tuple(pattern.pattern.converters)))
    return found


def _with_session(trial: Trial, day: date, sha256: str) -> Trial:
    """The trial with one more recording like its first, of another day."""
    like = trial.sessions[0]
    factor = 1.0 + 0.1 * ((day.toordinal() % 7) - 3) / 3.0
    responses = {
        side: replace(one, response=one.response * factor) for side, one in like.responses.items()
    }
    return trial.add(
        replace(
            like,
            name=str(day),
            date=day,
            phase=trial.phase_on(day),
            responses=responses,
            origin=replace(like.origin, sha256=sha256),
        )
    )
