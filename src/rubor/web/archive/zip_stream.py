"""A zip that is made while it is sent: no more of it is in memory than one piece, nothing on the disk."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final

from rubor.errors import RuborError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Member", "Written", "pieces_of", "zip_stream"]

PIECE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Member:
    """A file that is to be in the zip.

    Attributes:
        path: in the zip.
        pieces: gives its bytes; called when its turn has come.
        packed: whether it is worth packing; tables and videos are packed in themselves.
    """

    path: str
    pieces: Callable[[], Iterable[bytes]]
    packed: bool = True


@dataclass(frozen=True)
class Written:
    """What became of a file.

    Attributes:
        path: in the zip.
        bytes: how many were written.
        sha256: of them, in hexadecimal.
        problem: why it is not whole; empty where it is.
    """

    path: str
    bytes: int
    sha256: str
    problem: str = ""


def zip_stream(
    members: Iterable[Member], made_at: datetime, written: list[Written]
) -> Iterator[bytes]:
    """The bytes of the zip, piece by piece.

    A file that cannot be read to its end does not end the whole: that is said in `written`.

    Args:
        members: asked for one after the other.
        made_at: time of all files in it.
        written: is told of each file when it is done.
    """
    sink = _Sink()
    stamp = (made_at.year, made_at.month, made_at.day, made_at.hour, made_at.minute, 0)
    with zipfile.ZipFile(sink, "w") as archive:
        for member in members:
            info = zipfile.ZipInfo(member.path, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED if member.packed else zipfile.ZIP_STORED
            info.external_attr = 0o600 << 16
            digest, size, problem = hashlib.sha256(), 0, ""
            # How long a video is shows only at its end, too late to choose the larger form.
            with archive.open(info, "w", force_zip64=True) as file:
                pieces = iter(member.pieces())
                while True:
                    try:
                        piece = next(pieces, None)
                    except (RuborError, OSError) as error:
                        problem = str(error)
                        break
                    if piece is None:
                        break
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                    yield from sink.taken()
            written.append(Written(member.path, size, digest.hexdigest(), problem))
            yield from sink.taken()
    yield from sink.taken()


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """What is in a stream, a megabyte at a time; the stream is closed at its end."""
    with stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece


class _Sink(io.RawIOBase):
    """Takes what the zip writes, until it is sent on."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        part = bytes(data)
        self._parts.append(part)
        return len(part)

    def taken(self) -> Iterator[bytes]:
        """What has come since the last time."""
        parts, self._parts = self._parts, []
        if parts:
            yield b"".join(parts)
