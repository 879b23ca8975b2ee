"""The texts of the library in other languages: message catalogues, as gettext reads them.

The English text is its own key, whatever data file or module it stands in. The catalogues are in
`locale/LANGUAGE/LC_MESSAGES/rubor.po`; `scripts/make_translations.py` brings them up to date.
"""

from __future__ import annotations

import gettext
import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

__all__ = ["languages", "translate", "translate_sentence"]

_DOMAIN: Final = "rubor"
_ENGLISH: Final = "en"
_FOLDER: Final = Path(__file__).parent / "locale"

# A full stop with a capital behind it ends a sentence, and with it what can stand in a place.
_WITHIN: Final = r"(?:(?![.!?] [A-Z]).)+?"
_END_OF_SENTENCE: Final = re.compile(r"(?<=[.!?]) (?=\S)")
_LIST: Final = re.compile(r"(, | and | or )")
_DECIMALS: Final = re.compile(r"([+−-]?\d+)\.(\d+(?: %)?)")
_DECIMAL_NUMBER: Final = "1.5"
"""What is asked of a catalogue to know its decimal sign."""


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
    return _catalogue(_short(language)).gettext(text) if text else ""


def translate_sentence(text: str, language: str) -> str:
    """What the library has put together from words and numbers, such as a refusal, in another language.

    It is held against the patterns of `locale/patterns.json`, such as "There is no face in {name}.";
    what stands in the places is translated too where it is known, and else left as it is; numbers get
    the decimal sign of the language. Several sentences after each other are told apart.

    Args:
        text: in English, as the library says it.
        language: as of `translate`.

    Returns:
        The text; in English what is not known.

    >>> translate_sentence("There is no face in holiday.mp4.", "sv")
    'Det finns inget ansikte i holiday.mp4.'
    """
    short = _short(language)
    return _sentences(text, short) if text and short in languages()[1:] else text


@lru_cache(maxsize=4096)
def _sentences(text: str, language: str) -> str:
    known = _known(text, language)
    if known is not None:
        return known
    parts = _END_OF_SENTENCE.split(text)
    for count in range(len(parts) - 1, 0, -1):
        first = _known(" ".join(parts[:count]), language)
        if first is not None or count == 1:
            rest = _sentences(" ".join(parts[count:]), language)
            return f"{parts[0] if first is None else first} {rest}"
    return text


def _known(text: str, language: str) -> str | None:
    """The translation of a text, of a list, or of the pattern that a text follows; None without one."""
    translated = translate(text, language)
    if translated != text:
        return translated
    parts = _LIST.split(text)
    if len(parts) > 1:
        words = [_known(word, language) for word in parts[::2]]
        if None not in words:
            parts[::2] = [word or "" for word in words]
            return _listed(parts, language)
    for pattern, fixed, shape in _patterns():
        found = shape.fullmatch(text) if fixed in text else None
        translated = translate(pattern, language)
        if found is not None and translated != pattern:
            places = found.groupdict().items()
            return translated.format_map(
                {name: _filling(value, language) for name, value in places}
            )
    return None


def _listed(parts: list[str], language: str) -> str:
    """Words with what joins them at every second place."""
    signs = [sign if sign == ", " else f" {translate(sign.strip(), language)} " for sign in parts]
    signs[::2] = parts[::2]
    return "".join(signs)


def _filling(value: str, language: str) -> str:
    """What stands in a place. A capital there may be that of the sentence."""
    if number := _DECIMALS.fullmatch(value):
        return translate(_DECIMAL_NUMBER, language)[1].join(number.groups())
    small = value[:1].lower() + value[1:]
    known = _known(small, language) if _known(value, language) is None else None
    return _sentences(value, language) if known is None else known[:1].upper() + known[1:]


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Patterns, those with most letters first: their longest fixed part, and what they match."""
    written: list[str] = json.loads((_FOLDER / "patterns.json").read_text(encoding="utf-8"))
    made = []
    for pattern in written:
        parts = re.split(r"(?<!\{)\{(\w+)\}", pattern)
        fixed = [part.replace("{{", "{").replace("}}", "}") for part in parts[::2]]
        shape, names = re.escape(fixed[0]), set[str]()
        for place, name in enumerate(parts[1::2]):
            at_an_end = (place == 0 and not fixed[0]) or (place == len(fixed) - 2 and not fixed[-1])
            inside = ".+?" if at_an_end else _WITHIN
            shape += f"(?P={name})" if name in names else f"(?P<{name}>{inside})"
            shape += re.escape(fixed[place + 1])
            names.add(name)
        made.append((sum(map(len, fixed)), pattern, max(fixed, key=len), re.compile(shape, re.S)))
    made.sort(key=lambda one: -one[0])
    return tuple((pattern, longest, shape) for _length, pattern, longest, shape in made)


def _short(language: str) -> str:
    return re.split("[-_]", language)[0].lower()


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    known = [language] if language in languages() else []
    return gettext.translation(_DOMAIN, str(_FOLDER), known or [_ENGLISH], fallback=True)
