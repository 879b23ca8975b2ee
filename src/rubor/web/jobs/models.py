"""Work that takes longer than a page."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Job"]


class Job(models.Model):
    """One piece of work; see `claim.py` for how it changes hands.

    Attributes:
        kind: names the code that does it, see `kinds.py`.
        person, recording: what it is about.
        payload: what the code is told.
        result: what it answered.
        state: see `State`.
        attempts, most_attempts: how often it was begun, and may be.
        worker: who holds it; empty when nobody does.
        lease: token of the present attempt; only its holder may write the outcome.
        lease_until: when the attempt counts as dead; moved on by every heartbeat.
        heartbeat_at: last sign of life.
        input_hash, code_version: what the outcome belongs to; the same again is not done twice.
        done, total: progress, in `unit` (such as seconds of video); total None where not known.
        cancel_requested: the worker ends it as soon as it can.
        error, cure: why it failed, in words for the person.
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
