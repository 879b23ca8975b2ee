"""What tests of the web app share: an opened browser, a person, and folders of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from rubor.web.access.tokens import OPENED
from rubor.web.people.middleware import PERSON
from rubor.web.people.models import Person


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own; its master key lies in a file, not in the system's keyring."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    settings.RUBOR_DATA = folder  # type: ignore[attr-defined]
    monkeypatch.setenv("RUBOR_KEY_FILE", str(folder / "master.key"))
    return folder


@pytest.fixture
def person(db: None) -> Person:
    """Whom the pages are about."""
    return Person.objects.create(name="Test", skin_tone="light", language="en")


@pytest.fixture
def other_person(db: None) -> Person:
    """Somebody else, whose things must not be shown."""
    return Person.objects.create(name="Other", skin_tone="brown")


@pytest.fixture
def browser(person: Person) -> Client:
    """A browser that was opened by a token, with `person` chosen."""
    client = Client(HTTP_HOST="127.0.0.1")
    session = client.session
    session[OPENED] = True
    session[PERSON] = str(person.pk)
    session.save()
    return client


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser that was not opened."""
    return Client(HTTP_HOST="127.0.0.1")
