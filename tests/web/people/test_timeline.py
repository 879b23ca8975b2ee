"""The overview: what to do next, responses over time with all that happened, and everything by date."""

from __future__ import annotations

import json
import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.web.make_recording import many_recordings

from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.people.timeline import timeline
from rubor.web.recordings.models import Recording
from rubor.web.treatments.models import Treatment
from rubor.web.trials.store import create

TODAY = date(2026, 3, 16)


def treated(person: Person, day: date = date(2026, 3, 2), **fields: object) -> Treatment:
    """A treatment with botulinum toxin."""
    return Treatment.objects.create(
        person=person, kind="botulinum_toxin", treated_on=day, side="left", **fields
    )


def chart(page: str) -> dict[str, Any]:
    """What the script of the page is given."""
    found = re.search(r'<script id="chart-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    answer: dict[str, Any] = json.loads(found.group(1))
    return answer


def test_a_new_person_is_told_how_it_works_and_what_to_do_first(browser: Client) -> None:
    page = browser.get("/").text
    assert "Make the first recording." in page
    assert "How it works" in page
    assert "/recordings/new/" in page


def test_each_recording_is_a_point_with_its_interval(browser: Client, person: Person) -> None:
    many_recordings(person, 4)
    points = chart(browser.get("/").text)["points"]
    assert len(points) == 4
    assert [point["at"] for point in points] == sorted(point["at"] for point in points)
    for point in points:
        for side in ("whole", "left", "right"):
            value, low, high = point[side]
            assert low < value < high


def test_recordings_that_are_not_good_enough_are_marked(person: Person) -> None:
    many_recordings(person, 1)
    row = person.recordings.get()
    row.summary = {**(row.summary or {}), "accepted": False}
    row.save()
    found = timeline(person, TODAY)
    assert found.happenings[0].doubtful
    assert found.chart is not None
    assert not found.chart["points"][0]["good"]


def test_treatments_and_diary_stand_on_the_same_axis(browser: Client, person: Person) -> None:
    many_recordings(person, 2)
    treatment = treated(person)
    Entry.objects.create(
        person=person,
        kind="side effect",
        effect="bruise",
        severity=3,
        on=date(2026, 3, 3),
        treatment=treatment,
    )
    Entry.objects.create(person=person, kind="blush", redness=6, on=date(2026, 3, 5))
    drawn = chart(browser.get("/").text)
    assert len(drawn["treatments"]) == 1
    assert [one["kind"] for one in drawn["entries"]] == ["blush", "side-effect"]


def test_everything_is_listed_newest_first(person: Person) -> None:
    many_recordings(person, 1, first_day=date(2026, 3, 1))
    treated(person)
    Entry.objects.create(person=person, kind="note", note="New job.", on=date(2026, 3, 10))
    assert [one.kind for one in timeline(person, TODAY).happenings] == [
        "note",
        "treatment",
        "recording",
    ]


def test_a_follow_up_visit_that_is_due_is_the_next_thing(person: Person) -> None:
    many_recordings(person, 1, first_day=date(2026, 2, 1))
    treated(person, TODAY - timedelta(weeks=2))
    assert "Week 2 after your treatment" in timeline(person, TODAY).next.text


def test_what_a_trial_waits_for_comes_first(person: Person) -> None:
    from rubor.trials.begin_trial import begin_trial

    many_recordings(person, 1, first_day=date(2026, 2, 1))
    treated(person, TODAY - timedelta(weeks=2))
    trial = begin_trial(
        name="Left cheek",
        design="split-face",
        treatment="botulinum_toxin",
        regions=("cheek",),
        smallest_effect=0.25,
        seed=1,
        now=timezone.now(),
    )
    create(person.pk, trial)
    found = timeline(person, TODAY)
    assert "Left cheek" in found.next.text
    assert "Week 2" in found.also[0].text


def test_try_outs_are_listed_but_not_drawn_beside_the_others(person: Person) -> None:
    many_recordings(person, 2)
    row = person.recordings.first()
    assert row is not None
    row.protocol = {**row.protocol, "version": "1-short"}
    row.save()
    found = timeline(person, TODAY)
    assert found.happenings[0].name == "Try-out"
    assert found.chart is not None
    assert len(found.chart["points"]) == 1


def test_without_a_trial_one_is_proposed(person: Person) -> None:
    many_recordings(person, 1, first_day=date(2026, 2, 1))
    assert timeline(person, TODAY).next.url == "/trials/new/"


def test_a_treatment_that_the_catalogue_does_not_know_is_shown_by_its_name(
    browser: Client, person: Person
) -> None:
    many_recordings(person, 1)
    Treatment.objects.create(person=person, kind="cold_water", treated_on=TODAY)
    assert "cold water" in browser.get("/").text


def test_200_recordings_take_a_fixed_number_of_queries(
    browser: Client, person: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many_recordings(person, 200)
    treated(person)
    Entry.objects.bulk_create(
        Entry(person=person, kind="blush", redness=5, on=TODAY - timedelta(days=number))
        for number in range(200)
    )
    browser.get("/")  # the first page of a session stores it
    with django_assert_max_num_queries(12):
        page = browser.get("/")
    assert page.text.count('class="happening ') == 60


@pytest.mark.slow
def test_200_recordings_are_shown_within_100_ms(browser: Client, person: Person) -> None:
    many_recordings(person, 200)
    browser.get("/")
    began = time.perf_counter()
    browser.get("/")
    assert time.perf_counter() - began < 0.1


def test_other_peoples_things_are_not_shown(browser: Client, other_person: Person) -> None:
    many_recordings(other_person, 1)
    treated(other_person)
    page = browser.get("/").text
    assert "Make the first recording." in page
    assert str(Recording.objects.get().pk) not in page
