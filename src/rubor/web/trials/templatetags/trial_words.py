"""Names of treatments and of skin, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from rubor.trials.compared_area import ComparedArea
from rubor.web.people.templatetags.library import library_text

__all__ = ["compared_words", "treatment_title"]

register = template.Library()


@register.filter
def treatment_title(name: str) -> str:
    """The title of a treatment of the catalogue."""
    from rubor.treatments.catalogue import catalogue

    for entry in catalogue():
        if entry.id == name:
            return library_text(entry.title)
    return _("Something else")


@register.filter
def compared_words(compared: ComparedArea) -> str:
    """The skin that a trial compares."""
    if compared.kind == "cells":
        return _("%(count)d places of about 1 cm² on each side") % {"count": len(compared.left)}
    words = {
        "cheek": _("cheeks"),
        "jaw": _("jaw"),
        "forehead": _("forehead"),
        "nose": _("nose"),
        "chin": _("chin"),
    }
    regions = dict.fromkeys(name.split("_")[0] for name in compared.left)
    return ", ".join(words.get(name, name) for name in regions)
