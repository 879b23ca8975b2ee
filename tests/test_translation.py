"""The texts of the library in other languages: complete, current, and found by their English."""

from __future__ import annotations

import gettext
import json
from pathlib import Path
from typing import Any

import pytest
from tests.catalogue_scripts import catalogue_script, messages, places, read

from rubor.errors import FaceNotFoundError
from rubor.pathway import side_effect
from rubor.pathway.suitability_rules import suitability_rules
from rubor.response.protocol import protocol
from rubor.translation import languages, translate, translate_sentence
from rubor.treatments import treatment

REPOSITORY = Path(__file__).resolve().parents[1]
LOCALE = REPOSITORY / "src" / "rubor" / "locale"
CURE = "run scripts/make_translations.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return catalogue_script("make_translations.py")


def test_the_template_holds_every_text_of_today(script: dict[str, Any]) -> None:
    assert messages(read(LOCALE / "rubor.pot")) == messages(script["template"]()), CURE


@pytest.mark.parametrize("language", languages()[1:])
def test_a_language_is_current_complete_and_compiled(script: dict[str, Any], language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    po = folder / "rubor.po"
    merged = catalogue_script("message_catalogues.py")["merged"]
    today = merged(script["template"](), po.read_bytes(), language, script["NAME"])
    now = messages(today)
    assert messages(read(po)) == now, CURE
    assert not [texts for texts, _, translated, _ in now if not all(translated)]
    assert not [message.id for message in read(po) if message.fuzzy and message.id]
    with (folder / "rubor.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert all(compiled.gettext(*text) == translated for text, _, (translated,), _ in now), CURE


def test_the_patterns_are_those_of_the_source(script: dict[str, Any]) -> None:
    written = json.loads((LOCALE / "patterns.json").read_text(encoding="utf-8"))
    assert written == script["patterns"](), CURE


def test_a_translated_pattern_has_only_places_of_its_own() -> None:
    for language in languages()[1:]:
        po = read(LOCALE / language / "LC_MESSAGES" / "rubor.po")
        for (text,), _, (translated,), _ in messages(po):
            assert set(places(translated)) <= set(places(text)), text


def test_numbers_in_a_text_are_those_of_its_translation() -> None:
    for language in languages()[1:]:
        po = read(LOCALE / language / "LC_MESSAGES" / "rubor.po")
        for (text,), _, (translated,), _ in messages(po):
            ours = numbers(translated)
            # 999 is the number of one country, and 112 that of all Europe.
            assert ours == [n for n in numbers(text) if n != "999"] or "112" in translated, text


def numbers(text: str) -> list[str]:
    digits = "".join(sign if sign.isdigit() else " " for sign in text)
    return sorted(digits.split())


def test_texts_of_any_package_are_translated() -> None:
    assert translate(side_effect("bruise").label, "sv") == "blåmärke"
    assert translate(treatment("make_up").title, "sv") == "Grönt eller färgjusterande smink"
    assert translate(suitability_rules().cause[0].what, "sv").startswith("Låt en läkare se")
    assert translate(protocol().steps[1].instruction, "sv").startswith("Sitt stilla")
    for against in treatment("intense_pulsed_light").contraindications:
        assert translate(against.why, "sv") != against.why


def test_what_is_not_there_stays_english() -> None:
    assert translate("a text of nobody", "sv") == "a text of nobody"
    assert translate("bruise", "en") == "bruise"
    assert translate("bruise", "xx") == "bruise"
    assert translate("bruise", "../../sv") == "bruise"
    assert translate("", "sv") == ""


def test_a_country_behind_the_language_is_understood() -> None:
    assert translate("bruise", "sv-SE") == translate("bruise", "sv_FI") == "blåmärke"


def test_a_sentence_with_a_name_in_it_is_translated() -> None:
    refusal = FaceNotFoundError("There is no face in clip.mp4.", "Record again.")
    assert translate_sentence(refusal.message, "sv") == "Det finns inget ansikte i clip.mp4."
    assert translate_sentence(refusal.message, "en") == refusal.message


def test_what_stands_in_a_sentence_is_translated_where_it_is_known() -> None:
    said = "No response could be measured of its left and right."
    assert translate_sentence(said, "sv") == "Ingen reaktion kunde mätas på: vänster och höger."
    capital = (
        "The recording has no measured stretch. Begin with a quiet minute, or name the stretch"
    )
    assert translate_sentence(f"{capital} with --baseline START-END.", "sv").startswith(
        "Inspelningen har inget mätt avsnitt. Börja med"
    )


def test_sentences_after_each_other_are_told_apart() -> None:
    said = "clip.mp4 cannot be compared. It did not pass its quality checks. Nobody knows this one."
    assert translate_sentence(said, "sv") == (
        "clip.mp4 går inte att jämföra. Den klarade inte sina kvalitetskontroller."
        " Nobody knows this one."
    )


def test_reasons_of_a_verdict_are_translated() -> None:
    said = (
        "The always-valid interval of the reduction, 12 % to no limit, lies above 0, and a reduction of"
        " at least 25 % has a probability of over 99 %."
    )
    assert translate_sentence(said, "sv") == (
        "Intervallet för minskningen som alltid gäller, 12 % till ingen gräns, ligger över 0, och en"
        " minskning på minst 25 % har sannolikheten över 99 %."
    )


def test_every_quality_check_is_told_in_other_languages() -> None:
    from rubor.report.gate_words import GATE_WORDS

    for language in languages()[1:]:
        for words in GATE_WORDS.values():
            for said in (words.title, words.question):
                assert translate_sentence(said, language) != said
            value = words.in_unit(1.5)
            if any(sign.isalpha() for sign in value):
                assert translate_sentence(value, language) != value, value
