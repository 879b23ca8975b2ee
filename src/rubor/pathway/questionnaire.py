"""Rubor's own questions before a treatment, as data: stable ids, a version, and translations."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from rubor.errors import InputError

__all__ = ["Question", "Questionnaire", "blank_answers", "languages", "questionnaire"]

_ENGLISH: Final = "en"
_LINE_LENGTH: Final = 100


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: stable name, the key of its answer.
        kind: `number`, `scale` (0 to 10), `choice` (one option) or `choices` (any number of them).
        text: what is asked.
        why: why it is asked.
        options: id and words of each option; empty for a number.
        at_least, at_most: limits of a number or a scale.
    """

    id: str
    kind: Literal["number", "scale", "choice", "choices"]
    text: str
    why: str
    options: Mapping[str, str]
    at_least: float
    at_most: float


@dataclass(frozen=True)
class Questionnaire:
    """All questions in one language.

    Attributes:
        id: stable name.
        version: whole number; answers name the one they belong to.
        language: two letters.
        title, introduction: to be shown.
        source, strength: what the questions rest on.
        questions: in the order they are asked.
    """

    id: str
    version: int
    language: str
    title: str
    introduction: str
    source: str
    strength: str
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        """Id and version, as answers name it."""
        return f"{self.id}/{self.version}"

    def question(self, name: str) -> Question:
        """One question by its id."""
        return next(entry for entry in self.questions if entry.id == name)


@cache
def languages() -> tuple[str, ...]:
    """Languages that the questions are there in.

    >>> languages()
    ('en', 'sv')
    """
    names = [file.name.split(".") for file in (files("rubor.pathway") / "data").iterdir()]
    others = sorted(parts[1] for parts in names if len(parts) == 3 and parts[0] == "questionnaire")
    return (_ENGLISH, *others)


@cache
def questionnaire(language: str = _ENGLISH) -> Questionnaire:
    """The questions in a language.

    Args:
        language: one of `languages`.

    Raises:
        InputError: no such language.

    >>> questionnaire("sv").question("age_years").text
    'Hur gammal är du, i år?'
    """
    if language not in languages():
        raise InputError(
            f"The questions are not there in the language '{language}'.",
            f"Choose one of: {', '.join(languages())}.",
        )
    english = _english()
    if language == _ENGLISH:
        return english
    words = _table(f"questionnaire.{language}.toml")
    return replace(
        english,
        language=language,
        title=words["title"],
        introduction=words["introduction"],
        questions=tuple(
            replace(entry, **_words(words["questions"][entry.id])) for entry in english.questions
        ),
    )


def blank_answers(language: str = _ENGLISH) -> str:
    """An answers file (TOML) with every question as a comment, ready to be filled in.

    Args:
        language: one of `languages`.
    """
    asked = questionnaire(language)
    lines = [
        f"# {asked.title}",
        *_wrapped(asked.introduction),
        "",
        f'questionnaire = "{asked.name}"',
    ]
    for entry in asked.questions:
        lines += ["", *_wrapped(entry.text)]
        lines += [f'#   "{name}": {words}' for name, words in entry.options.items()]
        lines.append(f"# {entry.id} = {_EXAMPLE[entry.kind]}")
    return "\n".join(lines) + "\n"


_EXAMPLE: Final = {"number": "0", "scale": "0", "choice": '""', "choices": '["", ""]'}


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, _LINE_LENGTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


@cache
def _english() -> Questionnaire:
    table = _table("questionnaire.toml")
    rows = table.pop("questions")
    return Questionnaire(**table, questions=tuple(_question(row) for row in rows))


def _question(row: dict[str, Any]) -> Question:
    usual = {"options": {}, "at_least": 0.0, "at_most": 10.0}
    return Question(**{**usual, **row})


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("text", "why", "options") if name in row}


def _table(name: str) -> dict[str, Any]:
    text = (files("rubor.pathway") / "data" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)
