"""The list of recordings: newest first, fifty a page, in a fixed number of queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.web.make_recording import many_recordings

from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording

LIST = "/recordings/"


def row(person: Person, state: str, **fields: object) -> Recording:
    """A recording that is not measured."""
    return Recording.objects.create(
        person=person,
        source="file",
        state=state,
        recorded_at=timezone.now(),
        sealed_key=b"none",
        **fields,
    )


def test_without_recordings_it_says_how_to_begin(browser: Client) -> None:
    page = browser.get(LIST)
    assert "No recordings yet" in page.text
    assert "/recordings/new/" in page.text


def test_the_newest_come_first_fifty_a_page(browser: Client, person: Person) -> None:
    many_recordings(person, 120)
    newest = person.recordings.first()
    assert newest is not None
    first, last = browser.get(LIST), browser.get(LIST, {"page": 3})
    assert first.text.count('name="pick"') == 50
    assert first.text.index(str(newest.pk)) < first.text.index("pick-", 20)
    assert last.text.count('name="pick"') == 20
    assert browser.get(LIST, {"page": "99"}).status_code == 200


def test_200_recordings_take_no_more_queries_than_one(
    browser: Client, person: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many_recordings(person, 200)
    browser.get(LIST)  # the first page of a session stores it
    with django_assert_max_num_queries(6):
        assert browser.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("state", "shown"), [("measured", 3), ("at-work", 1), ("failed", 1), ("", 5), ("nonsense", 5)]
)
def test_they_can_be_chosen_by_state(
    browser: Client, person: Person, state: str, shown: int
) -> None:
    many_recordings(person, 3)
    row(person, "failed", error="There is no face in it.")
    row(person, "waiting")
    assert browser.get(LIST, {"state": state}).text.count('class="card recording"') == shown


def test_they_can_be_chosen_by_what_was_provoked(browser: Client, person: Person) -> None:
    many_recordings(person, 3)
    assert browser.get(LIST, {"provocation": "blush"}).text.count('class="card recording"') == 3
    assert "No recording is of this kind" in browser.get(LIST, {"provocation": "flush"}).text


def test_each_shows_its_response_with_its_interval(browser: Client, person: Person) -> None:
    many_recordings(person, 1)
    assert "% (" in browser.get(LIST).text
    assert "good" in browser.get(LIST).text


def test_one_that_failed_says_why(browser: Client, person: Person) -> None:
    row(person, "failed", error="There is no face in it.")
    assert "There is no face in it." in browser.get(LIST).text


def test_one_that_is_being_measured_shows_how_far_it_is(browser: Client, person: Person) -> None:
    recording = row(person, "measuring")
    Job.objects.create(
        kind="measure", person=person, recording=recording, state="running", done=30.0, total=60.0
    )
    assert "<progress" in browser.get(LIST).text


def test_other_peoples_recordings_are_not_listed(browser: Client, other_person: Person) -> None:
    many_recordings(other_person, 1, first_day=date(2025, 1, 1))
    assert "No recordings yet" in browser.get(LIST).text
