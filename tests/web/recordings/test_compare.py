"""Two recordings side by side: what each says, how they differ, and why they may not be comparable."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.web.make_recording import measured_recording

from rubor.web.people.models import Person
from rubor.web.recordings.comparable import reasons_against
from rubor.web.recordings.compare_views import _differences
from rubor.web.recordings.models import Recording


@pytest.fixture
def before(person: Person) -> Recording:
    """A blush of 0.4 in both cheeks."""
    return measured_recording(person, day=date(2026, 3, 2))


@pytest.fixture
def after(person: Person) -> Recording:
    """The left cheek blushes a third as much."""
    return measured_recording(person, day=date(2026, 4, 6), treated="left", treated_factor=0.33)


def chart(page: str) -> dict[str, Any]:
    """What the script of the page is given."""
    found = re.search(r'<script id="chart-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    answer: dict[str, Any] = json.loads(found.group(1))
    return answer


def test_two_recordings_can_be_laid_over_each_other(
    browser: Client, before: Recording, after: Recording
) -> None:
    page = browser.get("/recordings/compare/", {"a": before.pk, "b": after.pk}).text
    both = chart(page)["both"]
    assert [one["id"] for one in both] == [str(before.pk), str(after.pk)]
    for one in both:
        assert one["moments"]["task"] == 6.5
        assert 7.0 < one["moments"]["onset"] < 9.0
        assert one["curves"].endswith("curves.json")


def test_the_difference_is_told_with_its_interval(before: Recording, after: Recording) -> None:
    found = dict(_differences(before, after))
    assert found["Left cheek"].high < 0.0
    assert found["Right cheek"].low < 0.0 < found["Right cheek"].high


def test_alike_recordings_have_nothing_against_them(before: Recording, after: Recording) -> None:
    assert reasons_against(before, after) == []


def test_another_camera_and_make_up_are_named(before: Recording, after: Recording) -> None:
    after.conditions = {**after.conditions, "camera": "phone", "make_up": True}
    found = reasons_against(before, after)
    assert all(one.about == after for one in found)
    text = " ".join(one.reason for one in found)
    assert "phone" in text
    assert "make-up" in text


def test_what_is_amiss_with_the_first_one_is_named_too(before: Recording, after: Recording) -> None:
    before.summary = {**(before.summary or {}), "accepted": False}
    (found,) = reasons_against(before, after)
    assert found.about == before
    assert found.forbids


def test_another_method_forbids_the_comparison(
    browser: Client, before: Recording, after: Recording
) -> None:
    summary = after.summary or {}
    summary["versions"]["method"] = "redness-1"
    after.summary = summary
    after.save()
    page = browser.get("/recordings/compare/", {"a": before.pk, "b": after.pk}).text
    assert "not comparable" in page
    assert "redness-1" in page


def test_ticking_two_in_the_list_leads_here(
    browser: Client, before: Recording, after: Recording
) -> None:
    answer = browser.get("/recordings/compare/", {"pick": [before.pk, after.pk]}, follow=True)
    assert "Two recordings side by side" in answer.text
    answer = browser.get("/recordings/compare/", {"pick": [before.pk]}, follow=True)
    assert "Tick two recordings" in answer.text


def test_with_one_the_other_can_be_chosen(
    browser: Client, before: Recording, after: Recording
) -> None:
    page = browser.get("/recordings/compare/", {"a": before.pk}).text
    assert f'<option value="{before.pk}" selected>' in page
    assert f'<option value="{after.pk}">' in page


def test_the_page_opens_no_sealed_file(
    browser: Client,
    before: Recording,
    after: Recording,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Recording.objects.update(sealed_key=b"lost")
    browser.get("/recordings/")  # the first page of a session stores it
    with django_assert_max_num_queries(4):
        page = browser.get("/recordings/compare/", {"a": before.pk, "b": after.pk})
    assert page.status_code == 200


@pytest.mark.parametrize("other", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_there_is_not_compared(browser: Client, before: Recording, other: str) -> None:
    assert browser.get("/recordings/compare/", {"a": before.pk, "b": other}).status_code == 404


def test_other_peoples_recordings_are_not_compared(
    browser: Client, before: Recording, other_person: Person
) -> None:
    theirs = measured_recording(other_person, day=date(2026, 3, 9))
    page = browser.get("/recordings/compare/", {"a": before.pk, "b": theirs.pk})
    assert page.status_code == 404
