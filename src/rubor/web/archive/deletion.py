"""Deleting for good: afterwards neither files, rows nor keys of it are anywhere in the data folder."""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from rubor.web.archive.arrival import imports_folder
from rubor.web.archive.models import IncomingExport
from rubor.web.jobs.enqueue import cancel
from rubor.web.people.middleware import PERSON
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import checkpoint, recordings_folder, video_chunks
from rubor.web.vault import destroy_master_key

__all__ = ["deletable_videos", "delete_person", "delete_videos"]


def delete_person(person: Person) -> bool:
    """Delete everything of a person; with the last one the master key too.

    Should it be cut off, the person is still there and it can be done again.

    Returns:
        Whether that was the last person.

    Raises:
        OSError: a file cannot be removed; the person stays.
        VaultError: the keyring cannot be opened; all data is gone, the key is left.
    """
    for job in person.jobs.all():
        cancel(job)
    key = person.pk
    folders = [
        *(recordings_folder() / str(pk) for pk in person.recordings.values_list("pk", flat=True)),
        *(
            imports_folder() / str(pk)
            for pk in IncomingExport.objects.filter(person=person).values_list("pk", flat=True)
        ),
    ]
    for folder in folders:
        _remove(folder)
    with transaction.atomic():
        # Before all other rows, in the order of everybody, so that no two wait for each other.
        Person.objects.select_for_update().filter(pk=key).first()
        person.delete()  # and with it all rows, the keys among them
    for folder in folders:
        # A piece that another request, or a job that was being stopped, stored just then.
        shutil.rmtree(folder, ignore_errors=True)
    _forget_sessions(key)
    last = not Person.objects.exists()
    try:
        if last:
            _remove(recordings_folder())
            _remove(imports_folder())
            destroy_master_key(Path(settings.RUBOR_DATA))
    finally:
        transaction.on_commit(partial(_empty_database, last))
    return last


def deletable_videos(person: Person) -> QuerySet[Recording]:
    """Recordings whose video is there and is not needed for work that waits or goes on."""
    working = (Recording.State.RECEIVING, Recording.State.WAITING, Recording.State.MEASURING)
    return Recording.objects.filter(person=person, video_there=True).exclude(state__in=working)


def delete_videos(person: Person) -> int:
    """Delete those videos; what was measured stays.

    Returns:
        How many were deleted.
    """
    rows = list(deletable_videos(person).only("sealed_key"))
    for row in rows:
        video_chunks(row).delete()
        Recording.objects.filter(pk=row.pk).update(video_there=False, keep_video=False)
    return len(rows)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _forget_sessions(person: uuid.UUID) -> None:
    """Take the person out of the sessions of all browsers, which stay open."""
    for session in Session.objects.all():
        store = SessionStore(session.session_key)
        if store.get(PERSON) == str(person):
            del store[PERSON]
            store.save()


def _empty_database(last: bool) -> None:
    """Have deleted rows overwritten in the database's file now and not some time."""
    if last and connection.vendor == "sqlite":
        with (
            suppress(OperationalError),
            connection.cursor() as cursor,
        ):  # another one reads just now
            cursor.execute("VACUUM")
    checkpoint()
