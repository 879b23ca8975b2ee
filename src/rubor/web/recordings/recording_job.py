"""What the kinds of work on a recording share: the recording as it is now, its state, its video."""

from __future__ import annotations

from django.db import transaction

from rubor.web.jobs.claim import LeaseLostError
from rubor.web.jobs.models import Job
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import destroy, video_chunks

__all__ = ["follow_job", "recording_of", "tidy_video"]


def recording_of(job: Job) -> Recording:
    """The recording as it is now; within a transaction nobody else changes it until its end.

    Raises:
        LeaseLostError: it was deleted, and its job with it.
    """
    recordings = Recording.objects.all()
    if transaction.get_connection().in_atomic_block:
        recordings = recordings.select_for_update(of=("self",))
    recording = recordings.filter(jobs=job).first()
    if recording is None:
        raise LeaseLostError
    return recording


def follow_job(job: Job, *, still_whole: bool) -> None:
    """Have the recording's state follow its job's.

    Args:
        job: of the recording, not done.
        still_whole: whether what an earlier job found is still there once this one has ended.
    """
    state = {
        Job.State.WAITING: Recording.State.WAITING,
        Job.State.RUNNING: Recording.State.MEASURING,
        Job.State.FAILED: Recording.State.FAILED,
        Job.State.CANCELLED: Recording.State.CANCELLED,
    }[Job.State(job.state)]
    if still_whole:
        state = Recording.State.MEASURED
    failed = job.state == Job.State.FAILED
    Recording.objects.filter(jobs=job).update(
        state=state, error=job.error if failed else "", cure=job.cure if failed else ""
    )


def tidy_video(job: Job, *, done_with: bool) -> None:
    """Remove the video that is not to be kept, and all of a recording that was deleted meanwhile.

    Args:
        job: of a recording, ended.
        done_with: whether nothing else needs the video after this job.
    """
    if job.recording is None:
        return
    row = Recording.objects.filter(pk=job.recording.pk).first()
    if row is None:
        destroy(job.recording)
    elif job.state == Job.State.DONE and row.video_there and not row.keep_video and done_with:
        video_chunks(row).delete()
        Recording.objects.filter(pk=row.pk).update(video_there=False)
