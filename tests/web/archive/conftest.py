"""Exports that several tests look at, each made once a session: making recordings takes its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests.web.archive.archive_client import taken_out
from tests.web.archive.whole_person import BEFORE, fill

from rubor.web.archive.deletion import delete_person
from rubor.web.people.models import Person

_MADE: dict[int, Export] = {}


@dataclass(frozen=True)
class Export:
    """A zip, and rows of the person at that time, by table."""

    data: bytes
    rows: dict[str, list[dict[str, Any]]]
    keys: list[bytes]


@pytest.fixture
def whole(db: None, browser: Client) -> Export:
    """Of a person with six recordings in a trial with its answer, and something of every kind."""
    return _made(browser, 6)


@pytest.fixture
def small(db: None, browser: Client) -> Export:
    """The same with one measured recording, and so no answer."""
    return _made(browser, 1)


def _made(browser: Client, count: int) -> Export:
    if count in _MADE:
        return _MADE[count]
    shown = browser.session["person"]
    somebody = Person.objects.create(name="Whole", skin_tone="light")
    fill(somebody, BEFORE[:1]) if count == 1 else fill(somebody)
    browser.post("/person/", {"person": str(somebody.pk)})
    rows = {
        name: list(getattr(somebody, name).order_by("created_at").values())
        for name in ("recordings", "trials", "treatments", "entries", "answer_sheets")
    }
    keys = [bytes(row.pop("sealed_key")) for row in rows["recordings"]]
    _MADE[count] = Export(taken_out(browser), rows, keys)
    delete_person(somebody)
    browser.post("/person/", {"person": shown})
    return _MADE[count]
