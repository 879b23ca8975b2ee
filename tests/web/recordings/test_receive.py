"""A recording is handed in piece by piece; each step may come twice, late, or from two tabs."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.web.hand_in import handed_in
from tests.web.upload_client import (
    PIECE_BYTES,
    announce,
    finish,
    post,
    put,
    send_all,
    small_photo,
    small_video,
)

from rubor.errors import InputError
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings import receive
from rubor.web.recordings.announcement import (
    checked_conditions,
    checked_marks,
    checked_protocol,
)
from rubor.web.recordings.models import Mark, Recording
from rubor.web.recordings.storage import video_chunks

VIDEO = small_video()
PICTURES = VIDEO.index(b"moov")  # the bytes before it; what is behind holds tags, which are blanked
MARKS = [
    {"key": "a", "time_s": 0.2, "kind": "stimulus_start"},
    {"key": "b", "time_s": 0.5, "kind": "felt"},
]


def begun(client: Client, **said: Any) -> dict[str, Any]:
    answer = announce(client, VIDEO, **said)
    assert answer.status_code == 201, answer.content
    return answer.json()  # type: ignore[no-any-return]


def handed_in_whole(client: Client, video: bytes = VIDEO, **said: Any) -> Recording:
    one = announce(client, video, **said).json()
    send_all(client, one, video)
    assert finish(client, one, video).status_code == 202
    return Recording.objects.get(pk=one["id"])


def stored(recording: Recording) -> bytes:
    with video_chunks(recording).open() as stream:
        return stream.read()


# --- the usual way --------------------------------------------------------------------------------


def test_what_is_handed_in_is_stored_and_waits_to_be_measured(
    browser: Client, person: Person
) -> None:
    one = begun(browser)
    assert one["next_chunk"] == 0
    send_all(browser, one, VIDEO)
    answer = finish(browser, one, VIDEO)
    assert answer.status_code == 202
    recording = Recording.objects.get(pk=one["id"])
    assert stored(recording)[:PICTURES] == VIDEO[:PICTURES]
    assert recording.state == Recording.State.WAITING
    assert recording.sha256 == hashlib.sha256(stored(recording)).hexdigest()
    assert (recording.bytes_received, recording.video_there) == (len(VIDEO), True)
    assert recording.skin_tone == person.skin_tone
    job = Job.objects.get()
    assert (job.kind, job.recording) == ("measure", recording)
    assert answer.json() == {"job": str(job.pk), "page": f"/recordings/{recording.pk}/"}


def test_no_byte_of_it_lies_readable_on_the_disk(browser: Client, data_folder: Path) -> None:
    send_all(browser, begun(browser, file_name="where-it-was.mp4"), VIDEO)
    files = [path for path in data_folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sealed" for path in files)
    for path in files:
        data = path.read_bytes()
        assert VIDEO[5000:5040] not in data
        assert b"where-it-was" not in data
        assert "where-it-was" not in str(path)


def test_what_is_said_at_the_end_is_stored_too(browser: Client) -> None:
    one = begun(browser, source="browser", bytes=None)
    send_all(browser, one, VIDEO)
    steps = [{"name": "baseline", "start_s": 0.0, "end_s": 0.5}]
    protocol = {"version": "1", "task": "singing", "audience": False, "steps": steps}
    answer = finish(
        browser, one, VIDEO, protocol=protocol, conditions={"room": "kitchen"}, stopped_early=True
    )
    assert answer.status_code == 202
    recording = Recording.objects.get(pk=one["id"])
    assert recording.protocol == protocol
    assert recording.conditions["room"] == "kitchen"
    assert recording.stopped_early


# --- again, late, out of order --------------------------------------------------------------------


def test_the_same_piece_again_changes_nothing(browser: Client) -> None:
    one = begun(browser)
    first = put(browser, one, 0, VIDEO[:1000])
    assert first.json() == {"next_chunk": 1, "bytes": 1000}
    again = put(browser, one, 0, VIDEO[:1000])
    assert (again.status_code, again.json()) == (200, first.json())


def test_other_bytes_under_a_number_that_is_there_are_refused(browser: Client) -> None:
    one = begun(browser)
    put(browser, one, 0, VIDEO[:1000])
    answer = put(browser, one, 0, VIDEO[1000:2000])
    assert answer.status_code == 409
    assert answer.json()["next_chunk"] == 1
    assert answer.json()["message"] and answer.json()["cure"]
    assert stored(Recording.objects.get()) == VIDEO[:1000]


def test_a_piece_before_its_turn_is_told_which_is_next(browser: Client) -> None:
    answer = put(browser, begun(browser), 3, VIDEO[:1000])
    assert answer.status_code == 409
    assert (answer.json()["next_chunk"], answer.json()["bytes"]) == (0, 0)
    assert stored(Recording.objects.get()) == b""


def test_the_disk_and_not_the_row_says_what_is_there(browser: Client) -> None:
    """A server that died between the piece and the row."""
    one = begun(browser)
    put(browser, one, 0, VIDEO[:1000])
    Recording.objects.update(chunks=0, bytes_received=0)
    assert browser.get(one["urls"]["received"]).json() == {
        "state": "receiving",
        "next_chunk": 1,
        "bytes": 1000,
    }


def test_the_same_file_chosen_again_goes_on_where_it_was(browser: Client) -> None:
    one = begun(browser)
    put(browser, one, 0, VIDEO[:1000])
    again = announce(browser, VIDEO, mirrored=True, title="said later")
    assert again.status_code == 200
    assert again.json() == {**one, "next_chunk": 1, "bytes": 1000}
    recording = Recording.objects.get()
    assert (recording.mirrored, recording.title) == (True, "said later")


def test_what_was_written_down_before_a_page_was_loaded_anew_stays(browser: Client) -> None:
    medicines = [{"name": "brimonidine", "hours_before": 12.0}]
    begun(browser, title="kitchen", conditions={"medicines": medicines, "note": "windy"})
    announce(browser, VIDEO, conditions={"medicines": [], "note": "calm", "make_up": False})
    recording = Recording.objects.get()
    assert recording.title == "kitchen"
    assert recording.conditions["medicines"] == medicines
    assert (recording.conditions["note"], recording.conditions["make_up"]) == ("calm", False)


def test_two_tabs_with_one_file_make_one_recording(browser: Client) -> None:
    first, second = begun(browser), announce(browser, VIDEO).json()
    for number, start in enumerate(range(0, len(VIDEO), PIECE_BYTES)):
        piece = VIDEO[start : start + PIECE_BYTES]
        for one in (first, second):
            assert put(browser, one, number, piece).status_code == 200
    answers = [finish(browser, one, VIDEO).json() for one in (first, second)]
    assert answers[0] == answers[1]
    assert Recording.objects.count() == Job.objects.count() == 1


def test_a_file_that_is_here_already_is_not_taken_twice(browser: Client) -> None:
    recording = handed_in_whole(browser)
    again = announce(browser, VIDEO)
    assert again.status_code == 200
    assert again.json()["id"] == str(recording.pk)
    assert again.json()["state"] == "waiting"


def test_without_a_fingerprint_each_is_a_recording_of_its_own(browser: Client) -> None:
    first, second = (begun(browser, fingerprint="") for _ in range(2))
    assert first["id"] != second["id"]


def test_nothing_is_received_any_more_after_the_end(browser: Client) -> None:
    one = begun(browser)
    send_all(browser, one, VIDEO)
    finish(browser, one, VIDEO)
    answer = put(browser, one, 9, b"more")
    assert answer.status_code == 409
    assert len(stored(Recording.objects.get())) == len(VIDEO)
    assert browser.get(one["urls"]["received"]).json()["state"] == "waiting"


def test_an_end_before_everything_is_there_says_what_is_missing(browser: Client) -> None:
    one = begun(browser)
    put(browser, one, 0, VIDEO[:PIECE_BYTES])
    answer = finish(browser, one, VIDEO)
    assert answer.status_code == 409
    assert (answer.json()["next_chunk"], answer.json()["bytes"]) == (1, PIECE_BYTES)
    assert Recording.objects.get().state == Recording.State.RECEIVING


# --- limits ---------------------------------------------------------------------------------------


def test_a_piece_that_is_too_large_is_refused(browser: Client, settings: Any) -> None:
    settings.RUBOR_CHUNK_BYTES = 1000
    answer = put(browser, begun(browser), 0, VIDEO[:1001])
    assert answer.status_code == 413
    assert stored(Recording.objects.get()) == b""


def test_no_more_is_taken_than_was_announced(browser: Client) -> None:
    one = begun(browser, bytes=1500)
    put(browser, one, 0, VIDEO[:1000])
    assert put(browser, one, 1, VIDEO[1000:2000]).status_code == 413
    assert put(browser, one, 1, VIDEO[1000:1500]).status_code == 200


def test_a_file_is_not_taken_in_crumbs_without_end(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece is a file on the disk."""
    monkeypatch.setattr(receive, "_SMALL_PIECES", 3)
    one = begun(browser)
    for number in range(3):
        assert put(browser, one, number, VIDEO[number : number + 1]).status_code == 200
    assert put(browser, one, 3, VIDEO[3:4]).status_code == 413


