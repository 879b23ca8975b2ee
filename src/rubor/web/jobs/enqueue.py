"""Ask for work, stop it, and try it again, as the pages do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from rubor.web.jobs.changes import change
from rubor.web.jobs.kinds import follow
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import cancelled
from rubor.web.people.models import Person

if TYPE_CHECKING:
    from rubor.web.recordings.models import Recording

__all__ = ["cancel", "enqueue", "retry"]

_UNFINISHED = (Job.State.WAITING, Job.State.RUNNING)


def enqueue(
    kind: str,
    person: Person,
    *,
    recording: Recording | None = None,
    payload: dict[str, Any] | None = None,
    input_hash: str = "",
) -> Job:
    """Ask for work; a worker takes it up within a second or so.

    Args:
        kind: one of `kinds.KINDS`.
        person: whom it is for.
        recording: what it is about.
        payload: what its code is to be told, as JSON.
        input_hash: of what it works on, where the same work may be asked for with several inputs at a
            time; empty where it is always the newest.

    Returns:
        The job; the earlier one where just this is waiting or being worked on already.

    Raises:
        InputError: there is no such kind.
    """
    told = payload or {}
    with transaction.atomic():
        # Two tabs that ask at once: the second waits here, and then sees the first one's job.
        Person.objects.select_for_update().get(pk=person.pk)
        unfinished = Job.objects.filter(
            kind=kind, person=person, recording=recording, cancel_requested=False
        ).filter(state__in=_UNFINISHED)
        for job in unfinished:
            if job.payload == told and input_hash in ("", job.input_hash):
                return job
        job = Job.objects.create(
            kind=kind, person=person, recording=recording, payload=told, input_hash=input_hash
        )
        follow(job)
    return job


def cancel(job: Job) -> bool:
    """Stop a job: at once where it waits, else its worker ends it within a second or two.

    Returns:
        Whether there was anything to stop.
    """
    nobody_works = Q(state=Job.State.WAITING) | Q(
        state=Job.State.RUNNING, lease_until__lt=timezone.now()
    )
    if cancelled(job, nobody_works):
        return True
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    return running.update(cancel_requested=True) == 1


def retry(job: Job) -> bool:
    """Let a job that failed or was cancelled wait again, with all its attempts.

    Returns:
        Whether it waits now; False where it did not fail, or the same is under way already.
    """
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=job.person_id)
        under_way = Job.objects.filter(
            kind=job.kind, person=job.person_id, recording=job.recording_id, state__in=_UNFINISHED
        )
        if any(other.payload == job.payload for other in under_way):
            return False
        again = change(
            job,
            Q(state__in=(Job.State.FAILED, Job.State.CANCELLED)),
            state=Job.State.WAITING,
            attempts=0,
            worker="",
            lease="",
            lease_until=None,
            cancel_requested=False,
            result=None,
            error="",
            cure="",
            done=0.0,
            total=None,
            finished_at=None,
        )
    return again is not None
