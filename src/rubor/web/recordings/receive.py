"""Receiving a recording: announced, handed in piece by piece, ended. Each step may be repeated.

The sealed pieces on the disk are the truth of what is there; the counters in the row follow them. So
a server that dies between a piece and the row loses nothing, and the browser goes on where the disk
says.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from rubor.errors import RuborError
from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.announcement import (
    Announcement,
    checked_conditions,
    checked_marks,
    checked_protocol,
)
from rubor.web.recordings.media import check_decodes, may_be_kept
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.place_tags import blanked_tags
from rubor.web.recordings.storage import destroy, new_sealed_key, video_chunks, video_source
from rubor.web.vault import ChunkConflictError, ChunkOrderError, SealedChunks, VaultError

__all__ = [
    "RefusedError",
    "add_marks",
    "begin",
    "check_room",
    "disk_may_be_full",
    "finish",
    "measure_again",
    "put_chunk",
    "received",
    "store_piece",
]

State = Recording.State
_THERE_ALREADY: Final = (State.WAITING, State.MEASURING, State.MEASURED)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK_FULL: Final = "53100"  # PostgreSQL's code for it, whatever the language of its messages
# What the database, the results and the system need besides.
_LEFT_FREE_BYTES: Final = 256 * 1024 * 1024
_PIECE_BYTES: Final = 1024 * 1024
# A recorder sends some pieces a second, each smaller than it might be. Beyond that lies a trap.
_SMALL_PIECES: Final = 20_000
_MOST_UNFINISHED_OF_PHONES: Final = 20


class RefusedError(RuborError):
    """A step of an upload that is not possible now.

    Attributes:
        status: of the HTTP answer.
        more: what the answer says besides, such as the number of the next chunk.
    """

    def __init__(self, status: int, message: str, cure: str = "", **more: Any) -> None:
        self.status = status
        self.more = more
        super().__init__(message, cure)


def begin(person: Person, announced: Announcement) -> tuple[Recording, bool]:
    """Open an upload, or go on with the one of the same file that was cut off.

    Args:
        person: whose face it is.
        announced: what the browser says of it. Of an upload that goes on, what is said now holds; what
            is left empty now stays as it was.

    Returns:
        The recording and whether it is new. One that is no longer receiving is here already.

    Raises:
        RefusedError: the disk has no room for it, or too much from phones is unfinished.
        VaultError: the master key is not there.
    """
    with transaction.atomic():
        # Two tabs that begin at once: the second waits here and then sees the first one's row.
        Person.objects.select_for_update().get(pk=person.pk)
        earlier = _earlier(person, announced)
        if earlier is not None and earlier.state != State.RECEIVING:
            return earlier, False
        if earlier is None and announced.source == "phone":
            _check_unfinished_of_phones(person)
        there = earlier.bytes_received if earlier is not None else 0
        check_room((announced.bytes_expected or 0) - there)
        if not person.skin_tone:
            Person.objects.filter(pk=person.pk).update(skin_tone=announced.skin_tone)
        if earlier is not None:
            Recording.objects.filter(pk=earlier.pk).update(**_said_later(earlier, announced))
            earlier.refresh_from_db()
            return earlier, False
        recording = Recording(person=person, **announced.columns())
        recording.sealed_key = new_sealed_key(recording.pk)
        recording.save(force_insert=True)
    return recording, True


def put_chunk(recording: Recording, number: int, data: bytes) -> dict[str, int]:
    """Store a piece; when this returns it is there to stay.

    Returns:
        `next_chunk` and `bytes` of what is there now.

    Raises:
        RefusedError: the upload has ended, the piece is too large, not the next one, or another one than
            is there; or the disk is full. Nothing of it is stored then.
    """
    if recording.state != State.RECEIVING:
        raise RefusedError(
            409,
            _("This recording has been handed in already."),
            _("Look at it among your recordings."),
            state=recording.state,
        )
    chunks = video_chunks(recording)
    most = recording.bytes_expected or settings.RUBOR_MOST_UPLOAD_BYTES
    there = store_piece(chunks, number, data, most)
    with disk_may_be_full():
        still = Recording.objects.filter(pk=recording.pk)
        # The later of two pieces may have been counted first.
        still.filter(chunks__lt=there["next_chunk"]).update(
            chunks=there["next_chunk"], bytes_received=there["bytes"]
        )
    if not still.exists():
        destroy(recording)  # it was deleted while this piece was stored
        raise RefusedError(
            404, _("This recording has been deleted."), _("Begin again, if you want to keep it.")
        )
    return there


def store_piece(chunks: SealedChunks, number: int, data: bytes, most: int) -> dict[str, int]:
    """Seal a piece of an upload and store it, to stay.

    Args:
        chunks: of the upload.
        number: of the piece, from 0.
        data: its bytes.
        most: bytes that all pieces together may have.

    Returns:
        `next_chunk` and `bytes` of what is there now.

    Raises:
        RefusedError: the piece is empty, too large, not the next one, or another one than is there; or
            the disk is full. Nothing of it is stored then.
    """
    if not data:
        raise RefusedError(400, _("This piece of the upload is empty."), _("Send it again."))
    most_pieces = most // settings.RUBOR_CHUNK_BYTES + _SMALL_PIECES
    if len(data) > settings.RUBOR_CHUNK_BYTES or (
        number == chunks.count and (chunks.size + len(data) > most or number >= most_pieces)
    ):
        raise RefusedError(
            413,
            _("More was sent than the file that was announced holds."),
            _("Choose the file again."),
        )
    with disk_may_be_full():
        try:
            chunks.put(number, data)
        except ChunkOrderError as error:
            raise RefusedError(
                409, error.message, error.cure, next_chunk=error.expected, bytes=chunks.size
            ) from error
        except ChunkConflictError as error:
            raise RefusedError(
                409, error.message, error.cure, next_chunk=chunks.count, bytes=chunks.size
            ) from error
    return {"next_chunk": chunks.count, "bytes": chunks.size}


def received(recording: Recording) -> dict[str, Any]:
    """State of a recording, and what of it is there."""
    if recording.state == State.RECEIVING:
        return {"state": recording.state, **_there(recording)}
    return {
        "state": recording.state,
        "next_chunk": recording.chunks,
        "bytes": recording.bytes_received,
    }


def add_marks(recording: Recording, said: object) -> int:
    """Store marks; one that comes again under its key is not stored twice.

    Returns:
        How many there are now.

    Raises:
        InputError: a mark is not possible.
        RefusedError: the recording is measured already.
    """
    marks = checked_marks(said)
    if recording.state == State.MEASURED:
        raise RefusedError(
            409,
            _("This recording is measured already, without these marks."),
            _("Change it and have it measured again, if its video was kept."),
        )
    try:
        with disk_may_be_full():
            Mark.objects.bulk_create(
                (
                    Mark(recording=recording, key=one.key, time_s=one.time_s, kind=one.kind)
                    for one in marks
                ),
                ignore_conflicts=True,
            )
    except IntegrityError as error:
        raise RefusedError(404, _("This recording has been deleted.")) from error
    return recording.marks.count()


def finish(recording: Recording, said: Mapping[str, Any]) -> Job | None:
    """End an upload: complete, a video or photo that can be decoded, and waiting to be measured.

    Args:
        recording: with all its pieces.
        said: `chunks` and `bytes` of the whole; `protocol`, `conditions` and `stopped_early` where
            they are known only now.

    Returns:
        The job that measures it; the same when this is asked again. None where there is none any more.

    Raises:
        RefusedError: pieces are missing, or it cannot be decoded.
        InputError: what was said is not possible.
        VaultError: what is stored was changed, or its key is not there.
    """
    if recording.state != State.RECEIVING:
        if recording.state == State.FAILED and not recording.sha256:
            raise RefusedError(400, recording.error, recording.cure)
        return recording.jobs.filter(kind=_work_on(recording)).last()
    there = _there(recording)
    expected = recording.bytes_expected or said.get("bytes")
    if there != {"next_chunk": said.get("chunks"), "bytes": expected}:
        raise RefusedError(
            409,
            _("The end of the file is missing."),
            _("Send what is missing, then end it again."),
            **there,
        )
    later: dict[str, Any] = {
        name: checked(said[name])
        for name, checked in (
            ("protocol", checked_protocol),
            ("conditions", checked_conditions),
        )
        if said.get(name)
    }
    if said.get("stopped_early"):
        later["stopped_early"] = True
    ended = {"chunks": there["next_chunk"], "bytes_received": there["bytes"], "video_there": True}
    still = Recording.objects.filter(pk=recording.pk, state=State.RECEIVING)
    try:
        check_decodes(video_source(recording))
        _blank_tags(recording)
    except (VaultError, RefusedError):
        raise
    except RuborError as error:
        with disk_may_be_full():
            still.update(state=State.FAILED, error=error.message, cure=error.cure, **ended, **later)
        raise RefusedError(400, error.message, error.cure) from error
    keep = recording.keep_video and may_be_kept(video_source(recording))
    with video_chunks(recording).open() as stream:
        sha256 = _sha256(stream)
    with disk_may_be_full(), transaction.atomic():
        # Before the recording's row, in the order of everybody, so that no two wait for each other.
        Person.objects.select_for_update().get(pk=recording.person_id)
        if still.update(state=State.WAITING, sha256=sha256, keep_video=keep, **ended, **later):
            recording.refresh_from_db()
            return enqueue(_work_on(recording), recording.person, recording=recording)
    recording.refresh_from_db()  # the other tab was faster
    return recording.jobs.filter(kind=_work_on(recording)).last()


def measure_again(recording: Recording) -> Job:
    """Measure a recording anew whose video is there.

    Raises:
        RefusedError: its video is gone.
    """
    if not recording.video_there:
        raise RefusedError(
            409,
            _("The video of this recording was discarded, so it cannot be measured again."),
            _("Hand in the file again, if you have it."),
        )
    return enqueue(_work_on(recording), recording.person, recording=recording)


def _work_on(recording: Recording) -> str:
    """The kind of job that measures it: a smile or, as usual, redness."""
    return "smile" if recording.protocol.get("purpose") == "smile" else "measure"


@contextmanager
def disk_may_be_full() -> Iterator[None]:
    """Tell a full disk as what it is.

    Raises:
        RefusedError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _full() from error
    except OperationalError as error:
        full = getattr(error.__cause__, "sqlstate", None) == _DISK_FULL or "full" in str(error)
        if not full:
            raise
        raise _full() from error


