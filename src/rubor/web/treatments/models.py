"""Treatments that took place, and checks of the smile."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["SmileCheck", "Treatment"]


class Treatment(models.Model):
    """One session of a treatment.

    Attributes:
        kind: id in the catalogue of `rubor.treatments`.
        side: "both", "left" or "right", the person's.
        trial: the trial that it belongs to, if any.
        product, lot, points, given_by, place: as noted.
        price, currency: what was paid.
        calendar: text of the calendar file that was handed out last, so that its entries move.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="treatments")
    trial = models.ForeignKey(
        "trials.Trial", null=True, blank=True, on_delete=models.SET_NULL, related_name="treatments"
    )
    kind = models.CharField(max_length=40)
    treated_on = models.DateField()
    side = models.CharField(max_length=5, default="both")
    product = models.CharField(max_length=60, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    points = models.PositiveSmallIntegerField(null=True, blank=True)
    given_by = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    note = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-treated_on",)


class SmileCheck(models.Model):
    """A measured smile: the library's own smile.json."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="smile_checks"
    )
    recording = models.OneToOneField(
        "recordings.Recording", on_delete=models.CASCADE, related_name="smile_check"
    )
    made_on = models.DateField()
    result = models.JSONField(null=True)

    class Meta:
        ordering = ("-made_on",)
