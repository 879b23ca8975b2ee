"""How a job ends. Only the holder of its lease writes the outcome, and only once."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from rubor.errors import RuborError
from rubor.web.jobs.changes import change, held
from rubor.web.jobs.kinds import tidy
from rubor.web.jobs.models import Job

__all__ = ["attempt_died", "cancelled", "fail", "finish", "tidy_up"]

_log = logging.getLogger(__name__)


def finish(job: Job, result: dict[str, Any] | None = None) -> bool:
    """Write that the work is done. Within a transaction, all of it is stored or nothing.

    Args:
        job: with the lease of the attempt.

    Returns:
        Whether it is stored, now or before by this same attempt; False where the attempt is not the
        present one any more, and nothing of it may be stored.
    """
    own = Job.objects.filter(pk=job.pk)
    stored = own.filter(held(job)).update(
        state=Job.State.DONE, result=result, error="", cure="", finished_at=timezone.now()
    )
    return stored == 1 or own.filter(state=Job.State.DONE, lease=job.lease).exists()


def fail(job: Job, message: str, cure: str) -> bool:
    """Write why it cannot be done; trying again without a change would end the same way."""
    failed = change(
        job,
        held(job),
        state=Job.State.FAILED,
        error=message,
        cure=cure,
        finished_at=timezone.now(),
    )
    return failed is not None


def attempt_died(job: Job, message: str, cure: str) -> bool:
    """The process of an attempt ended without a word: once more, else failed with the reason."""
    if job.attempts >= job.most_attempts:
        return fail(job, message, cure)
    again = change(
        job,
        held(job),
        state=Job.State.WAITING,
        worker="",
        lease="",
        lease_until=None,
        error=message,
        cure=cure,
    )
    return again is not None


def cancelled(job: Job, only_if: Q) -> bool:
    """Write that the person has stopped it."""
    ended = change(
        job,
        only_if,
        state=Job.State.CANCELLED,
        error="",
        cure="",
        finished_at=timezone.now(),
    )
    return ended is not None


def tidy_up(job: Job) -> None:
    """Remove what the ended work left. Should that fail, or be cut off, a worker tries it later."""
    try:
        tidy(job)
    except (OSError, RuborError, DatabaseError):
        _log.exception("What job %s left could not be tidied up.", job.pk)
        return
    Job.objects.filter(pk=job.pk, lease=job.lease).exclude(
        state__in=(Job.State.WAITING, Job.State.RUNNING)
    ).update(lease_until=None)
