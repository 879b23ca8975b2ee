"""The start asks three things and says what Rubor is and is not."""

from __future__ import annotations

from django.test import Client

from rubor.web.access.tokens import OPENED
from rubor.web.people.models import Person

ANSWERS = {
    "name": "Test",
    "skin_tone": "tan",
    "keep_video": "",
    "language": "en",
    "time_zone": "Europe/London",
    "smallest_percent": "30",
}


def opened(client: Client) -> Client:
    session = client.session
    session[OPENED] = True
    session.save()
    return client


def test_the_first_page_says_what_rubor_is_and_is_not(stranger: Client) -> None:
    page = opened(stranger).get("/", follow=True)
    assert page.redirect_chain == [("/start/", 302)]  # type: ignore[attr-defined]
    assert "It is not a medical device" in page.text
    assert "Load the simulated person" in page.text


def test_three_answers_make_a_person(stranger: Client) -> None:
    assert opened(stranger).post("/start/", ANSWERS).url == "/"  # type: ignore[attr-defined]
    person = Person.objects.get()
    assert (person.name, person.skin_tone, person.keep_video) == ("Test", "tan", False)
    assert (person.smallest_effect, person.time_zone) == (0.3, "Europe/London")


def test_without_a_skin_tone_it_asks_again_and_keeps_the_rest(stranger: Client) -> None:
    page = opened(stranger).post("/start/", {**ANSWERS, "skin_tone": ""})
    assert page.status_code == 400
    assert "Choose the nearest of the six" in page.text
    assert 'value="Test"' in page.text
    assert not Person.objects.exists()


def test_a_time_zone_that_does_not_exist_is_not_stored(stranger: Client) -> None:
    opened(stranger).post("/start/", {**ANSWERS, "time_zone": "../../etc/passwd"})
    assert Person.objects.get().time_zone == "UTC"


def test_settings_change_what_was_said(browser: Client, person: Person) -> None:
    browser.post("/settings/", {**ANSWERS, "language": "sv", "keep_video": "on"})
    person.refresh_from_db()
    assert (person.language, person.keep_video, person.smallest_effect) == ("sv", True, 0.3)
    assert 'lang="sv"' in browser.get("/settings/").text


def test_one_can_look_at_another_person_of_this_machine(
    browser: Client, other_person: Person
) -> None:
    browser.post("/person/", {"person": str(other_person.pk)})
    assert browser.session["person"] == str(other_person.pk)


def test_the_simulated_person_is_brought_once_and_shown(browser: Client) -> None:
    browser.post("/start/demo/")
    browser.post("/start/demo/")
    demo = Person.objects.get(demo=True)
    assert demo.jobs.count() == 1
    assert browser.session["person"] == str(demo.pk)
