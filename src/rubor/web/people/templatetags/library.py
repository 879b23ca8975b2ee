"""Texts that come from the library, in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from rubor.translation import translate_sentence

__all__ = ["library_text", "said"]

_ENGLISH = "en"

register = template.Library()


@register.filter
def library_text(text: str) -> str:
    """What the library says, such as the reason of a rule; as it is where none translated it."""
    return translate_sentence(str(text), get_language() or _ENGLISH) if text else ""


@register.filter
def said(text: str) -> str:
    """As `library_text`; English that is left over is marked as such, to be read aloud as English.

    Only for what the library says in English, and where markup may stand.
    """
    shown = library_text(text)
    if not shown or shown != str(text) or (get_language() or _ENGLISH).startswith(_ENGLISH):
        return shown
    return format_html('<span lang="{}">{}</span>', _ENGLISH, shown)
