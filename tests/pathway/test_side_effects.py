"""Side effects: their expected course from data, a checked diary, and what an entry means."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.pathway import (
    DiaryEntry,
    check_diary_entry,
    diary_from_json,
    diary_to_json,
    judge_course,
    judge_diary,
    read_diary,
    side_effect,
    side_effects,
)
from rubor.treatments import catalogue

TREATED = date(2026, 3, 1)
EVERY = {effect.id: effect for entry in catalogue() for effect in side_effects(entry.id)}
EMERGENCIES = [name for name, effect in EVERY.items() if effect.seek_help == "emergency"]
# Not something to note in a diary: a sum over effects, and a feeling about the operation.
NO_COURSE = {"any side effect", "regret of the operation"}


def day(number: int) -> date:
    return TREATED + timedelta(days=number)


def bruise(number: int, severity: int) -> DiaryEntry:
    return DiaryEntry(day(number), "bruise", severity, "left")


def state(effect: str, *noted: tuple[int, int], today: int | None = None) -> str:
    """State of an effect that was noted as (day, severity)."""
    side = "left" if side_effect(effect).sides else None
    entries = [DiaryEntry(day(number), effect, severity, side) for number, severity in noted]
    last = noted[-1][0] if today is None else today
    return judge_course(entries, effect, TREATED, day(last)).state


# --- the data -------------------------------------------------------------------------------------


def test_every_treatment_has_side_effects_and_those_that_need_help_come_first() -> None:
    urgency = ["emergency", "doctor today", "prescriber", "none"]
    for entry in catalogue():
        places = [urgency.index(effect.seek_help) for effect in side_effects(entry.id)]
        assert places and places == sorted(places), entry.id


def test_every_harm_of_the_catalogue_can_be_noted_in_the_diary() -> None:
    for entry in catalogue():
        covered = {effect.harm for effect in side_effects(entry.id)}
        harms = {harm.what for harm in entry.published.harms} - NO_COURSE
        assert harms <= covered, entry.id


def test_a_rate_is_that_of_the_catalogue() -> None:
    harms = {(entry.id, harm.what): harm for entry in catalogue() for harm in entry.published.harms}
    rated = [effect for effect in EVERY.values() if effect.rate is not None]
    assert len(rated) > 5
    for effect in rated:
        assert len(effect.treatments) == 1, effect.id
        assert effect.rate is not None and effect.harm is not None
        harm = harms[effect.treatments[0], effect.harm]
        assert (effect.rate["value"], effect.rate["source"]) == (harm.rate, harm.source)
    assert {name for name, harm in harms.items() if harm.rate and name[1] not in NO_COURSE} == {
        (effect.treatments[0], effect.harm) for effect in rated
    }


def test_a_course_starts_before_it_ends_and_is_unusual_only_after() -> None:
    for effect in EVERY.values():
        assert 0 <= effect.starts_days[0] <= effect.starts_days[1], effect.id
        usual, unusual = effect.usual_days, effect.unusual_after_days
        # What always needs help has no usual course.
        assert (usual is None) == (effect.seek_help in ("emergency", "doctor today")), effect.id
        assert (usual is None) == (unusual is None), effect.id
        if usual is not None and unusual is not None:
            assert usual[0] <= usual[1] <= unusual, effect.id


def test_the_usual_course_after_toxin_is_bites_a_day_bruises_days_smile_weeks() -> None:
    assert side_effect("bumps").usual_days == (0, 1)
    assert side_effect("bruise").usual_days == (2, 10)
    assert side_effect("uneven_smile").usual_days == (14, 84)


def test_an_unknown_effect_or_treatment_is_refused_with_what_is_near() -> None:
    with pytest.raises(InputError, match="Did you mean bruise"):
        side_effect("bruize")
    with pytest.raises(InputError, match="Did you mean make_up"):
        side_effects("makeup")


# --- one entry ------------------------------------------------------------------------------------


def check(**changes: Any) -> DiaryEntry:
    table = {"on": "2026-03-02", "effect": "bruise", "severity": 3, "side": "left", **changes}
    table = {name: value for name, value in table.items() if value is not ...}
    return check_diary_entry(
        table, treatment="botulinum_toxin", treated_on=TREATED, today=date(2026, 3, 20)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"effect": "bruize"}, "'bruize' is no side effect.*Did you mean bruise"),
        ({"effect": "dry_mouth", "side": ...}, "'dry_mouth' is no side effect of botulinum_toxin"),
        ({"effect": ["bruise"]}, "is no side effect"),
        ({"severity": 11}, "11 is not a whole number from 0 to 10"),
        ({"severity": -1}, "whole number"),
        ({"severity": 2.5}, "whole number"),
        ({"severity": True}, "whole number"),
        ({"severity": "3"}, "whole number"),
        ({"side": ...}, "'bruise' needs a side.*the person's own side"),
        ({"side": "image-left"}, "no side"),
        ({"effect": "headache", "side": "left"}, "'headache' has no side"),
        ({"on": "2026-02-28"}, "before the treatment"),
        ({"on": "2026-03-21"}, "still to come"),
        ({"on": "yesterday"}, "no day.*YEAR-MONTH-DAY"),
        ({"on": 5}, "no day"),
        ({"on": ...}, "lacks 'on'"),
        ({"note": 5}, "note"),
        ({"where": "cheek"}, "no 'where'"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_the_cure(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        check(**changes)
    assert refused.value.cure


def test_an_entry_on_the_day_of_treatment_and_one_of_today_are_taken() -> None:
    assert check(on=TREATED).on == TREATED
    assert check(on="2026-03-20", note="blue").note == "blue"
    assert check(effect="headache", side=...).side is None


# --- the course -----------------------------------------------------------------------------------


def test_a_bruise_is_as_expected_for_days_and_then_longer_than_usual() -> None:
    assert state("bruise", (1, 3)) == "as expected"
    assert state("bruise", (1, 3), (14, 1)) == "as expected"
    assert state("bruise", (1, 3), (15, 1)) == "longer than usual"


def test_something_severe_is_stronger_than_usual_and_for_the_prescriber() -> None:
    assert state("bruise", (1, 6)) == "as expected"
    course = judge_course([bruise(1, 7)], "bruise", TREATED, day(1))
    assert (course.state, course.seek_help) == ("stronger than usual", "prescriber")


def test_the_latest_note_counts_and_0_means_gone() -> None:
    assert state("bruise", (1, 9), (5, 2)) == "as expected"
    assert "gone" in judge_course([bruise(1, 9), bruise(5, 0)], "bruise", TREATED, day(90)).text


def test_one_side_that_has_gone_leaves_the_other_as_it_was_noted() -> None:
    entries = [bruise(1, 9), DiaryEntry(day(2), "bruise", 0, "right")]
    assert judge_course(entries, "bruise", TREATED, day(2)).state == "stronger than usual"
    entries.append(DiaryEntry(day(3), "bruise", 0, "both"))
    assert "gone" in judge_course(entries, "bruise", TREATED, day(3)).text


def test_a_diary_that_breaks_off_is_asked_about_and_not_judged_long() -> None:
    course = judge_course([bruise(2, 3)], "bruise", TREATED, day(60))
    assert course.state == "as expected"
    assert "still there" in course.text


def test_an_uneven_smile_is_told_to_the_prescriber_and_is_long_after_12_weeks() -> None:
    smile = [DiaryEntry(day(84), "uneven_smile", 3, "right")]
    course = judge_course(smile, "uneven_smile", TREATED, day(84))
    assert (course.state, course.seek_help) == ("as expected", "prescriber")
    assert state("uneven_smile", (85, 3)) == "longer than usual"


def test_what_is_used_every_day_is_counted_from_the_first_note_since_it_last_came() -> None:
    assert state("redder_afterwards", (100, 3)) == "as expected"
    assert state("redder_afterwards", (100, 3), (103, 3)) == "longer than usual"
    assert state("redder_afterwards", (100, 3), (102, 0), (103, 3)) == "as expected"


def test_an_infection_is_for_a_doctor_today_however_mild() -> None:
    assert state("infection", (3, 1)) == "seek help"
    assert state("infection", (3, 1), (6, 0)) == "as expected"


def test_nothing_noted_is_nothing_to_judge() -> None:
    with pytest.raises(InputError, match="Nothing was noted"):
        judge_course([], "bruise", TREATED, day(3))


notes = st.lists(
    st.builds(
        DiaryEntry,
        on=st.integers(0, 400).map(day),
        effect=st.sampled_from(sorted(EVERY)),
        severity=st.integers(0, 10),
        side=st.sampled_from(["left", "right", "both", None]),
    ),
    max_size=12,
)


@given(notes, st.sampled_from(EMERGENCIES), st.integers(0, 500))
def test_an_emergency_is_always_to_seek_help_whatever_else_is_noted(
    entries: list[DiaryEntry], emergency: str, today: int
) -> None:
    course = judge_course(entries, emergency, TREATED, day(today))
    assert (course.state, course.seek_help) == ("seek help", "emergency")
    assert "emergency number" in course.text


@given(notes, st.integers(0, 500))
def test_no_entry_of_another_effect_changes_a_course(entries: list[DiaryEntry], today: int) -> None:
    own = [entry for entry in entries if entry.effect == "bruise"]
    if own:
        assert judge_course(entries, "bruise", TREATED, day(today)) == judge_course(
            own, "bruise", TREATED, day(today)
        )


# --- the file -------------------------------------------------------------------------------------

DIARY = """
treatment = "botulinum toxin"
treated_on = 2026-03-01

