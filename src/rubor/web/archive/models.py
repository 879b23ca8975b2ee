"""An export that is being brought in."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["IncomingExport"]


class IncomingExport(models.Model):
    """A zip that was exported elsewhere, sealed under a key of its own until it has been brought in.

    Attributes:
        person: who hands it in.
        file_name: for display only.
        fingerprint: of the file, so that the upload can be resumed.
        bytes_expected: of the whole file.
        sealed_key: its key, wrapped by the master key.
        contents: what it holds, in short (`arrival.py`); None until all of it is there and was looked at.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="incoming_exports"
    )
    file_name = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64)
    bytes_expected = models.BigIntegerField()
    sealed_key = models.BinaryField()
    contents = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
