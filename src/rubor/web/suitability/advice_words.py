"""The lines of a stored advice in the words and the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rubor.pathway.questionnaire import Questionnaire
from rubor.pathway.suitability_rules import suitability_rules
from rubor.treatments.catalogue import catalogue
from rubor.web.people.templatetags.library import library_text

__all__ = ["AdviceLine", "advice_lines", "answer_words"]


@dataclass(frozen=True)
class AdviceLine:
    """One line as it is shown.

    Attributes:
        what, why: in the page's language.
        because: the answers that led to it.
        excluded: treatments of the step that may not be used, each with why.
        settle_first: what has to be settled before.
        waits_for: questions that are still open: id and text.
        urgency: "emergency", "today", "soon" or empty.
        shut: a step of which nothing is left.
        rule, source, strength: where it comes from.
        treatments: id and title of the treatments that it speaks of.
    """

    what: str
    why: str
    because: tuple[str, ...]
    excluded: tuple[str, ...]
    settle_first: tuple[str, ...]
    waits_for: tuple[tuple[str, str], ...]
    urgency: str
    shut: bool
    rule: str
    source: str
    strength: str
    treatments: tuple[tuple[str, str], ...]


def advice_lines(
    document: Mapping[str, Any], asked: Questionnaire
) -> dict[str, tuple[AdviceLine, ...]]:
    """The lines by kind: stop, doctor, against, steps."""
    kinds = {
        "stop": "stop",
        "doctor": "see a doctor",
        "against": "contraindication",
        "steps": "treatment",
    }
    return {
        name: tuple(_line(line, asked) for line in document["lines"] if line["kind"] == kind)
        for name, kind in kinds.items()
    }


def answer_words(asked: Questionnaire, question: str, answer: Any) -> str:
    """An answer as people read it."""
    options = asked.question(question).options
    given = answer if isinstance(answer, list) else [answer]
    return ", ".join(str(options.get(one, one)) for one in given)


def _line(line: Mapping[str, Any], asked: Questionnaire) -> AdviceLine:
    shut = line["kind"] == "treatment" and bool(line["excluded"]) and not line["treatments"]
    return AdviceLine(
        what=_what(line),
        why=library_text(line["why"]),
        because=tuple(_because(part, asked) for part in line["because"]),
        excluded=tuple(
            f"{_title(name)}: {', '.join(_condition(rule) for rule in rules)}"
            for name, rules in line["excluded"].items()
        ),
        settle_first=tuple(
            f"{_title(rule.split('.')[0])}: {_condition(rule)}" for rule in line["only_after"]
        ),
        waits_for=tuple(
            (question, asked.question(question).text) for question in line["waits_for"]
        ),
        urgency=line["urgency"] or "",
        shut=shut,
        rule=line["rule"],
        source=line["source"],
        strength=line["strength"],
        treatments=tuple((name, _title(name)) for name in line["treatments"]),
    )


def _what(line: Mapping[str, Any]) -> str:
    """The library's sentence; put together anew where it was put together from parts."""
    if line["kind"] == "contraindication":
        title = _title(line["treatments"][0])
        if line["products"]:
            title = _("%(title)s (%(products)s only)") % {
                "title": title,
                "products": ", ".join(line["products"]),
            }
        words = {"title": title, "condition": _condition(line["rule"])}
        if line["action"] == "stop":
            return _("%(title)s: not for you, because of %(condition)s.") % words
        if line["action"] == "wait":
            return _("%(title)s: not yet, because of %(condition)s.") % words
        return _("%(title)s: ask the prescriber, because of %(condition)s.") % words
    rules = suitability_rules()
    for rule in (*rules.stop, *rules.cause, *rules.step):
        if rule.id == line["rule"]:
            return library_text(rule.what)
    return str(line["what"])


def _title(treatment: str) -> str:
    return next(
        (library_text(entry.title) for entry in catalogue() if entry.id == treatment), treatment
    )


def _condition(rule: str) -> str:
    """What a contraindication, named as TREATMENT.ID, is about."""
    treatment, _dot, name = rule.partition(".")
    for entry in catalogue():
        for against in entry.contraindications:
            if (entry.id, against.id) == (treatment, name):
                return library_text(against.condition)
    return rule


def _because(part: str, asked: Questionnaire) -> str:
    """The option of a question that a part such as "where: neck" names, in words."""
    question, _colon, answer = part.partition(": ")
    names: Sequence[str] = [entry.id for entry in asked.questions]
    if question not in names:
        return part
    entry = asked.question(question)
    if entry.options:
        return str(entry.options.get(answer, answer))
    return f"{entry.text} {answer}"
