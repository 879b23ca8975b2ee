"""A video or photo as bytes that can be opened, wherever they are kept."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

__all__ = ["MediaFile"]

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class MediaFile:
    """A video or photo that need not lie on the disk, such as one that is kept encrypted.

    Attributes:
        name: its file name, for messages and results. Only the ending `.webm` says more than the
            bytes do, for FFmpeg has one name for webm and mkv.
        open: gives all bytes, from the first, as a stream to read and seek in. It is called several
            times for one measurement; who calls it closes the stream.

    >>> import io
    >>> MediaFile("blush.mp4", lambda: io.BytesIO(b"pictures")).sha256()[:8]
    '752f502e'
    """

    name: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, source: str | Path | MediaFile) -> MediaFile:
        """The file at a path; what is a `MediaFile` already stays as it is."""
        if isinstance(source, MediaFile):
            return source
        path = Path(source)
        return cls(path.name, partial(_open_path, path))

    def sha256(self) -> str:
        """SHA-256 sum of the bytes, in hexadecimal."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while piece := stream.read(_PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()


def _open_path(path: Path) -> BinaryIO:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.is_file():  # nothing, or a pipe, in which nobody can seek
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return path.open("rb")
