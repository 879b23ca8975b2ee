"""`rubor smile` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Run = Callable[..., Any]
SCALE = ("--not-mirrored", "--scale", "eye-corners=90")


@pytest.fixture(scope="module")
def footage(shared: Path) -> Path:
    return shared / "videos" / "single_face.mp4"


def test_a_smile_is_measured_and_its_sides_are_not_judged(
    run: Run, footage: Path, tmp_path: Path
) -> None:
    ended = run("smile", footage, *SCALE, "--out", tmp_path / "before")
    assert ended.code == 0, ended.err
    assert "Person's left:" in ended.out and "Person's right:" in ended.out
    assert "Whether the two sides are alike is not judged" in ended.out
    document = json.loads((tmp_path / "before" / "smile.json").read_text(encoding="utf-8"))
    schema = files("rubor.pathway") / "schemas" / "smile.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    page = (tmp_path / "before" / "report.html").read_text(encoding="utf-8")
    for part in ("smile-left", "smile-right", "at-rest", "broadest-smile"):
        assert f'data-part="{part}"' in page
    assert "http:" not in page and "https:" not in page


def test_a_change_against_a_baseline_is_told_with_its_advice(
    run: Run, footage: Path, tmp_path: Path
) -> None:
    ended = run("smile", footage, *SCALE, "--json")
    document = json.loads(ended.out)
    for name in ("left", "right"):  # as if it had been broader before
        document[name]["excursion_mm"] += 6.0
    document["files"][0]["sha256"] = "0" * 64
    baseline = tmp_path / "smile.json"
    baseline.write_text(json.dumps(document), encoding="utf-8")
    ended = run(
        "smile", footage, *SCALE, "--baseline", tmp_path, "--out", tmp_path / "after", "--json"
    )
    assert ended.code == 0, ended.err
    change = json.loads(ended.out)["change"]
    assert change["left"]["change_mm"] == pytest.approx(-6.0, abs=0.1)
    assert change["left"]["found"] == "noticeable change"
    assert "smile.loss" in [one["rule"] for one in change["advice"]]
    page = (tmp_path / "after" / "report.html").read_text(encoding="utf-8")
    assert 'data-part="value-difference"' in page
    assert "write it into the log as a side effect" in page


@pytest.mark.parametrize("options", [(), ("--mirrored", "--scale", "a-foot=300")])
def test_an_unstated_mirror_or_an_unknown_scale_is_a_wrong_use(
    run: Run, footage: Path, options: tuple[str, ...]
) -> None:
    ended = run("smile", footage, *options)
    assert ended.code == 2
    assert "--not-mirrored" in ended.err or "a-foot=300" in ended.err


def test_a_refusal_names_reason_and_cure_and_leaves_nothing(
    run: Run, shared: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": "rubor.plan/1"}', encoding="utf-8")
    videos = shared / "videos"
    for arguments, message in (
        ((videos / "no_face.mp4",), "no face"),
        ((videos / "face_even_light.jpg",), "one photo shows no movement"),
        ((videos / "single_face.mp4", "--baseline", wrong), "not a smile"),
        ((videos / "single_face.mp4", "--baseline", tmp_path), "cannot be read"),
    ):
        ended = run("smile", *arguments, *SCALE, "--out", tmp_path / "out")
        assert ended.code == 1
        assert message in ended.err
        assert not (tmp_path / "out").exists()
