"""An export on its way in: sealed piece by piece like a recording, then looked at."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.archive.export_reader import ExportReader
from rubor.web.archive.models import IncomingExport
from rubor.web.people.models import Person
from rubor.web.recordings.receive import RefusedError, check_room, store_piece
from rubor.web.recordings.storage import data_key
from rubor.web.vault import SealedChunks, new_key, unwrap_key, wrap_key

__all__ = [
    "MOST_BYTES",
    "begin",
    "discard",
    "finish",
    "imports_folder",
    "incoming_chunks",
    "put_piece",
    "working_on",
]

MOST_BYTES: Final = 64 * 1024**3
"""Of one export; one with many videos is larger than any recording."""

_FINGERPRINT_CHARACTERS: Final = frozenset("0123456789abcdef")


def imports_folder() -> Path:
    """The folder that holds a folder for each export on its way in, named by its id."""
    return Path(settings.RUBOR_DATA) / "imports"


def incoming_chunks(incoming: IncomingExport) -> SealedChunks:
    """The zip as it was handed in, piece by piece."""
    key = unwrap_key(data_key(), bytes(incoming.sealed_key), _context(incoming).encode())
    return SealedChunks(imports_folder() / str(incoming.pk) / "zip", key, _context(incoming))


def begin(person: Person, said: Mapping[str, Any]) -> IncomingExport:
    """Open an upload, or go on with the one of the same file; another one is given up for it.

    Args:
        person: who hands it in.
        said: `file_name`, `bytes` and `fingerprint` of the file.

    Raises:
        InputError: what was said is not possible.
        RefusedError: the disk has no room for it, or another import is being worked on.
    """
    name, size, fingerprint = said.get("file_name"), said.get("bytes"), said.get("fingerprint")
    if (
        not isinstance(name, str)
        or not isinstance(size, int)
        or not isinstance(fingerprint, str)
        or len(fingerprint) != 64
        or not _FINGERPRINT_CHARACTERS.issuperset(fingerprint)
    ):
        raise InputError(_("What was sent is not readable."), _("Load the page again."))
    if not 0 < size <= MOST_BYTES:
        raise InputError(
            _("This file is empty, or too large for an export."),
            _("Choose the zip file that Rubor gave you."),
        )
    with transaction.atomic():
        # Two tabs that begin at once: the second waits here and then sees the first one's row.
        Person.objects.select_for_update().get(pk=person.pk)
        for earlier in IncomingExport.objects.filter(person=person):
            if working_on(earlier):
                raise RefusedError(
                    409,
                    _("Another export is being brought in just now."),
                    _("Wait until it is done, or stop it."),
                )
            if (earlier.fingerprint, earlier.bytes_expected) == (fingerprint, size):
                return earlier
        # Once as the zip and once as what becomes of it.
        check_room(2 * size)
        for earlier in IncomingExport.objects.filter(person=person):
            discard(earlier)
        incoming = IncomingExport(
            person=person,
            file_name="".join(sign for sign in name if sign.isprintable())[-200:],
            fingerprint=fingerprint,
            bytes_expected=size,
        )
        incoming.sealed_key = wrap_key(data_key(), new_key(), _context(incoming).encode())
        incoming.save(force_insert=True)
    return incoming


def put_piece(incoming: IncomingExport, number: int, data: bytes) -> dict[str, int]:
    """Store a piece, to stay.

    Raises:
        RefusedError: it is not possible now; nothing of it is stored.
    """
    if incoming.contents is not None:
        raise RefusedError(409, _("This file is all there already."), _("Load the page again."))
    there = store_piece(incoming_chunks(incoming), number, data, incoming.bytes_expected)
    if not IncomingExport.objects.filter(pk=incoming.pk).exists():
        # It was given up while this piece was stored.
        shutil.rmtree(imports_folder() / str(incoming.pk), ignore_errors=True)
        raise RefusedError(404, _("This upload was given up."), _("Begin again."))
    return there


def finish(incoming: IncomingExport) -> None:
    """Look at what has arrived, and note what it holds. Nothing is brought in yet.

    Raises:
        RefusedError: pieces are missing.
        InputError: it is no export that can be read; what was stored of it is gone.
    """
    chunks = incoming_chunks(incoming)
    if chunks.size != incoming.bytes_expected:
        raise RefusedError(
            409,
            _("The end of the file is missing."),
            _("Send what is missing, then end it again."),
            next_chunk=chunks.count,
            bytes=chunks.size,
        )
    if incoming.contents is not None:
        return
    try:
        with chunks.open() as stream:
            contents = ExportReader(stream).contents()
    except InputError:
        discard(incoming)
        raise
    IncomingExport.objects.filter(pk=incoming.pk).update(contents=contents)


def discard(incoming: IncomingExport) -> None:
    """Give it up: its sealed pieces and the key to them."""
    folder = imports_folder() / str(incoming.pk)
    shutil.rmtree(folder, ignore_errors=True)
    incoming.delete()
    shutil.rmtree(folder, ignore_errors=True)


def working_on(incoming: IncomingExport) -> bool:
    """Whether a job is bringing it in."""
    return any(
        job.payload.get("incoming") == str(incoming.pk)
        for job in incoming.person.jobs.filter(kind="import", state__in=("waiting", "running"))
    )


def _context(incoming: IncomingExport) -> str:
    return f"import {incoming.pk}"
