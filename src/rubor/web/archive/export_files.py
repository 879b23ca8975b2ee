"""Everything of a person as the files of one zip."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from rubor._version import __version__
from rubor.web.archive.export_tables import Flat, recording_line, table_files
from rubor.web.archive.row_json import row_to_json
from rubor.web.archive.zip_stream import Member, Written, pieces_of, zip_stream
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import result_files, video_chunks

__all__ = ["DOCUMENT", "EXPORT_SCHEMA", "export_zip", "exported_recordings"]

EXPORT_SCHEMA: Final = "rubor.export/1"
DOCUMENT: Final = "rubor-export.json"

_TABLES: Final = ("traces.parquet", "cells.parquet")
_ENDING: Final = re.compile(r"[a-z0-9]{1,5}")


def export_zip(person: Person, now: datetime, *, videos: bool, readme: str) -> Iterator[bytes]:
    """The zip, piece by piece, as it is sent.

    What is deleted meanwhile is not in it. A file that cannot be read is named in `left_out`.

    Args:
        person: whose data.
        now: when it was asked for.
        videos: whether the videos that are there are in it.
        readme: text that explains the tables.
    """
    written: list[Written] = []
    return zip_stream(_members(person, now, videos, readme, written), now, written)


def exported_recordings(person: Person) -> Any:
    """The recordings that an export holds: all but those that are still arriving."""
    rows = Recording.objects.filter(person=person).exclude(state=Recording.State.RECEIVING)
    return rows.order_by("recorded_at", "pk")


def _members(
    person: Person, now: datetime, videos: bool, readme: str, written: list[Written]
) -> Iterator[Member]:
    yield Member("README.txt", lambda: [readme.encode()])
    recordings: list[dict[str, Any]] = []
    lines: list[Flat] = []
    # One at a time: hundreds of summaries at once would be much.
    for pk in list(exported_recordings(person).values_list("pk", flat=True)):
        row = Recording.objects.filter(pk=pk).prefetch_related("marks").first()
        if row is None:
            continue
        folder = f"recordings/{row.recorded_at:%Y-%m-%d_%H%M}_{str(row.pk)[:8]}"
        lines.append(recording_line(row, folder))
        video = _video_name(row) if videos and row.video_there else None
        yield from _recording_members(row, folder, video)
        marks = [{"key": m.key, "time_s": m.time_s, "kind": m.kind} for m in row.marks.all()]
        said = {**row_to_json("recordings", row), "video_there": video is not None}
        recordings.append({**said, "folder": folder, "video": video, "marks": marks})
    with transaction.atomic():  # so that what belongs together is of one moment
        rest = _rest(person, {one["id"] for one in recordings})
        files = table_files(person, lines)
    yield from (Member(path, _only(data), path.endswith(".csv")) for path, data in files.items())
    head = {
        "schema": EXPORT_SCHEMA,
        "rubor": __version__,
        "exported_at": now.isoformat(),
        "person": row_to_json("person", person),
        "recordings": recordings,
        **rest,
    }
    yield Member(DOCUMENT, lambda: [_document(head, written)])


def _recording_members(row: Recording, folder: str, video: str | None) -> Iterator[Member]:
    if row.summary is not None:
        yield Member(f"{folder}/summary.json", _only(_as_json(row.summary)))
    if row.episodes is not None:
        yield Member(f"{folder}/episodes.json", _only(_as_json(row.episodes)))
    if row.summary is not None:
        files = result_files(row)
        for name in _TABLES:
            yield Member(f"{folder}/{name}", _read(files.read, name), packed=False)
    if row.marks.all():
        yield Member(f"{folder}/events.csv", _only(_events(row)))
    if video is not None:
        yield Member(f"{folder}/{video}", lambda: pieces_of(video_chunks(row).open()), packed=False)


def _rest(person: Person, recordings: set[str]) -> dict[str, Any]:
    """All that is not a recording."""
    trials = []
    for trial in person.trials.prefetch_related("recordings").order_by("created_at"):
        sessions = [
            {"recording": str(one.recording_id), "session": one.session}
            for one in trial.recordings.all()
            if str(one.recording_id) in recordings
        ]
        trials.append({**row_to_json("trials", trial), "sessions": sessions})
    smiles = [row_to_json("smile_checks", one) for one in person.smile_checks.order_by("made_on")]
    return {
        "trials": trials,
        "treatments": [
            row_to_json("treatments", one) for one in person.treatments.order_by("treated_on")
        ],
        "smile_checks": [one for one in smiles if one["recording"] in recordings],
        "diary": [row_to_json("diary", one) for one in person.entries.order_by("on", "created_at")],
        "answer_sheets": [
            row_to_json("answer_sheets", one) for one in person.answer_sheets.order_by("created_at")
        ],
    }


def _document(head: dict[str, Any], written: list[Written]) -> bytes:
    files = [
        {"path": one.path, "bytes": one.bytes, "sha256": one.sha256}
        for one in written
        if not one.problem
    ]
    left_out = [{"path": one.path, "reason": one.problem} for one in written if one.problem]
    return _as_json({**head, "files": files, "left_out": left_out})


def _video_name(row: Recording) -> str:
    """A name that is safe everywhere; only an ending is taken from the device's own."""
    ending = row.file_name.rpartition(".")[2].lower()
    if not _ENDING.fullmatch(ending):
        ending = "webm" if row.media_type.startswith("video/webm") else "bin"
    return f"{'photo' if row.media_type.startswith('image/') else 'video'}.{ending}"


def _events(row: Recording) -> bytes:
    """The marks, as the library's own events file."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("time_s", "kind"))
    lines.writerows((mark.time_s, mark.kind) for mark in row.marks.all())
    return text.getvalue().encode()


def _only(data: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [data]


def _read(read: Callable[[str], bytes], name: str) -> Callable[[], Iterable[bytes]]:
    # Read when its turn has come, within the care for files that cannot be read.
    return lambda: (read(one) for one in (name,))


def _as_json(document: object) -> bytes:
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()
