"""The face models are the expected files, or an error names the command that brings them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ai_edge_litert.interpreter import Interpreter

from rubor.errors import InputError, MissingModelError
from rubor.vision.face_models import check_model, face_models, model_path


@pytest.mark.parametrize("name", face_models())
def test_every_model_of_the_list_is_in_this_installation(name: str) -> None:
    assert model_path(name).is_file()


@pytest.mark.parametrize(
    ("name", "input_shape"),
    [
        # The sizes of the MediaPipe model cards, height and width.
        ("face_detection_short_range", [1, 128, 128, 3]),
        ("face_detection_full_range_sparse", [1, 192, 192, 3]),
        ("face_landmark", [1, 192, 192, 3]),
        ("iris_landmark", [1, 64, 64, 3]),
    ],
)
def test_a_model_opens_and_takes_the_picture_size_of_its_card(
    name: str, input_shape: list[int]
) -> None:
    interpreter = Interpreter(str(model_path(name)))
    assert interpreter.get_input_details()[0]["shape"].tolist() == input_shape


def test_a_file_is_read_and_checked_once_per_process() -> None:
    assert model_path("face_landmark") is model_path("face_landmark")


def test_a_missing_model_is_named_with_the_command_that_brings_it(tmp_path: Path) -> None:
    installed = tmp_path / "lib" / "site-packages" / "rubor" / "vision" / "models"
    with pytest.raises(MissingModelError) as caught:
        check_model(face_models()["face_landmark"], installed)
    assert "face_landmark.tflite is missing" in caught.value.message
    assert "pip install --force-reinstall" in caught.value.cure


def test_in_a_source_folder_the_command_is_the_editable_install(tmp_path: Path) -> None:
    (tmp_path / "hatch_build.py").touch()
    folder = tmp_path / "src" / "rubor" / "vision" / "models"
    with pytest.raises(MissingModelError) as caught:
        check_model(face_models()["face_landmark"], folder)
    assert f'pip install --no-deps --editable "{tmp_path}"' in caught.value.cure


@pytest.mark.parametrize("damage", ["cut short", "one byte changed", "empty"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    model = face_models()["face_detection_short_range"]
    copy = Path(shutil.copy(model_path(model.name), tmp_path))
    content = bytearray(copy.read_bytes())
    if damage == "cut short":
        content = content[: len(content) // 2]
    elif damage == "one byte changed":
        content[1000] ^= 1
    else:
        content.clear()
    copy.write_bytes(content)
    with pytest.raises(MissingModelError, match="damaged"):
        check_model(model, tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="face_landmark"):
        model_path("face_recognition")
