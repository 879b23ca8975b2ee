"""What FFmpeg reads from: one stream, and nothing else on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

__all__ = ["OPEN_NOTHING_ELSE", "DecoderInput"]

OPEN_NOTHING_ELSE: Final = {"protocol_whitelist": "none"}
"""Options of FFmpeg: a playlist, or the like, may not have other files or addresses opened."""


class DecoderInput:
    """A stream for FFmpeg, which takes an error in reading for the end of the file and goes on.

    It has no file name: what a file is, its content decides.

    Args:
        stream: closed with this.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._error: Exception | None = None

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:
            self._error = error
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._stream.seek(offset, whence)
        except (OSError, ValueError):
            return -1  # a place that a damaged file names; FFmpeg knows what to do

    def tell(self) -> int:
        return self._stream.tell()

    @contextmanager
    def errors_raised(self) -> Iterator[None]:
        """Around a call of FFmpeg: what reading raised in it is raised, whatever FFmpeg made of it."""
        try:
            yield
        finally:
            if self._error is not None:
                raise self._error

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
