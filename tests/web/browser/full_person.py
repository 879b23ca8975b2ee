"""A data folder with a person who has done everything the app offers, so that each page shows something.

Run with the settings of the app in the environment (`conftest.py`); prints the keys of what it made as
one line of JSON. Days count back from today: what is asked about the future stays the same.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rubor.web.people.models import Person
    from rubor.web.recordings.models import Recording
    from rubor.web.treatments.models import Treatment

_BEFORE, _AFTER = (-32, -26, -21, -16), (21, 28, 35, 42, 49)
_RECORDED, _SINCE_TREATED = (*_BEFORE, *_AFTER), 60


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(fill()), flush=True)


def fill() -> dict[str, str]:
    """Everything of one person; keys by what they are."""
    from rubor.web.access.tokens import hand_out
    from rubor.web.people.models import Person

    treated_on = date.today() - timedelta(days=_SINCE_TREATED)
    person = Person.objects.create(name="Test", skin_tone="light", time_zone="Europe/Stockholm")
    keys = _trials(person, treated_on)
    keys |= _other_recordings(person)
    keys |= _treatments_and_diary(person, treated_on, keys["trial"])
    keys |= _smiles(person, treated_on)
    keys |= _answers(person)
    keys["newcomer"] = str(Person.objects.create(name="Newcomer", skin_tone="brown").pk)
    keys["phone"] = hand_out("phone", timedelta(hours=2), person)
    return keys


def begun(person: Person, name: str, on: date) -> Any:
    """A trial of one side of the face, begun on a day; its side is drawn with seed 7: right."""
    from rubor.trials.begin_trial import begin_trial
    from rubor.web.trials.store import create

    trial = begin_trial(
        name,
        "split-face",
        "botulinum_toxin",
        smallest_effect=0.25,
        seed=7,
        now=datetime.combine(on, time(9), UTC),
    )
    return create(person.pk, trial)


def _trials(person: Person, treated_on: date) -> dict[str, str]:
    from rubor.web.trials.changes import add_to_trial, look, note_treatment

    opened = begun(person, "The right cheek", treated_on - timedelta(days=35))
    rows = []
    for number, day in enumerate(_RECORDED):
        if day > 0 and rows[-1].recorded_at.date() < treated_on:
            note_treatment(opened, treated_on)
        row = _recording(person, treated_on + timedelta(days=day), number)
        rows.append(row)
        add_to_trial(opened, row, provocation="blush", phase=None, occasion=None)
    look(opened)
    closed = begun(person, "Once more", date.today() - timedelta(days=9))
    later = _recording(person, date.today() - timedelta(days=5), 11)
    add_to_trial(closed, later, provocation="blush", phase=None, occasion=None)
    addable = _recording(person, date.today() - timedelta(days=1), 12)
    return {
        "trial": str(opened.pk),
        "closed": str(closed.pk),
        "recording": str(rows[0].pk),
        "other_recording": str(rows[-1].pk),
        "addable": str(addable.pk),
    }


def _recording(person: Person, day: date, number: int) -> Recording:
    from tests.web.make_recording import measured_recording

    treated = number in range(len(_BEFORE), len(_RECORDED))
    return measured_recording(
        person,
        day=day,
        size=0.5 + 0.03 * (number % 3),
        treated="right" if treated else None,
        treated_factor=0.3 if treated else 1.0,
    )


def _other_recordings(person: Person) -> dict[str, str]:
    """A try-out, one that is not good enough, and those that never got as far."""
    from tests.web.make_recording import measured_recording

    from rubor.web.jobs.models import Job
    from rubor.web.recordings import storage
    from rubor.web.recordings.models import Recording

    today = date.today()
    measured_recording(
        person,
        day=today - timedelta(days=70),
        title="Trying it out",
        protocol={
            "version": "1-short",
            "task": "singing",
            "audience": False,
            "steps": [],
        },
    )
    bad = measured_recording(person, day=today - timedelta(days=71), title="Lamp went out")
    bad.summary["accepted"] = False
    gate = next(one for one in bad.summary["quality"] if one["name"] == "face_size_px")
    gate |= {"passed": False, "value": 61.0, "advice": "Sit closer to the camera."}
    bad.save()
    keys = {"rejected": str(bad.pk)}
    at = datetime.combine(today, time(8), UTC)
    failure = ("The video cannot be read.", "Record it again, or convert it to MP4.")
    for number, (state, job_state) in enumerate(
        [
            ("receiving", None),
            ("waiting", Job.State.WAITING),
            ("measuring", Job.State.RUNNING),
            ("failed", Job.State.FAILED),
            ("cancelled", Job.State.CANCELLED),
        ]
    ):
        error, cure = failure if state == "failed" else ("", "")
        row = Recording(
            person=person,
            source="file",
            state=state,
            recorded_at=at - timedelta(hours=number),
            file_name="holiday.mp4",
            fingerprint=f"{number:064x}" if job_state is None else "",
            bytes_expected=9_000_000,
            bytes_received=4_194_304,
            chunks=1,
            mirrored=False,
            skin_tone="light",
            video_there=True,
            error=error,
            cure=cure,
        )
        row.sealed_key = storage.new_sealed_key(row.pk)
        row.save(force_insert=True)
        keys[state] = str(row.pk)
        if job_state is not None:
            running = {"done": 20.0, "total": 60.0, "unit": "s"} if state == "measuring" else {}
            job = Job.objects.create(
                kind="measure",
                person=person,
                recording=row,
                state=job_state,
                error=error,
                cure=cure,
                **running,
            )
            keys[f"job_{state}"] = str(job.pk)
    return keys


def _treatments_and_diary(person: Person, treated_on: date, trial: str) -> dict[str, str]:
    from rubor.web.diary.models import Entry
    from rubor.web.treatments.models import Treatment

    given = Treatment.objects.create(
        person=person,
        trial_id=trial,
        kind="botulinum_toxin",
        treated_on=treated_on,
        side="right",
        product="Toxin A",
        lot="C1234",
        points=15,
        given_by="The clinic in town",
        price="350.00",
        currency="EUR",
    )
    Treatment.objects.create(
        person=person,
        kind="brimonidine",
        treated_on=treated_on - timedelta(days=300),
        price="45.00",
        currency="EUR",
    )
    entries = _entries(person, treated_on, given)
    Entry.objects.bulk_create(entries)
    return {
        "treatment": str(given.pk),
        "entry": str(entries[0].pk),
        "side_effect": str(entries[3].pk),
        "note": str(entries[5].pk),
    }


def _entries(person: Person, treated_on: date, given: Treatment) -> list[Any]:
    from rubor.web.diary.models import Entry

    def entry(after: int, kind: str, **noted: Any) -> Entry:
        return Entry(person=person, on=treated_on + timedelta(days=after), kind=kind, **noted)

    return [
        entry(-20, "blush", redness=8, fear=7, minutes=10, trigger="attention", at=time(10, 30)),
        entry(-12, "blush", redness=6, fear=8, minutes=5, trigger="warmth", seen_by_others=True),
        entry(0, "side effect", effect="bites", severity=3, treatment=given, side="right"),
        entry(1, "side effect", effect="bruise", severity=4, treatment=given, side="right"),
        entry(4, "side effect", effect="bruise", severity=1, treatment=given, side="right"),
        entry(10, "note", note="Slept badly. A presentation tomorrow."),
        entry(17, "blush", redness=4, fear=5, minutes=4, trigger="attention"),
        entry(55, "blush", redness=5, fear=4, minutes=6, trigger="nothing"),
    ]


def _smiles(person: Person, treated_on: date) -> dict[str, str]:
    """One before the treatment, and a narrower one after it."""
    from tests.pathway.test_smile_change import smile
    from tests.web.make_recording import measured_recording

    from rubor.pathway.smile import SmileCourse
    from rubor.pathway.smile_json import smile_to_json
    from rubor.web.treatments.models import SmileCheck

    key = ""
    for day, left, right in (
        (treated_on - timedelta(days=3), 11.0, 11.4),
        (treated_on + timedelta(days=20), 10.8, 6.9),
    ):
        seconds = tuple(0.25 * number for number in range(16))
        rise = tuple(max(0.0, min(1.0, second - 1.0)) for second in seconds)
        course = SmileCourse(
            0,
            seconds,
            tuple(left * share for share in rise),
            tuple(right * share for share in rise),
            ((0.0, 1.0),),
        )
        found = replace(smile(left, right, name=day.isoformat(), on=day), courses=(course,))
        row = measured_recording(
            person,
            day=day,
            protocol={"purpose": "smile"},
            episodes=None,
            response=None,
        )
        SmileCheck.objects.create(
            person=person, recording=row, made_on=day, result=smile_to_json(found)
        )
        key = str(row.pk)
    return {"smile": key}


def _answers(person: Person) -> dict[str, str]:
    """Advice of an earlier day, and a sheet that is being filled in."""
    from rubor.pathway.questionnaire import questionnaire
    from rubor.web.suitability.models import AnswerSheet
    from rubor.web.suitability.sheets import finish

    asked = questionnaire()
    answers = {
        entry.id: answer
        for entry in asked.questions
        if (answer := _usual_answer(entry)) is not None
    }
    done = AnswerSheet.objects.create(person=person, questionnaire=asked.name, answers=answers)
    finish(done)
    AnswerSheet.objects.create(
        person=person, questionnaire=asked.name, answers=dict(list(answers.items())[:4])
    )
    keys = {f"question_{entry.kind}": entry.id for entry in asked.questions}
    return {"sheet": str(done.pk), **keys}


def _usual_answer(entry: Any) -> Any:
    if entry.kind == "choice":
        return "no" if "no" in entry.options else next(iter(entry.options))
    if entry.kind == "scale":
        return int(entry.at_most)
    if entry.kind == "number":
        return 34 if entry.at_least <= 34 <= entry.at_most else int(entry.at_least)
    return None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rubor.web.settings")
    main()
