"""Fill in a sheet of answers, one question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from rubor.pathway.answers import check_answers
from rubor.pathway.questionnaire import Question, Questionnaire, languages, questionnaire
from rubor.web.people.models import Person
from rubor.web.suitability.models import AnswerSheet

__all__ = [
    "answer_from",
    "asked_questionnaire",
    "finish",
    "neighbours",
    "open_sheet",
    "store_answer",
]


def asked_questionnaire() -> Questionnaire:
    """The questions in the language of the page, else in English."""
    language = get_language() or "en"
    return questionnaire(language if language in languages() else "en")


def open_sheet(person: Person) -> AnswerSheet | None:
    """The sheet that is being filled in, if its questions are still the present ones."""
    return person.answer_sheets.filter(
        finished_at__isnull=True, questionnaire=questionnaire().name
    ).first()


def answer_from(question: Question, form: QueryDict) -> Any:
    """What a form says to a question, as `check_answers` takes it; None where nothing was answered.

    A number that cannot be read is passed on as it is, for the library to refuse with its cure.
    """
    if question.kind == "choices":
        return form.getlist("answer") or None
    text = form.get("answer", "").strip().replace(",", ".")
    if not text or question.kind == "choice":
        return text or None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def store_answer(sheet: AnswerSheet, question: Question, answer: Any) -> None:
    """Put an answer into the sheet; None takes it out.

    Raises:
        InputError: it is not one of the possible; the sheet stays as it is.
    """
    answers: dict[str, Any] = {**sheet.answers}
    answers.pop(question.id, None)
    if answer is not None:
        check_answers({question.id: answer})
        answers[question.id] = answer
    sheet.answers, sheet.position = answers, question.id
    sheet.save(update_fields=["answers", "position", "updated_at"])


def neighbours(question: str) -> tuple[str | None, str | None, int]:
    """The questions before and after one, and its number from 1."""
    names = [entry.id for entry in questionnaire().questions]
    at = names.index(question)
    return (
        names[at - 1] if at else None,
        names[at + 1] if at + 1 < len(names) else None,
        at + 1,
    )


def finish(sheet: AnswerSheet) -> Mapping[str, Any]:
    """Hold the rules against the answers, with what was measured, and store the library's document."""
    from rubor.pathway.measured_evidence import evidence_of_documents
    from rubor.pathway.suitability import suitability
    from rubor.pathway.suitability_document import suitability_document

    rows = sheet.person.recordings.filter(summary__isnull=False, episodes__isnull=False)
    documents: list[Any] = list(rows.values_list("summary", "episodes"))
    measured = evidence_of_documents(documents) if documents else None
    given = check_answers({"questionnaire": sheet.questionnaire, **sheet.answers})
    document = suitability_document(suitability(given, measured), measured)
    sheet.advice, sheet.finished_at = document, timezone.now()
    sheet.save(update_fields=["advice", "finished_at", "updated_at"])
    return document
