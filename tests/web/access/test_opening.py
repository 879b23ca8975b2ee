"""Only a browser that came with the one-time token sees anything; other sites get nothing done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from rubor.web.access.tokens import hand_out
from rubor.web.people.models import Person

PAGES = [
    "/",
    "/recordings/",
    "/trials/",
    "/treatments/",
    "/diary/",
    "/data/",
    "/settings/",
    "/start/",
]


@pytest.mark.parametrize("page", PAGES)
def test_without_a_token_every_page_is_closed(stranger: Client, page: str) -> None:
    answer = stranger.get(page)
    assert answer.status_code == 403
    assert "rubor serve" in answer.text


def test_a_token_opens_once(stranger: Client, person: Person) -> None:
    secret = hand_out("open")
    assert stranger.get(f"/open/{secret}/").status_code == 302
    assert stranger.get("/").status_code == 200
    second = Client(HTTP_HOST="127.0.0.1")
    assert second.get(f"/open/{secret}/").status_code == 403
    assert second.get("/").status_code == 403


def test_a_token_expires(stranger: Client) -> None:
    assert stranger.get(f"/open/{hand_out('open', timedelta(seconds=-1))}/").status_code == 403


def test_a_phone_token_does_not_open_the_app(stranger: Client, person: Person) -> None:
    assert stranger.get(f"/open/{hand_out('phone', person=person)}/").status_code == 403


def test_another_host_name_is_refused(browser: Client) -> None:
    """So that a page that points its own name at this machine reads nothing (DNS rebinding)."""
    assert browser.get("/", HTTP_HOST="rubor.example").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "https://elsewhere.example"},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_MODE": "cors"},
        {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_SEC_FETCH_MODE": "no-cors"},
    ],
)
def test_a_request_from_another_site_is_refused(browser: Client, headers: dict[str, str]) -> None:
    assert browser.get("/", **headers).status_code == 403
    assert browser.post("/settings/", {}, **headers).status_code == 403


def test_a_form_without_its_token_is_refused(person: Person) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    strict.get(f"/open/{hand_out('open')}/")
    answer = strict.post("/settings/", {"name": "other"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_pages_forbid_inline_scripts_other_sites_and_storing(browser: Client) -> None:
    answer = browser.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
