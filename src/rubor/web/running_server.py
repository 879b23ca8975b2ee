"""At most one server for a data folder, and where the running one answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from rubor.errors import RuborError

__all__ = ["ServerRunningError", "one_server", "running_address"]

_LOCK: Final = "server.lock"
_PLACE: Final = "server.json"


class ServerRunningError(RuborError):
    """Another server works on this data folder."""


@contextmanager
def one_server(folder: Path) -> Iterator[Path]:
    """Hold the data folder while a server runs; the lock goes with the process, however it ends.

    Yields:
        The file in which the server says where it answers.

    Raises:
        ServerRunningError: another one has it.
    """
    with (folder / _LOCK).open("a+b") as lock:
        try:
            _lock(lock.fileno())
        except OSError as error:
            raise ServerRunningError(
                f"Rubor is running on {folder} already.", "Use that window, or end it with Ctrl-C."
            ) from error
        place = folder / _PLACE
        try:
            yield place
        finally:
            with suppress(OSError):
                place.unlink(missing_ok=True)


def running_address(folder: Path) -> str | None:
    """Where the running server says that it answers, such as http://127.0.0.1:8765."""
    try:
        return str(json.loads((folder / _PLACE).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
