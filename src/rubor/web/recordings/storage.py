"""Where a recording's video and results lie, sealed under a key of its own; how they are destroyed."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from rubor.web.recordings.models import Recording
from rubor.web.vault import (
    SealedChunks,
    SealedFiles,
    key_made,
    master_key,
    new_key,
    unwrap_key,
    wrap_key,
)

if TYPE_CHECKING:
    from rubor.measurement import Recording as Measured
    from rubor.vision.media_file import MediaFile

__all__ = [
    "checkpoint",
    "data_key",
    "destroy",
    "load_measured",
    "new_sealed_key",
    "recordings_folder",
    "result_files",
    "video_chunks",
    "video_source",
]

_log = logging.getLogger(__name__)
_WEBM = ".webm"


def new_sealed_key(recording_id: uuid.UUID) -> bytes:
    """A key for a new recording, wrapped under the master key, for its column `sealed_key`."""
    return wrap_key(data_key(), new_key(), _context(recording_id).encode())


def recordings_folder() -> Path:
    """The folder that holds a folder for each recording, named by its id."""
    return Path(settings.RUBOR_DATA) / "recordings"


def video_chunks(recording: Recording, within: Path | None = None) -> SealedChunks:
    """The video or photo as it was handed in, piece by piece.

    Args:
        recording: whose.
        within: the folder of recordings; None for the usual one.

    Raises:
        VaultError: the master key is not the one that the recording's key was wrapped under.
    """
    return SealedChunks(
        _folder(recording, within) / "video", _key(recording), f"{_context(recording.pk)}/video"
    )


def video_source(recording: Recording, within: Path | None = None) -> MediaFile:
    """The same as one file, for `rubor.measure`. Nothing of it touches the disk unsealed."""
    from rubor.vision.media_file import MediaFile

    name = recording.file_name or "recording"
    # FFmpeg calls webm and mkv by one name, and only the ending tells them apart.
    if recording.media_type.startswith("video/webm") and not name.lower().endswith(_WEBM):
        name += _WEBM
    return MediaFile(name, lambda: video_chunks(recording, within).open())


def result_files(recording: Recording, within: Path | None = None) -> SealedFiles:
    """What was measured: summary.json, traces.parquet, cells.parquet, curves.json, face_map.json.

    Args:
        recording: whose.
        within: the folder of recordings; None for the usual one.

    Raises:
        VaultError: the master key is not the one that the recording's key was wrapped under.
    """
    return SealedFiles(
        _folder(recording, within) / "results", _key(recording), f"{_context(recording.pk)}/results"
    )


def load_measured(recording: Recording) -> Measured:
    """The measured recording as the library knows it; the table of cells is read when asked for.

    Raises:
        InputError: it was not measured, or by another version.
        VaultError: its files were changed, or belong to another key.
    """
    from rubor.measurement import Recording as Measured

    return Measured.from_files(_Unsealed(result_files(recording)))


def destroy(recording: Recording) -> None:
    """Delete a recording for good: its files, its row, and with the row the only key to the files.

    Should it be cut off, the row is still there and it can be deleted again.

    Raises:
        OSError: a file cannot be removed; the recording stays.
    """
    folder = _folder(recording)
    if folder.exists():
        shutil.rmtree(folder)
    recording.delete()
    # A piece that another request was storing just then.
    shutil.rmtree(folder, ignore_errors=True)
    transaction.on_commit(checkpoint)


def checkpoint() -> None:
    """Write the database's journal into the database, where deleted rows are overwritten, and empty it.

    For SQLite. PostgreSQL overwrites deleted rows in its own time.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
    if busy:
        _log.warning("The journal could not be emptied now; the next deletion does it.")


class _Unsealed(Mapping[str, bytes]):
    """Sealed files by their names, each read when it is asked for."""

    def __init__(self, files: SealedFiles) -> None:
        self._files = files

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._files.read(name)
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._files.names())

    def __len__(self) -> int:
        return len(self._files.names())


def _folder(recording: Recording, within: Path | None = None) -> Path:
    return (within or recordings_folder()) / str(recording.pk)


def _key(recording: Recording) -> bytes:
    return unwrap_key(data_key(), bytes(recording.sealed_key), _context(recording.pk).encode())


def _context(recording_id: uuid.UUID | None) -> str:
    return f"recording {recording_id}"


def data_key() -> bytes:
    """The master key of the data folder."""
    folder = Path(settings.RUBOR_DATA)
    made = key_made(folder)
    return master_key(folder) if made is None else _master_of(folder, made)


@lru_cache(maxsize=2)
def _master_of(folder: Path, made: int) -> bytes:
    # A keyring may take its time, or ask the person; once a process is enough, as long as the folder
    # keeps its key.
    return master_key(folder)
