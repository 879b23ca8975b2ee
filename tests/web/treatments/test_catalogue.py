"""The catalogue as pages: published and claimed apart, each number with what it rests on."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from rubor.treatments.catalogue import catalogue
from rubor.web.people.models import Person

KINDS = [entry.id for entry in catalogue()]


def test_all_treatments_stand_beside_each_other(browser: Client) -> None:
    page = browser.get("/treatments/catalogue/")
    for entry in catalogue():
        assert f"/treatments/catalogue/{entry.id}/" in page.text
    row = next(one for one in page.context["rows"] if one.entry.id == "intense_pulsed_light")
    assert row.mean_reduction == ["redness at rest 21 to 46 %", "visible vessels 55 %"]


def test_those_that_act_on_one_complaint_are_chosen(browser: Client) -> None:
    page = browser.get("/treatments/catalogue/?target=fear")
    kinds = [one.entry.id for one in page.context["rows"]]
    assert "psychological_treatment" in kinds
    assert "pulsed_dye_laser" not in kinds


def test_claims_of_clinics_are_never_among_what_is_published(browser: Client) -> None:
    page = browser.get("/treatments/catalogue/").context["rows"]
    toxin = next(one for one in page if one.entry.id == "botulinum_toxin")
    assert any("33" in one for one in toxin.claimed)
    assert not any("33" in one for one in (*toxin.mean_reduction, *toxin.responders))
    marks = next(
        one
        for one in browser.get("/treatments/catalogue/").context["figure"]["rows"]
        if one["title"].startswith("Botulinum")
    )
    assert {one["claimed"] for one in marks["responders"]} == {True, False}


@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_of_an_entry_has_its_source(browser: Client, kind: str) -> None:
    entry = next(one for one in catalogue() if one.id == kind)
    text = unescape(browser.get(f"/treatments/catalogue/{kind}/").text)
    sourced = [
        *entry.acts_on,
        *entry.contraindications,
        *(
            row
            for found in (entry.published, entry.claimed)
            for name in (
                "mean_reduction",
                "responder_fraction",
                "findings",
                "onset",
                "duration",
                "harms",
            )
            for row in getattr(found, name)
        ),
        entry.licence,
    ]
    for row in sourced:
        assert row.source in text


def test_a_mean_and_a_share_of_people_are_two_things(browser: Client) -> None:
    text = browser.get("/treatments/catalogue/botulinum_toxin/").text
    assert text.index("Mean reduction") < text.index("Share of people who improved")
    assert text.index("What studies found") < text.index("What clinics claim")


def test_an_unknown_treatment_is_not_found(browser: Client) -> None:
    assert browser.get("/treatments/catalogue/magic/").status_code == 404
    assert browser.get("/treatments/catalogue/magic/sheet/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_every_treatment_has_an_information_sheet_with_numbered_sources(
    browser: Client, kind: str
) -> None:
    text = browser.get(f"/treatments/catalogue/{kind}/sheet/").text
    cited = {int(one) for one in re.findall(r'href="#source-(\d+)"', text)}
    given = {int(one) for one in re.findall(r'id="source-(\d+)"', text)}
    assert cited == given


def test_the_sheet_is_in_the_language_of_the_person(browser: Client, person: Person) -> None:
    person.language = "sv"
    person.save()
    assert 'lang="sv"' in browser.get("/treatments/catalogue/botulinum_toxin/sheet/").text


def test_the_sheet_is_there_as_pdf(browser: Client) -> None:
    answer = browser.get("/treatments/catalogue/botulinum_toxin/sheet.pdf")
    assert answer.content.startswith(b"%PDF")
