"""A recording lies sealed under its own key, and is read as a file without being unsealed on disk."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.web.hand_in import handed_in
from tests.web.make_recording import measured_recording
from tests.web.upload_client import small_video

from rubor.errors import InputError
from rubor.web.people.models import Person
from rubor.web.recordings.storage import (
    destroy,
    load_measured,
    new_sealed_key,
    result_files,
    video_chunks,
    video_source,
)
from rubor.web.vault import VaultError


def test_the_video_is_read_as_one_file(person: Person) -> None:
    recording = handed_in(person, small_video())
    source = video_source(recording)
    assert source.name == "blush.mp4"
    with source.open() as stream:
        assert stream.read() == small_video()
    assert source.sha256() == recording.sha256


def test_a_recording_of_the_browser_is_known_as_webm(person: Person) -> None:
    """FFmpeg calls webm and mkv by one name, and the measurement asks which it is."""
    recording = handed_in(person, b"webm", name="", media_type="video/webm;codecs=vp8")
    assert video_source(recording).name == "recording.webm"


def test_each_recording_has_a_key_of_its_own(person: Person) -> None:
    first, second = (handed_in(person, b"same") for _ in range(2))
    first.sealed_key = second.sealed_key
    with pytest.raises(VaultError):
        video_chunks(first)
    assert new_sealed_key(uuid.uuid4()) != new_sealed_key(uuid.uuid4())


def test_what_was_measured_is_read_back(person: Person) -> None:
    recording = measured_recording(person, day=date(2025, 3, 1))
    measured = load_measured(recording)
    assert measured.summary["file"]["sha256"] == recording.sha256
    assert isinstance(measured.cells, pd.DataFrame)
    assert set(result_files(recording).names()) >= {"summary.json", "traces.parquet"}


def test_a_recording_that_was_not_measured_says_so(person: Person) -> None:
    with pytest.raises(InputError) as refused:
        load_measured(handed_in(person, b"video"))
    assert refused.value.cure


def test_what_is_destroyed_leaves_no_file_and_can_be_destroyed_again(
    person: Person, data_folder: Path
) -> None:
    recording = handed_in(person, small_video())
    other = handed_in(person, b"other")
    same = type(recording).objects.get(pk=recording.pk)
    for one in (recording, same):
        destroy(one)
    assert [path.name for path in (data_folder / "recordings").iterdir()] == [str(other.pk)]
    assert list(person.recordings.all()) == [other]
