"""Find what a phone or camera wrote into a video beside its pictures: place, device, times.

For the family of MP4 and MOV (ISO/IEC 14496-12), which phones write. The bytes are to be overwritten
where they are, so that nothing else in the file moves and the pictures stay as they were.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from rubor.errors import UnreadableFileError

__all__ = ["blanked_tags"]

_TAGS: Final = frozenset({b"udta", b"meta", b"uuid"})
_CONTAINERS: Final = frozenset({b"moov", b"trak"})
_DEEPEST: Final = 4
_FIRST_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
# A table of samples longer than this is not that of a track of tags.
_LONGEST_TABLE: Final = 8 * 1024 * 1024
# More than this no camera writes; such a file was made to use up the memory.
_MOST_TAG_BYTES: Final = 256 * 1024 * 1024
_MOST_BOXES: Final = 1_000_000


# The first byte of a place; how many zeros, or which bytes, are to be there.
_Change = tuple[int, int | bytes]


@dataclass(frozen=True)
class _Box:
    """A piece of the file: what it is called, where it begins, where its content lies."""

    kind: bytes
    start: int
    body: int
    end: int


def blanked_tags(stream: BinaryIO) -> list[tuple[int, bytes]]:
    """Places in a video whose bytes say more than the pictures, each with what to put there.

    These are the boxes of tags, and tracks of timed tags such as positions, with their samples.

    Args:
        stream: the whole file; it is read where the boxes are, not as a whole.

    Returns:
        First byte and new bytes of each; empty for a file of another family.

    Raises:
        UnreadableFileError: there is more of it than any camera writes.
    """
    length = stream.seek(0, os.SEEK_END)
    boxes = list(_boxes(stream, 0, length))
    if not boxes or boxes[0].kind not in _FIRST_BOXES:
        return []
    changes, size = [], 0
    for place, new in _blank(stream, boxes):
        size += new if isinstance(new, int) else len(new)
        if size > _MOST_TAG_BYTES:
            raise _no_camera()
        changes.append((place, bytes(new)))
    return changes


def _no_camera() -> UnreadableFileError:
    return UnreadableFileError(
        _("This video holds more beside its pictures than any camera writes."),
        _("Export it anew as an ordinary mp4 file."),
    )


def _blank(stream: BinaryIO, boxes: list[_Box], depth: int = 0) -> Iterator[_Change]:
    if depth > _DEEPEST:
        return
    for box in boxes:
        if box.kind in _TAGS:
            yield from _freed(box)
        elif box.kind in _CONTAINERS:
            inner = list(_boxes(stream, box.body, box.end))
            if box.kind == b"trak" and _of_tags(stream, inner):
                yield from _samples(stream, inner)
                yield from _freed(box)
            else:
                yield from _blank(stream, inner, depth + 1)


def _freed(box: _Box) -> Iterator[_Change]:
    """The box as free space of the same length."""
    yield box.start + 4, b"free"
    yield box.body, box.end - box.body


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    found = 0
    while start + 8 <= end:
        found += 1
        if found > _MOST_BOXES:
            raise _no_camera()
        size, kind = struct.unpack(">I4s", _read(stream, start, 8))
        header = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack(">Q", _read(stream, start + 8, 8))
            header = 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            return  # cut off or damaged: the decoder says so
        yield _Box(kind, start, start + header, start + size)
        start += size


def _of_tags(stream: BinaryIO, track: list[_Box]) -> bool:
    """Whether a track holds timed tags in place of pictures or sound."""
    handler = _find(stream, track, b"mdia", b"hdlr")
    return handler is not None and _read(stream, handler.body + 8, 4) in (b"meta", b"camm")


def _samples(stream: BinaryIO, track: list[_Box]) -> Iterator[_Change]:
    """Where the samples of a track lie, chunk by chunk, to be overwritten with zeros."""
    way = (b"mdia", b"minf", b"stbl")
    sizes = _table(stream, _find(stream, track, *way, b"stsz"))
    runs = _numbers(_table(stream, _find(stream, track, *way, b"stsc"))[8:], "I")
    offsets = _numbers(_table(stream, _find(stream, track, *way, b"stco"))[8:], "I") or _numbers(
        _table(stream, _find(stream, track, *way, b"co64"))[8:], "Q"
    )
    if len(sizes) < 12 or len(runs) < 3:
        return
    (fixed,) = struct.unpack_from(">I", sizes, 4)
    each = _numbers(sizes[12:], "I")
    length = stream.seek(0, os.SEEK_END)
    entry = sample = 0
    for chunk, offset in enumerate(offsets, 1):
        # Each entry names the first chunk from which on so many samples lie in a chunk.
        while entry + 3 < len(runs) and runs[entry + 3] <= chunk:
            entry += 3
        many = runs[entry + 1]
        size = fixed * many if fixed else sum(each[sample : sample + many])
        sample += many
        reach = min(size, length - offset)
        if reach > 0:
            yield offset, reach


def _table(stream: BinaryIO, box: _Box | None) -> bytes:
    if box is None or box.end - box.body > _LONGEST_TABLE:
        return b""
    return _read(stream, box.body, box.end - box.body)


def _numbers(data: bytes, kind: str) -> list[int]:
    size = struct.calcsize(kind)
    return list(struct.unpack(f">{len(data) // size}{kind}", data[: len(data) // size * size]))


def _find(stream: BinaryIO, boxes: list[_Box], *way: bytes) -> _Box | None:
    """The first box on a way of names, from outside in."""
    found = next((box for box in boxes if box.kind == way[0]), None)
    if found is None or len(way) == 1:
        return found
    return _find(stream, list(_boxes(stream, found.body, found.end)), *way[1:])


def _read(stream: BinaryIO, start: int, size: int) -> bytes:
    stream.seek(start)
    return stream.read(size).ljust(size, b"\0")
