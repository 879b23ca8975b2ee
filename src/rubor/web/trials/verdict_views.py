"""The answer of a trial: closed until it is opened, then with its uncertainty."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from functools import lru_cache
from io import StringIO
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from rubor.errors import InputError
from rubor.trials import Verdict, trial_from_json
from rubor.trials.trial_answer import TrialAnswer, answer_trial
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.trials.changes import look
from rubor.web.trials.next_step import last_look, next_step
from rubor.web.trials.store import load
from rubor.web.trials.verdict_chart import chart
from rubor.web.trials.verdict_words import (
    chance_words,
    duration_words,
    headline_words,
    interval_words,
    lead_words,
    tone_class,
)
from rubor.web.trials.views import trial_of

__all__ = ["download", "verdict"]


@with_person
@require_http_methods(["GET", "POST"])
def verdict(request: PersonRequest, trial: str) -> HttpResponse:
    """Open the answer (POST), or show what it was when it was opened last."""
    row = trial_of(request, trial)
    if request.method == "POST":
        try:
            look(row)
        except InputError as error:
            messages.error(request, str(error))
        return redirect("trials:verdict", row.pk)
    state = load(row)
    context: dict[str, Any] = {
        "row": row,
        "trial": state,
        "looks": len(row.looks),
        "looked_at": last_look(row),
        "step": next_step(row),
        "planned_there": next_step(row).kind in ("open", "follow"),
    }
    if row.verdict is None:
        return render(request, "trials/verdict_closed.html", context)
    stale = row.looks[-1]["version"] != row.version
    found = Verdict.from_json(row.verdict)
    return render(
        request,
        "trials/verdict.html",
        {
            **context,
            **_shown(found),
            "stale": stale,
            "further": [_shown(Verdict.from_json(one)) for one in row.further],
            "chart": None
            if stale
            else chart(_answer_of(json.dumps(row.document), row.looks[-1]["at"])),
        },
    )


@with_person
@require_safe
def download(request: PersonRequest, trial: str, kind: str) -> HttpResponse:
    """The opened answer as report (HTML or PDF), as JSON, or its numbers as a table."""
    row = trial_of(request, trial)
    if not row.looks:
        raise Http404
    if kind == "verdict.json":
        body: bytes | str = json.dumps(row.verdict, indent=2, ensure_ascii=False)
        return _file(body, "application/json", kind)
    answer = answer_trial(load(row), timezone.now())
    if kind == "report.html":
        from rubor.report.trial_report import trial_report_html

        return _file(trial_report_html(answer), "text/html; charset=utf-8", kind)
    if kind == "report.pdf":
        from rubor.report.trial_report import trial_report_pdf

        return _file(trial_report_pdf(answer), "application/pdf", kind)
    if kind == "responses.csv":
        return _file(_csv(answer), "text/csv; charset=utf-8", kind)
    raise Http404


def _file(body: bytes | str, kind: str, name: str) -> HttpResponse:
    # As a file to be kept: a page from here would run under this app's policy without its style.
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=kind, headers=disposition)


def _csv(answer: TrialAnswer) -> str:
    text = StringIO()
    table = answer.responses
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows(table.itertuples(index=False))
    return text.getvalue()


@lru_cache(maxsize=8)
def _answer_of(document: str, at: str) -> TrialAnswer:
    # The same state looked at at the same time gives the same answer, which takes a tenth of a second.
    return answer_trial(trial_from_json(json.loads(document)), datetime.fromisoformat(at))


def _shown(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the templates take it."""
    thirds = verdict.thirds
    return {
        "verdict": verdict,
        "tone": tone_class(verdict),
        "headline": headline_words(verdict),
        "lead": lead_words(verdict),
        "duration": duration_words(verdict),
        "interval": interval_words(*verdict.interval_95),
        "always": interval_words(*verdict.always_valid_interval_95),
        "meaningful": chance_words(verdict.probability_meaningful),
        "thirds": [chance_words(one) for one in (thirds.little, thirds.some, thirds.very_pleased)],
    }
