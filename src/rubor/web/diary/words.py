"""Kinds of entries, and side effects by name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rubor.web.people.templatetags.library import library_text

__all__ = ["effect_label", "kind_choices"]


def kind_choices() -> list[tuple[str, str, str]]:
    """Kind, what one is called, and what several are."""
    return [
        ("blush", _("A blush"), _("Blushes")),
        ("side effect", _("A side effect"), _("Side effects")),
        ("note", _("A note"), _("Notes")),
    ]


def effect_label(effect_id: str) -> str:
    """A side effect in a few words; its id where this version does not know it; empty for none."""
    if not effect_id:
        return ""
    from rubor.errors import InputError
    from rubor.pathway.side_effects import side_effect

    try:
        return library_text(side_effect(effect_id).label)
    except InputError:
        return effect_id.replace("_", " ")
