"""Write the rows of an export that are new here, all within the transaction of the caller."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from rubor.web.archive.import_plan import MODELS, Plan
from rubor.web.archive.row_json import values_from_json
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.receive import measure_again
from rubor.web.trials.models import TrialRecording

__all__ = ["write_rows"]

_STAMPS = ("created_at", "updated_at")
_REFERENCES: Mapping[str, Mapping[str, str]] = {
    "treatments": {"trial": "trials"},
    "smile_checks": {"recording": "recordings"},
    "diary": {"treatment": "treatments"},
}


def write_rows(
    document: Mapping[str, Any], plan: Plan, job: Job, recordings: Sequence[Recording]
) -> dict[str, Any]:
    """Write all that is new.

    Args:
        document: rubor-export.json.
        plan: what is new, and its ids here.
        job: of the person who brings it in.
        recordings: rows of the new recordings, whose files are sealed already.

    Returns:
        The job's result: the person, and by table how many were added and how many were here already.
    """
    person = _person(document["person"], plan, job.person)
    added: dict[str, int] = {}
    for table, model in MODELS.items():
        rows: list[Model]
        if table == "recordings":
            rows = list(recordings)
        else:
            rows = [_row(table, model, said, plan) for said in plan.new(table, document[table])]
        _store(person, rows)
        added[table] = len(rows)
        if table == "recordings":
            _marks(document, plan)
    _sessions(document, plan)
    for recording in recordings:
        if recording.video_there and recording.state in ("waiting", "measuring"):
            measure_again(recording)
    here = {table: len(plan.here[table]) for table in MODELS}
    return {"person": str(person.pk), "added": added, "here": here}


def _person(said: Mapping[str, Any], plan: Plan, present: Person) -> Person:
    if plan.person_id == present.pk:
        if not present.skin_tone:
            Person.objects.filter(pk=present.pk).update(skin_tone=said["skin_tone"])
        return present
    values = {**values_from_json("person", Person, said), "id": plan.person_id}
    created_at = values["created_at"]
    person = Person.objects.create(**values)
    Person.objects.filter(pk=person.pk).update(created_at=created_at)
    return person


def _row(table: str, model: type[Model], said: Mapping[str, Any], plan: Plan) -> Model:
    mapped = dict(said)
    for name, other in _REFERENCES.get(table, {}).items():
        if said[name] is not None:
            mapped[name] = str(plan.ids[other][said[name]])
    values = values_from_json(table, model, mapped)
    return model(**{**values, "id": plan.ids[table][said["id"]]})


def _store(person: Person, rows: Sequence[Model]) -> None:
    if not rows:
        return
    model = type(rows[0])
    names = [name for name in _STAMPS if any(name == one.name for one in model._meta.fields)]
    stamps = [[getattr(row, name) for name in names] for row in rows]
    for row in rows:
        row.person_id = person.pk  # type: ignore[attr-defined]
    model._default_manager.bulk_create(rows)
    # Django writes the time of storing into these; they are to stay what they were.
    for row, values in zip(rows, stamps, strict=True):
        if names:
            model._default_manager.filter(pk=row.pk).update(**dict(zip(names, values, strict=True)))


def _marks(document: Mapping[str, Any], plan: Plan) -> None:
    Mark.objects.bulk_create(
        Mark(recording_id=plan.ids["recordings"][said["id"]], **mark)
        for said in plan.new("recordings", document["recordings"])
        for mark in said["marks"]
    )


def _sessions(document: Mapping[str, Any], plan: Plan) -> None:
    """Which recording is which session; of a trial that was here, those of recordings that are new."""
    links = []
    for trial in document["trials"]:
        there = trial["id"] in plan.here["trials"]
        for link in trial["sessions"]:
            recording: uuid.UUID = plan.ids["recordings"][link["recording"]]
            if not there or link["recording"] not in plan.here["recordings"]:
                links.append(
                    TrialRecording(
                        trial_id=plan.ids["trials"][trial["id"]],
                        recording_id=recording,
                        session=link["session"],
                    )
                )
    TrialRecording.objects.bulk_create(links, ignore_conflicts=True)
