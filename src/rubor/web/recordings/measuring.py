"""Measure a recording in the background; a kind of work of `rubor.web.jobs`.

The order of writing, so that whatever is killed at whatever moment loses nothing and repeats nothing:

1. Everything is measured, in memory. Killed before 2: nothing was written; the next attempt measures.
2. `made_from.json`, which says of which input and method the files are, is emptied; then the new files
   are written, and it last, each whole or not at all. Killed in between: while it is empty the files
   count as none; the next attempt measures.
3. One transaction writes the recording's row and ends the job, if this attempt still holds the job and
   the input is still the same. Killed before it: the next attempt finds `made_from.json`, does not
   measure, and only writes the rows. Killed after it: everything is there.
4. The worker, and not this process, removes the video that is not to be kept (`tidy`). Killed before
   that: the job still counts as not tidied, and a worker does it later.

A recording that is deleted meanwhile takes its job with it: 3 then writes nothing, and `tidy` removes
what 2 has written.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rubor._version import __version__
from rubor.errors import InputError, RuborError
from rubor.web.jobs.claim import LeaseLostError, note
from rubor.web.jobs.kinds import Progress
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import finish
from rubor.web.recordings.models import Recording
from rubor.web.recordings.recording_job import follow_job, recording_of, tidy_video
from rubor.web.recordings.storage import result_files, video_chunks, video_source

if TYPE_CHECKING:
    from rubor.measurement import Recording as Measured
    from rubor.response import Episodes
    from rubor.web.vault import SealedFiles

__all__ = ["follow", "input_hash", "results_of", "run", "tidy"]

_MADE_FROM: Final = "made_from.json"
_CHEEKS: Final = {"left": ("cheek_left",), "right": ("cheek_right",)}
_UNIT: Final = "s"


def run(job: Job, progress: Progress) -> None:
    """Measure the recording of a job and store what was found.

    Raises:
        RuborError: it cannot be measured; message and cure in words.
        LeaseLostError: the job was taken over, or the recording deleted.
    """
    recording, stored = recording_of(job), False
    while not stored:
        made_from = {"input_hash": input_hash(recording), "code_version": _code_version()}
        note(job, **made_from)
        files = result_files(recording)
        row = _found(files, made_from)
        if row is None:
            results, row = _measure(recording, progress)
            _write(job, files, results, made_from, row)
        stored = _store(job, made_from, row)
        recording = recording_of(job)  # a mark or the skin tone may have changed meanwhile


def follow(job: Job) -> None:
    """Have the recording's state follow its job's."""
    follow_job(job, still_whole=not job.unfinished and _still_measured(job))


def tidy(job: Job) -> None:
    """Remove the video that is not to be kept, and all of a recording that was deleted meanwhile."""
    tidy_video(job, done_with=True)


def input_hash(recording: Recording) -> str:
    """SHA-256 of all that the result depends on: the file, what was declared, and the marks."""
    depends_on = [
        recording.sha256,
        recording.mirrored,
        recording.skin_tone,
        [list(mark) for mark in _marks(recording)],
    ]
    return hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()


# --- measuring ----------------------------------------------------------------------------------


def _measure(recording: Recording, progress: Progress) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of the result, and what the row shows of them."""
    # Loaded here: pages use this module too, for `follow`.
    import rubor
    from rubor.measurement.events import Event

    if video_chunks(recording).count == 0:
        raise InputError(
            _("The video of this recording is not there any more."),
            _("Record it, or hand it in, anew."),
        )
    marks = _marks(recording)
    measured = rubor.measure(
        video_source(recording),
        mirrored=recording.mirrored,
        events=tuple(Event(time_s, kind) for time_s, kind in marks),
        skin_tone=recording.skin_tone or None,
        progress=lambda done_s, total_s: progress(done_s, total_s, _UNIT),
    )
    return results_of(measured, marks)


