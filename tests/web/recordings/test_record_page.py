"""The page that records: what it says first, whose turn it is, and what its scripts may ask."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from rubor.optics.transfer import srgb_encode
from rubor.response.protocol import protocol
from rubor.simulation import DemoScene, render_frames
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.record_session import session, task_of_today

PAGE = "/recordings/record/"


def _data(html: str) -> dict[str, Any]:
    start = html.index(">", html.index('id="record-data"')) + 1
    data: dict[str, Any] = json.loads(html[start : html.index("</script>", start)])
    return data


def _recorded(person: Person, task: str, days_ago: float, version: str = "1") -> Recording:
    return Recording.objects.create(
        person=person,
        source="browser",
        recorded_at=timezone.now() - timedelta(days=days_ago),
        sealed_key=b"",
        protocol={"version": version, "task": task},
        conditions={"camera": "outer webcam", "room": "kitchen", "make_up": False},
    )


def test_the_rules_come_first_and_all_of_them(browser: Client) -> None:
    html = browser.get(PAGE).text
    for rule in protocol().before_starting + protocol().prepare:
        assert rule.split(".")[0].split("'")[0] in html
    assert html.index("Before you start") < html.index("Switch the camera on")


def test_the_steps_are_the_librarys(browser: Client) -> None:
    data = _data(browser.get(PAGE).text)
    assert [step["duration_s"] for step in data["steps"]] == [1200, 120, 120, 150, 420]
    assert [step["marks"] for step in data["steps"]][3] == ["stimulus_start", "stimulus_end"]
    assert data["version"] == protocol().version
    assert data["lead_in_s"] > 1.0


def test_a_try_out_is_another_version_and_says_so(browser: Client) -> None:
    answer = browser.get(PAGE, {"short": "60"})
    data = _data(answer.text)
    assert data["version"] == "1-short"
    assert sum(step["duration_s"] for step in data["steps"]) == 60
    assert all(step["recorded"] for step in data["steps"])
    assert "belongs in no trial" in answer.text


@pytest.mark.parametrize("asked", ["-1", "x", "999999999999", "1.5"])
def test_an_odd_length_does_no_harm(browser: Client, asked: str) -> None:
    assert browser.get(PAGE, {"short": asked}).status_code == 200


def test_a_try_out_is_never_endless_and_never_nothing() -> None:
    assert session(0).recorded_s == 4
    assert session(99_999).recorded_s == 300


def test_tasks_take_turns(person: Person) -> None:
    assert task_of_today(person).task.name == "singing"
    _recorded(person, "singing", 3)
    assert task_of_today(person).task.name == "speech"


def test_try_outs_files_and_other_people_take_no_turn(person: Person, other_person: Person) -> None:
    _recorded(person, "singing", 3, version="1-short")
    _recorded(other_person, "singing", 3)
    Recording.objects.create(
        person=person, source="file", recorded_at=timezone.now(), sealed_key=b""
    )
    assert task_of_today(person).task.name == "singing"
    assert task_of_today(person).not_before is None


def test_too_early_is_said(browser: Client, person: Person) -> None:
    _recorded(person, "singing", 1)
    assert "The next one counts fully from" in browser.get(PAGE).text
    Recording.objects.update(recorded_at=timezone.now() - timedelta(days=3))
    assert "The next one counts fully from" not in browser.get(PAGE).text


def test_camera_and_room_are_remembered_and_the_rest_is_asked_anew(
    browser: Client, person: Person, other_person: Person
) -> None:
    _recorded(other_person, "singing", 1)
    assert "outer webcam" not in browser.get(PAGE).text
    _recorded(person, "singing", 3)
    html = browser.get(PAGE).text
    assert 'value="outer webcam"' in html
    assert 'value="kitchen"' in html
    assert 'name="make_up" value="no" checked' not in html


def test_skin_tone_is_asked_once(browser: Client, person: Person) -> None:
    assert 'name="skin_tone"' not in browser.get(PAGE).text
    Person.objects.filter(pk=person.pk).update(skin_tone="")
    assert browser.get(PAGE).text.count('name="skin_tone"') == 6
    answer = _post_json(browser, "skin-tone/", {"skin_tone": "tan"})
    assert answer.json() == {"skin_tone": "tan"}
    person.refresh_from_db()
    assert person.skin_tone == "tan"
    assert 'name="skin_tone"' not in browser.get(PAGE).text


def test_a_skin_tone_that_does_not_exist_is_refused(browser: Client, person: Person) -> None:
    for said in ({"skin_tone": "green"}, {}, []):
        answer = _post_json(browser, "skin-tone/", said)
        assert answer.status_code == 400
        assert answer.json()["cure"]
    person.refresh_from_db()
    assert person.skin_tone == "light"


def _post_json(browser: Client, where: str, said: object) -> Any:
    return browser.post(PAGE + where, json.dumps(said), content_type="application/json")


@pytest.fixture(scope="module")
def face() -> Image.Image:
    linear = next(iter(render_frames(DemoScene(seed=1, duration_s=1, width=640, height=480))))
    return Image.fromarray((srgb_encode(np.clip(linear, 0, 1)) * 255).round().astype(np.uint8))


def _look(browser: Client, picture: Image.Image, width: int = 640) -> Any:
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=85)
    address = f"{PAGE}set-up-check/?width={width}"
    return browser.post(address, held.getvalue(), content_type="application/octet-stream")


def _beside(one: Image.Image, other: Image.Image) -> Image.Image:
    both = Image.new("RGB", (one.width + other.width, one.height))
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return both


def test_a_face_in_place_is_found(browser: Client, face: Image.Image) -> None:
    assert _look(browser, face).json() == {"ok": True, "found": "in_place"}


def test_what_is_amiss_is_named_with_its_cure(browser: Client, face: Image.Image) -> None:
    far = Image.new("RGB", (640, 480), "grey")
    far.paste(face.resize((240, 180)), (200, 150))
    pictures = {
        "none": Image.new("RGB", (640, 480), "grey"),
        "several": _beside(face, face),
        "cut": face.crop((250, 0, 640, 480)),
        "small": far,
        "blurred": face.resize((64, 48)).resize((640, 480), Image.Resampling.BICUBIC),
    }
    for found, picture in pictures.items():
        answer = _look(browser, picture, picture.width).json()
        assert answer["found"] == found
        assert answer["ok"] is False
        assert answer["message"] and answer["cure"]


def test_size_is_judged_for_the_recording_and_not_for_the_still(
    browser: Client, face: Image.Image
) -> None:
    half = face.resize((320, 240))
    assert _look(browser, half, 320).json()["found"] == "small"
    assert _look(browser, half, 1280).json()["found"] == "in_place"


def test_what_is_no_picture_is_refused(browser: Client) -> None:
    for data in (b"", b"no picture", bytes(3_000_000)):
        answer = browser.post(
            f"{PAGE}set-up-check/?width=640", data, content_type="application/octet-stream"
        )
        assert answer.status_code == 400
        assert answer.json()["message"]
    assert browser.post(f"{PAGE}set-up-check/").status_code == 400


def test_strangers_see_nothing(stranger: Client) -> None:
    for where in ("", "set-up-check/", "skin-tone/"):
        assert stranger.post(PAGE + where).status_code == 403
