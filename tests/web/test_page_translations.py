"""The app's pages in other languages: complete, current, and without English that is left over."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.catalogue_scripts import catalogue_script, messages, places, read
from tests.web.busy_person import busy_person, every_page

from rubor.web.people.models import Person

LOCALE = Path(__file__).resolve().parents[2] / "src" / "rubor" / "web" / "locale"
LANGUAGES = sorted(place.parent.name for place in LOCALE.glob("*/LC_MESSAGES"))
CURE = "run scripts/make_page_translations.py"

WRITTEN_BY_THE_PERSON = (
    "It was warm.",
    "Å, ö and “quotes”, with a comma",
)
# Two of these in one text make it English.
ENGLISH_WORD = re.compile(
    r"\b(?:the|of|and|are|was|were|with|your|you|that|this|which|not|from|what|when|been|it|its|to|than)\b"
)


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return catalogue_script("make_page_translations.py")


def test_the_template_holds_every_text_of_today(script: dict[str, Any]) -> None:
    assert messages(read(LOCALE / "django.pot")) == messages(script["template"]()), CURE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_current_complete_and_compiled(script: dict[str, Any], language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    po = folder / "django.po"
    merged = catalogue_script("message_catalogues.py")["merged"]
    now = messages(merged(script["template"](), po.read_bytes(), language, script["_NAME"]))
    assert messages(read(po)) == now, CURE
    assert not [texts for texts, _, translated, _ in now if not all(translated)]
    assert not [message.id for message in read(po) if message.fuzzy and message.id]
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for texts, context, translated, _ in now:
        if len(texts) == 2:
            assert (compiled.ngettext(*texts, 1), compiled.ngettext(*texts, 2)) == translated, CURE
        elif context is None:
            assert compiled.gettext(*texts) == translated[0], CURE
        else:
            assert compiled.pgettext(context, *texts) == translated[0], CURE


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_the_same_in_every_form_of_a_text(language: str) -> None:
    for texts, _, translated, _ in messages(read(LOCALE / language / "LC_MESSAGES" / "django.po")):
        for text, other in zip(texts, translated, strict=True):
            assert places(other) == places(text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_english_that_is_not_marked_as_english(
    browser: Client, person: Person, language: str
) -> None:
    busy_person(person, recordings=8, sessions=6, entries=6, treatments=2, trials=1)
    person.language = language
    person.save()
    known = {
        text
        for texts, _, translated, _ in messages(read(LOCALE / language / "LC_MESSAGES/django.po"))
        for text, other in zip(texts, translated, strict=True)
        if other != text and " " in text
    }
    left_over = {}
    pages = 0
    for name, address in every_page(person).items():
        answer = browser.get(address)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        pages += 1
        shown = set(texts_of(answer.content.decode()))
        english = [text for text in shown if text in known or english_words(text) >= 2]
        left_over[name] = sorted(set(english) - {*WRITTEN_BY_THE_PERSON})
    assert pages > 40
    assert not {name: texts for name, texts in left_over.items() if texts}


def english_words(text: str) -> int:
    """How many different words of the text only English has."""
    return len(set(ENGLISH_WORD.findall(text.lower())))


def texts_of(page: str) -> Iterator[str]:
    """What a page shows or hands to its scripts, apart from what is marked as English."""
    reader = PageTexts()
    reader.feed(page)
    for text in reader.texts:
        yield " ".join(text.split())
    for document in reader.documents:
        yield from strings_of(json.loads(document))


def strings_of(value: Any) -> Iterator[str]:
    """All strings in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings_of(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from strings_of(one)


class PageTexts(HTMLParser):
    """Texts, attributes that are read out, and JSON of a page; not what has `lang="en"`."""

    EMPTY = frozenset(("meta", "link", "input", "br", "img", "hr", "source", "path", "use"))
    READ_OUT = ("aria-label", "placeholder", "alt", "title", "data-ask", "data-caption")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.documents: list[str] = []
        self._open: list[tuple[str, bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inside = bool(self._open) and self._open[-1][1]
        english = inside or (given.get("lang") or "").startswith("en")
        if not english:
            self.texts += [given[name] or "" for name in self.READ_OUT if name in given]
        if tag not in self.EMPTY:
            self._open.append((tag, english, given.get("type") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, english, kind = self._open[-1] if self._open else ("", False, "")
        if tag == "script" and kind == "application/json":
            self.documents.append(data)
        elif not english and tag not in ("script", "style", "code"):
            self.texts.append(data)
