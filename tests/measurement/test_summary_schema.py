"""The JSON Schema of `summary.json` says what real summaries hold, and describes all of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rubor.measurement import Recording, measure, write_recording
from rubor.measurement.gates import GATES
from rubor.measurement.recording import SUMMARY_SCHEMA

FILES = ("face.mp4", "single_face.mp4", "face_even_light.jpg")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    path = files("rubor.measurement") / "schemas" / "summary.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module", params=FILES)
def recording(request: pytest.FixtureRequest, shared: Path) -> Recording:
    return measure(shared / "videos" / request.param)


def problems(schema: dict[str, Any], summary: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(summary)]


def test_the_schema_is_itself_valid_and_of_the_written_version(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == SUMMARY_SCHEMA


def test_a_written_summary_is_valid(
    schema: dict[str, Any], recording: Recording, tmp_path: Path
) -> None:
    write_recording(recording, tmp_path / "result")
    text = (tmp_path / "result" / "summary.json").read_text(encoding="utf-8")
    assert problems(schema, json.loads(text)) == []


def test_every_field_of_a_summary_is_described(
    schema: dict[str, Any], recording: Recording
) -> None:
    assert set(recording.summary) <= set(schema["properties"])


def test_a_summary_without_one_of_its_fields_is_not_valid(
    schema: dict[str, Any], recording: Recording
) -> None:
    for field in recording.summary:
        summary = copy.deepcopy(recording.summary)
        if field in schema["required"]:
            del summary[field]
            assert problems(schema, summary), field


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mirrored",), "left"),
        (("accepted",), None),
        (("noise_floor", "nose", "erythema_index", "1_s"), -0.001),
        (("quality", 0, "passed"), "yes"),
        (("reference", "kind"), "wall"),
        (("surprise",), 1),
    ],
)
def test_a_summary_with_a_wrong_value_is_not_valid(
    schema: dict[str, Any], recording: Recording, path: tuple[Any, ...], value: Any
) -> None:
    summary: Any = copy.deepcopy(recording.summary)
    place = summary
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert problems(schema, summary)


def described(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of the schema, wherever it stands."""
    if not isinstance(node, dict):
        return
    for name, value in node.get("properties", {}).items():
        yield f"{place}/{name}", value
        yield from described(value, f"{place}/{name}")
    for name, value in node.get("$defs", {}).items():
        yield from described(value, f"{place}#{name}")
    for name in ("items", "additionalProperties"):
        yield from described(node.get(name), place)
    for choice in node.get("oneOf", ()):
        yield from described(choice, place)


def test_every_property_has_a_description(schema: dict[str, Any]) -> None:
    found = list(described(schema))
    assert len(found) > 60
    assert [place for place, node in found if not node.get("description")] == []


def test_a_video_has_every_gate(shared: Path) -> None:
    gates = measure(shared / "videos" / "face.mp4").summary["quality"]
    assert len(gates) == len(GATES)
