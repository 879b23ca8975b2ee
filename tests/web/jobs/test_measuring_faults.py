"""A killed measurement loses nothing and repeats nothing, whatever the moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.web.hand_in import handed_in, short_blush

from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import load_measured, video_chunks

Start = Callable[..., Any]
WaitFor = Callable[..., Any]


def tidied(job: Job) -> Callable[[], Job | None]:
    """The job when it has ended and its worker has nothing left to do for it."""

    def reached() -> Job | None:
        fresh = Job.objects.get(pk=job.pk)
        return fresh if not fresh.unfinished and fresh.lease_until is None else None

    return reached


def is_whole(recording: Recording) -> bool:
    """Whether row and files show one result, and the video is gone, as it should be."""
    row = Recording.objects.get(pk=recording.pk)
    return (
        row.state == "measured"
        and load_measured(row).summary == row.summary
        and len(row.episodes["episodes"]) == 1
        and not row.video_there
        and video_chunks(row).count == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "measured", "attempts"),
    [
        ("while it measures", 1, 2),
        ("between two files", 2, 2),
        ("before the rows are written", 1, 2),
        ("after the rows are written", 1, 1),
    ],
)
def test_a_measurement_that_is_killed(
    someone: Person,
    tmp_path: Path,
    start_worker: Start,
    wait_for: WaitFor,
    moment: str,
    measured: int,
    attempts: int,
) -> None:
    recording = handed_in(someone, short_blush(), marks=((5.0, "felt"),))
    counter = tmp_path / "measured"
    payload = {"moment": moment, "measured": str(counter)}
    job = enqueue("killed_measuring", someone, recording=recording, payload=payload)
    start_worker()
    job = wait_for(tidied(job), 60.0)
    assert (job.state, job.attempts) == ("done", attempts)
    assert is_whole(recording)
    assert len(counter.read_text().splitlines()) == measured


def test_a_measurement_whose_worker_is_killed_too(
    someone: Person, start_worker: Start, wait_for: WaitFor
) -> None:
    """As when the power goes: nobody is left to write anything."""
    recording = handed_in(someone, short_blush())
    job = enqueue("measure", someone, recording=recording)
    worker = start_worker()
    wait_for(lambda: Job.objects.get(pk=job.pk).unit)  # its first telling how far it is
    worker.kill()
    worker.wait()
    left = Recording.objects.get(pk=recording.pk)
    assert (left.state, left.summary) == ("measuring", None)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    start_worker()
    job = wait_for(tidied(job), 60.0)
    assert (job.state, job.attempts) == ("done", 2)
    assert is_whole(recording)


@pytest.mark.slow
def test_what_cannot_be_measured_says_why_and_keeps_the_video(
    someone: Person, shared: Path, start_worker: Start, wait_for: WaitFor
) -> None:
    nobody = handed_in(someone, (shared / "videos" / "no_face.mp4").read_bytes(), name="room.mp4")
    cut_off = handed_in(someone, short_blush()[:200_000], name="cut.mp4")
    jobs = [enqueue("measure", someone, recording=row) for row in (nobody, cut_off)]
    start_worker()
    for job in jobs:
        assert wait_for(tidied(job), 60.0).attempts == 1
    for row, reason in ((nobody, "no face in room.mp4"), (cut_off, "cut.mp4")):
        row.refresh_from_db()
        assert (row.state, row.video_there) == ("failed", True)
        assert reason in row.error
        assert row.cure
        assert video_chunks(row).count == row.chunks
