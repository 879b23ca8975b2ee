"""The diary: written, judged at once, found again, deleted and brought back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.treatments.models import Treatment

TODAY = timezone.localdate()


@pytest.fixture
def treatment(person: Person) -> Treatment:
    return Treatment.objects.create(
        person=person, kind="botulinum_toxin", treated_on=TODAY - timedelta(days=2)
    )


def noted(browser: Client, treatment: Treatment, **said: Any) -> Any:
    given = {"on": TODAY.isoformat(), "effect": "bruise", "severity": "3", "side": "left", **said}
    return browser.post(
        f"/diary/new/?kind=side+effect&treatment={treatment.pk}", given, follow=True
    )


def test_a_blush_is_written_down_with_what_was_felt(browser: Client, person: Person) -> None:
    said = {
        "on": TODAY.isoformat(),
        "at": "18:30",
        "redness": "7",
        "fear": "5",
        "minutes": "4",
        "trigger": "attention",
        "seen_by_others": "true",
    }
    page = browser.post("/diary/new/?kind=blush", said, follow=True)
    entry = Entry.objects.get(person=person)
    assert (entry.redness, entry.fear, entry.minutes, entry.trigger) == (7, 5, 4, "attention")
    assert entry.seen_by_others is True
    assert "redness 7 of 10" in page.text
    assert "others were there" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"redness": "11"},
        {"fear": ""},
        {"on": (TODAY + timedelta(days=1)).isoformat()},
        {"minutes": "-3"},
        {"trigger": "aliens"},
    ],
)
def test_what_cannot_be_is_refused_at_its_field(browser: Client, wrong: dict[str, str]) -> None:
    said = {"on": TODAY.isoformat(), "redness": "7", "fear": "5", **wrong}
    page = browser.post("/diary/new/?kind=blush", said)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "errorlist" in page.text
    assert not Entry.objects.exists()


def test_a_side_effect_is_judged_at_once(browser: Client, treatment: Treatment) -> None:
    page = noted(browser, treatment)
    assert "This is as expected." in page.text
    page = noted(browser, treatment, severity="9")
    assert "This is stronger than usual." in page.text


def test_what_needs_help_stands_on_top_as_an_alert(browser: Client, treatment: Treatment) -> None:
    page = noted(browser, treatment, effect="swallowing_or_breathing", side="")
    assert "Call the emergency number now." in page.text
    assert page.text.index('role="alert"') < page.text.index("<h1>")


def test_a_side_effect_that_has_a_side_needs_it(browser: Client, treatment: Treatment) -> None:
    page = noted(browser, treatment, side="")
    assert page.status_code == 400
    assert "Say on which side it is." in page.text


def test_a_day_before_the_treatment_is_refused(browser: Client, treatment: Treatment) -> None:
    page = noted(browser, treatment, on=(TODAY - timedelta(days=3)).isoformat())
    assert page.status_code == 400
    assert "before the treatment" in page.text


def test_an_effect_of_another_treatment_is_refused(browser: Client, treatment: Treatment) -> None:
    assert noted(browser, treatment, effect="crusts").status_code == 400


def test_without_a_treatment_there_is_nothing_to_note_a_side_effect_of(browser: Client) -> None:
    page = browser.get("/diary/new/?kind=side+effect")
    assert page.status_code == 200
    assert "Log a treatment" in page.text


def test_an_entry_is_put_right(browser: Client, treatment: Treatment) -> None:
    noted(browser, treatment)
    entry = Entry.objects.get()
    said = {"on": TODAY.isoformat(), "effect": "bruise", "severity": "0", "side": "left"}
    page = browser.post(f"/diary/{entry.pk}/edit/", said, follow=True)
    assert "It has gone, as expected." in page.text
    assert Entry.objects.get().severity == 0


def test_a_deleted_entry_is_brought_back_as_it_was(browser: Client, treatment: Treatment) -> None:
    noted(browser, treatment, note="by the ear")
    before = Entry.objects.values().get()
    page = browser.post(f"/diary/{before['id']}/delete/")
    assert not Entry.objects.exists()
    found = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert found is not None
    assert "by the ear" not in page.text
    browser.post("/diary/undo/", {"kept": found[1]})
    after = Entry.objects.values().get()
    del before["created_at"], after["created_at"]
    assert after == before
    browser.post("/diary/undo/", {"kept": found[1]})
    assert Entry.objects.count() == 1


def test_what_was_not_signed_here_is_not_brought_back(browser: Client) -> None:
    page = browser.post("/diary/undo/", {"kept": "anything"}, follow=True)
    assert "too late" in page.text
    assert not Entry.objects.exists()


def test_an_entry_of_another_person_is_not_brought_back(
    browser: Client, person: Person, other_person: Person
) -> None:
    entry = Entry.objects.create(person=person, kind="note", on=TODAY, note="mine")
    page = browser.post(f"/diary/{entry.pk}/delete/")
    kept = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert kept is not None
    session = browser.session
    session["person"] = str(other_person.pk)
    session.save()
    browser.post("/diary/undo/", {"kept": kept[1]})
    assert not Entry.objects.exists()


def test_the_list_shows_one_kind_where_asked_for(browser: Client, person: Person) -> None:
    Entry.objects.create(person=person, kind="note", on=TODAY, note="slept badly")
    Entry.objects.create(person=person, kind="blush", on=TODAY, redness=6, fear=2)
    assert "slept badly" in browser.get("/diary/").text
    only = browser.get("/diary/?kind=blush").text
    assert "slept badly" not in only
    assert "redness 6 of 10" in only


def test_felt_redness_and_fear_are_drawn_with_the_treatments(
    browser: Client, person: Person, treatment: Treatment
) -> None:
    for number in range(3):
        Entry.objects.create(
            person=person, kind="blush", on=date(2026, 3, 1 + number), redness=6, fear=number
        )
    chart = browser.get("/diary/").context["chart"]
    assert chart["redness"] == [6, 6, 6]
    assert chart["fear"] == [0, 1, 2]
    assert len(chart["treatments"]) == 1


def test_a_long_diary_comes_in_pages_and_a_fixed_number_of_queries(
    browser: Client, person: Person, treatment: Treatment, django_assert_max_num_queries: Any
) -> None:
    Entry.objects.bulk_create(
        Entry(
            person=person,
            kind="side effect" if number % 3 == 0 else "blush",
            on=TODAY - timedelta(days=number),
            redness=5,
            fear=4,
            effect="bruise" if number % 3 == 0 else "",
            severity=1,
            treatment=treatment if number % 3 == 0 else None,
        )
        for number in range(200)
    )
    with django_assert_max_num_queries(10):
        page = browser.get("/diary/")
    assert "Page 1 of 7" in page.text
    assert page.text.count('<li class="card entry">') == 30


@pytest.mark.parametrize("action", ["", "edit/"])
def test_another_persons_entry_is_not_found(
    browser: Client, other_person: Person, action: str
) -> None:
    entry = Entry.objects.create(person=other_person, kind="note", on=TODAY, note="not mine")
    assert browser.get(f"/diary/{entry.pk}/{action}").status_code == 404
    browser.post(f"/diary/{entry.pk}/delete/")
    assert Entry.objects.filter(pk=entry.pk).exists()
    assert "not mine" not in browser.get("/diary/").text
    assert browser.get(f"/diary/{uuid4()}/").status_code == 404


def test_a_side_effect_is_not_noted_of_another_persons_treatment(
    browser: Client, other_person: Person
) -> None:
    other = Treatment.objects.create(person=other_person, kind="make_up", treated_on=TODAY)
    page = browser.get(f"/diary/new/?kind=side+effect&treatment={other.pk}")
    assert "Log a treatment" in page.text
