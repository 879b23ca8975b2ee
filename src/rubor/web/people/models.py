"""A person whose redness is measured."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Person"]


class Person(models.Model):
    """Who is measured.

    Attributes:
        name: what they want to be called; may be empty.
        language, time_zone: of the pages.
        skin_tone: a name of `rubor.optics.skin_tones`; empty until declared.
        smallest_effect: the reduction that would be worth a treatment, as a share.
        keep_video: whether videos are kept after measuring unless said otherwise.
        demo: the simulated person, who can be taken away without a question.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    skin_tone = models.CharField(max_length=20, blank=True)
    smallest_effect = models.FloatField(default=0.25)
    keep_video = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("demo", "created_at")
