"""Diary entries."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Entry"]


class Entry(models.Model):
    """One entry.

    Attributes:
        kind: "blush" (one that was felt in daily life), "side effect" or "note".
        on: its day; `at` its time where it is known.
        redness, fear: 0 to 10, as felt.
        minutes: how long it lasted.
        trigger: what set it off: attention, warmth, food or drink, nothing, other.
        seen_by_others: whether somebody was there.
        effect: id of the side effect.
        severity: 0 to 10.
        side: "left", "right", "both" or empty.
        treatment: the treatment that a side effect belongs to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12)
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    redness = models.PositiveSmallIntegerField(null=True, blank=True)
    fear = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    trigger = models.CharField(max_length=12, blank=True)
    seen_by_others = models.BooleanField(null=True)
    effect = models.CharField(max_length=40, blank=True)
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    side = models.CharField(max_length=5, blank=True)
    treatment = models.ForeignKey(
        "treatments.Treatment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="side_effects",
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-on", "-at")
        indexes = (models.Index(fields=("person", "-on")),)
