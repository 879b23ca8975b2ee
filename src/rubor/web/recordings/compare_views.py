"""Two recordings side by side."""

from __future__ import annotations

import math
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.recordings.comparable import reasons_against
from rubor.web.recordings.models import Recording
from rubor.web.recordings.show_views import drawn, words_of_charts
from rubor.web.recordings.shown_numbers import Amount, amount, response_amounts
from rubor.web.recordings.shown_words import answer

__all__ = ["compare"]


@require_safe
@with_person
def compare(request: PersonRequest) -> HttpResponse:
    """Two recordings at matched moments, or the choice of them."""
    picked = request.GET.getlist("pick")
    if picked:
        if len(picked) != 2:
            messages.error(request, _("Tick two recordings to compare them."))
            return redirect("recordings:list")
        return redirect(f"{reverse('recordings:compare')}?a={picked[0]}&b={picked[1]}")
    first, second = (_chosen(request, name) for name in ("a", "b"))
    if first is None or second is None or first == second:
        return render(
            request,
            "recordings/compare_choose.html",
            {"first": first, "choices": _choices(request)},
        )
    both = [first, second]
    return render(
        request,
        "recordings/compare.html",
        {
            "both": [
                {
                    "letter": letter,
                    "recording": row,
                    "name": _name(row),
                    "answer": answer(row)[0],
                    "response": response_amounts(row.response),
                }
                for letter, row in zip("AB", both, strict=True)
            ],
            "differences": _differences(first, second),
            "against": reasons_against(first, second),
            "chart": {
                "both": [
                    {**drawn(row), "name": _name(row), "moments": _moments(row)} for row in both
                ],
                "words": words_of_charts(),
            },
        },
    )


def _chosen(request: PersonRequest, name: str) -> Recording | None:
    """The recording that the address names; None where it names none.

    Raises:
        Http404: it is not there, not this person's, or not measured.
    """
    asked = request.GET.get(name, "")
    if not asked:
        return None
    try:
        key = uuid.UUID(asked)
    except ValueError as error:
        raise Http404 from error
    row = (
        Recording.objects.filter(
            person=request.person, pk=key, state=Recording.State.MEASURED, summary__isnull=False
        )
        .select_related("person")
        .first()
    )
    if row is None:
        raise Http404
    return row


def _choices(request: PersonRequest) -> list[tuple[str, str]]:
    rows = request.person.recordings.filter(state=Recording.State.MEASURED, summary__isnull=False)
    return [(str(row.pk), _name(row)) for row in rows.only("pk", "title", "recorded_at")]


def _name(row: Recording) -> str:
    at = date_format(localtime(row.recorded_at), "DATETIME_FORMAT")
    return f"{row.title} · {at}" if row.title else at


def _moments(row: Recording) -> dict[str, float | None]:
    """Times at which two recordings can be laid over each other."""
    events = (row.summary or {}).get("events", ())
    began = [float(mark["time_s"]) for mark in events if mark["kind"] == "stimulus_start"]
    episodes = (row.episodes or {}).get("episodes", ())
    onset = next((one["onset_s"]["value"] for one in episodes if one["onset_s"]), None)
    return {"task": began[0] if began else None, "onset": onset, "start": 0.0}


def _differences(first: Recording, second: Recording) -> list[tuple[str, Amount]]:
    """How much larger the response of the second was, on each side, with its interval.

    The change of ln blood of the one over the other: their quotient in percent of blood.
    """
    one, other = first.response, second.response
    if not one or not other or one["measure"] != other["measure"]:
        return []
    names = {"whole": _("Both cheeks"), "right": _("Right cheek"), "left": _("Left cheek")}
    found: list[tuple[str, Amount]] = []
    for side, name in names.items():
        sizes: list[dict[str, Any]] = [
            response["sides"].get(side) or {} for response in (one, other)
        ]
        if any(size.get("response_sd") is None for size in sizes):
            continue
        change = sizes[1]["response"] - sizes[0]["response"]
        sd = math.hypot(sizes[0]["response_sd"], sizes[1]["response_sd"])
        found.append((name, amount(change, sd, one["measure"])))
    return found
