"""`rubor episodes`: a table, a document and a figure beside every measured recording."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from rubor.measurement import Recording, write_recording
from rubor.measurement.recording import CELL_COLUMNS

Run = Callable[..., Any]


@pytest.fixture
def with_a_blush(measured: Path) -> Path:
    """The measured folder, its traces replaced by a minute with a rise from 20 to 40 s."""
    folder = measured / "blush"
    short = Recording.load(folder)
    rows = []
    for number in range(600):
        time_s = number / 10.0
        rise = 0.4 * min(max(time_s - 20.0, 0.0) / 4.0, 1.0) * (0.9 ** max(time_s - 34.0, 0.0))
        for place, region in enumerate(short.summary["regions"]):
            ripple = 0.01 * ((number * 7919 + place * 104729) % 101 / 50.0 - 1.0)
            rows.append((time_s, region, rise + ripple))
    table = pd.DataFrame(rows, columns=["time_s", "region", "blood_change"])
    table["erythema_index_change"] = table["blood_change"] / 12.0
    table["erythema_index"] = 0.3 + table["erythema_index_change"]
    table["lab_l"], table["lab_b"] = 60.0, 15.0
    table["lab_a"] = 12.0 + 8.0 * table["blood_change"]
    table["blood_change_sd"], table["valid"] = 0.02, True
    table = table[list(short.traces.columns)]
    cells = table.rename(columns={"region": "cell"})[list(CELL_COLUMNS)].iloc[:7]
    summary = {
        **short.summary,
        "video": {**short.summary["video"], "frames": 600, "duration_s": 60.0},
        "baseline": {"start_s": 0.0, "end_s": 15.0, "source": "requested"},
        "events": [{"time_s": 19.0, "kind": "stimulus_start"}, {"time_s": 25.0, "kind": "felt"}],
    }
    write_recording(Recording(summary, table, lambda: iter([cells])), folder)
    return measured


def test_it_prints_a_table_and_writes_a_document_and_a_figure(run: Run, with_a_blush: Path) -> None:
    ended = run("episodes", with_a_blush / "blush")
    assert (ended.code, ended.err) == (0, "")
    assert "Half gone (s)" in ended.out
    assert "blush (" in ended.out
    assert "side-by-side" in ended.out
    assert "Felt 1 time: measured at 1 of the 1" in ended.out
    document = json.loads((with_a_blush / "blush" / "episodes.json").read_text(encoding="utf-8"))
    schema = files("rubor.response") / "schemas" / "episodes.schema.json"
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(document)
    assert document["episodes"][0]["onset_s"]["value"] == pytest.approx(20.4, abs=0.7)
    figure = ElementTree.parse(with_a_blush / "blush" / "episodes.svg")
    assert figure.getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(with_a_blush.rglob("*.part"))


def test_a_folder_of_results_means_all_of_them(run: Run, with_a_blush: Path) -> None:
    ended = run("episodes", with_a_blush, "--json")
    assert ended.code == 0
    answer = json.loads(ended.out)
    assert answer["schema"] == "rubor.episodes-of-recordings/1"
    (entry,) = answer["recordings"]
    assert entry["folder"] == str(with_a_blush / "blush")
    assert len(entry["episodes"]) == 1
    assert answer["felt_and_seen"]["there_and_felt"]["count"] == 1


def test_a_recording_without_an_episode_says_so(run: Run, measured: Path) -> None:
    ended = run("episodes", measured / "blush")
    assert ended.code == 0
    document = json.loads((measured / "blush" / "episodes.json").read_text(encoding="utf-8"))
    assert document["episodes"] == []
    said = document["reason"] or "no episode above the noise"
    assert said in ended.out


def test_the_same_recording_gives_the_same_files(run: Run, with_a_blush: Path) -> None:
    folder = with_a_blush / "blush"
    written = []
    for _ in range(2):
        run("episodes", folder)
        written.append([(folder / name).read_bytes() for name in ("episodes.json", "episodes.svg")])
    assert written[0] == written[1]


def test_a_folder_that_is_no_recording_is_refused_and_nothing_is_written(
    run: Run, with_a_blush: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    ended = run("episodes", with_a_blush / "blush", other)
    assert ended.code == 1
    assert "does not hold a measured recording" in ended.err
    assert "Traceback" not in ended.err
    assert not (with_a_blush / "blush" / "episodes.json").exists()


def test_no_folder_is_a_matter_of_usage(run: Run) -> None:
    assert run("episodes").code == 2
