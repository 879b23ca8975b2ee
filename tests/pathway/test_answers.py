"""Answers are read as they were given, or refused with what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rubor.errors import InputError
from rubor.pathway import check_answers, read_answers


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'age_years = 34\nwhere = ["cheeks"]\n[scores]\nspin = 25\n', encoding="utf-8"
    )
    (tmp_path / "a.json").write_text(
        json.dumps({"age_years": 34, "where": ["cheeks"], "scores": {"spin": 25}}), encoding="utf-8"
    )
    toml, other = read_answers(tmp_path / "a.toml"), read_answers(tmp_path / "a.json")
    assert dict(toml.given) == dict(other.given) == {"age_years": 34, "where": ["cheeks"]}
    assert dict(toml.scores) == dict(other.scores) == {"spin": 25}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"age_year": 34}, "no question 'age_year'. Did you mean age_years"),
        ({"age_years": "old"}, "not a number from 0 to 120"),
        ({"age_years": 300}, "not a number from 0 to 120"),
        ({"age_years": True}, "not a number"),
        ({"age_years": float("nan")}, "not a number"),
        ({"fear": 11}, "from 0 to 10"),
        ({"one_side": "left"}, "'left' is no answer to 'one_side'"),
        ({"one_side": True}, "'True' is no answer"),
        ({"comes_with": "wheeze"}, "not a list"),
        ({"comes_with": ["weeze"]}, "Did you mean wheeze"),
        ({"questionnaire": "rubor.suitability/0"}, "not to 'rubor.suitability/1'"),
        ({"scores": {"spin": 70}}, "from 0 to 68"),
        ({"scores": {"phq": 7}}, "No scale is called 'phq'"),
        ({"scores": 7}, "not a table"),
    ],
)
def test_what_cannot_be_is_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as refused:
        check_answers(table)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", b"age_years = ", "not valid TOML"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"[1]", "no answers by name"),
        ("a.toml", b"\xff\xfe", "not a text file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_answers(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--blank"):
        read_answers(tmp_path / "none.toml")


def test_none_beside_something_does_not_hide_it() -> None:
    answers = check_answers({"comes_with": ["none", "wheeze"]})
    assert answers.given["comes_with"] == ["wheeze"]
    assert answers.contradictions == ("comes_with",)
