"""Kinds of work that go wrong in the ways in which work goes wrong."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

from rubor.errors import InputError
from rubor.web.jobs.kinds import Progress
from rubor.web.jobs.models import Job


def until_told(job: Job, progress: Progress) -> dict[str, str]:
    """Write that it began, go on until the file "go" is there, then write that it is done."""
    folder = Path(job.payload["folder"])
    _write_line(folder / "begun", os.getpid())
    for number in range(600):
        progress(float(number), 600.0, "s")
        if (folder / "go").exists():
            break
        time.sleep(0.1)
    _write_line(folder / "done", os.getpid())
    return {"answer": "done"}


def killed(job: Job, progress: Progress) -> None:
    """What the system does to a process when memory runs out, on the first `times` attempts."""
    begun = Path(job.payload["folder"]) / "begun"
    _write_line(begun, os.getpid())
    if len(begun.read_text().splitlines()) <= job.payload["times"]:
        os.kill(os.getpid(), signal.SIGKILL)


def memory(job: Job, progress: Progress) -> None:
    """Ask for more memory than there may be."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    bytearray(1 << 31)


def refused(job: Job, progress: Progress) -> None:
    raise InputError("There is no face.", "Sit before the camera.")


def broken(job: Job, progress: Progress) -> None:
    raise ZeroDivisionError("a secret detail")


def disk_full(job: Job, progress: Progress) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _write_line(path: Path, number: int) -> None:
    with path.open("a") as file:
        file.write(f"{number}\n")
