"""The six steps of skin tone, as forms ask for them."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = ["SkinToneChoice", "skin_tone_choices"]

_WORDS: dict[str, Promise] = {
    "very-light": _("very light"),
    "light": _("light"),
    "intermediate": _("intermediate"),
    "tan": _("tan"),
    "brown": _("brown"),
    "dark": _("dark"),
}


class SkinToneChoice(NamedTuple):
    """One step: its name in the library, its word, and its colour as an SVG fill."""

    name: str
    word: Promise | str
    fill: str


def skin_tone_choices() -> list[SkinToneChoice]:
    """All steps, from very light to dark."""
    from rubor.optics.skin_tone import skin_tones

    return [
        SkinToneChoice(
            tone.name, _WORDS.get(tone.name, tone.name), "#{:02x}{:02x}{:02x}".format(*tone.patch)
        )
        for tone in skin_tones()
    ]
