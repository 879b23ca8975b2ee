"""What an attacker would try at every address: without a token, from elsewhere, at others' rows."""

from __future__ import annotations

import io
import itertools
import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests.web.busy_person import busy_person, every_page

from rubor.web.access.quiet_log import SecretsLeftOut
from rubor.web.access.tokens import hand_out
from rubor.web.archive.models import IncomingExport
from rubor.web.diary.models import Entry
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.suitability.models import AnswerSheet
from rubor.web.treatments.models import Treatment
from rubor.web.trials.models import Trial

METHODS = ("get", "head", "post", "put", "patch", "delete")
SAFE = {
    "treatments:calendar": "notes what was handed out, so that the next file moves its entries",
}
"""What stores something though it is only asked for, and why that is no harm."""


def addresses(patterns: Any = None, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each view's name and what its address needs."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, f"{pattern.namespace}:")
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", tuple(pattern.pattern.converters)


VIEWS = sorted(addresses())
REST = {"number": 0, "secret": "none", "question": "age", "kind": "botulinum_toxin"}


def rows_of(person: Person) -> dict[str, uuid.UUID]:
    """One row of each kind, as bare as possible, by its name in addresses."""
    recording = Recording.objects.create(
        person=person, source="file", recorded_at=timezone.now(), state="measured", summary={}
    )
    made = {
        "recording": recording,
        "trial": Trial.objects.create(person=person, document={}),
        "treatment": Treatment.objects.create(
            person=person, kind="botulinum_toxin", treated_on=date(2025, 1, 16)
        ),
        "entry": Entry.objects.create(person=person, kind="note", on=date(2025, 1, 16)),
        "sheet": AnswerSheet.objects.create(
            person=person, questionnaire="rubor.suitability/1", finished_at=timezone.now()
        ),
        "job": Job.objects.create(person=person, kind="measure", recording=recording),
        "incoming": IncomingExport.objects.create(
            person=person, fingerprint="a" * 64, bytes_expected=1
        ),
    }
    return {name: row.pk for name, row in made.items()}


def stored() -> dict[str, list[Any]]:
    """All rows, but for the sessions of browsers."""
    return {
        model._meta.label: sorted(map(repr, model._default_manager.values()))
        for model in apps.get_models()
        if model is not Session
    }


@pytest.fixture
def much(person: Person) -> Mapping[str, str]:
    """Every page of a person with something of everything."""
    busy_person(person, recordings=2, sessions=1, entries=4, treatments=1, trials=1)
    return every_page(person)


def asked(client: Client, method: str, address: str, body: Any = None) -> Any:
    if body is None:
        return getattr(client, method)(address)
    return getattr(client, method)(address, body, content_type="application/json")


# --- who may ask ----------------------------------------------------------------------------------


def test_without_a_token_every_address_is_closed(stranger: Client, person: Person) -> None:
    kwargs = {**rows_of(person), **REST}
    before = stored()
    for (name, needed), method in itertools.product(VIEWS, METHODS):
        address = reverse(name, kwargs={one: kwargs[one] for one in needed})
        answer = asked(stranger, method, address)
        # 405: what opens the app, and what a phone may ask, look at the method first.
        open_to_all = name.split(":")[0] in ("access", "phone")
        assert answer.status_code in ((403, 405) if open_to_all else (403,)), (method, address)
    assert stored() == before


def test_every_change_needs_the_token_of_a_page(browser: Client, person: Person) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    strict.cookies = browser.cookies
    kwargs = {**rows_of(person), **REST}
    before = stored()
    for (name, needed), method in itertools.product(VIEWS, ("post", "put", "patch", "delete")):
        address = reverse(name, kwargs={one: kwargs[one] for one in needed})
        assert asked(strict, method, address).status_code == 403, (method, address)
    assert stored() == before


def test_what_is_only_asked_for_changes_nothing(browser: Client, much: Mapping[str, str]) -> None:
    assert len(much) > 40
    for name, address in much.items():
        before = stored()
        for method in ("get", "head"):
            assert asked(browser, method, address).status_code < 500, address
        assert name in SAFE or stored() == before, address


def test_rows_of_another_person_are_not_there(
    browser: Client, person: Person, other_person: Person
) -> None:
    own, theirs = rows_of(person), rows_of(other_person)
    before = stored()
    tried = 0
    for (name, needed), method in itertools.product(VIEWS, METHODS):
        ids = [one for one in needed if one in theirs]
        # Where an address names several rows, each of them alone is the other person's.
        for foreign in ids:
            kwargs = {**own, **REST, foreign: theirs[foreign]}
            address = reverse(name, kwargs={one: kwargs[one] for one in needed})
            body = "{}" if method in ("post", "put", "patch") else None
            answer = asked(browser, method, address, body)
            if name.startswith("phone:"):
                assert answer.status_code in (403, 405)
            elif (name, method) == ("diary:delete", "post"):
                assert answer.status_code == 302  # as one that was deleted already
            else:
                assert answer.status_code in (404, 405), (method, address)
            tried += 1
    assert tried > 100
    assert stored() == before


# --- the house, and the rest of the web -------------------------------------------------------------


def test_a_device_in_the_house_cannot_pretend_to_be_this_computer(
    browser: Client, person: Person, settings: Any
) -> None:
    """Any host can be written into a request; where it comes from cannot."""
    settings.RUBOR_LAN = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "192.168.1.7"]
    assert browser.get("/", REMOTE_ADDR="192.168.1.20").status_code == 403
    opens = f"/open/{hand_out('open')}/"
    assert Client(HTTP_HOST="127.0.0.1").get(opens, REMOTE_ADDR="192.168.1.20").status_code == 403
    phone = f"/phone/{hand_out('phone', person=person)}/"
    assert (
        browser.get(phone, HTTP_HOST="192.168.1.7", REMOTE_ADDR="192.168.1.20").status_code == 200
    )
    assert browser.get("/", REMOTE_ADDR="127.0.0.1").status_code == 200


