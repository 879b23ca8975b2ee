"""A person's answers: read from TOML or JSON and checked against the questions."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rubor.errors import InputError
from rubor.pathway.instrument_scoring import instrument
from rubor.pathway.nearest_name import nearest_name
from rubor.pathway.questionnaire import Question, questionnaire

__all__ = ["NOTHING", "Answers", "check_answers", "read_answers"]

NOTHING: Final = "none"
"""The option that says that nothing of a list applies."""

_VERSION_KEY: Final = "questionnaire"
_SCORES_KEY: Final = "scores"


@dataclass(frozen=True)
class Answers:
    """Checked answers.

    Attributes:
        given: by question: a number, the id of an option, or a list of ids.
        scores: totals of instruments that the site has a licence for, by instrument.
        contradictions: questions in which "none" stood beside something; the something counts.
    """

    given: Mapping[str, Any]
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    contradictions: tuple[str, ...] = ()


def read_answers(path: str | Path) -> Answers:
    """Read and check a file of answers.

    Args:
        path: TOML, or JSON if its name ends in .json.

    Raises:
        InputError: it cannot be read, or an answer is not one of the possible.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name} is not a text file.", "Save it as UTF-8 text.") from error
    except OSError as error:
        raise InputError(
            f"{file.name} cannot be read ({error.strerror}).",
            "Check its name; `rubor suitability --blank` prints one to fill in.",
        ) from error
    try:
        table = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{file.name} is not valid {'JSON' if file.suffix.lower() == '.json' else 'TOML'}"
            f" ({error}).",
            "Words go in quotation marks, lists in square brackets.",
        ) from error
    if not isinstance(table, dict):
        raise InputError(f"{file.name} holds no answers by name.", "Give one object.")
    return check_answers(table)


def check_answers(table: Mapping[str, Any]) -> Answers:
    """Check answers.

    Args:
        table: by question, with `questionnaire` (id and version) and, if there are any, `scores`.

    Raises:
        InputError: an unknown question, option, instrument or version, or a number out of range.

    >>> check_answers({"age_years": 34, "where": ["cheeks", "ears"]}).given["where"]
    ['cheeks', 'ears']
    """
    asked = questionnaire()
    version = table.get(_VERSION_KEY, asked.name)
    if version != asked.name:
        raise InputError(
            f"These answers are to the questions {version!r}, not to {asked.name!r}.",
            "Answer the present questions: `rubor suitability --blank` prints them.",
        )
    questions = {entry.id: entry for entry in asked.questions}
    given: dict[str, Any] = {}
    contradictions = []
    for name, value in table.items():
        if name in (_VERSION_KEY, _SCORES_KEY):
            continue
        if name not in questions:
            raise InputError(f"There is no question '{name}'.", nearest_name(name, questions))
        checked = _checked(questions[name], value)
        if isinstance(checked, list) and NOTHING in checked and len(checked) > 1:
            contradictions.append(name)
            checked = [option for option in checked if option != NOTHING]
        given[name] = checked
    return Answers(
        MappingProxyType(given),
        MappingProxyType(_scores(table.get(_SCORES_KEY, {}))),
        tuple(contradictions),
    )


def _checked(question: Question, value: Any) -> Any:
    if question.kind in ("number", "scale"):
        return _number(question.id, value, question.at_least, question.at_most)
    if question.kind == "choice":
        return _option(question, value)
    if not isinstance(value, list):
        raise InputError(
            f"The answer to '{question.id}' is not a list.",
            f'Write it in square brackets, such as {question.id} = ["{NOTHING}"].',
        )
    return list(dict.fromkeys(_option(question, option) for option in value))


def _option(question: Question, value: Any) -> str:
    if not isinstance(value, str) or value not in question.options:
        raise InputError(
            f"'{value}' is no answer to '{question.id}'.",
            nearest_name(str(value), question.options),
        )
    return value


def _number(name: str, value: Any, at_least: float, at_most: float) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not at_least <= number <= at_most:
        raise InputError(
            f"The answer {value!r} to '{name}' is not a number from {at_least:g} to {at_most:g}.",
            "Give one, or leave it out.",
        )
    return number


def _scores(table: Any) -> dict[str, float]:
    if not isinstance(table, Mapping):
        raise InputError("`scores` is not a table.", "Write [scores] and below it spin = 25.")
    found = {}
    for name, value in table.items():
        scale = instrument(name)
        found[name] = _number(f"scores.{name}", value, *scale.score_range)
    return found
