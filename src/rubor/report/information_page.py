"""An information sheet as a page and as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from rubor._version import __version__
from rubor.pathway.information import InformationSheet, Item, sheet_words
from rubor.report.page_templates import fill_page
from rubor.report.typst_document import typst_pdf

__all__ = ["information_page", "information_pdf"]


def information_page(sheet: InformationSheet, made_on: date) -> str:
    """The sheet as one HTML page that needs nothing from outside.

    Args:
        sheet: in its language.
        made_on: day that is printed on it.
    """
    return fill_page("information.html", _content(sheet, made_on))


def information_pdf(sheet: InformationSheet, made_on: date) -> bytes:
    """The sheet as PDF. The same sheet and day give the same bytes.

    Args:
        sheet: in its language.
        made_on: day that is printed on it.
    """
    made = datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC)
    content = _content(sheet, made_on)
    return typst_pdf("information.typ", content, made_at=int(made.timestamp()))


def _content(sheet: InformationSheet, made_on: date) -> dict[str, Any]:
    """What a template is filled with; sources are numbered, each once."""
    words = sheet_words(sheet.language)
    every = (item for section in sheet.sections for item in section.items)
    numbers: dict[str, int] = {}
    for item in every:
        numbers.setdefault(_source(item, words), len(numbers) + 1)
    return {
        "title": sheet.title,
        "language": sheet.language,
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "items": [
                    {"text": item.text, "note": numbers[_source(item, words)]}
                    for item in section.items
                ],
            }
            for section in sheet.sections
        ],
        "sources": [{"text": text} for text in numbers],
        "words": words,
        "made": f"Rubor {__version__} · {made_on.isoformat()}",
    }


def _source(item: Item, words: Mapping[str, str]) -> str:
    return f"{item.source} ({words[item.strength]})"