def _blank_tags(recording: Recording) -> None:
    """Blank what a video from a phone says besides its pictures, such as the place where it was taken."""
    chunks = video_chunks(recording)
    with chunks.open() as stream:
        changes = blanked_tags(stream)
    with disk_may_be_full():
        chunks.overwrite(changes)


def _full() -> RefusedError:
    return RefusedError(
        507,
        _("The disk of this computer is full. What was stored before is kept."),
        _("Make room on it; then it goes on from here."),
    )


def _earlier(person: Person, announced: Announcement) -> Recording | None:
    """The same file, being handed in or here already."""
    if not announced.fingerprint:
        return None
    same = Recording.objects.filter(
        person=person,
        fingerprint=announced.fingerprint,
        bytes_expected=announced.bytes_expected,
        state__in=(State.RECEIVING, *_THERE_ALREADY),
    )
    if announced.source == "phone":
        same = same.filter(source="phone")
    return same.order_by("created_at").first()


def _check_unfinished_of_phones(person: Person) -> None:
    """See that whoever has a phone's code cannot fill the database with announcements."""
    unfinished = person.recordings.filter(source="phone", state=State.RECEIVING).count()
    if unfinished >= _MOST_UNFINISHED_OF_PHONES:
        raise RefusedError(
            409,
            _("Too many files from phones were begun and not ended."),
            _("Delete them on the computer, among the recordings, then choose this file again."),
        )


def _said_later(earlier: Recording, announced: Announcement) -> dict[str, Any]:
    """The columns of an upload that goes on: the page was loaded anew, and its fields were empty."""
    columns = {k: v for k, v in announced.columns().items() if k != "source" and v not in ("", {})}
    said = {k: v for k, v in announced.conditions.items() if v not in (None, "", [])}
    return {**columns, "conditions": {**earlier.conditions, **said}}


def check_room(coming: int) -> None:
    """See that so many bytes can be stored.

    Raises:
        RefusedError: the disk has no room for them.
    """
    needed = max(coming, 0) + _LEFT_FREE_BYTES
    free = shutil.disk_usage(Path(settings.RUBOR_DATA)).free
    if free < needed:
        raise RefusedError(
            507,
            _("There is no room for it: it needs %(needed)d MB, and %(free)d MB are free.")
            % {"needed": needed // 1_000_000, "free": free // 1_000_000},
            _("Make room on the disk of this computer, then begin again."),
        )


def _there(recording: Recording) -> dict[str, int]:
    chunks = video_chunks(recording)
    return {"next_chunk": chunks.count, "bytes": chunks.size}


def _sha256(stream: Any) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()