def results_of(
    measured: Measured, marks: list[tuple[float, str]]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What is stored of a measured recording: its files, and what the row shows of them.

    Args:
        measured: of `rubor.measure`.
        marks: time in seconds and kind of each.
    """
    from rubor.measurement import recording_files
    from rubor.response import find_episodes
    from rubor.response.episode_document import episode_document
    from rubor.web.recordings.shown import curves, face_map

    found = find_episodes(measured)
    row = {
        "summary": measured.summary,
        "episodes": episode_document(measured, found),
        "response": _response(measured, found),
    }
    results = {
        **recording_files(measured),
        "curves.json": _as_json(curves(measured, marks)),
        "face_map.json": _as_json(face_map(measured)),
    }
    return results, row


def _response(measured: Measured, found: Episodes) -> dict[str, Any] | None:
    """The provoked response of the cheeks in short; None where there is none to take."""
    from rubor.response import provoked_response

    if measured.summary["video"]["frames"] < 2:  # a photo does not respond
        return None
    try:
        answer = provoked_response(measured, _CHEEKS, found=found)
    except RuborError:
        return None
    return {
        "provocation": answer.provocation,
        "provoked": answer.provoked,
        "statistic": answer.statistic,
        "measure": answer.measure,
        "sides": {
            name: {"response": _number(side.response), "response_sd": _number(side.response_sd)}
            for name, side in answer.sides.items()
        },
    }


# --- storing ------------------------------------------------------------------------------------


def _found(files: SealedFiles, made_from: dict[str, str]) -> dict[str, Any] | None:
    """What the row is to show, where an earlier attempt has written just this result."""
    there = _there(files)
    if there is None or any(there[name] != value for name, value in made_from.items()):
        return None
    return {
        "summary": json.loads(files.read("summary.json")),
        "episodes": there["episodes"],
        "response": there["response"],
    }


def _write(
    job: Job,
    files: SealedFiles,
    results: dict[str, bytes],
    made_from: dict[str, str],
    row: dict[str, Any],
) -> None:
    # An attempt that was taken for dead must not write between the files of its successor.
    note(job, **made_from)
    files.write(_MADE_FROM, _as_json(None))
    for name, data in results.items():
        files.write(name, data)
    note(job, **made_from)
    whole = {**made_from, "episodes": row["episodes"], "response": row["response"]}
    files.write(_MADE_FROM, _as_json(whole))


def _store(job: Job, made_from: dict[str, str], row: dict[str, Any]) -> bool:
    """Write the rows; False, and nothing is written, where the input has changed meanwhile."""
    with transaction.atomic():
        # The job's row first, as in every change of it, so that no two wait for each other.
        note(job, **made_from)
        recording = recording_of(job)
        if input_hash(recording) != made_from["input_hash"]:
            return False
        if not finish(job):
            raise LeaseLostError
        Recording.objects.filter(pk=recording.pk).update(
            **row,
            state=Recording.State.MEASURED,
            measured_at=timezone.now(),
            error="",
            cure="",
        )
    return True


def _still_measured(job: Job) -> bool:
    """Whether what an earlier job measured is still shown by the row and whole in the files."""
    if job.recording is None or job.recording.summary is None:
        return False
    earlier = (
        Job.objects.filter(kind=job.kind, recording=job.recording_id, state=Job.State.DONE)
        .order_by("-finished_at")
        .first()
    )
    try:
        there = _there(result_files(job.recording))
    except (OSError, RuborError):  # without its key nothing is whole
        return False
    return (
        earlier is not None
        and there is not None
        and there["input_hash"] == earlier.input_hash
        and there["code_version"] == earlier.code_version
    )


def _there(files: SealedFiles) -> dict[str, Any] | None:
    """What the files that are there were made from; None where they are not whole."""
    try:
        there: dict[str, Any] | None = json.loads(files.read(_MADE_FROM))
    except FileNotFoundError:
        return None
    return there


def _marks(recording: Recording) -> list[tuple[float, str]]:
    return list(recording.marks.order_by("time_s", "pk").values_list("time_s", "kind"))


def _code_version() -> str:
    from rubor.measurement.summary import METHOD

    return f"{__version__} {METHOD}"


def _as_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