def test_an_empty_piece_is_refused(browser: Client) -> None:
    assert put(browser, begun(browser), 0, b"").status_code == 400


def test_a_file_over_the_limit_is_refused_before_it_is_sent(browser: Client) -> None:
    answer = announce(browser, VIDEO, bytes=5 * 1024**3)
    assert answer.status_code == 400
    assert "4 GB" in answer.json()["message"]
    assert not Recording.objects.exists()


def test_a_file_that_finds_no_room_is_refused_before_it_is_sent(
    browser: Client, settings: Any
) -> None:
    settings.RUBOR_MOST_UPLOAD_BYTES = 2**62
    answer = announce(browser, VIDEO, bytes=2**61)
    assert answer.status_code == 507
    assert "no room" in answer.json()["message"]
    assert answer.json()["cure"]
    assert not Recording.objects.exists()


# --- what it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"GIF89a" + bytes(400), b"<html>" * 90, bytes(500), VIDEO[:900]]
)
def test_what_cannot_be_decoded_fails_with_reason_and_cure(browser: Client, content: bytes) -> None:
    one = announce(browser, content).json()
    send_all(browser, one, content)
    answer = finish(browser, one, content)
    assert answer.status_code == 400
    assert answer.json()["message"] and answer.json()["cure"]
    recording = Recording.objects.get()
    assert recording.state == Recording.State.FAILED
    assert recording.error == answer.json()["message"]
    assert not Job.objects.exists()
    assert finish(browser, one, content).json() == answer.json()


