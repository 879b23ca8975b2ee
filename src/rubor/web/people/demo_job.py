"""The simulated person: seven recordings, a trial, a treatment and a diary to look at."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person

if TYPE_CHECKING:
    from rubor.measurement import Recording as Measured
    from rubor.simulation.demo_trial import DemoVisit
    from rubor.trials.trial import Trial
    from rubor.web.recordings.models import Recording

__all__ = ["KIND", "ask_for_demo", "demo_in_work", "run"]

KIND: Final = "demo"

Progress = Callable[[float, float | None, str], None]

# A diary of the weeks around the treatment: days after it, kind, and what was noted.
_DIARY: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    (-19, "blush", {"redness": 8, "fear": 7, "minutes": 10, "trigger": "attention"}),
    (-12, "blush", {"redness": 7, "fear": 8, "minutes": 8, "trigger": "attention"}),
    (-4, "blush", {"redness": 8, "fear": 7, "minutes": 12, "trigger": "attention"}),
    (0, "side effect", {"effect": "bumps", "severity": 3}),
    (1, "side effect", {"effect": "bruise", "severity": 3}),
    (3, "side effect", {"effect": "bruise", "severity": 1}),
    (6, "side effect", {"effect": "bruise", "severity": 0}),
    (17, "blush", {"redness": 5, "fear": 6, "minutes": 6, "trigger": "attention"}),
    (38, "blush", {"redness": 4, "fear": 5, "minutes": 5, "trigger": "attention"}),
    (80, "blush", {"redness": 6, "fear": 5, "minutes": 8, "trigger": "attention"}),
)


def ask_for_demo(folder: Path | None = None) -> Person:
    """The simulated person; where there is none, a job that brings them is put in.

    Args:
        folder: what `rubor demo` wrote; used where it is there, else everything is made anew.
    """
    person, new = Person.objects.get_or_create(
        demo=True, defaults={"skin_tone": "light", "time_zone": "UTC", "keep_video": False}
    )
    if new:
        place = "" if folder is None else str(folder.expanduser().absolute())
        enqueue(KIND, person, payload={"folder": place})
    return person


def demo_in_work() -> Job | None:
    """The job that brings the simulated person, while it is not done."""
    unfinished = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(kind=KIND, state__in=unfinished).first()


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the recordings or read them from the folder, and fill in what a person would."""
    from rubor.trials.demo_trial import begin_demo_trial, visits_of

    person = job.person
    _clear(person)  # of an attempt that was cut off
    begun = begin_demo_trial()
    visits = visits_of(begun)
    folder = Path(job.payload["folder"]) if job.payload.get("folder") else None
    measured = []
    for number, visit in enumerate(visits):
        progress(float(number), float(len(visits)), "recordings")
        measured.append((visit, _measured(visit, folder)))
    rows = [_store(person, visit, one) for visit, one in measured]
    with transaction.atomic():
        _tell_the_story(person, begun, measured, rows)
    progress(float(len(visits)), float(len(visits)), "recordings")
    return {"recordings": len(rows)}


def _clear(person: Person) -> None:
    from rubor.web.recordings.storage import destroy

    for recording in person.recordings.all():
        destroy(recording)
    person.trials.all().delete()
    person.treatments.all().delete()
    person.entries.all().delete()


def _measured(visit: DemoVisit, folder: Path | None) -> Measured:
    """One recording: what `rubor demo` has measured, else simulated and measured here."""
    from rubor.measurement import Recording as Measured
    from rubor.measurement import measure
    from rubor.simulation import simulate

    if folder is not None and (folder / "results" / str(visit.day) / "summary.json").is_file():
        return Measured.load(folder / "results" / str(visit.day))
    place = Path(tempfile.mkdtemp(prefix="rubor-demo-"))
    try:
        simulate(visit.scenario, place)
        return measure(place / "video.mp4", mirrored=False)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _store(person: Person, visit: DemoVisit, measured: Measured) -> Recording:
    """The recording as the app would hold it after measuring."""
    from rubor.web.recordings.measuring import results_of
    from rubor.web.recordings.models import Mark, Recording
    from rubor.web.recordings.storage import new_sealed_key, result_files

    row = Recording(
        person=person,
        source="file",
        state=Recording.State.MEASURING,
        recorded_at=datetime.combine(visit.day, time(18), UTC),
        file_name="simulated.mp4",
        media_type="video/mp4",
        sha256=measured.summary["file"]["sha256"],
        mirrored=False,
        skin_tone=person.skin_tone,
        protocol={"version": "simulated", "task": "speech"},
        conditions={"make_up": False, "camera": "simulated", "room": "", "medicines": []},
    )
    row.sealed_key = new_sealed_key(row.pk)
    row.save()
    marks = [(mark["time_s"], mark["kind"]) for mark in measured.summary["events"]]
    Mark.objects.bulk_create(
        Mark(recording=row, key=str(number), time_s=time_s, kind=kind)
        for number, (time_s, kind) in enumerate(marks)
    )
    results, shown = results_of(measured, marks)
    files = result_files(row)
    for name, data in results.items():
        files.write(name, data)
    Recording.objects.filter(pk=row.pk).update(
        **shown, state=Recording.State.MEASURED, measured_at=timezone.now()
    )
    return row


def _tell_the_story(
    person: Person,
    begun: Trial,
    measured: list[tuple[DemoVisit, Measured]],
    rows: list[Recording],
) -> None:
    """The trial as it went, the treatment, and the diary."""
    from rubor.trials import trial_to_json
    from rubor.trials.add_recording import add_recording
    from rubor.trials.trial import Conditions
    from rubor.web.diary.models import Entry
    from rubor.web.treatments.models import Treatment
    from rubor.web.trials.models import Trial as TrialRow
    from rubor.web.trials.models import TrialRecording

    trial, sessions = begun, []
    treated_on = measured[0][0].treated_on
    last = measured[-1][0].day
    for visit, recording in measured:
        if visit.day > treated_on and not trial.treated_on:
            trial = trial.treat(treated_on, datetime.combine(treated_on, time(9), UTC))
        trial, session = add_recording(
            trial,
            recording,
            recorded_on=visit.day,
            today=last,
            conditions=Conditions(make_up=False, camera="simulated"),
        )
        sessions.append(session.name)
    row = TrialRow.objects.create(person=person, document=trial_to_json(trial))
    TrialRecording.objects.bulk_create(
        TrialRecording(trial=row, recording=recording, session=name)
        for recording, name in zip(rows, sessions, strict=True)
    )
    assert trial.assignment is not None
    treatment = Treatment.objects.create(
        person=person,
        trial=row,
        kind="botulinum_toxin",
        treated_on=treated_on,
        side=trial.assignment.drawn[0],
        points=15,
        price="350.00",
        currency="GBP",
    )
    Entry.objects.bulk_create(
        Entry(
            person=person,
            kind=kind,
            on=_day(treated_on, after),
            side=treatment.side if kind == "side effect" else "",
            treatment=treatment if kind == "side effect" else None,
            **noted,
        )
        for after, kind, noted in _DIARY
    )


def _day(treated_on: date, after: int) -> date:
    return treated_on + timedelta(days=after)
