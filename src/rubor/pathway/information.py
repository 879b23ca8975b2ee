"""Information sheets before and after a treatment, in plain words, from data.

What is known elsewhere is not said twice: prices are those of the catalogue, what to expect and when to
call is the list of side effects, the aftercare of injections is that of their plan.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rubor.errors import InputError
from rubor.pathway.side_effects import SideEffect, side_effect, side_effects
from rubor.translation import languages, translate
from rubor.treatments.catalogue import Cost
from rubor.treatments.catalogue import treatment as treatment_of

__all__ = [
    "INFORMATION_SCHEMA",
    "InformationSheet",
    "Item",
    "Section",
    "information_sheet",
    "information_to_json",
    "plan_advice",
    "sheet_texts",
    "sheet_words",
]

INFORMATION_SCHEMA: Final = "rubor.information/1"

_INJECTED: Final = "botulinum_toxin"
_CURRENCY: Final = {"GBP": "£"}


@dataclass(frozen=True)
class Item:
    """One statement, with what it rests on."""

    text: str
    source: str
    strength: str


@dataclass(frozen=True)
class Section:
    """The answer to one question.

    Attributes:
        heading: the question.
        items: what is known.
        id: stable name, such as `pain`.
    """

    heading: str
    items: tuple[Item, ...]
    id: str


@dataclass(frozen=True)
class InformationSheet:
    """What a person should know of a treatment, without brands.

    Attributes:
        treatment: id in the catalogue.
        language: two letters.
        title: in plain words.
        sections: in the order they are read.
    """

    treatment: str
    language: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class _Sentences:
    """A statement before it is translated: its sentences are the keys."""

    texts: tuple[str, ...]
    source: str
    strength: str

    def item(self, language: str) -> Item:
        words = " ".join(translate(text, language) for text in self.texts)
        return Item(words, self.source, self.strength)


def information_sheet(treatment: str, language: str = "en") -> InformationSheet:
    """The sheet of a treatment.

    Args:
        treatment: id in the catalogue; spaces and hyphens may stand for the underscore.
        language: one of `rubor.translation.languages`.

    Raises:
        InputError: no such treatment, or language.

    >>> sheet = information_sheet("botulinum_toxin")
    >>> [section.heading for section in sheet.sections][1:3]
    ['Does it hurt?', 'How long does it take?']
    >>> sheet.sections[2].items[0].text
    'A session on cheeks and nose takes about 10 to 15 minutes.'
    """
    known = treatment_of(treatment).id
    if language not in languages():
        raise InputError(
            f"The sheets are not there in the language '{language}'.",
            f"Choose one of: {', '.join(languages())}.",
        )
    row = next(row for row in _table()["sheet"] if row["treatment"] == known)
    statements = list(_statements(row))
    sections = []
    for id, heading in _table()["sections"]:
        items = tuple(said.item(language) for section, said in statements if section == id)
        if items:
            sections.append(Section(translate(heading, language), items, id))
    return InformationSheet(known, language, translate(row["title"], language), tuple(sections))


def sheet_words(language: str = "en") -> dict[str, str]:
    """What a page says around a sheet: `sources`, `disclaimer`, and each strength of evidence.

    >>> sheet_words()["low"]
    'weak evidence'
    """
    return {name: translate(text, language) for name, text in _table()["words"]}


def plan_advice(language: str = "en") -> dict[str, tuple[Item, ...]]:
    """What an injection plan tells the person: `aftercare`, `expect`, `call` and `consent`.

    >>> plan_advice()["aftercare"][0].text
    'Do not rub or massage the skin today.'
    """
    said = {
        "aftercare": _advice("aftercare"),
        "expect": [*_advice("expect"), *_expected(_INJECTED)],
        "call": list(_calls(_INJECTED)),
        "consent": _advice("consent"),
    }
    return {name: tuple(one.item(language) for one in rows) for name, rows in said.items()}


def information_to_json(sheet: InformationSheet) -> dict[str, Any]:
    """The document that `schemas/information.schema.json` describes."""
    return {
        "schema": INFORMATION_SCHEMA,
        "treatment": sheet.treatment,
        "language": sheet.language,
        "title": sheet.title,
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "items": [asdict(item) for item in section.items],
            }
            for section in sheet.sections
        ],
    }


def sheet_texts() -> tuple[str, ...]:
    """Every text that sheets and plans are made of, as a translation has it."""
    found = dict.fromkeys(text for _, text in (*_table()["sections"], *_table()["words"]))
    for row in _table()["sheet"]:
        found[row["title"]] = None
        found.update((text, None) for _, said in _statements(row) for text in said.texts)
    found.update((text, None) for said in _advice("consent") for text in said.texts)
    return tuple(found)


def _statements(row: Mapping[str, Any]) -> Iterator[tuple[str, _Sentences]]:
    """Everything a sheet says, with the section it belongs to."""
    known = row["treatment"]
    yield "about", _said(row, "about")
    if "hurts" in row:
        yield "pain", _description(side_effect(row["hurts"]))
    if known == _INJECTED:
        yield from (("avoid", said) for said in _advice("aftercare"))
        yield from (("expect", said) for said in _advice("expect"))
    yield from (("cost", said) for said in _cost(treatment_of(known).cost))
    for part in (*row["part"], *_table()["common"]):
        yield part["section"], _said(part)
    # The answer to "Does it hurt?" is not given again.
    yield from (("expect", said) for said in _expected(known, but=row.get("hurts")))
    yield from (("call", said) for said in _calls(known))


def _expected(treatment: str, but: str | None = None) -> Iterator[_Sentences]:
    rows = [effect for effect in side_effects(treatment) if effect.usual_days is not None]
    for text in dict.fromkeys(effect.description for effect in rows):
        effect = next(effect for effect in rows if effect.description == text)
        if effect.id != but:
            yield _description(effect)


def _description(effect: SideEffect) -> _Sentences:
    if effect.rate is None:
        return _Sentences((effect.description,), effect.source, effect.strength)
    source = "; ".join(dict.fromkeys((effect.source, effect.rate["source"])))
    return _Sentences((effect.description, effect.rate["text"]), source, effect.strength)


def _calls(treatment: str) -> Iterator[_Sentences]:
    """When to call, the most urgent first, each sentence once."""
    rows = [effect for effect in side_effects(treatment) if effect.seek_help != "none"]
    for text in dict.fromkeys(effect.what_to_do for effect in rows):
        effect = next(effect for effect in rows if effect.what_to_do == text)
        yield _Sentences((text,), effect.source, effect.strength)


def _cost(cost: Cost | None) -> Iterator[_Sentences]:
    if cost is None:
        unknown = "No price was found for it."
        yield _Sentences((unknown,), "Catalogue of treatments: no price", "unverified")
        return
    sign = _CURRENCY[cost.currency]
    price = f"{sign}{cost.low:g} to {sign}{cost.high:g}"
    sentence = {
        "session": f"One session costs about {price}.",
        "month": f"It costs about {price} a month.",
        "item": f"One item costs about {price}.",
        "once": f"It costs about {price} in private care.",
    }[cost.per]
    sessions = (
        (f"A course has {cost.sessions_low:g} to {cost.sessions_high:g} sessions.",)
        if cost.sessions_low < cost.sessions_high
        else ()
    )
    yield _Sentences((sentence, *sessions), cost.source, cost.strength)


def _advice(name: str) -> list[_Sentences]:
    return [_said(part) for part in _plan_table()[name]]


def _said(part: Mapping[str, Any], key: str = "text") -> _Sentences:
    return _Sentences((part[key],), part["source"], part["strength"])


@cache
def _table() -> dict[str, Any]:
    return _read("information.toml")


@cache
def _plan_table() -> dict[str, Any]:
    return _read("plan_advice.toml")


def _read(name: str) -> dict[str, Any]:
    text = (files("rubor.pathway") / "data" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)
