"""Small files of fixed names, each sealed on its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rubor.web.vault.atomic_files import flush_folder, remove_abandoned, replace_file
from rubor.web.vault.sealed import seal, unseal

__all__ = ["SealedFiles"]

# Only lower case: some file systems take "A" and "a" for one name.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_ENDING = ".sealed"


class SealedFiles:
    """Files in a folder of their own, such as the tables of a recording.

    Args:
        folder: made by the first `write`; holds nothing else.
        key: 32 bytes.
        context: whose files these are; they can be read only under the same.

    >>> import tempfile
    >>> from rubor.web.vault.sealed import new_key
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = SealedFiles(Path(folder, "results"), new_key(), "recording 7")
    ...     files.write("summary.json", b"{}")
    ...     files.names(), files.read("summary.json")
    (('summary.json',), b'{}')
    """

    def __init__(self, folder: Path, key: bytes, context: str) -> None:
        self.folder = folder
        self._key = key
        self._context = context
        remove_abandoned(folder)

    def write(self, name: str, data: bytes) -> None:
        """Store a file, in place of one of the same name.

        Args:
            name: at most 100 of a-z, 0-9, point, line and underline; begins with one of a-z, 0-9.
            data: its bytes, held in memory.

        Raises:
            ValueError: the name is not of that form.
            OSError: it cannot be written, such as on a full disk; the earlier one is left as it is.
        """
        path = self._path(name)
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flush_folder(self.folder.parent)
        replace_file(path, seal(self._key, data, self._bound_to(name)))

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileNotFoundError: there is no file of this name.
            ValueError: the name is not of the form that `write` takes.
            VaultError: the file was changed, or belongs to another key or context.
        """
        return unseal(self._key, self._path(name).read_bytes(), self._bound_to(name))

    def names(self) -> tuple[str, ...]:
        """The names of all files, sorted."""
        if not self.folder.is_dir():
            return ()
        names = (path.name.removesuffix(_ENDING) for path in self.folder.glob(f"*{_ENDING}"))
        return tuple(sorted(name for name in names if _NAME.fullmatch(name)))

    def delete(self) -> None:
        """Remove all files; nothing happens where there are none."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
            flush_folder(self.folder.parent)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a sealed file")
        return self.folder / f"{name}{_ENDING}"

    def _bound_to(self, name: str) -> bytes:
        return f"{self._context}/file/{name}".encode()
