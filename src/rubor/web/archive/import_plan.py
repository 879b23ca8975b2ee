"""What of an export is new here, and under which id it will be stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db.models import Model
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.suitability.models import AnswerSheet
from rubor.web.treatments.models import SmileCheck, Treatment
from rubor.web.trials.models import Trial

__all__ = ["INTO", "MODELS", "Into", "Plan", "here_already", "plan_import", "refusal"]

Into = Literal["present", "new"]
INTO: Final[tuple[Into, ...]] = ("present", "new")

MODELS: Final[Mapping[str, type[Model]]] = {
    "recordings": Recording,
    "trials": Trial,
    "treatments": Treatment,
    "smile_checks": SmileCheck,
    "diary": Entry,
    "answer_sheets": AnswerSheet,
}
"""Tables of an export, in the order in which they are written: each refers to earlier ones only."""


@dataclass(frozen=True)
class Plan:
    """Ids of an export and what they become here.

    Attributes:
        person_id: of the person it goes to.
        ids: by table, id in the export to id here.
        here: by table, those ids in the export that are here already; they are left as they are.
    """

    person_id: uuid.UUID
    ids: Mapping[str, Mapping[str, uuid.UUID]]
    here: Mapping[str, frozenset[str]]

    def new(self, table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those rows of the export that are not here yet."""
        return [row for row in rows if row["id"] not in self.here[table]]


def plan_import(document: Mapping[str, Any], person: Person, into: Into) -> Plan:
    """Find what is here already.

    An id is kept where it is free, so that the same export, or a later one of the same person, is known
    again on every machine. Where somebody else's data has it (a copy of a person beside the original),
    one is made of it and of the person. A recording is known by its video too.

    Args:
        document: rubor-export.json.
        person: who brings it in.
        into: where it goes: to them, or to a new person.

    Raises:
        InputError: it must not go there.
    """
    refused = refusal(document["person"], person, into)
    if refused is not None:
        raise refused
    target = uuid.UUID(document["person"]["id"]) if into == "new" else person.pk
    ids: dict[str, dict[str, uuid.UUID]] = {}
    here: dict[str, frozenset[str]] = {}
    for table, model in MODELS.items():
        ids[table], here[table] = _ids(model, [row["id"] for row in document[table]], target)
    _same_videos(document["recordings"], target, ids, here)
    return Plan(target, ids, here)


def refusal(exported: Mapping[str, Any], person: Person, into: Into) -> InputError | None:
    """Why an export of one person must not go to another; None where it may.

    Args:
        exported: id, name and demo of the person in the export.
        person: who brings it in.
        into: where it is to go.
    """
    if into == "present":
        if bool(exported["demo"]) == person.demo:
            return None
        return InputError(
            _("What is simulated and what was measured in somebody must not be mixed."),
            _("Bring it in as a new person."),
        )
    there = Person.objects.filter(pk=exported["id"]).first()
    if there is not None or (exported["demo"] and Person.objects.filter(demo=True).exists()):
        return InputError(
            _("The person of this export is here already."),
            _(
                "Change to that person in the settings, and add it to them: what is here already is then"
                " left as it is."
            ),
        )
    return None


def here_already(recordings: list[str], person: Person) -> int:
    """How many of these recordings, by their ids in an export, a person has already."""
    return len(_ids(Recording, recordings, person.pk)[1])


def _ids(
    model: type[Model], said: list[str], person: uuid.UUID
) -> tuple[dict[str, uuid.UUID], frozenset[str]]:
    """Id here of each, and which of them this person has."""
    made = {one: uuid.uuid5(person, one) for one in said}
    wanted = [*(uuid.UUID(one) for one in said), *made.values()]
    owners = dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "person_id"))
    ids, here = {}, set()
    for one in said:
        owner = owners.get(uuid.UUID(one))
        ids[one] = (
            made[one] if owner not in (None, person) or made[one] in owners else uuid.UUID(one)
        )
        if owners.get(ids[one]) == person:
            here.add(one)
    return ids, frozenset(here)


def _same_videos(
    recordings: list[dict[str, Any]],
    person: uuid.UUID,
    ids: dict[str, dict[str, uuid.UUID]],
    here: dict[str, frozenset[str]],
) -> None:
    """Know recordings by the sum of their video, where they have other ids."""
    sums = Recording.objects.filter(person_id=person).exclude(sha256="")
    known = {sha256: pk for pk, sha256 in sums.values_list("pk", "sha256")}
    for row in recordings:
        if row["id"] not in here["recordings"] and row["sha256"] in known:
            ids["recordings"][row["id"]] = known[row["sha256"]]
            here["recordings"] |= {row["id"]}
