"""A phone with a code hands in files, sees nothing of anybody, and only until the code expires."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.web.hand_in import handed_in
from tests.web.upload_client import finish, post, put, send_all, small_video

from rubor.web.access.tokens import hand_out
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording

VIDEO = small_video()
SAID = {"file_name": "clip.mp4", "bytes": len(VIDEO), "fingerprint": "a" * 64, "mirrored": None}


@pytest.fixture
def secret(person: Person) -> str:
    return hand_out("phone", timedelta(minutes=5), person)


def begun(phone: Client, secret: str, **said: Any) -> dict[str, Any]:
    answer = post(phone, f"/phone/{secret}/begin/", {**SAID, **said})
    assert answer.status_code in (200, 201), answer.content
    return answer.json()  # type: ignore[no-any-return]


# --- on the computer ------------------------------------------------------------------------------


def test_without_the_house_it_says_how_to_let_phones_in(browser: Client) -> None:
    for page in (browser.get("/recordings/phone/"), browser.post("/recordings/phone/")):
        assert "rubor serve --lan" in page.text
        assert "<svg" not in page.text


def test_a_code_is_shown_as_picture_and_as_address(browser: Client, settings: Any) -> None:
    settings.RUBOR_LAN = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "192.168.1.7"]
    assert "<svg" not in browser.get("/recordings/phone/").text
    page = browser.post("/recordings/phone/", SERVER_PORT="8765")
    assert "<svg" in page.text
    assert "style=" not in page.text
    address = page.text.split("<code>")[1].split("</code>")[0]
    assert address.startswith("http://192.168.1.7:8765/phone/")
    phone = Client(HTTP_HOST="192.168.1.7:8765")
    assert phone.get(address.removeprefix("http://192.168.1.7:8765")).status_code == 200


# --- on the phone ---------------------------------------------------------------------------------


def test_a_phone_hands_in_a_file_that_waits_to_be_measured(
    stranger: Client, person: Person, secret: str
) -> None:
    one = begun(stranger, secret)
    marks = [{"key": "said-felt", "time_s": 0.5, "kind": "felt"}]
    assert post(stranger, one["urls"]["marks"], {"marks": marks}).json() == {"stored": 1}
    put(stranger, one, 0, VIDEO[:20_000])
    there = stranger.get(one["urls"]["received"]).json()
    assert there == {"state": "receiving", "next_chunk": 1, "bytes": 20_000}
    again = begun(stranger, secret)
    assert (again["id"], again["bytes"]) == (one["id"], 20_000)
    send_all(stranger, again, VIDEO)
    answer = finish(stranger, one, VIDEO)
    assert answer.status_code == 202
    assert answer.json()["page"] == f"/phone/{secret}/"
    recording = Recording.objects.get()
    assert (recording.source, recording.person) == ("phone", person)
    assert recording.state == Recording.State.WAITING


def test_whether_the_video_stays_is_not_for_the_phone_to_say(
    stranger: Client, person: Person, secret: str
) -> None:
    begun(stranger, secret, keep_video=True, source="browser")
    recording = Recording.objects.get()
    assert (recording.keep_video, recording.source) == (person.keep_video, "phone")


def test_the_page_shows_nothing_of_the_person(
    stranger: Client, person: Person, secret: str
) -> None:
    Person.objects.update(name="SomebodysName")
    handed_in(person, VIDEO, title="TheTitle", conditions={"camera": "TheCamera"})
    page = stranger.get(f"/phone/{secret}/")
    assert page.status_code == 200
    for word in ("SomebodysName", "TheTitle", "TheCamera", "blush.mp4", 'id="menu"'):
        assert word not in page.text


def test_with_a_code_every_other_page_stays_closed(stranger: Client, secret: str) -> None:
    one = begun(stranger, secret)
    stranger.get(f"/phone/{secret}/")
    at = f"/recordings/{one['id']}"
    for address in ("/", "/recordings/", f"{at}/", f"{at}/chunks/", "/data/", "/settings/"):
        assert stranger.get(address).status_code == 403
    assert stranger.post(f"{at}/delete/").status_code == 403
    assert stranger.get(f"/phone/{secret}/{one['id']}/").status_code == 404
    assert Recording.objects.exists()


def test_in_the_house_only_the_page_for_phones_is_reached(
    person: Person, browser: Client, settings: Any, secret: str
) -> None:
    settings.RUBOR_LAN = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "192.168.1.7"]
    elsewhere = Client(HTTP_HOST="192.168.1.7")
    elsewhere.cookies = browser.cookies
    assert elsewhere.get("/recordings/").status_code == 403
    assert elsewhere.get(f"/phone/{secret}/").status_code == 200


def test_a_code_that_has_expired_says_what_to_do(stranger: Client, person: Person) -> None:
    secret = hand_out("phone", timedelta(seconds=-1), person)
    page = stranger.get(f"/phone/{secret}/")
    assert page.status_code == 403
    assert "new code" in page.text
    answer = post(stranger, f"/phone/{secret}/begin/", SAID)
    assert answer.status_code == 403
    assert "expired" in answer.json()["message"]
    assert answer.json()["cure"]
    assert not Recording.objects.exists()


def test_a_code_that_expires_in_the_middle_takes_no_more_and_a_new_one_goes_on(
    stranger: Client, person: Person, secret: str
) -> None:
    from rubor.web.access.models import Token

    one = begun(stranger, secret)
    put(stranger, one, 0, VIDEO[:20_000])
    Token.objects.all().delete()
    assert put(stranger, one, 1, VIDEO[20_000:40_000]).status_code == 403
    new = hand_out("phone", timedelta(minutes=5), person)
    again = begun(stranger, new)
    assert (again["id"], again["bytes"]) == (one["id"], 20_000)


def test_a_phone_cannot_fill_the_list_with_files_that_never_come(
    stranger: Client, person: Person, secret: str
) -> None:
    for number in range(20):
        begun(stranger, secret, fingerprint=f"{number:064x}")
    answer = post(stranger, f"/phone/{secret}/begin/", {**SAID, "fingerprint": "f" * 64})
    assert answer.status_code == 409
    assert "on the computer" in answer.json()["cure"]
    begun(stranger, secret, fingerprint=f"{7:064x}")  # one that was begun goes on
    assert Recording.objects.count() == 20


def test_a_token_that_opens_the_app_is_no_code_for_a_phone(
    stranger: Client, person: Person
) -> None:
    for secret in (hand_out("open"), hand_out("open", person=person), "guessed"):
        assert stranger.get(f"/phone/{secret}/").status_code == 403


def test_a_phone_reaches_only_what_phones_handed_in_for_this_person(
    stranger: Client, person: Person, other_person: Person, secret: str
) -> None:
    receiving = Recording.State.RECEIVING
    own = handed_in(person, VIDEO, state=receiving, fingerprint="a" * 64)
    own.bytes_expected = len(VIDEO)
    own.save()
    theirs = handed_in(other_person, VIDEO, state=receiving)
    Recording.objects.filter(pk=theirs.pk).update(source="phone")
    for recording in (own, theirs):
        at = f"/phone/{secret}/{recording.pk}"
        assert stranger.get(f"{at}/chunks/").status_code == 404
        assert stranger.put(f"{at}/chunks/1/", b"more").status_code == 404
        assert post(stranger, f"{at}/marks/", {"marks": []}).status_code == 404
        assert post(stranger, f"{at}/finish/", {"chunks": 1, "bytes": 1}).status_code == 404
    assert begun(stranger, secret)["id"] not in (str(own.pk), str(theirs.pk))


def test_a_phones_requests_need_the_pages_token(person: Person, secret: str) -> None:
    phone = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    page = phone.get(f"/phone/{secret}/").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    said, kind = json.dumps(SAID), "application/json"
    url = f"/phone/{secret}/begin/"
    assert phone.post(url, said, content_type=kind).status_code == 403
    answer = phone.post(url, said, content_type=kind, headers={"x-csrftoken": token})
    assert answer.status_code == 201
