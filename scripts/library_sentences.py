"""Sentences that the library writes in its source: whole ones, and patterns with places to fill in.

A refusal such as "There is no face in holiday.mp4." is an f-string there. Here it becomes the pattern
"There is no face in {name}.", which `rubor.translation.translate_sentence` finds again in the sentence.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1] / "src" / "rubor"

# What people read of these on a page: reasons, cures, refusals and notes.
SENTENCES_OF = (
    "vision/colour_coding.py",
    "vision/photo.py",
    "vision/photo_colour.py",
    "vision/video.py",
    "measurement/baseline.py",
    "measurement/blood_series.py",
    "measurement/gates.py",
    "measurement/measure.py",
    "response/blush_or_flush.py",
    "response/episodes.py",
    "response/provoked_response.py",
    "trials/add_recording.py",
    "trials/admission.py",
    "trials/alternating.py",
    "trials/analyse.py",
    "trials/assignment.py",
    "trials/before_after.py",
    "trials/begin_trial.py",
    "trials/compared_area.py",
    "trials/comparison.py",
    "trials/measured_noise.py",
    "trials/power.py",
    "trials/split_face.py",
    "trials/trial.py",
    "trials/trial_answer.py",
    "trials/trial_table.py",
    "trials/verdict_words.py",
    "pathway/answers.py",
    "pathway/blush_probability.py",
    "pathway/side_effects.py",
    "pathway/smile_change.py",
    "pathway/smile_excursion.py",
    "pathway/suitability.py",
    "pathway/true_scale.py",
    "treatments/cost.py",
    "web/vault/sealed.py",
    "web/vault/sealed_chunks.py",
)
# Of these also what is no whole sentence, being a part of one.
PHRASES_OF = (
    "pathway/blush_probability.py",
    "measurement/baseline.py",
    "response/blush_or_flush.py",
    "trials/verdict_words.py",
    "pathway/true_scale.py",
)
_FEWEST_LETTERS = 4


@dataclass(frozen=True)
class Sentence:
    """A text of the source.

    Attributes:
        text: as it is written; of a pattern with names in braces.
        pattern: whether it has places to fill in.
        place: the module.
    """

    text: str
    pattern: bool
    place: str


def library_sentences() -> Iterator[Sentence]:
    """Every sentence of the modules named above, in their order."""
    for name in SENTENCES_OF:
        source = (LIBRARY / name).read_text(encoding="utf-8")
        for text, pattern in _texts(ast.parse(source), phrases=name in PHRASES_OF):
            yield Sentence(text, pattern, name)


def _texts(tree: ast.AST, *, phrases: bool) -> Iterator[tuple[str, bool]]:
    passed_over = _no_sentences(tree)
    for node in ast.walk(tree):
        if id(node) in passed_over or not isinstance(node, (ast.Constant, ast.JoinedStr)):
            continue
        for written in _written(node):
            text = written.strip()
            whole = text.endswith((".", "!", "?")) or ". {" in text
            if " " in text and (whole or phrases) and _letters(text) >= _FEWEST_LETTERS:
                yield text, isinstance(node, ast.JoinedStr)


def _no_sentences(tree: ast.AST) -> set[int]:
    """Docstrings, and what stands within an f-string."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            found.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            found.update(id(part) for part in ast.walk(node) if part is not node)
    return found


def _written(node: ast.Constant | ast.JoinedStr) -> Iterator[str]:
    """The text; several where a part of it is one of two words."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
        return
    names: dict[str, str] = {}
    parts = [_part(value, names) for value in node.values]
    yield from ("".join(chosen) for chosen in itertools.product(*parts))


def _part(node: ast.expr, names: dict[str, str]) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (str(node.value).replace("{", "{{").replace("}", "}}"),)
    assert isinstance(node, ast.FormattedValue)
    inner = node.value
    if isinstance(inner, ast.IfExp):
        either = (inner.body, inner.orelse)
        if all(isinstance(one, ast.Constant) for one in either):
            return tuple(str(one.value) for one in either if isinstance(one, ast.Constant))
    written = ast.unparse(inner)
    if written not in names:
        name = _name(inner)
        taken = names.values()
        names[written] = name if name not in taken else f"{name}_{'abcdefg'[len(names)]}"
    return ("{" + names[written] + "}",)


def _name(node: ast.expr) -> str:
    """What a translator calls a place."""
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "value"


def _letters(text: str) -> int:
    """Letters outside the places."""
    outside = "".join(part.partition("}")[2] or part for part in text.split("{"))
    return sum(sign.isalpha() for sign in outside)
