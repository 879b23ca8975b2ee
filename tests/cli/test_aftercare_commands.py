"""`rubor follow-up`, `rubor information` and `rubor side-effects`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

Run = Callable[..., Any]

DIARY = """
treatment = "botulinum_toxin"
treated_on = 2026-03-01

[[entries]]
on = 2026-03-20
effect = "bruise"
severity = 2
side = "left"

[[entries]]
on = 2026-03-02
effect = "bumps"
severity = 2

[[entries]]
on = 2026-03-20
effect = "swallowing_or_breathing"
severity = 1
"""


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary.toml"
    path.write_text(DIARY, encoding="utf-8")
    return path


def valid(text: str, schema: str) -> Any:
    """The document, if its schema allows it."""
    document = json.loads(text)
    path = files("rubor.pathway") / "schemas" / f"{schema}.schema.json"
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


# --- follow-up ------------------------------------------------------------------------------------

TOXIN = ("follow-up", "--treatment", "botulinum_toxin", "--date", "2026-03-01")


def test_follow_up_lists_visits_tasks_and_when_to_stop(run: Run) -> None:
    ended = run(*TOXIN)
    assert (ended.code, ended.err) == (0, "")
    assert "1. Week 2: 2026-03-15 (2026-03-15 to 2026-03-19)\n   - Record your smile" in ended.out
    assert "Stop when your blush is back" in ended.out
    assert "you may stop" in run(*TOXIN, "--back-on", "2026-06-28").out


def test_follow_up_json_is_as_its_schema_says(run: Run) -> None:
    document = valid(run(*TOXIN, "--until", "2026-05-01", "--json").out, "follow-up")
    assert [visit["week"] for visit in document["visits"]] == [2, 4, 8]


def test_the_calendar_moves_its_entries_when_the_treatment_moves(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "days.ics"
    assert run(*TOXIN, "--calendar", path).code == 0
    first = path.read_text(encoding="utf-8")
    assert first.count("BEGIN:VEVENT") == 8
    assert run(*TOXIN[:-1], "2026-03-08", "--calendar", path).code == 0
    second = path.read_text(encoding="utf-8")
    assert re.findall(r"UID:(\S+)", first) == re.findall(r"UID:(\S+)", second)
    assert "SEQUENCE:1" in second
    assert "toxin" not in second


def test_follow_up_refuses_with_the_cure(run: Run) -> None:
    ended = run("follow-up", "--treatment", "toxin", "--date", "2026-03-01")
    assert (ended.code, ended.out) == (1, "")
    assert "Choose one of" in ended.err
    assert run(*TOXIN, "--until", "2026-02-01").code == 1
    assert run(*TOXIN[:-1], "1 March").code == 2
    assert run("follow-up").code == 2


# --- information ----------------------------------------------------------------------------------


def test_information_prints_questions_answers_and_sources(run: Run) -> None:
    ended = run("information", "botulinum_toxin")
    assert (ended.code, ended.err) == (0, "")
    assert "Does it hurt?\n- The needle stings for a moment." in ended.out
    assert "(mild pain, for days)" in ended.out
    assert "not certified as a medical device" in ended.out


def test_information_in_swedish(run: Run) -> None:
    assert "Gör det ont?" in run("information", "make_up", "--language", "sv").out
    refused = run("information", "make_up", "--language", "xx")
    assert (refused.code, refused.out) == (1, "")
    assert "Choose one of: en, sv" in refused.err


def test_information_json_is_as_its_schema_says(run: Run) -> None:
    document = valid(run("information", "sertraline", "--json").out, "information")
    assert document["treatment"] == "sertraline"


def test_information_as_a_page_and_for_printing(run: Run, tmp_path: Path) -> None:
    page, print_ = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    assert (
        run("information", "make_up", "--language", "sv", "--out", page).out == f"Sheet: {page}\n"
    )
    text = page.read_text(encoding="utf-8")
    assert '<html lang="sv">' in text
    assert "Gör det ont?" in text
    assert run("information", "make_up", "--out", print_).code == 0
    assert print_.read_bytes().startswith(b"%PDF")
    refused = run("information", "make_up", "--out", tmp_path / "sheet.docx")
    assert refused.code == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["sheet.html", "sheet.pdf"]


# --- side effects ---------------------------------------------------------------------------------


def test_side_effects_lists_emergencies_first_and_the_usual_course(run: Run) -> None:
    ended = run("side-effects", "botulinum_toxin")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Call the emergency number at once\n")
    assert "Usually gone after 2 to 10 days; longer than usual after 14" in ended.out


def test_a_diary_is_judged_effect_by_effect(run: Run, diary: Path) -> None:
    ended = run("side-effects", "--diary", diary, "--on", "2026-03-20")
    assert ended.code == 0
    assert ended.out.startswith("hard to swallow, speak or breathe: seek help")
    assert "bruise: longer than usual, day 19" in ended.out
    assert "small bumps like insect bites: as expected" in ended.out


def test_side_effects_json_is_as_its_schema_says(run: Run, diary: Path) -> None:
    expected = valid(run("side-effects", "pulsed_dye_laser", "--json").out, "side-effect-courses")
    assert expected["courses"] == []
    judged = valid(
        run("side-effects", "--diary", diary, "--on", "2026-03-20", "--json").out,
        "side-effect-courses",
    )
    assert judged["courses"][0]["seek_help"] == "emergency"


def test_a_diary_that_cannot_be_is_refused(run: Run, diary: Path) -> None:
    ended = run("side-effects", "--diary", diary, "--on", "2026-03-10")
    assert (ended.code, ended.out) == (1, "")
    assert "Entry 1: 2026-03-20 is still to come" in ended.err
    assert run("side-effects").code == 2
    assert run("side-effects", "make_up", "--diary", diary).code == 2
