"""Bring in an export in the background; a kind of work of `rubor.web.jobs`.

The order of writing, so that whatever is killed at whatever moment leaves nothing half:

1. Everything is read and checked. Nothing is written.
2. Each new recording is sealed under a new key into a folder of this attempt, beside the zip. Killed
   here: no row knows of it, and its keys were only in memory; `tidy` removes it.
3. One transaction writes all rows, the wrapped keys among them, and ends the job.
4. The folders move to their places, and zip and row of the upload go. Killed in between: the job still
   counts as not tidied, and a worker does the rest.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from rubor.errors import InputError
from rubor.web.archive.models import IncomingExport
from rubor.web.jobs.claim import LeaseLostError
from rubor.web.jobs.kinds import Progress
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import finish
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import recordings_folder

if TYPE_CHECKING:
    from rubor.web.archive.export_reader import ExportReader

__all__ = ["KIND", "run", "tidy"]

KIND: Final = "import"
_UNIT: Final = "recordings"
_RESULTS: Final = ("traces.parquet", "cells.parquet")


def run(job: Job, progress: Progress) -> None:
    """Check the export of a job, and bring in what is new.

    Raises:
        RuborError: it cannot be brought in; message and cure in words.
        LeaseLostError: the job was taken over, or the person deleted.
    """
    from rubor.web.archive.arrival import incoming_chunks
    from rubor.web.archive.export_reader import ExportReader
    from rubor.web.archive.import_plan import plan_import
    from rubor.web.archive.import_rows import write_rows

    incoming = _incoming(job)
    if incoming is None:
        raise InputError(
            gettext_noop("The file that was to be brought in is not there any more."),
            gettext_noop("Hand it in again."),
        )
    with incoming_chunks(incoming).open() as stream:
        export = ExportReader(stream)
        plan = plan_import(export.document, job.person, job.payload["into"])
        new = plan.new("recordings", export.document["recordings"])
        steps = 2.0 * len(new)
        for number, said in enumerate(new):
            progress(float(number), steps, _UNIT)
            _check(export, said)
        _check_other_documents(export.document)
        _make_room(export, new)
        rows = []
        for number, said in enumerate(new):
            progress(float(len(new) + number), steps, _UNIT)
            rows.append(_seal(export, said, plan.ids["recordings"][said["id"]], _staged(job)))
    with transaction.atomic():
        result = write_rows(export.document, plan, job, rows)
        if not finish(job, result):
            raise LeaseLostError
    _settle(job)


def tidy(job: Job) -> None:
    """Bring the folders of what was brought in to their places; remove what else is left."""
    if job.state == Job.State.DONE:
        _settle(job)
    else:
        shutil.rmtree(_staged(job), ignore_errors=True)
    if _incoming(job) is None:
        shutil.rmtree(_folder(job), ignore_errors=True)


def _check_other_documents(document: dict[str, Any]) -> None:
    """See that trials, advice and smiles are what the library writes.

    Raises:
        InputError: one is not.
    """
    from rubor.pathway.answers import check_answers
    from rubor.pathway.questionnaire import questionnaire
    from rubor.trials import trial_from_json
    from rubor.web.archive.document_check import check_document

    for number, trial in enumerate(document["trials"]):
        where = f"trials[{number}]"
        check_document(trial["document"], "rubor.trial/1", where)
        trial_from_json(trial["document"])
        for verdict in (trial["verdict"], *trial["further"]):
            if verdict is not None:
                check_document(verdict, "rubor.verdict/1", where)
    for number, sheet in enumerate(document["answer_sheets"]):
        if sheet["questionnaire"] == questionnaire().name:  # only such are filled in any further
            check_answers({**sheet["answers"], "questionnaire": sheet["questionnaire"]})
        if sheet["advice"] is not None:
            check_document(sheet["advice"], "rubor.suitability/1", f"answer_sheets[{number}]")
    for number, smile in enumerate(document["smile_checks"]):
        if smile["result"] is not None:
            check_document(smile["result"], "rubor.smile/1", f"smile_checks[{number}]")


def _check(export: ExportReader, said: dict[str, Any]) -> None:
    """Read all of one recording and see that it is what Rubor writes."""
    from rubor.measurement.events import EVENT_KINDS
    from rubor.web.archive.document_check import damaged
    from rubor.web.recordings.announcement import checked_conditions, checked_protocol

    folder = said["folder"]
    checked_conditions(said["conditions"])
    checked_protocol(said["protocol"])
    if any(mark["kind"] not in EVENT_KINDS for mark in said["marks"]):
        raise damaged(f"{folder}: marks")
    if len({mark["key"] for mark in said["marks"]}) != len(said["marks"]):
        raise damaged(f"{folder}: marks")
    measured = _measured(export, said)
    if measured is not None and measured.summary["file"]["sha256"] != said["sha256"]:
        raise damaged(f"{folder}/summary.json")
    video = _video(export, said)
    if video is not None:
        for _piece in export.video(video):
            pass


def _measured(export: ExportReader, said: dict[str, Any]) -> Any:
    """The measured recording; None where it was not measured, or its tables were left out."""
    from rubor.measurement import Recording as Measured
    from rubor.measurement.recording import CELL_COLUMNS, TRACE_COLUMNS
    from rubor.web.archive.document_check import check_document, damaged, read_document

    folder = said["folder"]
    paths = {name: f"{folder}/{name}" for name in (*_RESULTS, "summary.json")}
    if not all(export.has(path) for path in paths.values()):
        return None
    summary = export.read(paths["summary.json"])
    check_document(
        read_document(summary, paths["summary.json"]), "rubor.summary/1", paths["summary.json"]
    )
    tables = {name: export.read_table(paths[name]) for name in _RESULTS}
    try:
        measured = Measured.from_files({"summary.json": summary, **tables})
        wrong = set(TRACE_COLUMNS) - set(measured.traces) or set(CELL_COLUMNS) - set(measured.cells)
    except (OSError, ValueError) as error:
        raise damaged(folder) from error
    if wrong:
        raise damaged(folder)
    return measured


def _seal(export: ExportReader, said: dict[str, Any], pk: uuid.UUID, staged: Path) -> Recording:
    """The row of a recording, not stored yet, with its files sealed under a key of its own."""
    from rubor.web.archive.document_check import check_document, read_document
    from rubor.web.archive.row_json import values_from_json
    from rubor.web.recordings.media import check_decodes, may_be_kept
    from rubor.web.recordings.shown import curves, face_map
    from rubor.web.recordings.storage import (
        new_sealed_key,
        result_files,
        video_chunks,
        video_source,
    )

    row = Recording(**{**values_from_json("recordings", Recording, said), "id": pk})
    row.sealed_key = new_sealed_key(pk)
    row.video_there = False
    measured = _measured(export, said)
    if measured is not None:
        row.summary = measured.summary
        path = f"{said['folder']}/episodes.json"
        if export.has(path):
            row.episodes = read_document(export.read(path), path)
            check_document(row.episodes, "rubor.episodes/1", path)
        marks = [(mark["time_s"], mark["kind"]) for mark in said["marks"]]
        files = result_files(row, staged)
        for name in (*_RESULTS, "summary.json"):
            files.write(name, export.read(f"{said['folder']}/{name}"))
        files.write("curves.json", _as_json(curves(measured, marks)))
        files.write("face_map.json", _as_json(face_map(measured)))
    elif row.state == Recording.State.MEASURED:
        row.state = Recording.State.FAILED
        row.error = gettext_noop("What was measured of this recording was not in the export.")
        row.cure = gettext_noop("Measure it again if its video is there.")
    video = _video(export, said)
    if video is not None:
        chunks = video_chunks(row, staged)
        for row.chunks, piece in enumerate(_pieces(export.video(video))):
            chunks.put(row.chunks, piece)
        row.chunks, row.bytes_received = chunks.count, chunks.size
        source = video_source(row, staged)
        check_decodes(source)
        # What says where it was taken is kept for nobody, even where another program put it in.
        row.video_there = row.state != Recording.State.MEASURED or may_be_kept(source)
        if not row.video_there:
            chunks.delete()
    return row


def _as_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _video(export: ExportReader, said: dict[str, Any]) -> str | None:
    path = f"{said['folder']}/{said['video']}"
    return path if said["video"] is not None and export.has(path) else None


def _pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces as large as those of an upload."""
    most = settings.RUBOR_CHUNK_BYTES
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= most:
            yield bytes(held[:most])
            del held[:most]
    if held:
        yield bytes(held)


