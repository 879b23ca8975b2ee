"""The diary, newest first, and how felt redness and fear went."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rubor.web.diary.forms import FORM_OF_KIND
from rubor.web.diary.words import effect_label, kind_choices
from rubor.web.people.middleware import PersonRequest
from rubor.web.people.models import Person
from rubor.web.people.with_person import with_person
from rubor.web.treatments.words import title_of

__all__ = ["diary"]

_A_PAGE: Final = 30
# So many are enough to see how it goes; a page does not get slow with the years.
_MOST_DRAWN: Final = 400
_EPOCH: Final = 719163


@with_person
@require_safe
def diary(request: PersonRequest) -> HttpResponse:
    """All entries by date, of one kind where asked for."""
    kind = request.GET.get("kind", "")
    rows = request.person.entries.select_related("treatment")
    everything = rows.count()
    if kind in FORM_OF_KIND:
        rows = rows.filter(kind=kind)
    page = Paginator(rows.order_by("-on", "-at", "-created_at"), _A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "diary/list.html",
        {
            "page": page,
            "lines": [(entry, effect_label(entry.effect)) for entry in page.object_list],
            "everything": everything,
            "kind": kind if kind in FORM_OF_KIND else "",
            "kinds": kind_choices(),
            "chart": _chart(request.person),
        },
    )


def _chart(person: Person) -> dict[str, Any] | None:
    """Felt redness and fear by day, in days since 1970-01-01; None with fewer than two."""
    felt = person.entries.filter(kind="blush", redness__isnull=False).order_by("-on", "-at")
    rows = list(felt.values("on", "redness", "fear")[:_MOST_DRAWN])[::-1]
    if len(rows) < 2:
        return None
    return {
        "days": [row["on"].toordinal() - _EPOCH for row in rows],
        "dates": [date_format(row["on"]) for row in rows],
        "redness": [row["redness"] for row in rows],
        "fear": [row["fear"] for row in rows],
        "treatments": [
            {"day": day.toordinal() - _EPOCH, "date": date_format(day), "title": title_of(kind)}
            for day, kind in person.treatments.order_by("treated_on").values_list(
                "treated_on", "kind"
            )
        ],
        "words": {"redness": _("felt redness"), "fear": _("fear")},
    }
