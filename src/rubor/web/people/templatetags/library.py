"""Texts that come from the library's data files, in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from rubor.translation import translate

__all__ = ["library_text"]

register = template.Library()


@register.filter
def library_text(text: str) -> str:
    """A sentence of a data file, such as the reason of a rule; as it is where none translated it."""
    return translate(str(text), get_language() or "en") if text else ""
