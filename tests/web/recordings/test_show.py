"""The page of a recording says what happened, how sure that is, and what to do where it failed."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.web.make_recording import measured_recording

from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording

DAY = date(2026, 3, 2)


@pytest.fixture
def blush(person: Person) -> Recording:
    """A blush of 0.4 near 8 s after a task from 6.5 s, felt at 10.5 s."""
    return measured_recording(person, day=DAY)


def test_it_says_first_what_happened(browser: Client, blush: Recording) -> None:
    page = browser.get(f"/recordings/{blush.pk}/").text
    assert "A blush began at 0:08" in page
    assert "after the task began" in page
    assert "You felt it" in page
    assert "Others" in page
    assert "95 % interval" in page


def test_a_recording_without_a_blush_says_so_and_what_was_felt(
    browser: Client, person: Person
) -> None:
    still = measured_recording(person, day=DAY, size=0.0)
    page = browser.get(f"/recordings/{still.pk}/").text
    assert "No reddening stood out from the noise" in page
    assert "You felt a blush once all the same." in page
    assert "says nothing about a treatment" not in page  # it was felt, so something was provoked


def test_without_presses_what_was_felt_is_not_known(browser: Client, person: Person) -> None:
    row = measured_recording(person, day=DAY, felt_s=())
    assert "what you felt is not known" in browser.get(f"/recordings/{row.pk}/").text


def test_one_that_is_not_accepted_draws_no_conclusion_and_names_the_cure(
    browser: Client, blush: Recording
) -> None:
    summary = blush.summary or {}
    summary["accepted"] = False
    gate = next(one for one in summary["quality"] if one["name"] == "face_brightness")
    gate.update(passed=False, value=0.01, advice="Put a lamp in front of you.")
    blush.summary = summary
    blush.save()
    page = browser.get(f"/recordings/{blush.pk}/").text
    assert "not good enough to draw conclusions from" in page
    assert "Put a lamp in front of you." in page
    assert "Good enough to measure" not in page


def test_what_a_person_calls_it_is_shown_as_text(browser: Client, person: Person) -> None:
    row = measured_recording(person, day=DAY, title="<b>Monday</b>")
    page = browser.get(f"/recordings/{row.pk}/").text
    assert "<b>Monday</b>" not in page
    assert "&lt;b&gt;Monday" in page


def test_the_page_opens_no_sealed_file(
    browser: Client, blush: Recording, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    blush.sealed_key = b"lost"
    blush.save()
    with django_assert_max_num_queries(8):
        assert browser.get(f"/recordings/{blush.pk}/").status_code == 200


def test_curves_and_face_map_are_handed_out_as_they_were_made(
    browser: Client, blush: Recording
) -> None:
    curves = json.loads(browser.get(f"/recordings/{blush.pk}/curves.json").content)
    assert curves["schema"] == "rubor.web.curves/1"
    assert "felt" in [mark["kind"] for mark in curves["marks"]]
    face = json.loads(browser.get(f"/recordings/{blush.pk}/face-map.json").content)
    assert face["schema"] == "rubor.web.face-map/1"


def test_the_numbers_can_be_taken_away(browser: Client, blush: Recording) -> None:
    answer = browser.get(f"/recordings/{blush.pk}/traces.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {"time_s", "region", "blood_change", "valid"} <= set(rows[0])
    assert "attachment" in answer.headers["Content-Disposition"]
    summary = json.loads(browser.get(f"/recordings/{blush.pk}/summary.json").content)
    assert summary["schema"] == "rubor.summary/1"


@pytest.mark.parametrize("part", ["", "curves.json", "face-map.json", "traces.csv", "summary.json"])
def test_other_peoples_recordings_are_not_there(
    browser: Client, other_person: Person, part: str
) -> None:
    row = measured_recording(other_person, day=DAY)
    assert browser.get(f"/recordings/{row.pk}/{part}").status_code == 404


def unmeasured(person: Person, state: str, **fields: object) -> Recording:
    """A recording that is not measured."""
    return Recording.objects.create(
        person=person,
        source="file",
        state=state,
        recorded_at=timezone.now(),
        sealed_key=b"none",
        **fields,
    )


def test_while_it_is_measured_the_page_shows_how_far_it_is(browser: Client, person: Person) -> None:
    row = unmeasured(person, "measuring")
    Job.objects.create(
        kind="measure", person=person, recording=row, state="running", done=30.0, total=60.0
    )
    page = browser.get(f"/recordings/{row.pk}/").text
    assert "<progress" in page
    assert "hx-get" in page


def test_a_failure_shows_reason_cure_and_a_button_to_try_again(
    browser: Client, person: Person
) -> None:
    row = unmeasured(person, "failed", error="No face.", cure="Face the camera.")
    Job.objects.create(
        kind="measure",
        person=person,
        recording=row,
        state="failed",
        error="No face.",
        cure="Face the camera.",
    )
    page = browser.get(f"/recordings/{row.pk}/").text
    assert "No face." in page
    assert "Face the camera." in page
    assert "Try again" in page


def test_one_that_could_not_be_used_shows_reason_and_cure(browser: Client, person: Person) -> None:
    row = unmeasured(person, "failed", error="It is no video.", cure="Choose another file.")
    page = browser.get(f"/recordings/{row.pk}/").text
    assert "It is no video." in page
    assert "Choose another file." in page


def test_a_smile_check_leads_to_the_smile_checks(browser: Client, person: Person) -> None:
    row = unmeasured(person, "measured", protocol={"purpose": "smile"})
    assert "/treatments/smile/" in browser.get(f"/recordings/{row.pk}/").text
    assert "Smile check" in browser.get("/recordings/").text
    assert 'name="pick"' not in browser.get("/recordings/").text


def test_one_that_has_not_arrived_says_how_to_go_on(browser: Client, person: Person) -> None:
    row = unmeasured(person, "receiving", bytes_received=3_000_000)
    assert "choose the same file again" in browser.get(f"/recordings/{row.pk}/").text
    assert browser.get(f"/recordings/{row.pk}/curves.json").status_code == 404
