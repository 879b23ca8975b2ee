"""Side effects and their expected courses, as data; an entry of a diary, checked and judged.

Rates are those of the catalogue of treatments. An effect that can be a danger to life is "seek help",
whatever else the diary holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Final, Literal, TypedDict, get_args

from rubor.errors import InputError
from rubor.pathway.nearest_name import nearest_name
from rubor.treatments.catalogue import Harm, catalogue
from rubor.treatments.catalogue import treatment as treatment_of

__all__ = [
    "URGENCY",
    "Course",
    "DiaryEntry",
    "Rate",
    "SideEffect",
    "as_day",
    "check_diary_entry",
    "judge_course",
    "side_effect",
    "side_effects",
    "still_there",
]

SeekHelp = Literal["none", "prescriber", "doctor today", "emergency"]
Side = Literal["left", "right", "both"]
State = Literal["as expected", "longer than usual", "stronger than usual", "seek help"]

URGENCY: Final = get_args(SeekHelp)
"""Whom to turn to, from the least urgent to the most."""

_SIDES: Final = get_args(Side)
_WORST: Final = 10
_KEYS: Final = ("on", "effect", "severity", "side", "note")
_LONGEST_NOTE: Final = 2000


class Rate(TypedDict):
    """How often an effect comes, as the catalogue of treatments has it.

    Keys: `value` is the share of people or sessions, 0..1; `low` and `high` its interval or None;
    `text` the value in words; `source` and `strength`.
    """

    value: float
    low: float | None
    high: float | None
    text: str
    source: str
    strength: str


@dataclass(frozen=True)
class SideEffect:
    """One side effect and its expected course.

    Attributes:
        id: stable name.
        treatments: ids in the catalogue.
        label: in a few words.
        description: what to expect, in a sentence or two.
        starts_days: first and last day on which it usually starts.
        usual_days: first and last day on which it has usually gone; None where there is no usual course.
        unusual_after_days: later than this it is longer than usual; None likewise.
        rate: how often it comes; None where no rate is known.
        sides: whether it has a side.
        what_to_do: in a sentence that can stand alone.
        seek_help: whom to turn to as long as it is there.
        source, strength: what the course rests on.
        counted_from: days are counted from the treatment, or from the day on which it was first noted.
        harm: its harm in the catalogue; None where the catalogue has none.
    """

    id: str
    treatments: tuple[str, ...]
    label: str
    description: str
    starts_days: tuple[int, int]
    usual_days: tuple[int, int] | None
    unusual_after_days: int | None
    rate: Rate | None = field(hash=False)
    sides: bool
    what_to_do: str
    seek_help: SeekHelp
    source: str
    strength: str
    counted_from: Literal["treatment", "first note"] = "treatment"
    harm: str | None = None


@dataclass(frozen=True)
class DiaryEntry:
    """What a person noted of one effect on one day.

    Attributes:
        on: the day.
        effect: id.
        severity: 0 (gone) to 10 (as bad as it can be).
        side: the person's own; None for an effect without a side.
        note: in own words.
    """

    on: date
    effect: str
    severity: int
    side: Side | None = None
    note: str = ""


@dataclass(frozen=True)
class Course:
    """How an effect goes, beside its expected course.

    Attributes:
        effect: id.
        state: of the effect.
        day: days that `text` speaks of, since the treatment or the first note (see `SideEffect`).
        text: what it means, to be shown.
        seek_help: whom to turn to.
        source, strength: what the judgement rests on.
    """

    effect: str
    state: State
    day: int
    text: str
    seek_help: SeekHelp
    source: str
    strength: str


def side_effects(treatment: str) -> tuple[SideEffect, ...]:
    """The side effects of a treatment, those that need help first.

    Args:
        treatment: id in the catalogue; spaces and hyphens may stand for the underscore.

    Raises:
        InputError: no such treatment.

    >>> [effect.id for effect in side_effects("make_up")]
    ['severe_allergy', 'skin_irritation']
    """
    known = treatment_of(treatment).id
    return tuple(effect for effect in _effects().values() if known in effect.treatments)


def side_effect(id: str) -> SideEffect:
    """One side effect.

    Raises:
        InputError: no such effect.

    >>> side_effect("bruise").usual_days, side_effect("bruise").rate["text"]
    ((2, 10), 'About 1 in 20 people get this.')
    """
    found = _effects()
    if id not in found:
        raise InputError(f"No side effect is called '{id}'.", nearest_name(id, found))
    return found[id]


def check_diary_entry(
    table: Mapping[str, Any], *, treatment: str, treated_on: date, today: date
) -> DiaryEntry:
    """Check one entry.

    Args:
        table: `on` (a date, or text as 2026-03-02), `effect`, `severity`, and where there are any
            `side` and `note`.
        treatment: id in the catalogue.
        treated_on: day of the treatment, or first day of one that is used every day.
        today: no entry is of a later day.

    Raises:
        InputError: something in it is unknown or cannot be.

    >>> check_diary_entry(
    ...     {"on": "2026-03-02", "effect": "bruise", "severity": 3, "side": "left"},
    ...     treatment="botulinum_toxin", treated_on=date(2026, 3, 1), today=date(2026, 3, 5),
    ... )
    DiaryEntry(on=datetime.date(2026, 3, 2), effect='bruise', severity=3, side='left', note='')
    """
    for name in table:
        if name not in _KEYS:
            raise InputError(f"An entry has no '{name}'.", nearest_name(name, _KEYS))
    for name in _KEYS[:3]:
        if name not in table:
            raise InputError(f"An entry lacks '{name}'.", "Every entry has on, effect, severity.")
    possible = {effect.id: effect for effect in side_effects(treatment)}
    name = table["effect"]
    if not isinstance(name, str) or name not in possible:
        raise InputError(
            f"'{name}' is no side effect of {treatment_of(treatment).id}.",
            nearest_name(str(name), possible),
        )
    return DiaryEntry(
        on=_day_between(as_day(table["on"], "on"), treated_on, today),
        effect=name,
        severity=_severity(table["severity"]),
        side=_side(table.get("side"), possible[name]),
        note=_note(table.get("note", "")),
    )


def judge_course(
    entries: Sequence[DiaryEntry], effect_id: str, treated_on: date, today: date
) -> Course:
    """How an effect goes.

    Args:
        entries: of the diary; those of other effects do not matter.
        effect_id: the effect.
        treated_on: day of the treatment, or first day of one that is used every day.
        today: the day of the judgement.

    Returns:
        Its course. An effect that can be a danger to life is always "seek help".

    Raises:
        InputError: no such effect, or nothing was noted of one that is no emergency.

    >>> noted = [DiaryEntry(date(2026, 3, 2), "bruise", 3, "left")]
    >>> judge_course(noted, "bruise", date(2026, 3, 1), date(2026, 3, 2)).state
    'as expected'
    """
    effect = side_effect(effect_id)
    own = sorted((entry for entry in entries if entry.effect == effect_id), key=lambda e: e.on)
    if effect.seek_help == "emergency":
        return _course(effect, "seek help", (today - treated_on).days, "emergency", "emergency")
    if not own:
        raise InputError(f"Nothing was noted of '{effect_id}'.", "Note it before it is judged.")
    first_noted, now = _latest_spell(own)
    begun = treated_on if effect.counted_from == "treatment" else first_noted
    day = (own[-1].on - begun).days
    gone = now == 0
    if effect.unusual_after_days is None:
        if gone:
            return _course(effect, "as expected", day, "doctor_gone", "prescriber")
        return _course(effect, "seek help", day, "doctor_today", "doctor today")
    late = day > effect.unusual_after_days
    if gone:
        return _course(effect, "as expected", day, "gone_late" if late else "gone", "none")
    if now >= _table()["severity"]["unusual_from"]:
        return _course(effect, "stronger than usual", day, "stronger", "prescriber")
    if late:
        return _course(effect, "longer than usual", day, "longer", "prescriber")
    if (today - begun).days > effect.unusual_after_days:
        return _course(effect, "as expected", day, "unknown", effect.seek_help)
    words = "usual" if effect.seek_help == "none" else "usual_tell"
    return _course(effect, "as expected", day, words, effect.seek_help)


def still_there(entries: Sequence[DiaryEntry], effect_id: str) -> bool:
    """Whether an effect has not gone, as it was last noted on each side.

    >>> noted = [DiaryEntry(date(2026, 3, 2), "bruise", 3, "left")]
    >>> still_there(noted, "bruise"), still_there(noted, "pain")
    (True, False)
    """
    own = sorted((entry for entry in entries if entry.effect == effect_id), key=lambda e: e.on)
    return bool(own) and _latest_spell(own)[1] > 0


def _latest_spell(own: Sequence[DiaryEntry]) -> tuple[date, int]:
    """First day of the effect since it last came, and how bad it is now on its worse side.

    A side stays as it was last noted; within a day the worse note counts.
    """
    severity = {"left": 0, "right": 0}
    begun, there = own[0].on, False
    for day, notes in groupby(own, key=lambda entry: entry.on):
        of_day = list(notes)
        for side in severity:
            noted = [note.severity for note in of_day if note.side in (side, "both", None)]
            severity[side] = max(noted, default=severity[side])
        if any(severity.values()) and not there:
            begun = day
        there = any(severity.values())
    return begun, max(severity.values())


def _course(effect: SideEffect, state: State, day: int, words: str, help_: SeekHelp) -> Course:
    row = _table()["course"][words]
    stronger = state == "stronger than usual"
    source, strength = (
        (row["source"], row["strength"]) if stronger else (effect.source, effect.strength)
    )
    return Course(effect.id, state, day, row["text"], help_, source, strength)


def _severity(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _WORST:
        raise InputError(
            f"The severity {value!r} is not a whole number from 0 to {_WORST}.",
            "0 means gone, 10 as bad as it can be.",
        )
    return value


def _side(value: Any, effect: SideEffect) -> Side | None:
    if not effect.sides:
        if value is not None:
            raise InputError(f"'{effect.id}' has no side.", "Leave the side out.")
        return None
    if value not in _SIDES:
        raise InputError(
            f"'{effect.id}' needs a side." if value is None else f"{value!r} is no side.",
            f"Give the person's own side, one of: {', '.join(_SIDES)}.",
        )
    side: Side = value
    return side


def _note(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_NOTE:
        raise InputError(
            f"The note is not a text of at most {_LONGEST_NOTE} signs.",
            "Shorten it, or leave it out.",
        )
    return value


def as_day(value: Any, name: str) -> date:
    """A date, or one written as YEAR-MONTH-DAY.

    Args:
        value: what was given.
        name: what it is called to the person.

    Raises:
        InputError: it is neither.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}: {value!r} is no day.", "Write it as YEAR-MONTH-DAY, such as 2026-03-02."
        ) from None


