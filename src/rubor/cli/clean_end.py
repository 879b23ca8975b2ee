"""Leave nothing half-done behind, however a command ends."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

__all__ = ["leaving_no_empty_folders", "termination_as_interrupt"]


@contextmanager
def leaving_no_empty_folders(results: Iterable[Path]) -> Iterator[None]:
    """Where nothing could be written, take away the folders that were made for it.

    Args:
        results: files or folders that are to be written.
    """
    missing = {parent for result in results for parent in result.parents if not parent.exists()}
    try:
        yield
    finally:
        for folder in sorted(missing, reverse=True):  # the inner ones first
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """End as after Ctrl-C when a cluster takes the task's time away."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)
