"""Chunks that are fetched when needed, read as one file."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["ChunkReader"]

# A container's pictures and sound can lie some way apart; a player goes to and fro between them.
_KEPT_CHUNKS = 4


class ChunkReader(io.RawIOBase):
    """A seekable stream over chunks; the few that were read last are kept in memory.

    Args:
        sizes: bytes of each chunk.
        fetch: gives a chunk by its number.

    >>> parts = [b"erythema ", b"", b"index"]
    >>> reader = ChunkReader([9, 0, 5], parts.__getitem__)
    >>> reader.seek(-7, os.SEEK_END)
    7
    >>> reader.read()
    b'a index'
    """

    def __init__(self, sizes: Sequence[int], fetch: Callable[[int], bytes]) -> None:
        super().__init__()
        self._ends = list(accumulate(sizes))
        self._fetch = fetch
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._check_open()
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._check_open()
        starts = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}
        if whence not in starts:
            raise ValueError(f"a file cannot be sought by {whence}")
        at = starts[whence] + offset
        if at < 0:
            raise ValueError(f"there is no place {at} in a file")
        self._at = at
        return at

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._check_open()
        if self._at >= self._size:
            return 0
        number = bisect_right(self._ends, self._at)
        start = self._ends[number - 1] if number else 0
        view = memoryview(buffer).cast("B")
        offset = self._at - start
        piece = memoryview(self._chunk(number))[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._kept.clear()
        super().close()

    @property
    def _size(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _chunk(self, number: int) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        chunk = self._fetch(number)
        self._kept[number] = chunk
        if len(self._kept) > _KEPT_CHUNKS:
            self._kept.popitem(last=False)
        return chunk

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the file is closed")
