"""`rubor doctor` tells what is there and what is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rubor._version import __version__
from rubor.vision import face_models

Run = Callable[..., Any]


def checks(ended: Any) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(ended.out)["checks"]}


def test_finds_that_measuring_works_here(run: Run) -> None:
    ended = run("doctor", "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["works"] is True
    found = checks(ended)
    assert found["rubor"]["found"] == __version__
    assert found["measuring a face"]["ok"]
    for name in ("av", "numpy", "H.264 video", "HEVC video", "VP9 video", "HEIC photos"):
        assert found[name]["ok"], found[name]


def test_everything_that_is_absent_has_a_cure(run: Run) -> None:
    found = checks(run("doctor", "--json")).values()
    assert all(check["cure"] for check in found if not check["ok"])
    assert not any(check["cure"] for check in found if check["ok"])


def test_says_it_in_lines_for_people(run: Run) -> None:
    lines = run("doctor").out.splitlines()
    assert lines[0] == f"ok      rubor: {__version__}"
    assert lines[-1] == "Measuring works."


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_model_that_is_not_right_is_named_with_its_cure(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    models = tmp_path / "models"
    shutil.copytree(face_models.MODELS_FOLDER, models)
    model = models / "face_landmark.tflite"
    if damage == "missing":
        model.unlink()
    else:
        model.write_bytes(model.read_bytes()[:-1])
    face_models.face_models()  # the list of models is read from the real folder
    monkeypatch.setattr(face_models, "MODELS_FOLDER", models)
    face_models.model_path.cache_clear()
    try:
        ended = run("doctor", "--json")
    finally:
        face_models.model_path.cache_clear()
    assert ended.code == 1
    check = checks(ended)["face model face_landmark"]
    assert not check["ok"]
    assert damage in check["found"]
    assert "pip install" in check["cure"]
    assert not checks(ended)["measuring a face"]["ok"]


def test_a_library_that_cannot_be_loaded_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pi_heif", None)
    ended = run("doctor", "--json")
    assert ended.code == 1
    assert not checks(ended)["pi-heif"]["ok"]
    assert "pip install" in checks(ended)["pi-heif"]["cure"]
