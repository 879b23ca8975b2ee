"""`episodes.json` is described by its schema, and says null where a number is not known."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rubor.measurement import Recording
from rubor.response import find_episodes
from rubor.response.episode_document import EPISODES_SCHEMA, episode_document
from rubor.simulation import TimeCourse

BuildRecording = Callable[..., Recording]
COURSE = TimeCourse(onset_s=15.0, rise_s=6.0, plateau_s=8.0, recovery_s=6.0)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    path = files("rubor.response") / "schemas" / "episodes.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def document(recording: Recording) -> dict[str, Any]:
    made = episode_document(recording, find_episodes(recording))
    loaded: dict[str, Any] = json.loads(json.dumps(made, allow_nan=False))
    return loaded


def test_the_schema_is_itself_valid_and_of_the_written_version(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == EPISODES_SCHEMA


def test_documents_of_all_kinds_are_valid(
    schema: dict[str, Any], build_recording: BuildRecording
) -> None:
    early = TimeCourse(-10.0, 6.0, 14.0, 60.0)
    recordings = [
        build_recording(),
        build_recording([COURSE], events=[(18.0, "felt"), (50.0, "felt")]),
        build_recording([COURSE], blood=False),
        build_recording([early], baseline=(50.0, 60.0)),
        build_recording([COURSE], baseline=None),
        build_recording(gaps=[(0.0, 60.0)]),
    ]
    for recording in recordings:
        problems = Draft202012Validator(schema).iter_errors(document(recording))
        assert [problem.message for problem in problems] == []


def test_what_was_not_seen_is_null(build_recording: BuildRecording) -> None:
    early = TimeCourse(-10.0, 6.0, 14.0, 60.0)
    (episode,) = document(build_recording([early], baseline=(50.0, 60.0)))["episodes"]
    assert episode["onset_s"] is None
    assert episode["rise_time_s"] is None
    assert document(build_recording(baseline=None))["reason"]


def test_numbers_come_with_their_interval_and_labels_with_their_evidence(
    build_recording: BuildRecording,
) -> None:
    (episode,) = document(build_recording([COURSE]))["episodes"]
    low, high = episode["peak"]["interval_95"]
    assert low < episode["peak"]["value"] < high
    assert episode["blush_or_flush"]["evidence"]
    assert episode["blush_or_flush"]["cut_offs"].startswith("provisional")
    assert episode["visibility"]["delta_a_perceptible"] == 0.993
