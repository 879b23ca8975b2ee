"""`rubor suitability`: answers in, an ordered pathway with reasons out."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rubor.measurement import Recording, write_recording

Run = Callable[..., Any]

ANSWERS = """
age_years = 30
troubled_by = ["sudden_redness"]
troubles_most = "redness"
usual_trigger = "attention"
resting_redness = "moderate"
skin_tone = "light"
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS, encoding="utf-8")
    return path


def valid(text: str) -> Any:
    """The document, if its schema allows it."""
    document = json.loads(text)
    path = files("rubor.pathway") / "schemas" / "suitability.schema.json"
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def test_each_line_has_its_rule_why_source_and_strength(run: Run, answers: Path) -> None:
    ended = run("suitability", answers)
    assert (ended.code, ended.err) == (0, "")
    assert "What may come, in this order\n1. A course of light first" in ended.out
    assert "Why: Lasting redness" in ended.out
    assert "[light_first; Papageorgiou 2008" in ended.out
    assert "A blush rather than a flush: " in ended.out
    assert "- comes_with (safety): " in ended.out
    assert "Only once answered: the questions marked (safety) below" in ended.out
    assert "Not a diagnosis and not a prescription" in ended.out


def test_a_red_flag_is_first_and_no_treatment_is_named(run: Run, answers: Path) -> None:
    answers.write_text(ANSWERS + 'comes_with = ["wheeze"]\n', encoding="utf-8")
    ended = run("suitability", answers)
    assert ended.code == 0
    assert ended.out.startswith("Stop, and see a doctor first\n1. See a doctor")
    assert "What may come" not in ended.out


def test_json_is_as_its_schema_says(run: Run, answers: Path) -> None:
    document = valid(run("suitability", answers, "--json").out)
    assert document["lines"][0]["rule"] == "light_first"
    assert document["measured"] is None
    answers.write_text(ANSWERS + 'health = ["neuromuscular_disease"]\n', encoding="utf-8")
    again = valid(run("suitability", answers, "--json").out)
    assert again["lines"][0]["action"] == "stop"


def test_somebody_under_18_is_refused_and_red_flags_are_still_told(run: Run, answers: Path) -> None:
    answers.write_text('age_years = 16\ncomes_with = ["wheeze"]\n', encoding="utf-8")
    ended = run("suitability", answers)
    assert ended.code == 1
    assert "under 18" in ended.err
    assert "[diarrhoea_or_wheeze;" in ended.out
    assert "What may come" not in ended.out


def test_bad_answers_are_refused(run: Run, answers: Path) -> None:
    answers.write_text('comes_with = ["weeze"]\n', encoding="utf-8")
    ended = run("suitability", answers)
    assert (ended.code, ended.out) == (1, "")
    assert "Did you mean wheeze" in ended.err
    assert run("suitability").code == 2
    assert run("suitability", "--blank", "--language", "xx").code == 1
    answers.write_text("fear = 3\n", encoding="utf-8")
    ended = run("suitability", answers, "--language", "sv")
    assert (ended.code, ended.out) == (2, "")
    assert "goes with --blank" in ended.err


def test_a_blank_file_can_be_filled_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "blank.toml"
    path.write_text(run("suitability", "--blank", "--language", "sv").out, encoding="utf-8")
    assert "Hur gammal är du" in path.read_text(encoding="utf-8")
    assert run("suitability", path).code == 0


def test_a_recording_that_was_not_accepted_does_not_count(
    run: Run, answers: Path, measured: Path
) -> None:
    document = valid(run("suitability", answers, "--recording", measured / "blush", "--json").out)
    alone = valid(run("suitability", answers, "--json").out)
    assert document["measured"]["left_out"]
    assert document["measured"]["blush_probability"] is None
    assert document["blush_probability"] == alone["blush_probability"]


def test_a_recording_with_a_blush_supports_the_answers(
    run: Run, answers: Path, with_a_quick_rise: Path
) -> None:
    alone = valid(run("suitability", answers, "--json").out)
    document = valid(run("suitability", answers, "--recording", with_a_quick_rise, "--json").out)
    assert document["measured"]["episodes"] == 1
    assert document["measured"]["blush_probability"] > 0.5
    assert document["blush_probability"]["value"] > alone["blush_probability"]["value"]
    assert [line["rule"] for line in document["lines"]] == [line["rule"] for line in alone["lines"]]


def test_a_folder_without_a_recording_is_refused(run: Run, answers: Path, tmp_path: Path) -> None:
    ended = run("suitability", answers, "--recording", tmp_path)
    assert (ended.code, ended.out) == (1, "")


@pytest.fixture
def with_a_quick_rise(measured: Path) -> Path:
    """The measured folder as an accepted minute in which redness rises within seconds at 20 s."""
    folder = measured / "blush"
    short = Recording.load(folder)
    traces = short.traces.iloc[:0].copy()
    rows = []
    for number in range(600):
        time_s = number / 10.0
        rise = 0.4 * min(max(time_s - 20.0, 0.0) / 4.0, 1.0) * (0.9 ** max(time_s - 34.0, 0.0))
        for place, region in enumerate(short.summary["regions"]):
            ripple = 0.01 * ((number * 7919 + place * 104729) % 101 / 50.0 - 1.0)
            change = rise + ripple
            rows.append(
                {
                    "time_s": time_s,
                    "region": region,
                    "blood_change": change,
                    "blood_change_sd": 0.02,
                    "erythema_index_change": change / 12.0,
                    "erythema_index": 0.3 + change / 12.0,
                    "lab_l": 60.0,
                    "lab_a": 12.0 + 8.0 * change,
                    "lab_b": 15.0,
                    "valid": True,
                }
            )
    table = type(traces)(rows)[list(traces.columns)]
    cells = short.cells.iloc[:7]
    summary = {
        **short.summary,
        "accepted": True,
        "video": {**short.summary["video"], "frames": 600, "duration_s": 60.0},
        "baseline": {"start_s": 0.0, "end_s": 15.0, "source": "requested"},
        "events": [{"time_s": 19.0, "kind": "stimulus_start"}],
    }
    write_recording(Recording(summary, table, lambda: iter([cells])), folder)
    return folder
