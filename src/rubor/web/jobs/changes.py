"""The one way in which a job's state changes: conditionally, together with the rows it is about."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from rubor.web.jobs.kinds import follow
from rubor.web.jobs.models import Job

__all__ = ["change", "held"]


def change(job: Job, only_if: Q, **new: Any) -> Job | None:
    """Change a job where a condition still holds.

    Of several processes that try the same at once, one succeeds: the database checks the condition
    and writes in one step.

    Args:
        only_if: what the row must still be.
        new: its new values.

    Returns:
        The job as it is now; None, and nothing changed, where the condition does not hold any more.
    """
    with transaction.atomic():
        if Job.objects.filter(only_if, pk=job.pk).update(**new) != 1:
            return None
        changed = Job.objects.select_related("recording", "person").get(pk=job.pk)
        follow(changed)
    return changed


def held(job: Job) -> Q:
    """The condition that the attempt is still the present one."""
    return Q(state=Job.State.RUNNING, lease=job.lease)
