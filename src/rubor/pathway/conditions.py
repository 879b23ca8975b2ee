"""Conditions of the rules: true, false, or not known because something was not answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Holds", "holds", "questions_of"]

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Holds:
    """Whether a condition holds.

    Attributes:
        value: None where it depends on what was not answered.
        because: the answers that make it hold, such as "where: neck".
        missing: questions that it waits for, where it is not known.
    """

    value: bool | None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def holds(
    condition: Condition,
    answers: Mapping[str, Any],
    scores: Mapping[str, float],
    derived: Mapping[str, float | None],
) -> Holds:
    """Evaluate a condition; not known is passed on only where it matters.

    Args:
        condition: as in `suitability_rules.toml`.
        answers: by question; one that is unsure counts as not answered.
        scores: of instruments; one that is not there does not hold.
        derived: values that are made of answers; None is not known.

    >>> holds({"question": "fear", "at_least": 5}, {"fear": 7}, {}, {})
    Holds(value=True, because=('fear: 7',), missing=())
    >>> holds({"question": "fear", "at_least": 5}, {}, {}, {}).missing
    ('fear',)
    """
    for word in ("all", "any", "none"):
        if word in condition:
            parts = [holds(part, answers, scores, derived) for part in condition[word]]
            return _JOINED[word](parts)
    if "score" in condition:
        name = condition["score"]
        return _atom(condition, name, scores[name]) if name in scores else Holds(False)
    if "derived" in condition:
        name = condition["derived"]
        value = derived[name]
        return Holds(None) if value is None else _atom(condition, name, round(value, 2))
    question = condition["question"]
    answer = answers.get(question)
    if answer is None or answer == "unsure" or answer == []:
        return Holds(None, missing=(question,))
    return _atom(condition, question, answer)


def questions_of(condition: Condition) -> Iterator[str]:
    """Every question that a condition reads."""
    if "question" in condition:
        yield condition["question"]
    for word in ("all", "any", "none"):
        for part in condition.get(word, ()):
            yield from questions_of(part)


def _atom(condition: Condition, name: str, value: Any) -> Holds:
    if "has_any" in condition:
        given = value if isinstance(value, list) else [value]
        found = [option for option in given if option in condition["has_any"]]
        return Holds(bool(found), tuple(f"{name}: {option}" for option in found))
    true = (
        value >= condition.get("at_least", value)
        and value <= condition.get("at_most", value)
        and value < condition.get("below", value + 1)
        and value > condition.get("above", value - 1)
    )
    return Holds(true, (f"{name}: {value:g}",) if true else ())


def _all(parts: Sequence[Holds]) -> Holds:
    if any(part.value is False for part in parts):
        return Holds(False)
    return _unless_missing(parts, because_of=parts)


def _any(parts: Sequence[Holds]) -> Holds:
    true = [part for part in parts if part.value is True]
    if true:
        return Holds(True, _because(true))
    unknown = _unless_missing(parts, because_of=())
    return Holds(False) if unknown.value is True else unknown


def _none(parts: Sequence[Holds]) -> Holds:
    found = _any(parts)
    return Holds(None if found.value is None else not found.value, missing=found.missing)


def _unless_missing(parts: Sequence[Holds], because_of: Sequence[Holds]) -> Holds:
    """True, unless one of the parts is not known."""
    unknown = [part for part in parts if part.value is None]
    if unknown:
        names = dict.fromkeys(name for part in unknown for name in part.missing)
        return Holds(None, missing=tuple(names))
    return Holds(True, _because(because_of))


def _because(parts: Sequence[Holds]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for part in parts for reason in part.because))


_JOINED = {"all": _all, "any": _any, "none": _none}
