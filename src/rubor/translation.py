"""The texts of the library in other languages: message catalogues, as gettext reads them.

The English text is its own key, whatever data file it stands in. The catalogues are in
`locale/LANGUAGE/LC_MESSAGES/rubor.po`; `scripts/make_translations.py` brings them up to date.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["languages", "translate"]

_DOMAIN: Final = "rubor"
_ENGLISH: Final = "en"
_FOLDER: Final = Path(__file__).parent / "locale"


@cache
def languages() -> tuple[str, ...]:
    """Languages that the texts are there in, English first.

    >>> languages()
    ('en', 'sv')
    """
    found = _FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    return (_ENGLISH, *sorted(file.parts[-3] for file in found))


def translate(text: str, language: str) -> str:
    """A text of the library in another language.

    Args:
        text: in English, as it stands in the data.
        language: two letters, or with a country behind them, such as `sv` or `sv-SE`.

    Returns:
        The text; in English where the language, or the text in it, is not there.

    >>> translate("bruise", "sv"), translate("bruise", "xx")
    ('blåmärke', 'bruise')
    """
    # The empty text is the key of what a catalogue says of itself.
    return _catalogue(re.split("[-_]", language)[0].lower()).gettext(text) if text else ""


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    known = [language] if language in languages() else []
    return gettext.translation(_DOMAIN, str(_FOLDER), known or [_ENGLISH], fallback=True)
