"""A recording, its marks, and what is shown of it without opening its files."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models

__all__ = ["TRY_OUT", "Mark", "Recording"]

TRY_OUT: Final = "-short"
"""How the version of a protocol ends where the recording is only a try-out of it."""


class Recording(models.Model):
    """A video or photo of a person's face, and what was measured in it.

    The video and the tables lie sealed under a key of this recording (`storage.py`); deleting the row
    destroys the key.

    Attributes:
        source: "browser", "file" or "phone".
        state: see `State`.
        recorded_at: when the recording began.
        file_name: as the person's device called it; for display only, never a path.
        media_type: as the browser named it; what it really is, decoding decides.
        fingerprint: of a file being handed in, so that the upload can be resumed.
        bytes_expected, chunks, bytes_received: of the upload.
        sha256: of the whole file.
        sealed_key: the recording's key, wrapped by the master key.
        mirrored: whether the picture is mirrored; None where not known.
        skin_tone: declared when it was recorded.
        keep_video: whether the video stays after measuring.
        video_there: whether it is there now.
        protocol: version, task, audience and times of a guided recording; empty for a file.
        conditions: make_up, camera, room, medicines, note, as the library's `Conditions`.
        camera_settings: what the browser asked of the camera and what it got.
        path_check: what became of the known patch drawn through the browser's encoder.
        stopped_early: whether the person stopped before the end.
        summary: the library's own summary.json; None until measured.
        episodes: the library's own episodes.json.
        response: the provoked response in short: `{"provocation", "provoked", "statistic", "measure",
            "sides": {side: {"response", "response_sd"}}}`, for lists and the timeline.
        error, cure: why it could not be received or measured.
    """

    class State(models.TextChoices):
        """In this order; failed and cancelled may be tried again."""

        RECEIVING = "receiving"
        WAITING = "waiting"
        MEASURING = "measuring"
        MEASURED = "measured"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="recordings")
    source = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    title = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField()
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    bytes_expected = models.BigIntegerField(null=True)
    chunks = models.PositiveIntegerField(default=0)
    bytes_received = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    sealed_key = models.BinaryField()
    mirrored = models.BooleanField(null=True)
    skin_tone = models.CharField(max_length=20, blank=True)
    keep_video = models.BooleanField(default=False)
    video_there = models.BooleanField(default=False)
    protocol = models.JSONField(default=dict)
    conditions = models.JSONField(default=dict)
    camera_settings = models.JSONField(default=dict)
    path_check = models.JSONField(default=dict)
    stopped_early = models.BooleanField(default=False)
    summary = models.JSONField(null=True)
    episodes = models.JSONField(null=True)
    response = models.JSONField(null=True)
    error = models.TextField(blank=True)
    cure = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    measured_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-recorded_at",)
        indexes = (models.Index(fields=("person", "-recorded_at")),)

    @property
    def is_try_out(self) -> bool:
        """Whether it is too short to stand beside others."""
        return str(self.protocol.get("version", "")).endswith(TRY_OUT)


class Mark(models.Model):
    """Something that happened during a recording, such as "I feel it".

    Attributes:
        key: made by the browser, so that a mark that is sent twice is stored once.
        time_s: on the video's own clock.
        kind: a name of `rubor.measurement.events.EVENT_KINDS`.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="marks")
    key = models.CharField(max_length=40)
    time_s = models.FloatField()
    kind = models.CharField(max_length=30)

    class Meta:
        ordering = ("time_s",)
        constraints = (
            models.UniqueConstraint(fields=("recording", "key"), name="mark_stored_once"),
        )
