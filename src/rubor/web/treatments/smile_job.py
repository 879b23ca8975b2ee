"""Measure a smile in the background; a kind of work of `rubor.web.jobs`.

All that is stored are rows, in one transaction with the end of the job: whatever is killed at whatever
moment, either everything is there or nothing. A video that was made for the smile alone is removed
afterwards, if it is not to be kept (`tidy`).
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rubor._version import __version__
from rubor.errors import InputError
from rubor.web.jobs.claim import LeaseLostError, note
from rubor.web.jobs.kinds import Progress
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import finish
from rubor.web.recordings.models import Recording
from rubor.web.recordings.recording_job import follow_job, recording_of, tidy_video
from rubor.web.recordings.storage import video_chunks, video_source
from rubor.web.treatments.models import SmileCheck

__all__ = ["PURPOSE", "follow", "run", "tidy"]

PURPOSE: Final = "smile"
"""`protocol["purpose"]` of a recording that was made for the smile alone."""

_UNIT: Final = "s"


def run(job: Job, progress: Progress) -> None:
    """Measure the smiles in a recording and store what was found.

    The payload, or else the recording's protocol, may hold `eye_corners_mm`, which gives the scale.

    Raises:
        RuborError: they cannot be measured; message and cure in words.
        LeaseLostError: the job was taken over, or the recording deleted.
    """
    from rubor.pathway.smile_files import measure_smile
    from rubor.pathway.smile_json import smile_to_json
    from rubor.pathway.true_scale import ScaleReference

    recording = recording_of(job)
    if video_chunks(recording).count == 0:
        raise InputError(
            _("The video of this recording is not there any more."),
            _("Record your smile anew, or hand the file in again."),
        )
    if recording.mirrored is None:
        raise InputError(
            _("It is not known whether this recording is mirrored, so left and right are not."),
            _("Say so on the page of the recording, or record your smile anew."),
        )
    eye_corners_mm = job.payload.get("eye_corners_mm") or recording.protocol.get("eye_corners_mm")
    scale = (
        ScaleReference("iris")
        if eye_corners_mm is None
        else ScaleReference("eye_corners", float(eye_corners_mm))
    )
    note(job, code_version=__version__)
    made_on = timezone.localtime(recording.recorded_at).date()
    smile = measure_smile(
        video_source(recording),
        mirrored=recording.mirrored,
        scale=scale,
        recorded_on=made_on,
        progress=lambda done_s, total_s: progress(done_s, total_s, _UNIT),
    )
    document: dict[str, Any] = smile_to_json(smile)
    with transaction.atomic():
        if not finish(job):
            raise LeaseLostError
        recording = recording_of(job)
        SmileCheck.objects.update_or_create(
            recording=recording,
            defaults={"person": job.person, "made_on": made_on, "result": document},
        )
        if _for_the_smile(recording):
            Recording.objects.filter(pk=recording.pk).update(
                state=Recording.State.MEASURED, measured_at=timezone.now(), error="", cure=""
            )


def follow(job: Job) -> None:
    """Have the state of a recording that was made for the smile follow its job's."""
    if job.recording is None or not _for_the_smile(job.recording):
        return
    there = SmileCheck.objects.filter(recording=job.recording)
    follow_job(job, still_whole=not job.unfinished and there.exists())


def tidy(job: Job) -> None:
    """Remove the video that is not to be kept, and all of a recording that was deleted meanwhile."""
    tidy_video(job, done_with=job.recording is not None and _for_the_smile(job.recording))


def _for_the_smile(recording: Recording) -> bool:
    return bool(recording.protocol.get("purpose") == PURPOSE)
