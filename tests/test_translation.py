"""The texts of the library in other languages: complete, current, and found by their English."""

from __future__ import annotations

import gettext
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from rubor.pathway import side_effect
from rubor.pathway.suitability_rules import suitability_rules
from rubor.response.protocol import protocol
from rubor.translation import languages, translate
from rubor.treatments import treatment

REPOSITORY = Path(__file__).resolve().parents[1]
LOCALE = REPOSITORY / "src" / "rubor" / "locale"
CURE = "run scripts/make_translations.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return catalogue_script("make_translations.py")


def catalogue_script(name: str) -> dict[str, Any]:
    """What a script defines; it imports another one beside it."""
    scripts = str(REPOSITORY / "scripts")
    sys.path.insert(0, scripts)
    try:
        return runpy.run_path(f"{scripts}/{name}")
    finally:
        sys.path.remove(scripts)


def messages(catalogue: Catalog) -> list[tuple[str, str, list[str]]]:
    """All of a catalogue but what it says of itself."""
    return [
        (str(message.id), str(message.string or ""), list(message.auto_comments))
        for message in catalogue
        if message.id
    ]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


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
    assert not [text for text, translated, _ in now if not translated]
    assert not [message.id for message in read(po) if message.fuzzy and message.id]
    with (folder / "rubor.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert all(compiled.gettext(text) == translated for text, translated, _ in now), CURE


def test_numbers_in_a_text_are_those_of_its_translation() -> None:
    for language in languages()[1:]:
        for text, translated, _ in messages(read(LOCALE / language / "LC_MESSAGES" / "rubor.po")):
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
