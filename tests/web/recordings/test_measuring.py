"""A recording is measured once for each input, and what is shown of it is always one whole result."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.web.hand_in import handed_in, short_blush

from rubor.errors import InputError
from rubor.web.jobs.claim import LeaseLostError, claim
from rubor.web.jobs.enqueue import cancel, enqueue, retry
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import fail, tidy_up
from rubor.web.people.models import Person
from rubor.web.recordings.measuring import run
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.storage import (
    destroy,
    load_measured,
    result_files,
    video_chunks,
)
from rubor.web.vault import SealedFiles, VaultError

RESULTS = {
    "cells.parquet",
    "curves.json",
    "face_map.json",
    "made_from.json",
    "summary.json",
    "traces.parquet",
}


class Progress:
    """Remembers how far it was told to be, and does something at the first telling."""

    def __init__(self, at_first: Any = None) -> None:
        self.told: list[tuple[float, float | None, str]] = []
        self._at_first = at_first

    def __call__(self, done: float, total: float | None, unit: str) -> None:
        if not self.told and self._at_first is not None:
            self._at_first()
        self.told.append((done, total, unit))


@pytest.fixture
def recording(person: Person) -> Recording:
    return handed_in(person, short_blush(), marks=((5.0, "felt"), (3.5, "stimulus_start")))


def claimed(recording: Recording) -> Job:
    enqueue("measure", recording.person, recording=recording)
    job = claim("test")
    assert job is not None
    return job


def measure(recording: Recording, progress: Progress | None = None) -> Job:
    """What a worker does with a recording, in this process."""
    job = claimed(recording)
    run(job, progress or Progress())
    job = Job.objects.select_related("recording").get(pk=job.pk)
    tidy_up(job)
    return job


def now(recording: Recording) -> Recording:
    return Recording.objects.get(pk=recording.pk)


def test_a_recording_is_measured_and_everything_stored(recording: Recording) -> None:
    progress = Progress()
    job = measure(recording, progress)
    row = now(recording)
    assert (job.state, row.state) == ("done", "measured")
    assert row.measured_at is not None
    assert not row.video_there
    assert video_chunks(row).count == 0
    assert set(result_files(row).names()) == RESULTS
    assert row.summary == json.loads(result_files(row).read("summary.json"))
    assert row.summary["file"] == {"name": "blush.mp4", "sha256": row.sha256}
    assert row.summary["events"] == [
        {"time_s": 3.5, "kind": "stimulus_start"},
        {"time_s": 5.0, "kind": "felt"},
    ]
    schema = files("rubor.response").joinpath("schemas", "episodes.schema.json")
    jsonschema.validate(row.episodes, json.loads(schema.read_text(encoding="utf-8")))
    (episode,) = row.episodes["episodes"]
    assert episode["onset_s"]["value"] == pytest.approx(4.2, abs=0.5)
    assert row.response["provocation"] == "blush"
    assert row.response["sides"]["left"]["response"] > 0.1
    assert set(row.response["sides"]) == {"left", "right", "whole"}
    assert load_measured(row).traces["valid"].any()
    done, total, unit = progress.told[-1]
    assert (done, total, unit) == (pytest.approx(8.0, abs=0.2), pytest.approx(8.0, abs=0.1), "s")


def test_the_same_is_not_measured_again(recording: Recording) -> None:
    """Without the video it could not be; the files that are there are of this very input."""
    measure(recording)
    first = now(recording)
    job = measure(recording)
    again = now(recording)
    assert (job.state, again.state) == ("done", "measured")
    assert (again.summary, again.episodes, again.response) == (
        first.summary,
        first.episodes,
        first.response,
    )


@pytest.mark.slow
def test_with_the_video_kept_another_skin_tone_is_measured_anew(person: Person) -> None:
    recording = handed_in(person, short_blush(), keep_video=True)
    first = measure(recording)
    Recording.objects.update(skin_tone="brown")
    second = measure(recording)
    assert first.input_hash != second.input_hash
    row = now(recording)
    assert row.summary["options"]["skin_tone"] == "brown"
    assert row.video_there
    assert video_chunks(row).count == row.chunks


def test_what_was_measured_stays_when_it_cannot_be_measured_anew(recording: Recording) -> None:
    measure(recording)
    first = now(recording)
    Recording.objects.update(skin_tone="brown")
    job = claimed(recording)
    assert now(recording).state == "measuring"
    with pytest.raises(InputError, match="not there any more") as refusal:
        run(job, Progress())
    fail(job, refusal.value.message, refusal.value.cure)
    row = now(recording)
    assert (row.state, row.error) == ("measured", refusal.value.message)
    assert row.summary == first.summary
    assert load_measured(row).summary == first.summary


@pytest.mark.slow
def test_a_mark_that_comes_while_it_is_measured_is_in_the_result(recording: Recording) -> None:
    def press() -> None:
        Mark.objects.create(recording=recording, key="late", time_s=6.0, kind="felt")

    measure(recording, Progress(at_first=press))
    assert {"time_s": 6.0, "kind": "felt"} in now(recording).summary["events"]


def test_a_photo_has_no_response(person: Person, shared: Path) -> None:
    photo = (shared / "videos" / "face_even_light.jpg").read_bytes()
    recording = handed_in(person, photo, name="face.jpg")
    measure(recording)
    row = now(recording)
    assert (row.state, row.response) == ("measured", None)
    assert row.episodes["episodes"] == []


def test_the_state_of_the_recording_follows_its_job(recording: Recording) -> None:
    job = enqueue("measure", recording.person, recording=recording)
    assert now(recording).state == "waiting"
    cancel(job)
    assert now(recording).state == "cancelled"
    retry(job)
    assert now(recording).state == "waiting"
    taken = claim("test")
    assert taken is not None
    assert now(recording).state == "measuring"
    fail(taken, "There is no face.", "Sit before the camera.")
    row = now(recording)
    assert (row.state, row.error, row.cure) == (
        "failed",
        "There is no face.",
        "Sit before the camera.",
    )
    retry(job)
    assert (now(recording).state, now(recording).error) == ("waiting", "")


def test_of_a_recording_that_is_deleted_meanwhile_nothing_is_left(
    recording: Recording, data_folder: Path
) -> None:
    job = claimed(recording)
    with pytest.raises((LeaseLostError, VaultError)):
        run(job, Progress(at_first=lambda: destroy(now(recording))))
    tidy_up(job)
    assert not list((data_folder / "recordings").iterdir())
    assert not Recording.objects.exists()
    assert not Job.objects.exists()


def test_of_a_recording_that_is_deleted_between_two_files_nothing_is_left(
    recording: Recording, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SealedFiles.write

    def write_and_delete(self: SealedFiles, name: str, data: bytes) -> None:
        write(self, name, data)
        if name == "traces.parquet":
            destroy(now(recording))

    monkeypatch.setattr(SealedFiles, "write", write_and_delete)
    job = claimed(recording)
    with pytest.raises(LeaseLostError):
        run(job, Progress())
    tidy_up(job)
    assert not list((data_folder / "recordings").iterdir())
    assert not Recording.objects.exists()