def test_a_video_under_another_name_is_what_it_is(browser: Client) -> None:
    recording = handed_in_whole(browser, file_name="notes.txt", media_type="text/plain")
    assert recording.state == Recording.State.WAITING


@pytest.mark.parametrize(
    "name", ["../../master.key", "C:\\data\\a.mp4", "/etc/passwd", "a\0b.mp4", "x" * 500 + ".mp4"]
)
def test_a_name_is_shown_and_never_used_as_a_path(
    browser: Client, data_folder: Path, name: str
) -> None:
    one = announce(browser, VIDEO, file_name=name)
    if "\0" in name:
        assert one.status_code == 400
        return
    put(browser, one.json(), 0, VIDEO[:1000])
    shown = Recording.objects.get().file_name
    assert not set(shown) & set("/\\")
    assert len(shown) <= 200
    (folder,) = (data_folder / "recordings").iterdir()
    assert folder.name == one.json()["id"]


def test_the_place_of_a_kept_video_is_blanked_and_its_pictures_are_not(browser: Client) -> None:
    video = small_video("+57.7000+011.9000/")
    assert b"loci" in video
    recording = handed_in_whole(browser, video, keep_video=True)
    kept = stored(recording)
    assert recording.keep_video
    assert b"loci" not in kept
    assert len(kept) == len(video)
    assert kept[: video.index(b"moov")] == video[: video.index(b"moov")]
    assert recording.sha256 == hashlib.sha256(kept).hexdigest()


def test_a_photo_is_never_kept(browser: Client) -> None:
    """It says in many ways where it was taken."""
    recording = handed_in_whole(browser, small_photo(), keep_video=True)
    assert recording.state == Recording.State.WAITING
    assert not recording.keep_video


# --- marks ----------------------------------------------------------------------------------------


def test_marks_that_come_twice_are_stored_once(browser: Client) -> None:
    one = begun(browser)
    for _ in range(2):
        answer = post(browser, one["urls"]["marks"], {"marks": MARKS})
        assert (answer.status_code, answer.json()) == (200, {"stored": 2})
    assert [(mark.key, mark.time_s) for mark in Mark.objects.all()] == [("a", 0.2), ("b", 0.5)]


