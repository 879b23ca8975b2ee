"""One question at a time: nothing that was answered is lost, whichever way one goes."""

from __future__ import annotations

import pytest
from django.test import Client

from rubor.pathway.questionnaire import questionnaire
from rubor.web.people.models import Person
from rubor.web.suitability.models import AnswerSheet

FIRST, SECOND = (entry.id for entry in questionnaire().questions[:2])


def begin(browser: Client) -> AnswerSheet:
    assert browser.post("/suitability/").status_code == 302
    return AnswerSheet.objects.latest("created_at")


def answer(browser: Client, question: str, value: object, go: str = "next") -> object:
    return browser.post(f"/suitability/question/{question}/", {"answer": value, "go": go})


def test_an_answer_leads_to_the_next_question(browser: Client) -> None:
    sheet = begin(browser)
    assert answer(browser, FIRST, "34").url == f"/suitability/question/{SECOND}/"  # type: ignore[attr-defined]
    sheet.refresh_from_db()
    assert sheet.answers == {FIRST: 34}


@pytest.mark.parametrize("way", ["back", "stop", "next"])
def test_every_way_stores_the_answer_first(browser: Client, way: str) -> None:
    sheet = begin(browser)
    answer(browser, SECOND, ["fear", "vessels"], way)
    sheet.refresh_from_db()
    assert sheet.answers == {SECOND: ["fear", "vessels"]}


def test_going_back_shows_what_was_answered(browser: Client) -> None:
    begin(browser)
    answer(browser, SECOND, ["vessels"])
    page = browser.get(f"/suitability/question/{SECOND}/").text
    assert 'value="vessels" checked' in page
    assert 'value="fear" checked' not in page


def test_it_goes_on_where_it_was_left(browser: Client) -> None:
    begin(browser)
    answer(browser, SECOND, ["fear"], "stop")
    assert browser.post("/suitability/").url == f"/suitability/question/{SECOND}/"  # type: ignore[attr-defined]
    assert AnswerSheet.objects.count() == 1


def test_leaving_out_takes_an_answer_back(browser: Client) -> None:
    sheet = begin(browser)
    answer(browser, FIRST, "34")
    answer(browser, FIRST, "35", "skip")
    sheet.refresh_from_db()
    assert sheet.answers == {}


def test_an_impossible_answer_is_refused_with_its_cure_and_changes_nothing(browser: Client) -> None:
    sheet = begin(browser)
    answer(browser, FIRST, "34")
    page = answer(browser, FIRST, "340")
    assert page.status_code == 400  # type: ignore[attr-defined]
    assert "not a number from 0 to 120" in page.text  # type: ignore[attr-defined]
    sheet.refresh_from_db()
    assert sheet.answers == {FIRST: 34}


def test_every_question_has_a_page(browser: Client) -> None:
    begin(browser)
    for entry in questionnaire().questions:
        page = browser.get(f"/suitability/question/{entry.id}/")
        assert page.status_code == 200
        for name in entry.options:
            assert f'value="{name}"' in page.text


def test_the_pages_are_in_the_language_of_the_person(browser: Client, person: Person) -> None:
    person.language = "sv"
    person.save()
    begin(browser)
    assert "Hur gammal är du" in browser.get(f"/suitability/question/{FIRST}/").text


def finished(browser: Client, answers: dict[str, object]) -> AnswerSheet:
    sheet = begin(browser)
    sheet.answers = answers
    sheet.save()
    assert browser.post("/suitability/review/").status_code == 302
    sheet.refresh_from_db()
    return sheet


def test_a_red_flag_comes_first_and_no_treatment_beside_it(browser: Client) -> None:
    sheet = finished(browser, {"comes_with": ["wheeze"], "troubled_by": ["fear"]})
    page = browser.get(f"/suitability/advice/{sheet.pk}/").text
    assert "See a doctor first" in page
    assert "diarrhoea_or_wheeze" in page
    assert "What may help, in this order" not in page


def test_advice_names_rule_source_and_the_answers_in_words(browser: Client) -> None:
    sheet = finished(browser, {"age_years": 34, "health": ["pregnancy"], "comes_with": ["none"]})
    page = browser.get(f"/suitability/advice/{sheet.pk}/").text
    assert "botulinum_toxin.pregnancy" in page
    assert "I am pregnant" in page
    assert "What is still missing" in page


def test_advice_stays_as_it_was_on_its_day(browser: Client) -> None:
    first = finished(browser, {"comes_with": ["wheeze"]})
    second = finished(browser, {"comes_with": ["none"]})
    assert "See a doctor first" in browser.get(f"/suitability/advice/{first.pk}/").text
    assert "See a doctor first" not in browser.get(f"/suitability/advice/{second.pk}/").text


def test_a_new_round_begins_with_the_last_answers(browser: Client) -> None:
    finished(browser, {"age_years": 34})
    assert begin(browser).answers == {"age_years": 34}


def test_another_persons_advice_is_not_shown(
    browser: Client, other_person: Person, person: Person
) -> None:
    sheet = finished(browser, {"age_years": 34})
    AnswerSheet.objects.update(person=other_person)
    assert browser.get(f"/suitability/advice/{sheet.pk}/").status_code == 404
    assert browser.post(f"/suitability/advice/{sheet.pk}/delete/").status_code == 404


def test_answers_can_be_deleted(browser: Client) -> None:
    sheet = finished(browser, {"age_years": 34})
    assert browser.post(f"/suitability/advice/{sheet.pk}/delete/").status_code == 302
    assert not AnswerSheet.objects.exists()
