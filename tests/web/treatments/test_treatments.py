"""Treatments logged, followed and paid for; each with its trial, its visits and its side effects."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.make_recording import many_recordings

from rubor.trials.begin_trial import begin_trial
from rubor.web.diary.models import Entry
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.treatments.models import Treatment
from rubor.web.treatments.reminders import reminders
from rubor.web.trials.models import Trial as TrialRow
from rubor.web.trials.store import create, load

TODAY = timezone.localdate()
LOGGED = {"kind": "botulinum_toxin", "treated_on": TODAY.isoformat(), "side": "both"}


def trial_of(person: Person, **options: Any) -> TrialRow:
    """A split-face trial whose side is drawn with seed 7: right."""
    trial = begin_trial(
        "My patch",
        "split-face",
        "botulinum_toxin",
        smallest_effect=0.25,
        seed=7,
        now=datetime(2026, 3, 1, 9, tzinfo=UTC),
        **options,
    )
    return create(person.pk, trial)


def treated(person: Person, days_ago: int, **columns: Any) -> Treatment:
    return Treatment.objects.create(
        person=person,
        **{
            "kind": "botulinum_toxin",
            "treated_on": TODAY - timedelta(days=days_ago),
            **columns,
        },
    )


# --- logging


def test_a_treatment_is_logged_with_all_that_was_noted(browser: Client, person: Person) -> None:
    said = {
        **LOGGED,
        "side": "left",
        "product": "a product, 100 units",
        "lot": "C1234",
        "points": "15",
        "given_by": "a nurse",
        "place": "the clinic",
        "price": "350.00",
        "currency": "gbp",
        "note": "cheeks only",
    }
    page = browser.post("/treatments/new/", said, follow=True)
    row = Treatment.objects.get(person=person)
    assert (row.side, row.lot, row.points, row.currency) == ("left", "C1234", 15, "GBP")
    assert "350 GBP" in page.text
    assert "your own left" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "magic"},
        {"treated_on": (TODAY + timedelta(days=1)).isoformat()},
        {"side": "image-left"},
        {"price": "-1", "currency": "GBP"},
        {"price": "350", "currency": ""},
        {"price": "350", "currency": "pounds"},
    ],
)
def test_what_cannot_be_is_refused(browser: Client, wrong: dict[str, str]) -> None:
    page = browser.post("/treatments/new/", {**LOGGED, **wrong})
    assert page.status_code == 400
    assert "errorlist" in page.text
    assert not Treatment.objects.exists()


def test_with_a_trial_its_day_is_noted_in_it_and_its_drawn_side_taken(
    browser: Client, person: Person
) -> None:
    trial = trial_of(person)
    browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)})
    row = Treatment.objects.get()
    trial.refresh_from_db()
    assert row.trial == trial
    assert row.side == "right"
    assert load(trial).treated_on == (TODAY,)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"side": "left"}, "your own right side was drawn"),
        ({"kind": "make_up"}, "about another treatment"),
    ],
)
def test_what_does_not_fit_the_trial_is_refused_and_changes_nothing(
    browser: Client, person: Person, said: dict[str, str], why: str
) -> None:
    trial = trial_of(person)
    page = browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk), **said})
    assert page.status_code == 400
    assert why in page.text
    assert not Treatment.objects.exists()
    trial.refresh_from_db()
    assert load(trial).treated_on == ()


def test_a_refusal_of_the_trial_itself_is_shown(browser: Client, person: Person) -> None:
    trial = trial_of(person)
    browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)})
    earlier = (TODAY - timedelta(days=5)).isoformat()
    page = browser.post(
        "/treatments/new/", {**LOGGED, "treated_on": earlier, "trial": str(trial.pk)}
    )
    assert page.status_code == 400
    assert Treatment.objects.count() == 1


def test_a_hidden_draw_stays_hidden(browser: Client, person: Person) -> None:
    trial = trial_of(person, blinded=True)
    page = browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)}, follow=True)
    assert "hidden, as the trial wants it" in page.text
    assert "your own right" not in page.text


def test_another_persons_trial_cannot_be_chosen(
    browser: Client, person: Person, other_person: Person
) -> None:
    trial = trial_of(other_person)
    assert browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)}).status_code == 400


def test_a_day_that_is_put_right_is_put_right_in_the_trial_with_its_reason(
    browser: Client, person: Person
) -> None:
    trial = trial_of(person)
    browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)})
    row = Treatment.objects.get()
    said = {**LOGGED, "treated_on": (TODAY - timedelta(days=1)).isoformat()}
    assert browser.post(f"/treatments/{row.pk}/edit/", said).status_code == 400
    said["reason"] = "a slip"
    browser.post(f"/treatments/{row.pk}/edit/", said)
    trial.refresh_from_db()
    row.refresh_from_db()
    assert row.treated_on == TODAY - timedelta(days=1)
    assert load(trial).treated_on == (row.treated_on,)
    assert "a slip" in load(trial).events[-1].reason


def test_a_treatment_is_not_moved_behind_its_side_effects(browser: Client, person: Person) -> None:
    row = treated(person, 10)
    Entry.objects.create(
        person=person,
        kind="side effect",
        on=TODAY - timedelta(days=9),
        effect="bruise",
        severity=2,
        side="left",
        treatment=row,
    )
    page = browser.post(f"/treatments/{row.pk}/edit/", LOGGED)
    assert page.status_code == 400
    assert (
        browser.post(f"/treatments/{row.pk}/edit/", {**LOGGED, "kind": "make_up"}).status_code
        == 400
    )


def test_deleting_asks_and_says_what_becomes_of_trial_and_side_effects(
    browser: Client, person: Person
) -> None:
    trial = trial_of(person)
    browser.post("/treatments/new/", {**LOGGED, "trial": str(trial.pk)})
    row = Treatment.objects.get()
    Entry.objects.create(
        person=person, kind="side effect", on=TODAY, effect="bruise", severity=2, treatment=row
    )
    asked = browser.get(f"/treatments/{row.pk}/delete/").text
    assert "My patch" in asked
    assert "1 entry of the diary" in asked
    assert Treatment.objects.exists()
    browser.post(f"/treatments/{row.pk}/delete/")
    assert not Treatment.objects.exists()
    assert not Entry.objects.exists()
    trial.refresh_from_db()
    assert load(trial).treated_on == (TODAY,)


# --- what is shown


def test_the_page_judges_side_effects_and_names_the_visits(browser: Client, person: Person) -> None:
    row = treated(person, 20)
    for days_ago, severity in ((19, 4), (4, 4)):
        Entry.objects.create(
            person=person,
            kind="side effect",
            on=TODAY - timedelta(days=days_ago),
            effect="bruise",
            severity=severity,
            side="left",
            treatment=row,
        )
    page = browser.get(f"/treatments/{row.pk}/")
    assert "longer than usual" in page.text
    assert page.context["next"].visit.week == 4
    assert [one.state for one in page.context["visits"]][:2] == ["missed", "later"]


def test_a_visit_is_done_by_what_was_recorded_in_its_days(browser: Client, person: Person) -> None:
    row = treated(person, 20)
    many_recordings(person, 1, first_day=TODAY - timedelta(days=5))
    page = browser.get(f"/treatments/{row.pk}/")
    first = page.context["visits"][0]
    assert first.state == "done"
    assert [one.pk for one in first.recordings] == [Recording.objects.get().pk]


def test_visits_end_with_the_next_session(browser: Client, person: Person) -> None:
    first = treated(person, 100)
    treated(person, 10)
    visits = browser.get(f"/treatments/{first.pk}/").context["visits"]
    assert max(one.visit.due for one in visits) <= TODAY - timedelta(days=10)


def test_a_treatment_that_the_catalogue_has_not_is_kept_without_rules(
    browser: Client, person: Person
) -> None:
    page = browser.post("/treatments/new/", {**LOGGED, "kind": "other"}, follow=True)
    assert "Something else" in page.text
    assert "The catalogue does not know this treatment" in page.text
    row = Treatment.objects.get()
    assert browser.get(f"/treatments/{row.pk}/follow-up.ics").status_code == 404
    assert browser.get("/treatments/").status_code == 200


def test_the_calendar_says_nothing_of_health_and_moves_when_the_day_does(
    browser: Client, person: Person
) -> None:
    row = treated(person, 3)
    first = browser.get(f"/treatments/{row.pk}/follow-up.ics")
    assert first.headers["Content-Type"].startswith("text/calendar")
    assert not re.search(r"toxin|treat|skin|blush|face", first.text, re.IGNORECASE)
    assert "SEQUENCE:0" in first.text
    assert browser.get(f"/treatments/{row.pk}/follow-up.ics").text.count("SEQUENCE:0") > 3
    row.treated_on += timedelta(days=1)
    row.save(update_fields=["treated_on"])
    moved = browser.get(f"/treatments/{row.pk}/follow-up.ics").text
    assert "SEQUENCE:1" in moved
    names = [re.findall(r"UID:(\S+)", text) for text in (first.text, moved)]
    assert names[0] == names[1]


def test_costs_rest_on_the_prices_that_were_paid(browser: Client, person: Person) -> None:
    treated(person, 200, price="300", currency="GBP")
    treated(person, 80, price="400", currency="GBP")
    treated(person, 10, kind="make_up", price="25", currency="SEK")
    page = browser.get("/treatments/")
    assert page.context["total"] == ("25 SEK", "700 GBP")
    toxin = next(one for one in page.context["costs"] if one.kind == "botulinum_toxin")
    assert toxin.own_price
    assert not toxin.own_duration
    assert toxin.cost.price == (300.0, 400.0)
    assert re.search(r"GBP \([\d,]+ to [\d,]+\)", toxin.per_year)
    assert "a month free of blushing" in page.text


def test_the_list_asks_a_fixed_number_of_questions(
    browser: Client, person: Person, django_assert_max_num_queries: Any
) -> None:
    many_recordings(person, 60, first_day=TODAY - timedelta(days=190))
    trial = trial_of(person)
    for number in range(20):
        row = treated(person, 10 + 9 * number, trial=trial if number == 0 else None)
        Entry.objects.create(
            person=person,
            kind="side effect",
            on=row.treated_on,
            effect="bruise",
            severity=2,
            side="left",
            treatment=row,
        )
    with django_assert_max_num_queries(10):
        browser.get("/treatments/")


def test_another_persons_treatment_is_not_found(browser: Client, other_person: Person) -> None:
    row = treated(other_person, 5)
    for action in ("", "edit/", "delete/", "follow-up.ics"):
        assert browser.get(f"/treatments/{row.pk}/{action}").status_code == 404
    for action in ("edit/", "delete/"):
        assert browser.post(f"/treatments/{row.pk}/{action}", LOGGED).status_code == 404
    assert Treatment.objects.filter(pk=row.pk).exists()
    assert str(row.pk) not in browser.get("/treatments/").text


# --- reminders


def test_nothing_is_reminded_of_without_a_treatment(person: Person) -> None:
    assert reminders(person, TODAY) == []


def test_a_visit_is_reminded_of_while_it_is_open(person: Person) -> None:
    row = treated(person, 15)
    (found,) = reminders(person, TODAY)
    assert found.kind == "follow-up"
    assert found.url == f"/treatments/{row.pk}/"
    assert found.due == TODAY - timedelta(days=1)
    assert reminders(person, TODAY - timedelta(days=5)) == []


def test_an_open_side_effect_is_asked_for_again_and_help_comes_first(person: Person) -> None:
    row = treated(person, 15)

    def note(effect: str, days_ago: int, severity: int) -> None:
        Entry.objects.create(
            person=person,
            kind="side effect",
            on=TODAY - timedelta(days=days_ago),
            effect=effect,
            severity=severity,
            side="left",
            treatment=row,
        )

    note("bruise", 4, 3)
    assert {one.kind for one in reminders(person, TODAY)} == {"follow-up", "side effect"}
    note("infection", 0, 3)
    assert reminders(person, TODAY)[0].kind == "help"
    note("bruise", 0, 0)
    note("infection", 0, 0)
    kinds = {one.kind for one in reminders(person, TODAY + timedelta(days=1))}
    assert "side effect" not in kinds


def test_reminders_take_a_fixed_number_of_queries(
    person: Person, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        treated(person, 15 + 30 * number)
    with django_assert_max_num_queries(6):
        reminders(person, TODAY)
