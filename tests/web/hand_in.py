"""Recordings as they are when all of their video has arrived and nothing is measured yet."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from rubor.simulation import DemoScene, TimeCourse, simulate_demo_video
from rubor.web.people.models import Person
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.storage import new_sealed_key, video_chunks

__all__ = ["handed_in", "short_blush"]

_CHUNK_BYTES = 1024 * 1024


def handed_in(
    person: Person,
    video: bytes,
    *,
    name: str = "blush.mp4",
    marks: tuple[tuple[float, str], ...] = (),
    **fields: Any,
) -> Recording:
    """A recording whose file lies sealed in the data folder of the test.

    Args:
        person: whose.
        video: the bytes of the file.
        name: of the file.
        marks: (time in s, kind) of what the person marked.
        fields: other columns of the row.
    """
    row = Recording(
        person=person,
        source="file",
        recorded_at=timezone.now(),
        file_name=name,
        sha256=hashlib.sha256(video).hexdigest(),
        bytes_received=len(video),
        mirrored=False,
        skin_tone="light",
        video_there=True,
        **fields,
    )
    row.sealed_key = new_sealed_key(row.pk)
    chunks = video_chunks(row)
    for number, start in enumerate(range(0, len(video), _CHUNK_BYTES)):
        chunks.put(number, video[start : start + _CHUNK_BYTES])
        row.chunks = number + 1
    row.save(force_insert=True)
    Mark.objects.bulk_create(
        Mark(recording=row, key=f"mark-{number}", time_s=time_s, kind=kind)
        for number, (time_s, kind) in enumerate(marks)
    )
    return row


@cache
def short_blush() -> bytes:
    """A video of 8 s: rest, then a blush of both cheeks from 4 s on."""
    course = TimeCourse(onset_s=4.0, rise_s=1.0, plateau_s=2.0, recovery_s=0.5)
    scene = DemoScene(seed=3, duration_s=8.0, frame_rate=12, width=480, height=360, course=course)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "blush.mp4")
        simulate_demo_video(path, scene)
        return path.read_bytes()