def _make_room(export: ExportReader, new: list[dict[str, Any]]) -> None:
    from rubor.web.recordings.receive import check_room

    folders = {f"{said['folder']}/" for said in new}
    check_room(
        sum(
            one["bytes"]
            for one in export.document["files"]
            if one["path"].rpartition("/")[0] + "/" in folders
        )
    )


def _settle(job: Job) -> None:
    staged = _staged(job)
    if staged.is_dir():
        recordings_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in list(staged.iterdir()):
            # One that was deleted since is not brought back.
            if Recording.objects.filter(pk=folder.name).exists():
                place = recordings_folder() / folder.name
                shutil.rmtree(place, ignore_errors=True)
                folder.rename(place)
    incoming = _incoming(job)
    if incoming is not None:
        incoming.delete()
    shutil.rmtree(_folder(job), ignore_errors=True)


def _incoming(job: Job) -> IncomingExport | None:
    return IncomingExport.objects.filter(
        pk=job.payload["incoming"], person_id=job.person_id
    ).first()


def _folder(job: Job) -> Path:
    from rubor.web.archive.arrival import imports_folder

    return imports_folder() / str(job.payload["incoming"])


def _staged(job: Job) -> Path:
    """Of this attempt alone: one that is slow and taken for dead must not write into another's."""
    return _folder(job) / f"attempt-{job.lease}"
