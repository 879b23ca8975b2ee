"""A diary of side effects: read, checked entry by entry, written, and judged as a whole."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from rubor.errors import InputError
from rubor.pathway.side_effects import (
    URGENCY,
    Course,
    DiaryEntry,
    as_day,
    check_diary_entry,
    judge_course,
    side_effects,
)
from rubor.treatments.catalogue import treatment as treatment_of

__all__ = [
    "COURSES_SCHEMA",
    "SIDE_EFFECTS_SCHEMA",
    "Diary",
    "courses_to_json",
    "diary_from_json",
    "diary_to_json",
    "judge_diary",
    "read_diary",
]

SIDE_EFFECTS_SCHEMA: Final = "rubor.side-effects/1"
COURSES_SCHEMA: Final = "rubor.side-effect-courses/1"


@dataclass(frozen=True)
class Diary:
    """The entries after one treatment, in the order of their days."""

    treatment: str
    treated_on: date
    entries: tuple[DiaryEntry, ...]


def judge_diary(diary: Diary, today: date) -> tuple[Course, ...]:
    """The course of every effect in a diary, the most urgent first."""
    noted = dict.fromkeys(entry.effect for entry in diary.entries)
    courses = [judge_course(diary.entries, name, diary.treated_on, today) for name in noted]
    return tuple(sorted(courses, key=lambda course: -URGENCY.index(course.seek_help)))


def diary_to_json(diary: Diary) -> dict[str, Any]:
    """The document that `schemas/side-effects.schema.json` describes."""
    return {
        "schema": SIDE_EFFECTS_SCHEMA,
        "treatment": diary.treatment,
        "treated_on": diary.treated_on.isoformat(),
        "entries": [
            {
                "on": entry.on.isoformat(),
                "effect": entry.effect,
                "severity": entry.severity,
                **({} if entry.side is None else {"side": entry.side}),
                **({"note": entry.note} if entry.note else {}),
            }
            for entry in diary.entries
        ],
    }


def diary_from_json(table: Mapping[str, Any], *, today: date) -> Diary:
    """Check a whole diary.

    Args:
        table: as `diary_to_json` writes it; `schema` may be left out, and days may be dates.
        today: no entry is of a later day.

    Raises:
        InputError: it is no such diary, or an entry cannot be; the message names the entry.
    """
    schema = table.get("schema", SIDE_EFFECTS_SCHEMA)
    if schema != SIDE_EFFECTS_SCHEMA:
        raise InputError(f"This is a {schema!r}, not a {SIDE_EFFECTS_SCHEMA!r}.", "Give a diary.")
    for name in table:
        if name not in ("schema", "treatment", "treated_on", "entries"):
            raise InputError(
                f"A diary has no '{name}'.", "It has treatment, treated_on and entries."
            )
    if not isinstance(table.get("treatment"), str):
        raise InputError("The diary names no treatment.", 'Write treatment = "botulinum_toxin".')
    treated_on = as_day(table.get("treated_on"), "treated_on")
    if treated_on > today:
        raise InputError(f"The treatment on {treated_on} is still to come.", "Check the date.")
    rows = table.get("entries", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError("The entries are no list of entries.", "Write [[entries]] before each.")
    known = treatment_of(table["treatment"]).id
    entries = []
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(
                check_diary_entry(row, treatment=known, treated_on=treated_on, today=today)
            )
        except InputError as error:
            raise InputError(f"Entry {number}: {error.message}", error.cure) from error
    return Diary(known, treated_on, tuple(sorted(entries, key=lambda entry: entry.on)))


def read_diary(path: str | Path, *, today: date) -> Diary:
    """Read and check a diary.

    Args:
        path: TOML, or JSON if its name ends in .json.
        today: no entry is of a later day.

    Raises:
        InputError: it cannot be read, or holds what cannot be.
    """
    file = Path(path)
    as_json = file.suffix.lower() == ".json"
    try:
        text = file.read_text(encoding="utf-8")
        table = json.loads(text) if as_json else tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{file.name} cannot be read ({error.strerror}).", "Check it.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name} is not a text file.", "Save it as UTF-8 text.") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{file.name} is not valid {'JSON' if as_json else 'TOML'} ({error}).",
            "Words go in quotation marks; `rubor side-effects --help` shows a diary.",
        ) from error
    if not isinstance(table, dict):
        raise InputError(f"{file.name} holds no diary.", "Give one object.")
    return diary_from_json(table, today=today)


def courses_to_json(
    treatment: str, courses: tuple[Course, ...] = (), diary: Diary | None = None
) -> dict[str, Any]:
    """The document that `schemas/side-effect-courses.schema.json` describes.

    Args:
        treatment: id in the catalogue.
        courses: what a diary was judged to be; none where only the expected courses are asked for.
        diary: the diary that was judged.
    """
    return {
        "schema": COURSES_SCHEMA,
        "treatment": treatment_of(treatment).id,
        "treated_on": None if diary is None else diary.treated_on.isoformat(),
        "courses": [asdict(course) for course in courses],
        "expected": [
            {name: value for name, value in asdict(effect).items() if name != "harm"}
            for effect in side_effects(treatment)
        ],
    }