[[entries]]
on = 2026-03-09
effect = "uneven_smile"
severity = 4
side = "left"
note = "only when I laugh"

[[entries]]
on = 2026-03-02
effect = "bumps"
severity = 2

[[entries]]
on = 2026-03-10
effect = "swallowing_or_breathing"
severity = 1
"""
TODAY = date(2026, 3, 20)


@pytest.fixture
def diary_file(tmp_path: Path) -> Path:
    path = tmp_path / "diary.toml"
    path.write_text(DIARY, encoding="utf-8")
    return path


def test_a_diary_is_sorted_judged_and_its_emergencies_come_first(diary_file: Path) -> None:
    diary = read_diary(diary_file, today=TODAY)
    assert next(entry.effect for entry in diary.entries) == "bumps"
    courses = judge_diary(diary, TODAY)
    assert [course.effect for course in courses] == [
        "swallowing_or_breathing",
        "uneven_smile",
        "bumps",
    ]
    assert all(course.source and course.strength for course in courses)


def test_a_diary_as_json_is_as_its_schema_says_and_comes_back(
    diary_file: Path, tmp_path: Path
) -> None:
    diary = read_diary(diary_file, today=TODAY)
    document = diary_to_json(diary)
    path = files("rubor.pathway") / "schemas" / "side-effects.schema.json"
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    assert diary_from_json(document, today=TODAY) == diary
    copy = tmp_path / "diary.json"
    copy.write_text(json.dumps(document), encoding="utf-8")
    assert read_diary(copy, today=TODAY) == diary


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("treatment = ", "not valid TOML"),
        ("treated_on = 2026-03-01\n", "names no treatment"),
        ('treatment = "toxin_x"\ntreated_on = 2026-03-01\n', "No treatment is called"),
        ('treatment = "make_up"\n', "treated_on: None is no day"),
        ('treatment = "make_up"\ntreated_on = 2027-03-01\n', "still to come"),
        ('schema = "rubor.plan/1"\n', "not a 'rubor.side-effects/1'"),
        (DIARY.replace("severity = 2", "severity = 12"), "Entry 2: The severity 12"),
        (DIARY.replace("entries", "entry"), "no 'entry'"),
    ],
)
def test_a_diary_that_cannot_be_is_refused(diary_file: Path, text: str, message: str) -> None:
    diary_file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_diary(diary_file, today=TODAY)
    with pytest.raises(InputError, match="cannot be read"):
        read_diary(diary_file.with_name("none.toml"), today=TODAY)
