"""What is stored of a person, and how much room it takes; no sealed file is opened for it."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from rubor.web.people.models import Person
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.storage import recordings_folder

__all__ = ["Sizes", "Stored", "database_bytes", "estimated_export_bytes", "sizes_of", "stored"]


@dataclass(frozen=True)
class Stored:
    """How many of each there are."""

    recordings: int
    videos: int
    marks: int
    trials: int
    treatments: int
    smile_checks: int
    entries: int
    answer_sheets: int


@dataclass(frozen=True)
class Sizes:
    """Bytes on the disk.

    Attributes:
        video: of the video or photo.
        results: of what was measured.
    """

    video: int
    results: int

    @property
    def both(self) -> int:
        return self.video + self.results


def stored(person: Person) -> Stored:
    """Count what is stored."""
    rows = Recording.objects.filter(person=person).aggregate(
        recordings=Count("pk"), videos=Count("pk", filter=Q(video_there=True))
    )
    return Stored(
        **rows,
        marks=Mark.objects.filter(recording__person=person).count(),
        trials=person.trials.count(),
        treatments=person.treatments.count(),
        smile_checks=person.smile_checks.count(),
        entries=person.entries.count(),
        answer_sheets=person.answer_sheets.count(),
    )


def sizes_of(recording: uuid.UUID) -> Sizes:
    """Room that a recording takes on the disk; nothing where it has no files."""
    folder = recordings_folder() / str(recording)
    return Sizes(_bytes_in(folder / "video"), _bytes_in(folder / "results"))


def estimated_export_bytes(person: Person) -> tuple[int, int]:
    """About how large an export is, with the videos and without."""
    rows = Recording.objects.filter(person=person).exclude(state=Recording.State.RECEIVING)
    sizes = [sizes_of(pk) for pk in rows.values_list("pk", flat=True)]
    without = sum(one.results for one in sizes)
    return without + sum(one.video for one in sizes), without


def database_bytes() -> int | None:
    """Size of the database with its journal; None where it is no file of this machine."""
    if connection.vendor != "sqlite":
        return None
    path = Path(settings.DATABASES["default"]["NAME"])
    return sum(
        one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.is_file()
    )


def _bytes_in(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries)
    except FileNotFoundError:
        return 0
