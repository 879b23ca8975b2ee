"""Several files at a time give what one at a time gives, and end as cleanly."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pandas as pd
import pytest

from rubor.cli.input_files import PlannedFile, plan_files
from rubor.cli.measure_file import Choices, Outcome
from rubor.cli.worker_processes import measure_files


class Heard:
    """What a listener was told."""

    def __init__(self) -> None:
        self.advanced: dict[str, list[float]] = {}
        self.finished: list[str] = []

    def advance(self, file: PlannedFile, seconds_done: float, seconds_total: float | None) -> None:
        assert seconds_total == pytest.approx(3.0, abs=0.1)
        self.advanced.setdefault(file.name, []).append(seconds_done)

    def finish(self, file: PlannedFile, outcome: Outcome) -> None:
        self.finished.append(file.name)


@pytest.fixture
def files(video: Path) -> tuple[PlannedFile, ...]:
    for name in ("a", "b", "c"):
        shutil.copy(video, video.with_name(f"{name}.mp4"))
    video.unlink()
    return plan_files([video.parent], Path("nowhere"))


def test_two_at_a_time_give_the_same_numbers(
    files: tuple[PlannedFile, ...], tmp_path: Path
) -> None:
    alone, together = Choices(out=tmp_path / "alone"), Choices(out=tmp_path / "together")
    heard = Heard()
    measure_files(files[:1], alone, 1, Heard())
    outcomes = measure_files(files, together, 2, heard)
    assert [(outcome.file, outcome.state) for outcome in outcomes] == [
        (file, "measured") for file in files
    ]
    assert sorted(heard.finished) == ["a", "b", "c"]
    assert all(times == sorted(times) for times in heard.advanced.values())
    for table in ("traces.parquet", "cells.parquet"):
        expected = pd.read_parquet(alone.out / "a" / table)
        for file in files:
            measured = pd.read_parquet(together.out / file.name / table)
            pd.testing.assert_frame_equal(measured, expected, check_exact=True)
    assert multiprocessing.active_children() == []


@pytest.mark.slow
def test_a_worker_that_dies_takes_only_its_own_file(
    files: tuple[PlannedFile, ...], tmp_path: Path
) -> None:
    class Killer(Heard):
        def advance(self, *arguments: object) -> None:
            if not self.finished:
                for worker in multiprocessing.active_children():
                    worker.kill()

    outcomes = measure_files(files, Choices(out=tmp_path / "out"), 2, Killer())
    states = [outcome.state for outcome in outcomes]
    assert states.count("failed") in (1, 2)  # the other one may not have begun to measure
    assert states[2] == "measured"
    died = outcomes[states.index("failed")].problem
    assert died is not None
    assert "ended without a word" in died.message


@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupt_leaves_no_process_and_no_file(
    files: tuple[PlannedFile, ...], tmp_path: Path, processes: int
) -> None:
    class Interrupter(Heard):
        def advance(self, *_: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_files(files, Choices(out=tmp_path / "out"), processes, Interrupter())
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "out").exists()
