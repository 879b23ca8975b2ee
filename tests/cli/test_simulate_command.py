"""`rubor simulate` lists, prints and films scenarios."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

TINY = """
title = "a tiny one"
duration_s = 0.4
frame_rate = 10
width = 320
height = 180
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


def test_lists_the_examples_with_what_each_shows(run: Run) -> None:
    ended = run("simulate", "--list")
    assert ended.code == 0
    lines = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert "blush" in lines["blush"]
    assert "treated_patch" in lines
    assert json.loads(run("simulate", "--list", "--json").out) == lines


def test_prints_an_example_that_reads_back(run: Run, tmp_path: Path) -> None:
    ended = run("simulate", "blush", "--print")
    assert ended.code == 0
    mine = tmp_path / "mine.toml"
    mine.write_text(ended.out, encoding="utf-8")
    assert run("simulate", mine, "--print").out == ended.out


def test_films_a_scenario_and_says_where_it_is(run: Run, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    ended = run("simulate", tiny, "--out", out)
    assert ended.code == 0
    assert f"Video: {out / 'video.mp4'}" in ended.out
    assert (out / "truth.parquet").is_file()


def test_json_names_every_file(run: Run, tiny: Path, tmp_path: Path) -> None:
    ended = run("simulate", tiny, "--out", tmp_path / "out", "--json")
    document = json.loads(ended.out)
    assert document.pop("schema") == "rubor.simulation/1"
    assert all(Path(path).is_file() for path in document.values())


def test_a_wrong_key_is_refused_and_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("frame_rat = 5\n", encoding="utf-8")
    ended = run("simulate", wrong, "--out", tmp_path / "new" / "out")
    assert ended.code == 1
    assert "Did you mean 'frame_rate'" in " ".join(ended.err.split())
    assert not (tmp_path / "new").exists()


def test_an_unknown_example_is_refused(run: Run, tmp_path: Path) -> None:
    ended = run("simulate", "blsh", "--out", tmp_path / "out")
    assert ended.code == 1
    assert "Did you mean 'blush'" in " ".join(ended.err.split())


@pytest.mark.parametrize("arguments", [(), ("blush",)])
def test_what_is_missing_is_a_usage_error(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("simulate", *arguments).code == 2