def test_marks_come_until_it_is_measured(browser: Client) -> None:
    recording = handed_in_whole(browser)
    url = f"/recordings/{recording.pk}/marks/"
    assert post(browser, url, {"marks": MARKS[:1]}).status_code == 200
    Recording.objects.update(state=Recording.State.MEASURED)
    assert post(browser, url, {"marks": MARKS[1:]}).status_code == 409


@pytest.mark.parametrize(
    "mark",
    [
        {"key": "a", "time_s": -1, "kind": "felt"},
        {"key": "a", "time_s": float("nan"), "kind": "felt"},
        {"key": "a", "time_s": 1, "kind": "anything"},
        {"key": "", "time_s": 1, "kind": "felt"},
        {"key": "a", "time_s": True, "kind": "felt"},
        {"time_s": 1, "kind": "felt"},
        "felt",
    ],
)
def test_a_mark_that_is_not_possible_is_refused(mark: object) -> None:
    with pytest.raises(InputError):
        checked_marks([mark])


# --- whose ----------------------------------------------------------------------------------------


def test_another_persons_upload_is_not_there(browser: Client, other_person: Person) -> None:
    theirs = handed_in(other_person, VIDEO, state=Recording.State.RECEIVING)
    at = f"/recordings/{theirs.pk}"
    assert browser.get(f"{at}/chunks/").status_code == 404
    assert browser.put(f"{at}/chunks/1/", b"more").status_code == 404
    assert post(browser, f"{at}/marks/", {"marks": MARKS}).status_code == 404
    assert post(browser, f"{at}/finish/", {"chunks": 1, "bytes": 1}).status_code == 404
    assert post(browser, f"{at}/delete/", {}).status_code == 404
    assert browser.get(f"{at}/edit/").status_code == 404
    assert announce(browser, VIDEO).status_code == 201
    assert stored(theirs) == VIDEO


def test_an_unknown_recording_is_told_in_words(browser: Client) -> None:
    answer = browser.get(f"/recordings/{uuid.uuid4()}/chunks/")
    assert answer.status_code == 404
    assert answer.json()["message"]


def test_a_stranger_hands_in_nothing(stranger: Client) -> None:
    assert announce(stranger, VIDEO).status_code == 403


def test_a_request_without_the_pages_token_hands_in_nothing(browser: Client) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    strict.cookies = browser.cookies
    assert announce(strict, VIDEO).status_code == 403


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"source": "elsewhere"},
        {"source": "phone"},
        {"bytes": 0},
        {"bytes": -1},
        {"bytes": None},
        {"bytes": "1"},
        {"mirrored": "yes"},
        {"mirrored": 1},
        {"skin_tone": "blue"},
        {"keep_video": None},
        {"recorded_at": "yesterday"},
        {"recorded_at": (timezone.now() + timedelta(days=9)).isoformat()},
        {"title": "x" * 81},
        {"fingerprint": "../.."},
        {"protocol": []},
        {"protocol": {"steps": [{"name": "baseline", "start_s": 2, "end_s": 1}]}},
        {"conditions": {"medicines": "all"}},
        {"camera_settings": {"a": "x" * 70_000}},
    ],
)
def test_what_is_not_possible_is_refused(browser: Client, said: dict[str, Any]) -> None:
    answer = announce(browser, VIDEO, **said)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not Recording.objects.exists()


def test_a_body_that_is_no_json_is_refused(browser: Client) -> None:
    answer = browser.post("/recordings/begin/", b"\xff{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["cure"]


def test_a_skin_tone_is_declared_once(browser: Client, person: Person) -> None:
    Person.objects.update(skin_tone="")
    assert announce(browser, VIDEO).status_code == 400
    begun(browser, skin_tone="tan")
    person.refresh_from_db()
    assert person.skin_tone == "tan"
    begun(browser, skin_tone="light", fingerprint="")
    person.refresh_from_db()
    assert person.skin_tone == "tan"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("make_up", "camera", "room", "medicines", "note", "name", "steps", "key", "kind")


@given(st.dictionaries(st.sampled_from(NAMES), JSON) | JSON)
def test_whatever_is_said_is_taken_or_refused_and_breaks_nothing(said: Any) -> None:
    for check in (checked_conditions, checked_protocol, checked_marks):
        try:
            check(said)
        except InputError as error:
            assert error.message and error.cure
