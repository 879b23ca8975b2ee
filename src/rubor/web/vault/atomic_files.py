"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["flush_folder", "remove_abandoned", "replace_file", "write_new_file"]

_UNFINISHED = re.compile(r"\..+-[0-9a-f]{16}\.part")
# Far longer than any write here takes. Should a writer be slower (a sleeping laptop), its write
# fails and is sent again.
_ABANDONED_AFTER_S = 60.0


def write_new_file(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, and that must not be there yet.

    When this returns, the file outlives a power cut. Of several writers at once exactly one wins.

    Raises:
        FileExistsError: there is a file of this name; it is left as it is.
        OSError: it cannot be written, such as on a full disk; nothing is left behind.
    """
    with _unfinished(path, data) as unfinished:
        # A rename would silently take the place of another writer's file; a link does not.
        os.link(unfinished, path)
    flush_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, in place of the one that may be there.

    Raises:
        OSError: it cannot be written; the earlier one is left as it is.
    """
    with _unfinished(path, data) as unfinished:
        unfinished.replace(path)
    flush_folder(path.parent)


def remove_abandoned(folder: Path) -> None:
    """Remove what writes that were cut off left in a folder; the folder may be missing."""
    oldest = time.time() - _ABANDONED_AFTER_S
    # Another process may be removing the same, or the folder itself.
    with suppress(FileNotFoundError):
        for path in list(folder.iterdir()):
            if _UNFINISHED.fullmatch(path.name) and path.stat().st_mtime < oldest:
                path.unlink()


def flush_folder(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    if os.name == "nt":  # where a folder cannot be opened, and names are journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _unfinished(path: Path, data: bytes) -> Iterator[Path]:
    """The data under a name of its own beside `path`, flushed to the disk; gone afterwards."""
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(8)}.part")
    binary = getattr(os, "O_BINARY", 0)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
