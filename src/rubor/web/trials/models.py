"""A trial: the library's own JSON in a row."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Trial", "TrialRecording"]


class Trial(models.Model):
    """One trial.

    Attributes:
        document: the library's trial (`rubor.trials.trial_to_json`), the truth of it.
        version: counts up with every change; a change is a conditional update on it.
        verdict: the library's verdict.json when it was last asked for; None before.
        further: verdicts of other provocations and cycles.
        looks: when the person opened the verdict, each time.
        passed_over: ids of recordings that are not to be offered to it any more.
        closed_at: when the person ended it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="trials")
    document = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    verdict = models.JSONField(null=True)
    further = models.JSONField(default=list)
    looks = models.JSONField(default=list)
    passed_over = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)


class TrialRecording(models.Model):
    """Which recording is which session of a trial."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="recordings")
    recording = models.ForeignKey(
        "recordings.Recording", on_delete=models.CASCADE, related_name="trial_sessions"
    )
    session = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("trial", "recording"), name="recording_once_in_trial"),
        )
