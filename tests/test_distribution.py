"""What is given to others: a wheel with all it needs, a source archive without the models."""

from __future__ import annotations

import re
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

from rubor._version import __version__
from rubor.vision.face_models import face_models

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(REPOSITORY)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (path,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(path).decode())


def test_the_wheel_holds_the_listed_models_and_no_others(wheel: zipfile.ZipFile) -> None:
    found = {name for name in wheel.namelist() if name.endswith(".tflite")}
    assert found == {f"rubor/vision/models/{model.file_name}" for model in face_models().values()}


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    source = REPOSITORY / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".part"}
    }
    assert "rubor/py.typed" in expected
    assert "rubor/vision/models/README.md" in expected
    assert expected <= set(wheel.namelist())


def test_the_wheel_holds_the_licences(wheel: zipfile.ZipFile, metadata: Message) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    folder = f"rubor-{__version__}.dist-info/licenses"
    for name in ("LICENSE", "NOTICE", "THIRD_PARTY.md"):
        content = wheel.read(f"{folder}/{name}").decode()
        assert content == (REPOSITORY / name).read_text(encoding="utf-8")


def test_the_version_is_the_package_s_own(metadata: Message) -> None:
    assert metadata["Version"] == __version__


def test_the_source_archive_holds_the_build_hook_but_no_models(tmp_path: Path) -> None:
    (path,) = SdistBuilder(str(REPOSITORY)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(path) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert "hatch_build.py" in names
    assert "src/rubor/vision/models/models.toml" in names
    assert not [name for name in names if name.endswith(".tflite")]
    assert not [name for name in names if name.startswith((".venv", ".hypothesis", "dist"))]


def test_every_dependency_is_locked_within_its_bounds() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.MULTILINE):
        locked.setdefault(name, []).append(version)
    groups = project["dependency-groups"].values()
    wanted = [
        *project["project"]["dependencies"],
        *(entry for group in groups for entry in group if isinstance(entry, str)),
        *project["build-system"]["requires"],
    ]
    for requirement in map(Requirement, wanted):
        versions = locked.get(requirement.name.lower(), [])
        assert versions, f"{requirement.name} is not in requirements.lock: run `make lock`"
        assert all(version in requirement.specifier for version in versions), requirement


def test_every_locked_package_has_its_licence_listed() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    page = (REPOSITORY / "THIRD_PARTY.md").read_text(encoding="utf-8").lower().replace(".", "-")
    named = set(re.findall(r"[\w-]+", page))
    assert set(re.findall(r"^([\w-]+)==", lock, flags=re.MULTILINE)) <= named


def test_the_lock_names_no_address() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-|\s@\s", re.sub(r"--hash=", "", lock), flags=re.MULTILINE)
