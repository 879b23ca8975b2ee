"""The questionnaire, one question at a time, and the advice."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rubor.errors import InputError
from rubor.pathway.questionnaire import Question
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.suitability.advice_words import advice_lines, answer_words
from rubor.web.suitability.models import AnswerSheet
from rubor.web.suitability.sheets import (
    answer_from,
    asked_questionnaire,
    finish,
    neighbours,
    open_sheet,
    store_answer,
)

__all__ = ["advice", "delete", "question", "review", "start"]


@with_person
@require_http_methods(["GET", "POST"])
def start(request: PersonRequest) -> HttpResponse:
    """What it is for; begin, go on, or look at earlier advice. A new round begins with the last one."""
    asked = asked_questionnaire()
    sheet = open_sheet(request.person)
    earlier = request.person.answer_sheets.filter(finished_at__isnull=False)
    if request.method == "POST":
        if sheet is None:
            last = earlier.filter(questionnaire=asked.name).first()
            sheet = AnswerSheet.objects.create(
                person=request.person,
                questionnaire=asked.name,
                answers={} if last is None else last.answers,
            )
        names = [entry.id for entry in asked.questions]
        at = sheet.position if sheet.position in names else names[0]
        return redirect("suitability:question", at)
    return render(
        request,
        "suitability/start.html",
        {
            "asked": asked,
            "sheet": sheet,
            "count": len(asked.questions),
            "answered": 0 if sheet is None else len(sheet.answers),
            "earlier": earlier,
        },
    )


@with_person
@require_http_methods(["GET", "POST"])
def question(request: PersonRequest, question: str) -> HttpResponse:
    """One question. Whichever button is pressed, what was answered is stored first."""
    asked = asked_questionnaire()
    sheet = open_sheet(request.person)
    if sheet is None or question not in {entry.id for entry in asked.questions}:
        return redirect("suitability:start")
    entry = asked.question(question)
    before, after, number = neighbours(question)
    problem: InputError | None = None
    answer = sheet.answers.get(question)
    if request.method == "POST":
        way = request.POST.get("go", "next")
        answer = None if way == "skip" else answer_from(entry, request.POST)
        try:
            store_answer(sheet, entry, answer)
        except InputError as error:
            problem = error
        else:
            target = before if way == "back" else after
            if way == "stop":
                messages.success(request, _("Your answers are stored. Go on whenever you like."))
                return redirect("suitability:start")
            if target is None:
                return redirect("suitability:start" if way == "back" else "suitability:review")
            return redirect("suitability:question", target)
    return render(
        request,
        "suitability/question.html",
        {
            "entry": entry,
            "options": _options(entry, answer),
            "answer": answer,
            "scale": _scale(entry, answer),
            "number": number,
            "count": len(asked.questions),
            "before": before,
            "problem": problem,
        },
        status=400 if problem else 200,
    )


@with_person
@require_http_methods(["GET", "POST"])
def review(request: PersonRequest) -> HttpResponse:
    """All answers, each to be changed; then the advice."""
    sheet = open_sheet(request.person)
    if sheet is None:
        return redirect("suitability:start")
    if request.method == "POST":
        finish(sheet)
        return redirect("suitability:advice", sheet.pk)
    asked = asked_questionnaire()
    rows = [
        (entry, answer_words(asked, entry.id, sheet.answers[entry.id]))
        if entry.id in sheet.answers
        else (entry, "")
        for entry in asked.questions
    ]
    return render(request, "suitability/review.html", {"rows": rows})


@with_person
@require_safe
def advice(request: PersonRequest, sheet: str) -> HttpResponse:
    """Ordered advice with its reasons, as it was on that day; made to be printed."""
    found = get_object_or_404(
        AnswerSheet, pk=sheet, person=request.person, finished_at__isnull=False
    )
    asked = asked_questionnaire()
    document = found.advice or {}
    blush = document["blush_probability"]
    missing = [
        (row, asked.question(row["question"]))
        for row in document["missing"]
        if row["question"] in {entry.id for entry in asked.questions}
    ]
    return render(
        request,
        "suitability/advice.html",
        {
            "sheet": found,
            "document": document,
            "lines": advice_lines(document, asked),
            "blush": blush,
            "blush_percent": None if blush["value"] is None else 100 * blush["value"],
            "blush_limits": [100 * limit for limit in blush["could_be"]],
            "missing": missing,
            "open": open_sheet(request.person),
        },
    )


@with_person
@require_POST
def delete(request: PersonRequest, sheet: str) -> HttpResponse:
    """Take a round of answers away."""
    get_object_or_404(AnswerSheet, pk=sheet, person=request.person).delete()
    messages.success(request, _("The answers and their advice are deleted."))
    return redirect("suitability:start")


def _options(entry: Question, answer: object) -> list[tuple[str, str, bool]]:
    chosen = answer if isinstance(answer, list) else [answer]
    return [(name, words, name in chosen) for name, words in entry.options.items()]


def _scale(entry: Question, answer: object) -> list[tuple[int, bool]]:
    if entry.kind != "scale":
        return []
    steps = range(int(entry.at_least), int(entry.at_most) + 1)
    return [(step, answer == step) for step in steps]
