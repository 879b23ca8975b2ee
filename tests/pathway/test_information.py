"""Information sheets: complete, plain, sourced, without brands, and each fact stated once."""

from __future__ import annotations

import importlib.util
import json
import re
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.pathway import (
    InformationSheet,
    information_sheet,
    information_to_json,
    plan_advice,
    side_effects,
)
from rubor.pathway.dosing import toxin_rules
from rubor.translation import languages
from rubor.treatments import catalogue, treatment
from rubor.treatments.comparison import span_words

TREATMENTS = [entry.id for entry in catalogue()]

# Easy enough at about 12: school grade 6 is read by most at 11 to 12. A single sentence may be a bit
# harder. LIX under 30 is "very easy" (children's books).
SHEET_GRADE_AT_MOST = 6.0
SENTENCE_GRADE_AT_MOST = 9.0
LIX_AT_MOST = 30.0

# Brands, and names of medicines that need a prescription.
NAMES = """
    botox dysport azzalure bocouture xeomin vistabel alluzience letybo nabota jeuveau daxxify relfydess
    mirvaso onreltea rhofade inderal catapres dixarit zoloft lustral roaccutane
    botulinum toxin brimonidine oxymetazoline carvedilol propranolol clonidine sertraline isotretinoin
""".split()  # noqa: SIM905
ENTICING = ["safe", "painless", "miracle", "guarantee", "discount", "offer", "perfect", "proven"]


