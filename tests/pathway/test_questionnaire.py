"""Rubor's own questions: complete in every language, with stable ids, and with no words of a scale."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.optics.skin_tone import skin_tones
from rubor.pathway import Question, blank_answers, check_answers, languages, questionnaire
from rubor.pathway.instrument_scoring import instrument, instrument_names


def test_ids_are_unique_and_the_version_is_named() -> None:
    ids = [entry.id for entry in questionnaire().questions]
    assert len(ids) == len(set(ids))
    assert questionnaire().name == "rubor.suitability/1"
    assert questionnaire().source and questionnaire().strength


@pytest.mark.parametrize("entry", questionnaire().questions, ids=lambda entry: entry.id)
def test_each_question_says_why_and_can_be_answered(entry: Question) -> None:
    assert entry.text.endswith(("?", ".")) and entry.why
    if entry.kind == "choices":
        assert "none" in entry.options


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_a_translation_has_every_word_and_nothing_else(language: str) -> None:
    english = questionnaire()
    path = files("rubor.pathway") / "data" / f"questionnaire.{language}.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    assert (words["questionnaire"], words["version"]) == (english.id, english.version)
    assert list(words["questions"]) == [entry.id for entry in english.questions]
    for entry in english.questions:
        assert list(words["questions"][entry.id].get("options", {})) == list(entry.options)
        translated = questionnaire(language).question(entry.id)
        assert translated.text != entry.text and translated.why != entry.why
        same = [name for name in entry.options if translated.options[name] == entry.options[name]]
        assert set(same) <= {"vitiligo", "nose", "tan"}, entry.id


def test_swedish_is_there() -> None:
    assert "sv" in languages()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="en, sv"):
        questionnaire("xx")


def test_skin_tones_are_those_that_are_measured_with() -> None:
    options = list(questionnaire().question("skin_tone").options)
    assert options[:-1] == [tone.name for tone in skin_tones()]


@pytest.mark.parametrize("language", languages())
def test_a_blank_file_is_valid_and_names_every_question(language: str) -> None:
    text = blank_answers(language)
    assert check_answers(tomllib.loads(text)).given == {}
    for entry in questionnaire().questions:
        assert f"# {entry.id} = " in text


def test_the_schema_of_answers_agrees_with_the_questions() -> None:
    path = files("rubor.pathway") / "schemas" / "answers.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert set(properties) == {entry.id for entry in questionnaire().questions} | {
        "questionnaire",
        "scores",
    }
    for entry in questionnaire().questions:
        found = properties[entry.id]
        assert found["description"] == entry.text
        if entry.options:
            assert found.get("enum", found.get("items", {}).get("enum")) == list(entry.options)
        else:
            assert (found["minimum"], found["maximum"]) == (entry.at_least, entry.at_most)
    for name in instrument_names():
        limits = properties["scores"]["properties"][name]
        assert (limits["minimum"], limits["maximum"]) == instrument(name).score_range
