"""Words about treatments for templates; see `rubor.web.treatments.words`."""

from __future__ import annotations

from django import template

from rubor.web.treatments import words

__all__ = ["register"]

register = template.Library()
register.filter("strength_words", words.strength_words)
register.filter("target_words", words.target_words)
register.filter("action_words", words.action_words)
register.filter("catalogue_kind", words.kind_words)
register.filter("per_words", words.per_words)
register.filter("money", words.amount)
