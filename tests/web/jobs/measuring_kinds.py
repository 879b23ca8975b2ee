"""Measuring, cut off by `kill -9` at one moment of its first attempt."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import rubor
from rubor.web.jobs.kinds import Progress
from rubor.web.jobs.models import Job
from rubor.web.recordings import measuring
from rubor.web.recordings.measuring import follow, tidy
from rubor.web.vault import SealedFiles

__all__ = ["follow", "killed_measuring", "tidy"]


def killed_measuring(job: Job, progress: Progress) -> None:
    """Measure; the payload names the moment, and the file that counts how often it was measured."""
    _count_measurements(Path(job.payload["measured"]))
    moment = job.payload["moment"] if job.attempts == 1 else "never"

    def progress_until_killed(done: float, total: float | None, unit: str) -> None:
        progress(done, total, unit)
        if moment == "while it measures" and done > 1.0:
            _die()

    if moment == "between two files":
        _kill_after_writing("curves.json")
    if moment == "before the rows are written":
        _kill_after_writing("made_from.json", times=2)  # emptied first, and written last
    measuring.run(job, progress_until_killed)
    if moment == "after the rows are written":
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_after_writing(name: str, times: int = 1) -> None:
    write = SealedFiles.write
    left = times

    def write_and_die(self: SealedFiles, written: str, data: bytes) -> None:
        nonlocal left
        write(self, written, data)
        left -= written == name
        if left == 0:
            _die()

    SealedFiles.write = write_and_die  # type: ignore[method-assign]


def _count_measurements(counter: Path) -> None:
    measure = rubor.measure

    def counted(*arguments: Any, **options: Any) -> Any:
        answer = measure(*arguments, **options)
        with counter.open("a") as file:
            file.write("measured\n")
        return answer

    rubor.measure = counted
