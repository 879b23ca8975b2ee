"""Work that takes longer than a page."""

from __future__ import annotations

import math
import uuid

from django.db import models
from django.utils import timezone

from rubor.web.jobs.time_left import seconds_left

__all__ = ["Job"]


class Job(models.Model):
    """One piece of work; see `claim.py` for how it changes hands, and `outcome.py` for how it ends.

    Attributes:
        kind: names the code that does it, see `kinds.py`.
        person, recording: what it is about.
        payload: what the code is told.
        result: what it answered.
        state: see `State`.
        attempts, most_attempts: how often it was begun, and may be.
        worker: who holds it; empty when nobody does.
        lease: token of the present attempt; only its holder may write the outcome.
        lease_until: when the attempt counts as dead; moved on by every heartbeat. Of an ended job: until
            when its worker may still be tidying up; None when that is done.
        heartbeat_at: last sign of life.
        input_hash, code_version: what the outcome belongs to; the same again is not done twice.
        done, total: progress, in `unit` (such as seconds of video); total None where not known.
        cancel_requested: the worker ends it as soon as it can.
        error, cure: why it failed, in words for the person. Of an unfinished job: why the attempt
            before did.
        started_at: when the present attempt began to make progress.
    """

    class State(models.TextChoices):
        """Waiting and running lead to one of the others."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="jobs")
    recording = models.ForeignKey(
        "recordings.Recording", null=True, on_delete=models.CASCADE, related_name="jobs"
    )
    payload = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    most_attempts = models.PositiveSmallIntegerField(default=3)
    worker = models.CharField(max_length=120, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    input_hash = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)
    done = models.FloatField(default=0.0)
    total = models.FloatField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    cure = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created_at",)
        indexes = (models.Index(fields=("state", "created_at")),)

    @property
    def unfinished(self) -> bool:
        """Whether it waits or is being worked on."""
        return self.state in (Job.State.WAITING, Job.State.RUNNING)

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; None where that is not known."""
        if not self.total or self.total <= 0:
            return None
        return min(max(self.done / self.total, 0.0), 1.0)

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes that it will still take, rounded up; None while that cannot be told."""
        if self.state != Job.State.RUNNING or self.started_at is None:
            return None
        left_s = seconds_left(self.share, (timezone.now() - self.started_at).total_seconds())
        return None if left_s is None else max(1, math.ceil(left_s / 60.0))

    @property
    def percent(self) -> int | None:
        """`share` in whole percent."""
        return None if self.share is None else int(100.0 * self.share)

    @property
    def said(self) -> str:
        """What a screen reader is told once: the state and each quarter of the work."""
        quarter = "" if self.percent is None else str(self.percent // 25 * 25)
        return f"{self.state}{quarter}"
