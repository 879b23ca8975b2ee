"""Read an export that somebody handed in. Nothing in it is trusted: names, sizes, sums, documents."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.archive.document_check import check_document, damaged, read_document
from rubor.web.archive.export_files import DOCUMENT, EXPORT_SCHEMA
from rubor.web.archive.zip_stream import pieces_of

__all__ = ["ExportReader"]

_MB: Final = 1024 * 1024
_MOST_FILES: Final = 50_000
_MOST_DOCUMENT_BYTES: Final = 64 * _MB
_MOST_BYTES: Final[Mapping[str, int]] = {
    "summary.json": 16 * _MB,
    "episodes.json": 16 * _MB,
    "traces.parquet": 256 * _MB,
    "cells.parquet": 1024 * _MB,
}
# Texts of numbers become some twenty times smaller; a thousand times is a trap.
_MOST_TIMES: Final = 200
_ALWAYS_FINE_BYTES: Final = 4 * _MB
# Of a table: 24 hours of seven regions at 30 pictures a second have some 180 million.
_MOST_VALUES: Final = 400_000_000
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_DRIVE: Final = re.compile(r"[A-Za-z]:")


class ExportReader:
    """The files of an export, each checked when it is read.

    Args:
        stream: the zip; read to and fro.

    Attributes:
        document: rubor-export.json, which fits its schema.

    Raises:
        InputError: it is no export, of another version, damaged, or made to do harm; with the cure.
    """

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError(
                _("This is no whole zip file."),
                _("Choose the file that Rubor gave you. If it was copied, copy it again, whole."),
            ) from error
        self._infos = _checked_infos(self._zip.infolist())
        if DOCUMENT not in self._infos:
            raise InputError(
                _("This zip file is no export of Rubor."),
                _("Choose the file that Rubor gave you under “My data”."),
            )
        document = read_document(self._bytes(DOCUMENT, _MOST_DOCUMENT_BYTES), DOCUMENT)
        check_document(document, EXPORT_SCHEMA, DOCUMENT)
        self.document: dict[str, Any] = document
        self._files = {one["path"]: one for one in document["files"]}
        for path, said in self._files.items():
            if path not in self._infos or self._infos[path].file_size != said["bytes"]:
                raise damaged(path)
        _check_references(document, self._files)

    def contents(self) -> dict[str, Any]:
        """What it holds, in short: for the page that asks what to do with it."""
        document = self.document
        counted = ("recordings", "trials", "treatments", "smile_checks", "diary", "answer_sheets")
        return {
            "rubor": document["rubor"],
            "exported_at": document["exported_at"],
            "person": {name: document["person"][name] for name in ("id", "name", "demo")},
            "counts": {name: len(document[name]) for name in counted},
            "videos": sum(one["video"] is not None for one in document["recordings"]),
            "recordings": [one["id"] for one in document["recordings"]],
            "left_out": len(document["left_out"]),
        }

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._files

    def read(self, path: str) -> bytes:
        """A file other than a video, whole, with its sum checked.

        Raises:
            InputError: it is too large, or not the one that was written.
        """
        data = self._bytes(path, _MOST_BYTES[path.rpartition("/")[2]])
        if hashlib.sha256(data).hexdigest() != self._files[path]["sha256"]:
            raise damaged(path)
        return data

    def read_table(self, path: str) -> bytes:
        """The same of a table that is no larger in memory than it may be.

        Raises:
            InputError: it is too large, or no table.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        data = self.read(path)
        try:
            about = pq.ParquetFile(io.BytesIO(data)).metadata
        except (pa.ArrowException, OSError, ValueError) as error:
            raise damaged(path) from error
        if about.num_rows * about.num_columns > _MOST_VALUES:
            raise damaged(path)
        return data

    def video(self, path: str) -> Iterator[bytes]:
        """A video, a piece at a time; its sum is checked at the end.

        Raises:
            InputError: it is too large, or not the one that was written.
        """
        if self._infos[path].file_size > settings.RUBOR_MOST_UPLOAD_BYTES:
            raise damaged(path)
        digest = hashlib.sha256()
        try:
            for piece in pieces_of(self._zip.open(path)):
                digest.update(piece)
                yield piece
        except _UNREADABLE as error:
            raise damaged(path) from error
        if digest.hexdigest() != self._files[path]["sha256"]:
            raise damaged(path)

    def _bytes(self, path: str, most: int) -> bytes:
        if self._infos[path].file_size > most:
            raise damaged(path)
        try:
            # The zip may say what it likes of the size; no more than that is unpacked.
            with self._zip.open(path) as file:
                return file.read(most)
        except _UNREADABLE as error:
            raise damaged(path) from error


def _checked_infos(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files by their names, all of which stay within a folder and unpack to what is sensible."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        # `filename` was made pretty by the library; what stands in the file decides.
        if _leads_elsewhere(info.orig_filename) or info.filename in found:
            raise InputError(
                _("This zip file was made to do harm: a name in it leads out of its folder."),
                _("Do not open it. Get the export anew from the machine it is from."),
            )
        if info.flag_bits & 0x1:
            raise InputError(
                _("This zip file is locked with a password."),
                _("Unpack it, and pack it again without one."),
            )
        found[info.filename] = info
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > _MOST_FILES or unpacked > _ALWAYS_FINE_BYTES + _MOST_TIMES * packed:
        raise InputError(
            _("This zip file was made to do harm: it would unpack to far more than it is."),
            _("Do not open it. Get the export anew from the machine it is from."),
        )
    return found


def _leads_elsewhere(name: str) -> bool:
    r"""Whether a name in a zip is not plainly that of a file below its folder.

    >>> [_leads_elsewhere(name) for name in ("a/b.csv", "../b", "/b", "a\\b", "C:b", "a//b", "a/\u202eb")]
    [False, True, True, True, True, True, True]
    """
    return (
        not name
        or "\\" in name
        or bool(_DRIVE.match(name))
        or any(unicodedata.category(sign)[0] == "C" for sign in name)
        or any(part in ("", ".", "..") for part in name.removesuffix("/").split("/"))
    )


def _check_references(document: Mapping[str, Any], files: Mapping[str, Any]) -> None:
    """Each id once, and what refers to something refers to something that is there."""
    ids: dict[str, set[str]] = {}
    for table in ("recordings", "trials", "treatments", "smile_checks", "diary", "answer_sheets"):
        ids[table] = {one["id"] for one in document[table]}
        if len(ids[table]) != len(document[table]):
            raise damaged(f"{DOCUMENT}: {table}")
    folders = {one["folder"] for one in document["recordings"]}
    left_out = {one["path"] for one in document["left_out"]}
    videos = {f"{one['folder']}/{one['video']}" for one in document["recordings"] if one["video"]}
    wrong = (
        len(folders) != len(document["recordings"])
        or any(path not in files and path not in left_out for path in videos)
        or any(
            link["recording"] not in ids["recordings"]
            for trial in document["trials"]
            for link in trial["sessions"]
        )
        or any(one["recording"] not in ids["recordings"] for one in document["smile_checks"])
        or any(one["trial"] not in {None, *ids["trials"]} for one in document["treatments"])
        or any(one["treatment"] not in {None, *ids["treatments"]} for one in document["diary"])
    )
    if wrong:
        raise damaged(DOCUMENT)
