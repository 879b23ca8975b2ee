"""Bring the translations up to date: collect the texts, merge them into each language, compile.

    python scripts/make_translations.py

Needs Babel. Writes `src/rubor/locale/rubor.pot` and, for every language there, `rubor.po` and `rubor.mo`;
new texts are then to be translated in `rubor.po`, and the script run again. A new language begins with an
empty folder `src/rubor/locale/LANGUAGE/LC_MESSAGES`. A test fails while a file is not what this makes.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from rubor.pathway import follow_up_schedule, follow_up_tasks, side_effects
from rubor.pathway.information import sheet_texts
from rubor.pathway.suitability_rules import suitability_rules
from rubor.response.protocol import protocol
from rubor.treatments import catalogue

FOLDER = Path(__file__).resolve().parents[1] / "src" / "rubor" / "locale"
TEMPLATE = FOLDER / "rubor.pot"
# The same texts make the same files on any day.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# Texts of Rubor. Made by scripts/make_translations.py."


def texts() -> Iterator[tuple[str, str]]:
    """Every text that reaches a person, with where it stands."""
    for entry in catalogue():
        yield entry.title, f"treatments: {entry.id}"
        for against in entry.contraindications:
            yield against.condition, f"treatments: what excludes, {against.id}"
            yield against.why, f"treatments: what excludes, {against.id}"
            yield against.action, "treatments: what excludes, what to do"
        for effect in side_effects(entry.id):
            for text in (effect.label, effect.description, effect.what_to_do):
                yield text, f"side effects: {effect.id}"
            if effect.rate is not None:
                yield effect.rate["text"], "side effects: how often"
        schedule = follow_up_schedule(entry.id, _NO_DATE.date())
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
    rules = suitability_rules()
    for rule in (*rules.stop, *rules.cause, *rules.step):
        yield rule.what, f"suitability: {rule.id}"
        yield rule.why, f"suitability: {rule.id}"
    for evidence in rules.evidence:
        yield evidence.finding, f"suitability: blush or flush, {evidence.id}"
    yield from _protocol_texts()


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
    made = _catalogue(None)
    comments: dict[str, list[str]] = {}
    for text, place in texts():
        places = comments.setdefault(text, [])
        if place not in places:
            places.append(place)
    for text, places in comments.items():
        # Babel takes the percent sign of "0.33 % gel" for a place to fill in.
        made.add(text, auto_comments=places).flags.discard("python-format")
    return made


def merged(po: bytes, language: str) -> Catalog:
    """The translations of a `.po` file, with the texts of today; those no longer there are dropped.

    Args:
        po: what is in the file; may be empty.
        language: two letters.
    """
    known = read_po(io.BytesIO(po), locale=language)
    made = _catalogue(language)
    for message in template():
        if message.id:
            earlier = known.get(message.id)
            made.add(
                message.id,
                earlier.string if earlier is not None else "",
                auto_comments=message.auto_comments,
            ).flags.discard("python-format")
    return made


def as_po(made: Catalog) -> bytes:
    """The catalogue as a file of text."""
    written = io.BytesIO()
    write_po(written, made, width=100)
    return written.getvalue()


def as_mo(made: Catalog) -> bytes:
    """The catalogue as gettext reads it at run time."""
    written = io.BytesIO()
    write_mo(written, made)
    return written.getvalue()


def languages() -> list[str]:
    """Languages that there is a folder for."""
    return sorted(folder.parent.name for folder in FOLDER.glob("*/LC_MESSAGES"))


def _catalogue(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="Rubor",
        version="texts",
        header_comment=_HEADER,
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        last_translator="The Rubor authors",
        language_team="The Rubor authors",
        msgid_bugs_address="see README.md",
        fuzzy=False,
    )


if __name__ == "__main__":
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_po(template()))
    for language in languages():
        folder = FOLDER / language / "LC_MESSAGES"
        file = folder / "rubor.po"
        translated = merged(file.read_bytes() if file.exists() else b"", language)
        file.write_bytes(as_po(translated))
        (folder / "rubor.mo").write_bytes(as_mo(translated))
        left = [message.id for message in translated if message.id and not message.string]
        print(f"{language}: {len(translated)} texts, {len(left)} not translated yet")
