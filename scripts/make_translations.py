"""Bring the translations up to date: collect the texts, merge them into each language, compile.

    python scripts/make_translations.py

Needs Babel. Writes `src/rubor/locale/rubor.pot` and, for every language there, `rubor.po` and `rubor.mo`;
new texts are then to be translated in `rubor.po`, and the script run again. A new language begins with an
empty folder `src/rubor/locale/LANGUAGE/LC_MESSAGES`. A test fails while a file is not what this makes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from babel.messages.catalog import Catalog
from message_catalogues import NO_DATE, bring_up_to_date, empty_catalogue

from rubor.pathway import follow_up_schedule, follow_up_tasks, side_effects
from rubor.pathway.information import sheet_texts
from rubor.pathway.suitability_rules import suitability_rules
from rubor.response.protocol import protocol
from rubor.treatments import catalogue

FOLDER = Path(__file__).resolve().parents[1] / "src" / "rubor" / "locale"
NAME = "make_translations.py"


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
    bring_up_to_date(FOLDER, "rubor", template(), NAME)