def _day_between(day: date, treated_on: date, today: date) -> date:
    if day < treated_on:
        raise InputError(
            f"{day} is before the treatment on {treated_on}.", "Check both dates of the diary."
        )
    if day > today:
        raise InputError(f"{day} is still to come.", f"Give a day up to today, {today}.")
    return day


@cache
def _effects() -> Mapping[str, SideEffect]:
    rows = [_effect(row) for row in _table()["effect"]]
    rows.sort(key=lambda effect: -URGENCY.index(effect.seek_help))
    return {effect.id: effect for effect in rows}


def _effect(row: Mapping[str, Any]) -> SideEffect:
    pairs = {
        name: (int(row[name][0]), int(row[name][1]))
        for name in ("starts_days", "usual_days")
        if name in row
    }
    return SideEffect(
        **{
            "usual_days": None,
            "unusual_after_days": None,
            "sides": False,
            **row,
            **pairs,
            "treatments": tuple(row["treatments"]),
            "rate": _rate(row),
        }
    )


def _rate(row: Mapping[str, Any]) -> Rate | None:
    """The rate of its harm in the catalogue."""
    if "harm" not in row:
        return None
    harms: list[Harm] = [
        harm
        for entry in catalogue()
        if entry.id in row["treatments"]
        for harm in entry.published.harms
        if harm.what == row["harm"]
    ]
    (harm,) = harms
    if harm.rate is None:
        return None
    return Rate(
        value=harm.rate,
        low=harm.low,
        high=harm.high,
        text=_in_words(harm.rate),
        source=harm.source,
        strength=harm.strength,
    )


def _in_words(share: float) -> str:
    """A share as people read it.

    >>> _in_words(0.043), _in_words(0.8)
    ('About 1 in 25 people get this.', 'About 8 in 10 people get this.')
    """
    if share > 0.5:
        return f"About {round(10 * share)} in 10 people get this."
    one_in = 1.0 / share
    step = 1 if one_in < 12 else 5 if one_in < 50 else 10
    return f"About 1 in {round(one_in / step) * step} people get this."


@cache
def _table() -> dict[str, Any]:
    path = files("rubor.pathway") / "data" / "side_effects.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
