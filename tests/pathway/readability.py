"""How hard a text is to read, by two published formulas."""

from __future__ import annotations

import re


def sentences(text: str) -> int:
    return max(1, len(re.findall(r"[.?!](?=\s|$)", text)))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)


def syllables(word: str) -> int:
    """Syllables of an English word: groups of vowels, without a silent e or ed at its end."""
    plain = re.sub(r"(?<=[^aeiouytdl])(?:e|ed)$|(?<=[aeiouyl])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def school_grade(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid 1975): 6 is read by most at 11 to 12, 7 at 12 to 13."""
    found = words(text)
    per_sentence = len(found) / sentences(text)
    per_word = sum(map(syllables, found)) / len(found)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def lix(text: str) -> float:
    """Readability index (Björnsson 1968): under 30 very easy, 30 to 40 easy."""
    found = words(text)
    long = sum(len(word) > 6 for word in found)
    return len(found) / sentences(text) + 100.0 * long / len(found)
