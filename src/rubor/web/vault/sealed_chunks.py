"""A long file that arrives in pieces, each sealed on its own."""

from __future__ import annotations

import hmac
import io
import re
import shutil
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from rubor.web.vault.atomic_files import (
    flush_folder,
    remove_abandoned,
    replace_file,
    write_new_file,
)
from rubor.web.vault.chunk_reader import ChunkReader
from rubor.web.vault.errors import ChunkConflictError, ChunkOrderError, VaultError
from rubor.web.vault.sealed import OVERHEAD_BYTES, seal, unseal

__all__ = ["SealedChunks"]

_NAME = re.compile(r"(\d{6,})\.sealed")
# One read is at least this long; a decoder asks for less at a time.
_READ_BYTES = 64 * 1024


class SealedChunks:
    """The chunks of one file, numbered from 0, in a folder of their own.

    Several processes may hold the same folder at once. What is put under the number of a stored chunk
    never changes it; only `overwrite` does. The last chunks missing cannot be told from an upload that
    stopped; who knows the whole's length or sum compares it.

    Args:
        folder: made by the first `put`; holds nothing else.
        key: 32 bytes, of this file alone.
        context: what the file is; the chunks can be read only under the same.

    >>> import tempfile
    >>> from rubor.web.vault.sealed import new_key
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     chunks = SealedChunks(Path(folder, "upload"), new_key(), "recording 7")
    ...     chunks.put(0, b"first ")
    ...     chunks.put(1, b"second")
    ...     chunks.count, chunks.size, chunks.open().read()
    (2, 12, b'first second')
    """

    def __init__(self, folder: Path, key: bytes, context: str) -> None:
        self.folder = folder
        self._key = key
        self._context = context
        remove_abandoned(folder)

    @property
    def count(self) -> int:
        """How many chunks are stored, and so the number of the next.

        Raises:
            VaultError: one between others is missing.
        """
        return len(self._sealed_sizes())

    @property
    def size(self) -> int:
        """Plain bytes in all chunks together.

        Raises:
            VaultError: a chunk is missing or too short.
        """
        return sum(self._plain_sizes())

    def put(self, number: int, data: bytes) -> None:
        """Store a chunk, to stay: when this returns it outlives a power cut.

        The same bytes may come again under their number, as after a lost answer.

        Args:
            number: that of the next chunk (`count`), or of one that is stored.
            data: its bytes; held in memory, so some megabytes.

        Raises:
            ChunkConflictError: other bytes are stored under this number.
            ChunkOrderError: it does not follow the last one.
            OSError: it cannot be written, such as on a full disk; nothing is left behind.
        """
        expected = self.count
        if not 0 <= number <= expected:
            raise ChunkOrderError(number, expected)
        if number == expected:
            if number == 0:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                flush_folder(self.folder.parent)
            try:
                write_new_file(self._path(number), seal(self._key, data, self._bound_to(number)))
                return
            except FileExistsError:
                pass  # another writer was faster
        if not hmac.compare_digest(self._chunk(number), data):
            raise ChunkConflictError(number)

    def overwrite(self, changes: Iterable[tuple[int, bytes]]) -> None:
        """Put other bytes in the place of some, for good; a chunk is changed as a whole or not at all.

        Should it be cut off, some chunks are changed; the same again changes the rest.

        Args:
            changes: first byte of each place in the whole file, and the bytes to be there. They may
                reach over the border of chunks, not over the end.

        Raises:
            ValueError: a place does not lie within the file.
            VaultError: a chunk is missing or was changed.
            OSError: a chunk cannot be written; it is left as it was.
        """
        ends = list(accumulate(self._plain_sizes()))
        pieces: dict[int, list[tuple[int, bytes]]] = {}
        for place, new in changes:
            if place < 0 or place + len(new) > (ends[-1] if ends else 0):
                raise ValueError(f"{len(new)} bytes from {place} on do not lie within the file")
            at, end = place, place + len(new)
            while at < end:
                number = bisect_right(ends, at)
                stop = min(end, ends[number])
                start = ends[number - 1] if number else 0
                pieces.setdefault(number, []).append((at - start, new[at - place : stop - place]))
                at = stop
        for number, places in sorted(pieces.items()):
            data = bytearray(self._chunk(number))
            for offset, new in places:
                data[offset : offset + len(new)] = new
            replace_file(self._path(number), seal(self._key, bytes(data), self._bound_to(number)))

    def open(self) -> BinaryIO:
        """All chunks that are stored now, as one file to read and seek in.

        Bytes are decrypted when they are read, in memory only. Reading raises `VaultError` where a
        chunk was changed.

        Raises:
            VaultError: a chunk is missing or too short.
        """
        return io.BufferedReader(ChunkReader(self._plain_sizes(), self._chunk), _READ_BYTES)

    def delete(self) -> None:
        """Remove all chunks; nothing happens where there are none."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
            flush_folder(self.folder.parent)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.sealed"

    def _bound_to(self, number: int) -> bytes:
        return f"{self._context}/chunk/{number}".encode()

    def _chunk(self, number: int) -> bytes:
        try:
            sealed = self._path(number).read_bytes()
        except FileNotFoundError as error:
            raise _missing(number) from error
        return unseal(self._key, sealed, self._bound_to(number))

    def _plain_sizes(self) -> list[int]:
        sizes = [size - OVERHEAD_BYTES for size in self._sealed_sizes()]
        if min(sizes, default=0) < 0:
            raise VaultError(
                "A part of a stored file is cut off.", "Bring the data folder back from a backup."
            )
        return sizes

    def _sealed_sizes(self) -> list[int]:
        """Bytes on disk of each chunk, in order."""
        try:
            names = [_NAME.fullmatch(path.name) for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        count = max((int(name[1]) + 1 for name in names if name), default=0)
        sizes = []
        for number in range(count):
            # Asked one by one: a listing may lack a file that came while it was read.
            try:
                sizes.append(self._path(number).stat().st_size)
            except FileNotFoundError as error:
                raise _missing(number) from error
        return sizes


def _missing(number: int) -> VaultError:
    return VaultError(
        f"Part {number} of a stored file is missing.", "Bring the data folder back from a backup."
    )
