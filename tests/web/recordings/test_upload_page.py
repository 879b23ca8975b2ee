"""The pages on which a recording begins, a file is handed in, and what was said of it is put right."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from tests.web.hand_in import handed_in
from tests.web.upload_client import small_photo, small_video

from rubor.web.jobs.models import Job
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import video_chunks

CAMERA = {"make_up": None, "camera": "phone", "room": "", "medicines": [], "note": ""}


def test_three_ways_begin_a_recording(browser: Client) -> None:
    page = browser.get("/recordings/new/").text
    for way in ("/recordings/record/", "/recordings/upload/", "/recordings/phone/"):
        assert f'href="{way}"' in page


def test_what_was_begun_and_not_ended_is_offered_again(
    browser: Client, person: Person, other_person: Person
) -> None:
    for whose, name in ((person, "mine.mp4"), (other_person, "theirs.mp4")):
        state = Recording.State.RECEIVING
        handed_in(whose, b"begin", name=name, state=state, bytes_expected=50)
    for address in ("/recordings/new/", "/recordings/upload/"):
        page = browser.get(address).text
        assert "mine.mp4" in page
        assert "theirs.mp4" not in page


def test_the_skin_tone_is_asked_only_where_it_is_not_known(browser: Client) -> None:
    assert 'name="skin_tone"' not in browser.get("/recordings/upload/").text
    Person.objects.update(skin_tone="")
    assert browser.get("/recordings/upload/").text.count('name="skin_tone"') == 6


def test_cameras_are_offered_under_the_names_used_before(browser: Client, person: Person) -> None:
    for _ in range(3):
        handed_in(person, b"video", conditions=CAMERA)
    assert browser.get("/recordings/upload/").text.count('<option value="phone">') == 1


def test_the_page_asks_the_same_few_questions_of_the_database_however_many_recordings(
    browser: Client, person: Person, django_assert_max_num_queries: Any
) -> None:
    row = {"person": person, "source": "file", "sealed_key": b"", "recorded_at": datetime.now(UTC)}
    Recording.objects.bulk_create(Recording(**row, conditions=CAMERA) for _ in range(200))
    for address in ("/recordings/new/", "/recordings/upload/"):
        with django_assert_max_num_queries(6):
            assert browser.get(address).status_code == 200


def test_its_script_is_told_where_to_send_and_what_to_say(browser: Client) -> None:
    page = browser.get("/recordings/upload/").text
    data = json.loads(
        page.split('id="upload-data" type="application/json">')[1].split("</script>")[0]
    )
    assert data["begin"] == "/recordings/begin/"
    assert data["most_bytes"] == 4 * 1024**3
    assert all(data["words"].values())


# --- putting right --------------------------------------------------------------------------------


def said(recording: Recording, **changes: Any) -> dict[str, Any]:
    """The form as it is sent when only these fields are changed."""
    return {
        "title": recording.title,
        "recorded_at": recording.recorded_at.strftime("%Y-%m-%dT%H:%M"),
        "keep_video": "on" if recording.keep_video else "",
        "mirrored": {True: "yes", False: "no", None: "unknown"}[recording.mirrored],
        "skin_tone": recording.skin_tone,
        "make_up": "",
        "medicine": [""],
        "hours_before": [""],
        **changes,
    }


@pytest.fixture
def measured(person: Person) -> Recording:
    return handed_in(
        person, small_video(), state=Recording.State.MEASURED, keep_video=True, conditions=CAMERA
    )


def edit(browser: Client, recording: Recording, **changes: Any) -> Any:
    return browser.post(f"/recordings/{recording.pk}/edit/", said(recording, **changes))


def test_conditions_title_and_date_are_put_right_without_measuring_again(
    browser: Client, measured: Recording
) -> None:
    answer = edit(
        browser,
        measured,
        title="after the holiday",
        recorded_at="2025-03-01T18:30",
        make_up="no",
        camera="back camera",
        medicine=["brimonidine", "", "vitamin"],
        hours_before=["1,5", "", ""],
        note="windy",
    )
    assert answer.status_code == 302
    measured.refresh_from_db()
    assert measured.title == "after the holiday"
    assert measured.recorded_at == datetime(2025, 3, 1, 18, 30, tzinfo=UTC)
    assert measured.conditions == {
        "make_up": False,
        "camera": "back camera",
        "room": "",
        "medicines": [
            {"name": "brimonidine", "hours_before": 1.5},
            {"name": "vitamin", "hours_before": None},
        ],
        "note": "windy",
    }
    assert measured.state == Recording.State.MEASURED
    assert not Job.objects.exists()
    page = browser.get(f"/recordings/{measured.pk}/edit/").text
    assert 'value="2025-03-01T18:30"' in page
    assert 'value="brimonidine"' in page and 'value="1.5"' in page


@pytest.mark.parametrize("change", [{"mirrored": "yes"}, {"skin_tone": "tan"}])
def test_what_the_measurement_rests_on_has_it_measured_again(
    browser: Client, measured: Recording, change: dict[str, str]
) -> None:
    assert edit(browser, measured, **change).status_code == 302
    measured.refresh_from_db()
    assert measured.state == Recording.State.WAITING
    assert Job.objects.get().recording == measured


def test_without_its_video_only_what_does_not_matter_to_measuring_can_change(
    browser: Client, measured: Recording
) -> None:
    Recording.objects.update(video_there=False, keep_video=False)
    page = browser.get(f"/recordings/{measured.pk}/edit/").text
    assert 'name="mirrored"' not in page and 'name="keep_video"' not in page
    edit(browser, measured, mirrored="yes", skin_tone="tan", keep_video="on", title="new")
    measured.refresh_from_db()
    assert (measured.mirrored, measured.skin_tone, measured.title) == (False, "light", "new")
    assert not measured.keep_video and not Job.objects.exists()


def test_a_kept_video_is_discarded_when_the_person_says_so(
    browser: Client, measured: Recording
) -> None:
    edit(browser, measured, keep_video="")
    measured.refresh_from_db()
    assert (measured.keep_video, measured.video_there) == (False, False)
    assert video_chunks(measured).count == 0


def test_a_photo_cannot_be_kept_afterwards_either(browser: Client, person: Person) -> None:
    photo = handed_in(person, small_photo(), state=Recording.State.FAILED)
    answer = edit(browser, photo, keep_video="on")
    assert answer.status_code == 400
    assert "not kept" in answer.text
    photo.refresh_from_db()
    assert not photo.keep_video


@pytest.mark.parametrize(
    "change",
    [
        {"recorded_at": "2199-01-01T00:00"},
        {"recorded_at": ""},
        {"title": "x" * 81},
        {"medicine": ["cream"], "hours_before": ["long ago"]},
        {"medicine": ["cream"], "hours_before": ["-3"]},
        {"skin_tone": "blue"},
        {"note": "x" * 5000},
    ],
)
def test_what_is_not_possible_changes_nothing_and_is_told(
    browser: Client, measured: Recording, change: dict[str, Any]
) -> None:
    answer = edit(browser, measured, **{"camera": "other", **change})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    measured.refresh_from_db()
    assert measured.conditions == CAMERA
