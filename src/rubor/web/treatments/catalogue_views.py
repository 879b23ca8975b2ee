"""The catalogue of treatments: beside each other, one by one, and as information sheets."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rubor.web.people.middleware import PersonRequest
from rubor.web.people.with_person import with_person
from rubor.web.treatments.catalogue_rows import (
    catalogue_rows,
    entry_parts,
    figure_data,
    targets,
)
from rubor.web.treatments.words import target_words

__all__ = ["catalogue", "catalogue_entry", "information", "information_pdf"]


@with_person
@require_safe
def catalogue(request: PersonRequest) -> HttpResponse:
    """All treatments beside each other; those that act on one complaint where asked for."""
    from rubor.treatments.catalogue import catalogue as all_entries
    from rubor.treatments.catalogue import sequences

    asked = request.GET.get("target", "")
    known = targets()
    entries = [
        entry
        for entry in all_entries()
        if asked not in known or any(row.target == asked for row in entry.acts_on)
    ]
    return render(
        request,
        "treatments/catalogue.html",
        {
            "rows": catalogue_rows(entries, asked if asked in known else ""),
            "targets": [(name, target_words(name)) for name in known],
            "target": asked if asked in known else "",
            "sequences": sequences(),
            "figure": figure_data(entries),
        },
    )


@with_person
@require_safe
def catalogue_entry(request: PersonRequest, kind: str) -> HttpResponse:
    """All that is known of a treatment, each with what it rests on."""
    entry = _entry(kind)
    return render(
        request,
        "treatments/catalogue_entry.html",
        {
            "entry": entry,
            **entry_parts(entry),
            "had": request.person.treatments.filter(kind=entry.id).order_by("-treated_on"),
        },
    )


@with_person
@require_safe
def information(request: PersonRequest, kind: str) -> HttpResponse:
    """The information sheet in the person's language, to be read or printed."""
    from rubor.pathway.information import sheet_words

    entry = _entry(kind)
    sheet = _sheet(entry.id)
    words = sheet_words(sheet.language)
    numbers: dict[str, int] = {}
    sections = [
        (
            section,
            [
                (item.text, numbers.setdefault(_rests_on(item, words), len(numbers) + 1))
                for item in section.items
            ],
        )
        for section in sheet.sections
    ]
    return render(
        request,
        "treatments/information.html",
        {"entry": entry, "sheet": sheet, "sections": sections, "sources": list(numbers)},
    )


@with_person
@require_safe
def information_pdf(request: PersonRequest, kind: str) -> HttpResponse:
    """The same as PDF."""
    from rubor.report.information_page import information_pdf as as_pdf

    entry = _entry(kind)
    return HttpResponse(
        as_pdf(_sheet(entry.id), timezone.localdate()),
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="information.pdf"'},
    )


def _entry(kind: str) -> Any:
    from rubor.treatments.catalogue import catalogue as all_entries

    for entry in all_entries():
        if entry.id == kind:
            return entry
    raise Http404


def _sheet(kind: str) -> Any:
    from rubor.pathway.information import information_sheet
    from rubor.translation import languages

    language = (get_language() or "en").split("-")[0]
    return information_sheet(kind, language if language in languages() else "en")


def _rests_on(item: Any, words: Any) -> str:
    return f"{item.source} ({words[item.strength]})"
