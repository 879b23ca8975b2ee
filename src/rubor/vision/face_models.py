"""The face model files of this installation, found and checked before they are used."""

from __future__ import annotations

import functools
import hashlib
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rubor.errors import InputError, MissingModelError

__all__ = ["FaceModel", "check_model", "face_models", "model_path"]

MODELS_FOLDER = Path(__file__).parent / "models"


@dataclass(frozen=True)
class FaceModel:
    """One model file and where it comes from.

    Attributes:
        name: the name it is asked for by.
        wheel_path: its path inside the MediaPipe wheel.
        sha256: the SHA-256 sum of its content, in hexadecimal.
    """

    name: str
    wheel_path: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file in the package."""
        return f"{self.name}.tflite"


@functools.cache
def face_models() -> Mapping[str, FaceModel]:
    """Return the models that Rubor uses, by name.

    >>> sorted(face_models())[0]
    'face_detection_full_range_sparse'
    """
    table = tomllib.loads((MODELS_FOLDER / "models.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {name: FaceModel(name=name, **entry) for name, entry in table["models"].items()}
    )


def check_model(model: FaceModel, folder: Path) -> Path:
    """Return the path of the model's file in the folder, once its content has been checked.

    Raises:
        MissingModelError: the file is not there, or its SHA-256 sum is not the expected one.
    """
    path = folder / model.file_name
    if not path.is_file():
        raise MissingModelError(f"The face model {path} is missing.", _cure(folder))
    if hashlib.sha256(path.read_bytes()).hexdigest() != model.sha256:
        raise MissingModelError(
            f"The face model {path} is damaged: its SHA-256 sum is not the expected one.",
            _cure(folder),
        )
    return path


@functools.cache  # reads and checks each file once per process; a failure is not remembered
def model_path(name: str) -> Path:
    """Return the path of a face model in this installation.

    Args:
        name: one of `face_models()`, such as `face_landmark`.

    Raises:
        InputError: there is no model of that name.
        MissingModelError: the file is missing or damaged; the cure names the command to run.

    >>> model_path("face_landmark").name
    'face_landmark.tflite'
    """
    models = face_models()
    if name not in models:
        raise InputError(
            f"There is no face model {name!r}.", f"Choose one of: {', '.join(models)}."
        )
    return check_model(models[name], MODELS_FOLDER)


def _cure(folder: Path) -> str:
    """Name the command that brings the models: an installation, for running never fetches."""
    source = folder.parents[3]
    if (source / "hatch_build.py").is_file():
        return f'Run: "{sys.executable}" -m pip install --no-deps --editable "{source}"'
    return (
        "Install Rubor again from the wheel or source folder it came from: "
        f'"{sys.executable}" -m pip install --force-reinstall --no-deps WHEEL_OR_FOLDER'
    )
