"""How a job changes hands: the row is the truth, and each attempt holds it by a lease of its own.

1. A worker claims a waiting job by a conditional update (`changes.py`), which gives the attempt a new
   lease: a token and a time until which it counts as alive.
2. Every few seconds a heartbeat moves that time on. All that an attempt writes is conditional on its
   token, so that one that was slow, or is taken for dead, cannot write over its successor.
3. A worker that dies moves nothing on. Any worker then claims the job anew, up to `most_attempts`
   times; after that the job has failed, with the reason.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from rubor.web.jobs.changes import change, held
from rubor.web.jobs.kinds import KINDS
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import cancelled, tidy_up

__all__ = ["LEASE", "LeaseLostError", "claim", "hand_back", "heartbeat", "note"]

LEASE: Final = timedelta(seconds=30)
"""How long an attempt without a sign of life counts as alive; several heartbeats may be missed."""

_LOOKED_AT: Final = 20


class LeaseLostError(Exception):
    """The attempt is no longer the present one: the job was cancelled, taken over, or deleted."""


def claim(worker: str) -> Job | None:
    """Take the oldest job that waits, or whose attempt has died.

    Dead attempts that are not to be repeated are ended on the way, and what they left is tidied up.

    Args:
        worker: name of who takes it, for people who look into the database.

    Returns:
        The job, with the lease of the new attempt; None where there is nothing to do.
    """
    now = timezone.now()
    dead = Q(lease_until__lt=now)
    candidates = (
        Job.objects.filter(Q(state=Job.State.WAITING) | dead, kind__in=KINDS)
        .select_related("recording")
        .order_by("created_at")[:_LOOKED_AT]
    )
    for job in candidates:
        seen = Q(state=job.state, lease=job.lease)
        if job.state == Job.State.RUNNING:
            seen &= dead
        if not job.unfinished:
            # Two that tidy at once would do no harm; moving the time on keeps them apart.
            if Job.objects.filter(seen & dead, pk=job.pk).update(lease_until=now + LEASE) == 1:
                tidy_up(job)
        elif job.cancel_requested:
            cancelled(job, seen)
        elif job.attempts >= job.most_attempts:
            _give_up(job, seen, now)
        elif (taken := _take(job, seen, worker, now)) is not None:
            return taken
    return None


def heartbeat(job: Job) -> bool:
    """Show that the attempt is alive; False where it is not the present one any more."""
    now = timezone.now()
    alive = Job.objects.filter(held(job), pk=job.pk)
    return alive.update(heartbeat_at=now, lease_until=now + LEASE) == 1


def note(job: Job, **new: Any) -> None:
    """Write into the row of a job that is being worked on.

    Raises:
        LeaseLostError: the attempt is not the present one any more.
    """
    if Job.objects.filter(held(job), pk=job.pk).update(**new) != 1:
        raise LeaseLostError


def hand_back(job: Job) -> bool:
    """Let the job wait again, as if this attempt had not been begun; for a worker that is ended."""
    back = change(
        job,
        held(job),
        state=Job.State.WAITING,
        attempts=F("attempts") - 1,
        worker="",
        lease="",
        lease_until=None,
    )
    return back is not None


def _take(job: Job, seen: Q, worker: str, now: datetime) -> Job | None:
    return change(
        job,
        seen,
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        worker=worker,
        lease=secrets.token_hex(16),
        lease_until=now + LEASE,
        heartbeat_at=now,
        started_at=now,
        done=0.0,
        total=None,
        unit="",
    )


def _give_up(job: Job, seen: Q, now: datetime) -> None:
    change(
        job,
        seen,
        state=Job.State.FAILED,
        finished_at=now,
        error=gettext_noop("Rubor was ended in the middle of this work, several times."),
        cure=gettext_noop("Leave the computer on and awake while it works, then try again."),
    )
