"""Bring the translations up to date: collect the texts, merge them into each language, compile.

    python scripts/make_translations.py

Needs Babel. Writes `src/rubor/locale/rubor.pot` and `patterns.json` and, for every language there,
`rubor.po` and `rubor.mo`; new texts are then to be translated in `rubor.po`, and the script run again. A
new language begins with an empty folder `src/rubor/locale/LANGUAGE/LC_MESSAGES`. A test fails while a
file is not what this makes.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from library_sentences import library_sentences
from message_catalogues import NO_DATE, bring_up_to_date, empty_catalogue

from rubor.pathway import follow_up_schedule, follow_up_tasks, side_effects
from rubor.pathway.information import sheet_texts
from rubor.pathway.smile_rules import smile_rules
from rubor.pathway.suitability_rules import suitability_rules
from rubor.report.gate_words import GATE_WORDS
from rubor.response.protocol import protocol
from rubor.treatments import catalogue, sequences
from rubor.treatments.catalogue import Findings, Treatment

FOLDER = Path(__file__).resolve().parents[1] / "src" / "rubor" / "locale"
NAME = "make_translations.py"

# What stands in the places of a sentence, or beside a number.
_WORDS = {
    "names of sides, parts and kinds": (
        "left",
        "right",
        "both sides",
        "the whole face",
        "before",
        "after",
        "blush",
        "flush",
        "rest",
        "heat",
        "food",
        "alcohol",
        "exercise",
        "medicine",
        "blood_change",
        "erythema_index",
        "very-light",
        "light",
        "intermediate",
        "tan",
        "brown",
        "dark",
        "singing",
        "speech",
        "own recording",
    ),
    "units of a trial": (
        "pair",
        "pairs",
        "recordings",
        "follow-up recording",
        "follow-up recordings",
    ),
    "how a recording was measured": (
        "File",
        "SHA-256 of the file",
        "Picture",
        "Format",
        "Colour coding",
        "Assumed, since the file does not say",
        "Rest that changes are measured from",
        "Mirrored picture",
        "Skin tone",
        "Cheeks, nose and chin at rest, over the palest part of the face",
        "Visible fine vessels",
        "Why no change of blood is given",
        "Direction in which the pulse moves the colour",
        "Versions",
    ),
    "reason of a draw": ("first draw",),
    "how a decimal number is written": ("1.5",),
    "in a list": ("and", "or", "nothing"),
    "answer of a quality check": ("yes", "no"),
}
_PATTERNS = {
    "value of a quality check": (
        "at least {value}",
        "at most {value}",
        "{value} pixels",
        "{value} degrees",
        "{value} seconds",
        "{value} times",
        "{value} a second",
    ),
    "trials: what is expected without an effect": (
        "improvement without effect {value}",
        "habituation per recording {value}",
        "regression to the mean {value}",
    ),
}


def texts() -> Iterator[tuple[str, str]]:
    """Every text that reaches a person, with where it stands."""
    for entry in catalogue():
        yield entry.title, f"treatments: {entry.id}"
        yield from _entry_texts(entry)
        for against in entry.contraindications:
            yield against.condition, f"treatments: what excludes, {against.id}"
            yield against.why, f"treatments: what excludes, {against.id}"
            yield against.action, "treatments: what excludes, what to do"
        for effect in side_effects(entry.id):
            for text in (effect.label, effect.description, effect.what_to_do):
                yield text, f"side effects: {effect.id}"
            if effect.rate is not None:
                yield effect.rate["text"], "side effects: how often"
        schedule = follow_up_schedule(entry.id, NO_DATE.date())
        yield schedule.counts_from, "follow-up: from when weeks are counted"
        yield schedule.stop_rule, "follow-up: when to stop"
    data = files("rubor.pathway") / "data" / "side_effects.toml"
    for name, row in tomllib.loads(data.read_text(encoding="utf-8"))["course"].items():
        yield row["text"], f"side effects: course, {name}"
    for task in follow_up_tasks():
        yield task.label, f"follow-up: {task.id}"
        yield task.text, f"follow-up: {task.id}"
    for text in sheet_texts():
        yield text, "information sheets and plans"
    smile = smile_rules()
    for row in (smile["healthy"], *smile["advice"].values()):
        yield row["text"], "smile: what it means"
    rules = suitability_rules()
    for one in sequences():
        yield one.title, f"treatments: one after the other, {one.id}"
        yield one.why, f"treatments: one after the other, {one.id}"
    for rule in (*rules.stop, *rules.cause, *rules.step):
        yield rule.what, f"suitability: {rule.id}"
        yield rule.why, f"suitability: {rule.id}"
    for evidence in rules.evidence:
        for text in (evidence.finding, f"{evidence.finding} ({evidence.points:+g})"):
            yield text, f"suitability: blush or flush, {evidence.id}"
    yield from _protocol_texts()
    for gate, words in GATE_WORDS.items():
        yield words.title, f"quality check: {gate}"
        yield words.question, f"quality check: {gate}"
    for table in (_WORDS, _PATTERNS):
        for place, known in table.items():
            for text in known:
                yield text, place
    for sentence in library_sentences():
        yield sentence.text, sentence.place


def patterns() -> list[str]:
    """Texts with places to fill in, as names in braces."""
    known = [text for texts in _PATTERNS.values() for text in texts]
    known += [sentence.text for sentence in library_sentences() if sentence.pattern]
    return sorted(set(known))


def _entry_texts(entry: Treatment) -> Iterator[tuple[str, str]]:
    """What the catalogue says of a treatment, apart from its sources."""
    said = [entry.about, entry.licence.status]
    said += [text for row in entry.acts_on for text in (row.effect, row.note)]
    said += [
        text
        for product in entry.products
        for row in product.label
        for text in (row.contraindication, row.stance)
    ]
    said += [entry.washout.why] if entry.washout else []
    said += [entry.cost.note, entry.cost.year] if entry.cost else []
    said += [entry.benefit.criterion] if entry.benefit else []
    for found in (entry.published, entry.claimed):
        said += _finding_texts(found)
    for text in said:
        if text and not text.isdigit():
            yield text, f"treatments: {entry.id}"


def _finding_texts(found: Findings) -> list[str | None]:
    return [
        *(text for row in found.mean_reduction for text in (row.measure, row.range_of)),
        *(text for row in found.responder_fraction for text in (row.criterion, row.range_of)),
        *(row.text for row in found.findings),
        *(row.note for row in (*found.onset, *found.duration)),
        *(text for row in found.harms for text in (row.what, row.range_of)),
    ]


def _protocol_texts() -> Iterator[tuple[str, str]]:
    followed = protocol()
    for text in followed.before_starting:
        yield text, "protocol: before starting"
    for text in followed.prepare:
        yield text, "protocol: prepare"
    for part in (*followed.steps, *followed.tasks):
        yield part.name, "protocol: name"
        yield part.instruction, f"protocol: {part.name}"
    yield followed.audience.instruction, "protocol: audience"


def template() -> Catalog:
    """All texts, without translations."""
    made = empty_catalogue(None, NAME)
    comments: dict[str, list[str]] = {}
    for text, place in texts():
        places = comments.setdefault(text, [])
        if place not in places:
            places.append(place)
    for text, places in comments.items():
        # Babel takes the percent sign of "0.33 % gel" for a place to fill in.
        made.add(text, auto_comments=places).flags.discard("python-format")
    return made


if __name__ == "__main__":
    (FOLDER / "patterns.json").write_text(
        json.dumps(patterns(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    bring_up_to_date(FOLDER, "rubor", template(), NAME)