@pytest.fixture(scope="module")
def readability() -> ModuleType:
    path = Path(__file__).with_name("readability.py")
    spec = importlib.util.spec_from_file_location("readability", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def whole_text(sheet: InformationSheet) -> str:
    parts = [f"{sheet.title}."]
    for section in sheet.sections:
        parts += [section.heading, *(item.text for item in section.items)]
    return " ".join(parts)


def texts(sheet: InformationSheet, section: str) -> list[str]:
    return [item.text for part in sheet.sections if part.id == section for item in part.items]


@pytest.mark.parametrize("name", TREATMENTS)
def test_each_sheet_answers_what_people_ask(name: str) -> None:
    sheet = information_sheet(name)
    asked = {section.id for section in sheet.sections}
    assert asked >= {
        "about", "pain", "first_visit", "who", "before", "avoid", "expect", "cost", "call", "more",
    }  # fmt: skip
    for section in sheet.sections:
        assert section.heading.endswith("?")
        assert len(section.items) == len({item.text for item in section.items})
        for item in section.items:
            assert item.text and len(item.source) > 8 and item.strength


def test_the_sheet_of_injections_says_what_a_person_is_told_at_the_clinic() -> None:
    sheet = information_sheet("botulinum toxin")
    assert "10 to 15 minutes" in texts(sheet, "time")[0]
    assert any("seen you in person" in text for text in texts(sheet, "first_visit"))
    assert any("Do not rub" in text for text in texts(sheet, "avoid"))
    assert any("make-up" in text for text in texts(sheet, "avoid"))
    assert any("Nobody under 18" in text for text in texts(sheet, "who"))
    assert texts(sheet, "call")[0].startswith("Call the emergency number at once")


@pytest.mark.parametrize("name", TREATMENTS)
def test_a_sheet_can_be_read_at_the_age_of_12(name: str, readability: ModuleType) -> None:
    sheet = information_sheet(name)
    assert readability.school_grade(whole_text(sheet)) <= SHEET_GRADE_AT_MOST
    for section in sheet.sections:
        for item in section.items:
            # The formula is for whole texts: of a few words it says little.
            if len(readability.words(item.text)) > 8:
                assert readability.school_grade(item.text) <= SENTENCE_GRADE_AT_MOST, item.text


@pytest.mark.parametrize("name", TREATMENTS)
@pytest.mark.parametrize("language", languages())
def test_a_sheet_is_very_easy_by_lix_in_every_language(
    name: str, language: str, readability: ModuleType
) -> None:
    assert readability.lix(whole_text(information_sheet(name, language))) <= LIX_AT_MOST


def test_the_formulas_tell_plain_words_from_hard_ones(readability: ModuleType) -> None:
    plain = "The cat sat on the mat. It was warm there."
    hard = (
        "Pharmacological interventions demonstrating statistically significant superiority over"
        " vehicle necessitate individualised consideration of contraindications."
    )
    assert readability.school_grade(plain) < 2.0 < 15.0 < readability.school_grade(hard)
    assert readability.lix(plain) < 20.0 < 60.0 < readability.lix(hard)
    assert [readability.syllables(word) for word in ("make", "little", "treated", "skin")] == [
        1, 2, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("name", TREATMENTS)
@pytest.mark.parametrize("language", languages())
def test_no_sheet_names_a_brand_or_a_prescription_medicine_or_entices(
    name: str, language: str
) -> None:
    words = set(re.findall(r"[\w-]+", whole_text(information_sheet(name, language)).lower()))
    assert not words & set(NAMES)
    assert not words & set(ENTICING)
    products = {product.id.lower() for entry in catalogue() for product in entry.products}
    assert not words & products


@pytest.mark.parametrize("name", TREATMENTS)
def test_a_sheet_warns_of_every_side_effect_that_needs_help(name: str) -> None:
    sheet = information_sheet(name)
    for effect in side_effects(name):
        if effect.seek_help != "none":
            assert effect.what_to_do in texts(sheet, "call")
        if effect.usual_days is not None:
            said = texts(sheet, "expect") + texts(sheet, "pain")
            assert any(text.startswith(effect.description) for text in said), effect.id
    urgent = [
        text.startswith(("Call the emergency", "Call a crisis")) for text in texts(sheet, "call")
    ]
    assert urgent == sorted(urgent, reverse=True)


@pytest.mark.parametrize("name", TREATMENTS)
def test_the_price_is_that_of_the_catalogue(name: str) -> None:
    cost = treatment(name).cost
    said = " ".join(texts(information_sheet(name), "cost"))
    if cost is None:
        assert "No price was found" in said
    else:
        assert f"£{cost.low:g} to £{cost.high:g}" in said


# What a sheet says of onset and duration must be what the catalogue has.
SPANS = [
    ("botulinum_toxin", "onset", "3 to 7 days"),
    ("botulinum_toxin", "duration", "3 to 6 months"),
    ("intense_pulsed_light", "onset", "9 to 12 weeks"),
    ("intense_pulsed_light", "duration", "6 to 24 months"),
    ("pulsed_dye_laser", "onset", "9 to 12 weeks"),
    ("pulsed_dye_laser", "duration", "6 to 24 months"),
    ("brimonidine", "duration", "9 to 12 hours"),
    ("oxymetazoline", "onset", "1 to 3 hours"),
    ("oxymetazoline", "duration", "12 hours"),
    ("beta_blockers", "onset", "2 to 21 days"),
    ("clonidine", "onset", "2 to 4 weeks"),
    ("sertraline", "onset", "6 to 12 weeks"),
    ("isotretinoin", "onset", "1 to 4 months"),
    ("psychological_treatment", "onset", "6 to 12 weeks"),
    ("make_up", "duration", "4 to 12 hours"),
]


@pytest.mark.parametrize(("name", "what", "words"), SPANS)
def test_times_are_those_of_the_catalogue(name: str, what: str, words: str) -> None:
    assert words in [span_words(span) for span in getattr(treatment(name).published, what)]
    assert any(words in text for text in texts(information_sheet(name), "expect"))


def test_the_minutes_are_those_of_the_injection_plan() -> None:
    time = toxin_rules()["time"]
    least, most = (45 * time[f"seconds_per_point_{end}"] / 60.0 for end in ("least", "most"))
    assert 9.0 <= least <= 10.0
    assert most == 15.0


def test_regret_of_the_operation_is_told_as_the_catalogue_has_it() -> None:
    harms = {harm.what: harm for harm in treatment("sympathectomy").published.harms}
    rate = harms["regret of the operation"].rate
    assert rate is not None
    assert f"About 1 in {round(1.0 / rate)} people" in " ".join(
        texts(information_sheet("sympathectomy"), "about")
    )


def test_a_plan_and_the_sheet_tell_the_same() -> None:
    advice, sheet = plan_advice(), information_sheet("botulinum_toxin")
    assert [item.text for item in advice["call"]] == texts(sheet, "call")
    assert [item.text for item in advice["aftercare"]] == texts(sheet, "avoid")
    told = texts(sheet, "expect") + texts(sheet, "pain")
    assert {item.text for item in advice["expect"]} == set(told)
    assert len(advice["consent"]) == 3


def test_a_sheet_in_swedish_is_swedish_throughout() -> None:
    for name in TREATMENTS:
        english, swedish = information_sheet(name), information_sheet(name, "sv")
        assert swedish.language == "sv"
        for ours, theirs in zip(swedish.sections, english.sections, strict=True):
            assert ours.heading != theirs.heading
            for item, other in zip(ours.items, theirs.items, strict=True):
                assert item.text != other.text
                assert item.source == other.source


def test_json_is_as_its_schema_says() -> None:
    path = files("rubor.pathway") / "schemas" / "information.schema.json"
    schema = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for name in TREATMENTS:
        for language in languages():
            schema.validate(information_to_json(information_sheet(name, language)))


def test_an_unknown_treatment_or_language_is_refused() -> None:
    with pytest.raises(InputError, match=r"Did you mean make_up"):
        information_sheet("makeup")
    with pytest.raises(InputError, match=r"language 'xx'\. Choose one of: en, sv"):
        information_sheet("make_up", "xx")