@pytest.mark.parametrize("address", ["/static/img/icon.svg", "/"])
def test_other_sites_cannot_tell_that_rubor_runs_here(browser: Client, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_secret_of_an_address_is_logged(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = hand_out("phone", person=person)
    (console,) = [
        handler
        for handler in logging.getLogger().handlers
        if any(isinstance(one, SecretsLeftOut) for one in handler.filters)
    ]
    monkeypatch.setattr(console, "stream", io.StringIO())
    stranger = Client(HTTP_HOST="127.0.0.1")
    stranger.post(f"/phone/{secret}/begin/", "[", content_type="application/json")
    stranger.get(f"/open/{secret}/")
    said = console.stream.getvalue()  # type: ignore[attr-defined]
    assert "/phone/.../begin/" in said and "/open/..." in said
    assert secret not in said


def test_asking_for_headers_does_not_use_up_the_token(stranger: Client, person: Person) -> None:
    address = f"/open/{hand_out('open')}/"
    assert stranger.head(address).status_code == 405
    assert stranger.get(address).status_code == 302


def test_opening_gives_the_session_a_new_name(stranger: Client, person: Person) -> None:
    """A name that somebody else put into the browser before opens nothing."""
    page = stranger.get(f"/phone/{hand_out('phone', person=person)}/")
    assert page.status_code == 200
    before = stranger.cookies["rubor"].value
    stranger.get(f"/open/{hand_out('open')}/")
    assert stranger.cookies["rubor"].value != before
    other = Client(HTTP_HOST="127.0.0.1")
    other.cookies["rubor"] = before
    assert other.get("/").status_code == 403
    cookie = stranger.cookies["rubor"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"


# --- nonsense -------------------------------------------------------------------------------------

BODIES = (
    b"[" * 200_000,
    b'{"bytes": 1' + b"0" * 400 + b', "source": "file", "marks": [{"key": "a", "time_s": 1'
    + b"0" * 400 + b', "kind": "felt"}]}',
    rb'{"source": "file", "title": "\ud800", "bytes": 5, "file_name": "a", "skin_tone": "\u0000"}',
    rb'{"source": "file", "bytes": 5, "mirrored": null, "camera_settings": {"a": ["\u0000"]}}',
    b'{"source": "file", "bytes": NaN, "chunks": Infinity, "marks": 5, "protocol": []}',
    b'{"source": "file", "bytes": 5, "mirrored": null, "recorded_at": "0001-01-01T00:00:00+23:59"}',
    b"\xff\xfe",
)  # fmt: skip


def test_no_nonsense_in_json_breaks_a_page(browser: Client, person: Person) -> None:
    secret = hand_out("phone", person=person)
    browser.raise_request_exception = False
    kwargs = {**rows_of(person), **REST, "secret": secret}
    broken = []
    for name, needed in VIEWS:
        if "import_chunk" in name or name.split(":")[0] not in ("recordings", "phone", "archive"):
            continue
        for body in BODIES:
            address = reverse(name, kwargs={one: kwargs[one] for one in needed})
            if asked(browser, "post", address, body).status_code >= 500:
                broken.append((name, body[:40]))
    assert not broken


TRAP = '"><img src=x><script>a()</script>'
STEP = {"name": TRAP, "start_s": 0.0, "end_s": 1.0}
FIELDS = re.compile(r'name="([\w-]+)"')


def test_no_nonsense_in_a_form_breaks_a_page(browser: Client, much: Mapping[str, str]) -> None:
    browser.raise_request_exception = False
    texts = [browser.get(page).content.decode(errors="replace") for page in much.values()]
    names = {name for text in texts for name in FIELDS.findall(text)} - {"csrfmiddlewaretoken"}
    changed = {
        name: much.get(name) or reverse(name)
        for name, needed in VIEWS
        if (name in much or not needed) and not name.endswith((":delete", ":switch", ":start_demo"))
    }
    broken = []
    for value in ("9" * 5000, "nan", "\0"):
        said = dict.fromkeys(names, value)
        broken += [page for page in much.values() if browser.get(page, said).status_code >= 500]
        broken += [page for page in changed.values() if browser.post(page, said).status_code >= 500]
    assert not broken


# --- what people write, and files say ---------------------------------------------------------------


def test_what_was_written_is_shown_as_text(browser: Client, much: Mapping[str, str]) -> None:
    """As a hostile export could bring it in, too."""
    Person.objects.update(name=TRAP)
    Recording.objects.update(title=TRAP, file_name=TRAP, media_type=TRAP, cure=TRAP, error=TRAP)
    Job.objects.update(error=TRAP, cure=TRAP)
    Entry.objects.update(note=TRAP, effect=TRAP)
    Treatment.objects.update(product=TRAP, lot=TRAP, given_by=TRAP, place=TRAP, note=TRAP)
    for recording in Recording.objects.all():
        recording.conditions = {"camera": TRAP, "room": TRAP, "note": TRAP, "medicines": []}
        recording.protocol = {**recording.protocol, "task": TRAP, "steps": [STEP]}
        recording.camera_settings = {"label": TRAP}
        recording.save()
    for trial in Trial.objects.all():
        trial.document = {**trial.document, "name": TRAP}
        trial.save()
    shown = 0
    for page in much.values():
        answer = browser.get(page)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert "<img src=x" not in answer.text, page
            assert "<script>a(" not in answer.text, page
            shown += "img src=x" in answer.text
    assert shown > 10
