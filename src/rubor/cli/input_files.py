"""From what is named on the command line to the files to measure and the folders they go to.

Nothing here depends on the order in which a file system lists its files, so that every task of a
job array comes to the same plan on its own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

__all__ = ["PlannedFile", "measurable_files", "plan_files", "take_shard"]

Item = TypeVar("Item")

# A file that is named itself is tried whatever its ending; these are picked up from a folder.
_VIDEO_ENDINGS = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"}
_PHOTO_ENDINGS = {".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff"}

# File systems end at 255 bytes a name; a sum and the marks of an unfinished folder are added.
_LONGEST_NAME_BYTES = 200


@dataclass(frozen=True, order=True)
class PlannedFile:
    """One file to measure.

    Attributes:
        name: the folder of its result within the folder of all results, with `/` between folders.
        path: the file, as an absolute path.
        shares_name: something else goes to or into a folder of that name, so a part of the file's
            SHA-256 sum is added to it.
    """

    name: str
    path: Path
    shares_name: bool = False

    @property
    def label(self) -> str:
        """What the file is called to the person, as short as it is clear."""
        if self.shares_name:
            return str(self.path)
        folder = PurePosixPath(self.name)
        # Videos that are all called alike are told by the folder of their result.
        return str(folder.with_name(self.path.name) if folder.name == self.path.stem else folder)


def plan_files(arguments: Iterable[Path], out: Path) -> tuple[PlannedFile, ...]:
    """Every file to measure once, sorted by the name of its result and then by path.

    A folder is searched with all its sub-folders for videos and photos, by their endings; what is
    hidden, unfinished (`*.part`) or inside `out` is left out. Its sub-folders are kept:
    `visit-1/left.mp4` in it goes to `visit-1/left`.

    Args:
        arguments: files and folders; a file need not exist.
        out: the folder of all results.
    """
    # A link and what it points to are one file, but it is called by the link's name: data sets
    # keep their files under a link to a nameless store.
    seen: dict[Path, tuple[PurePosixPath, Path]] = {}
    for argument in arguments:
        folder = argument.absolute()
        if folder.is_dir():
            for path in sorted(measurable_files(folder, out)):
                parents = path.relative_to(folder).parent.parts
                seen.setdefault(path.resolve(), (PurePosixPath(*parents, path.stem), path))
        else:
            seen.setdefault(folder.resolve(), (PurePosixPath(folder.stem), folder))
    named = [(name.with_name(_usable(name.name)), name, path) for name, path in seen.values()]
    wanted = Counter(_key(usable) for usable, _, _ in named)
    parents_wanted = {_key(parent) for usable, _, _ in named for parent in usable.parents}
    return tuple(
        sorted(
            PlannedFile(
                str(usable),
                path,
                wanted[_key(usable)] > 1 or _key(usable) in parents_wanted or usable != name,
            )
            for usable, name, path in named
        )
    )


def measurable_files(folder: Path, out: Path) -> Iterator[Path]:
    """Videos and photos in a folder and its sub-folders, but for what is hidden or unfinished."""
    out = out.resolve()
    for parent, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not _is_left_out(name) and Path(parent, name).resolve() != out
        ]
        for name in files:
            ending = os.path.splitext(name)[1].lower()
            if not _is_left_out(name) and ending in _VIDEO_ENDINGS | _PHOTO_ENDINGS:
                yield Path(parent, name)


def take_shard(items: Sequence[Item], number: int, count: int) -> tuple[Item, ...]:
    """The part of a job array's work that one task does.

    Args:
        items: in the same order for every task.
        number: which task this is, 1 to `count`.
        count: how many tasks there are.

    >>> [take_shard("abcdefg", number, 3) for number in (1, 2, 3)]
    [('a', 'd', 'g'), ('b', 'e'), ('c', 'f')]
    """
    return tuple(items[number - 1 :: count])


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name.endswith(".part")


def _usable(name: str) -> str:
    """A name that every file system takes: not too long, and no space or point at its end."""
    while len(os.fsencode(name)) > _LONGEST_NAME_BYTES:
        name = name[:-1]
    return name.rstrip(" .") or "_"


def _key(name: PurePosixPath) -> str:
    """Equal for names that are one folder where a file system ignores case."""
    return str(name).casefold()
