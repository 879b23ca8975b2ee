"""A short video to measure, and the command line as a person runs it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rubor.cli import main
from rubor.cli.input_files import PlannedFile
from rubor.cli.measure_file import Choices, Outcome
from rubor.cli.worker_processes import measure_files
from rubor.simulation import DemoScene, TimeCourse, simulate_demo_video


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command line in this process: `run("measure", video, "--out", folder)`."""
    monkeypatch.delenv("RUBOR_DEBUG", raising=False)

    def ended(*arguments: object) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ending:
            main([str(argument) for argument in arguments])
        output = capfd.readouterr()
        return Ended(int(ending.value.code or 0), output.out, output.err)

    yield ended
    os.environ.pop("RUBOR_DEBUG", None)


@pytest.fixture(scope="session")
def scene() -> DemoScene:
    """Three seconds in a small picture: measured, but too short to be accepted."""
    course = TimeCourse(onset_s=1.0, rise_s=0.5, plateau_s=1.0, recovery_s=0.5)
    return DemoScene(seed=3, duration_s=3.0, width=480, height=360, course=course)


@pytest.fixture(scope="session")
def short_video(tmp_path_factory: pytest.TempPathFactory, scene: DemoScene) -> Path:
    """The video of the scene."""
    path = tmp_path_factory.mktemp("short") / "short.mp4"
    simulate_demo_video(path, scene)
    return path


@pytest.fixture(scope="session")
def short_result(short_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `rubor measure --not-mirrored` made of the video under the name `blush.mp4`."""
    folder = tmp_path_factory.mktemp("result")
    file = PlannedFile("blush", shutil.copy(short_video, folder / "blush.mp4"))
    (outcome,) = measure_files([file], Choices(out=folder / "out", mirrored=False), 1, Unheard())
    assert outcome.folder is not None
    return outcome.folder


class Unheard:
    """Listens to nothing."""

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        pass

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        pass


@pytest.fixture
def video(short_video: Path, tmp_path: Path) -> Path:
    """A copy that a test may do with as it likes, alone in its folder `videos`."""
    path = tmp_path / "videos" / "blush.mp4"
    path.parent.mkdir()
    shutil.copy(short_video, path)
    return path


@pytest.fixture
def measured(video: Path, short_result: Path, tmp_path: Path) -> Path:
    """The folder `out` with the result of that video, measured with `--not-mirrored`."""
    out = tmp_path / "out"
    shutil.copytree(short_result, out / "blush")
    return out
