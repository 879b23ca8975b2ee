"""A smile filmed, measured, and compared with the person's own from before a treatment."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.hand_in import handed_in, short_blush

from rubor.errors import InputError
from rubor.pathway.smile_files import measure_smile
from rubor.pathway.smile_json import smile_to_json
from rubor.web.diary.models import Entry
from rubor.web.jobs.claim import claim
from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import fail, tidy_up
from rubor.web.people.models import Person
from rubor.web.recordings.models import Recording
from rubor.web.recordings.storage import destroy, video_chunks
from rubor.web.treatments.models import SmileCheck, Treatment
from rubor.web.treatments.reminders import reminders
from rubor.web.treatments.smile_job import run

TODAY = timezone.localdate()
PURPOSE = {"purpose": "smile", "version": "1"}


@pytest.fixture(scope="module")
def film(shared: Path) -> Path:
    return shared / "videos" / "single_face.mp4"


@cache
def document(film: Path) -> str:
    return json.dumps(smile_to_json(measure_smile(film, mirrored=False)))


def measured(job: Job) -> Job:
    """What a worker does, in this process."""
    assert claim("test") is not None
    job = Job.objects.select_related("recording", "person").get(pk=job.pk)
    run(job, lambda done, total, unit: None)
    job.refresh_from_db()
    tidy_up(job)
    return job


def checked(person: Person, film: Path, days_ago: int, less_left_mm: float = 0.0) -> SmileCheck:
    """A measured check; the left corner moves so many mm less than in the film."""
    day = TODAY - timedelta(days=days_ago)
    row = Recording.objects.create(
        person=person,
        source="browser",
        state=Recording.State.MEASURED,
        recorded_at=datetime.combine(day, time(12), UTC),
        protocol=PURPOSE,
        sealed_key=b"none",
    )
    result: dict[str, Any] = copy.deepcopy(json.loads(document(film)))
    result["files"][0]["sha256"] = f"{days_ago:064x}"
    result["recorded_on"] = day.isoformat()
    left = result["left"]
    left["excursion_mm"] = round(left["excursion_mm"] - less_left_mm, 2)
    left["interval_95_mm"] = [round(one - less_left_mm, 2) for one in left["interval_95_mm"]]
    result["difference_mm"] = round(left["excursion_mm"] - result["right"]["excursion_mm"], 2)
    return SmileCheck.objects.create(person=person, recording=row, made_on=day, result=result)


def result_of(check: SmileCheck) -> Any:
    assert check.result is not None
    return check.result


def treated(person: Person, days_ago: int) -> Treatment:
    return Treatment.objects.create(
        person=person, kind="botulinum_toxin", treated_on=TODAY - timedelta(days=days_ago)
    )


# --- measuring


def test_a_filmed_smile_is_measured_and_its_film_discarded(person: Person, film: Path) -> None:
    row = handed_in(person, film.read_bytes(), name="smile.mp4", protocol=PURPOSE)
    job = measured(enqueue("smile", person, recording=row))
    row.refresh_from_db()
    assert (job.state, row.state) == ("done", "measured")
    assert row.summary is None
    assert not row.video_there
    assert video_chunks(row).count == 0
    check = SmileCheck.objects.get()
    assert check.recording == row
    assert result_of(check)["left"]["excursion_mm"] > 3.0
    assert result_of(check)["scale"]["method"].startswith("iris")


def test_the_eye_corners_that_were_measured_give_the_scale(person: Person, film: Path) -> None:
    row = handed_in(
        person, film.read_bytes(), protocol={**PURPOSE, "eye_corners_mm": 92}, keep_video=True
    )
    measured(enqueue("smile", person, recording=row))
    row.refresh_from_db()
    assert row.video_there
    assert result_of(SmileCheck.objects.get())["scale"]["eye_corners_mm"] == pytest.approx(92.0)


def test_a_film_without_a_smile_says_why_and_what_helps(browser: Client, person: Person) -> None:
    row = handed_in(person, short_blush(), protocol=PURPOSE)
    job = enqueue("smile", person, recording=row)
    with pytest.raises(InputError) as refused:
        measured(job)
    job.refresh_from_db()
    fail(job, refused.value.message, refused.value.cure)
    row.refresh_from_db()
    assert row.state == "failed"
    page = browser.get(f"/treatments/smile/{row.pk}/").text
    assert "Try again" in page
    assert not SmileCheck.objects.exists()


def test_a_recording_of_redness_keeps_its_state_and_its_video(person: Person, film: Path) -> None:
    row = handed_in(person, film.read_bytes(), state="measured", keep_video=True)
    measured(enqueue("smile", person, recording=row))
    row.refresh_from_db()
    assert (row.state, row.video_there) == ("measured", True)
    assert SmileCheck.objects.get().recording == row


def test_without_knowing_whether_it_is_mirrored_no_side_is_named(
    person: Person, film: Path
) -> None:
    row = handed_in(person, film.read_bytes(), protocol=PURPOSE)
    Recording.objects.update(mirrored=None)
    with pytest.raises(InputError, match="mirrored"):
        measured(enqueue("smile", person, recording=row))


def test_a_deleted_smile_takes_its_check_with_it(person: Person, film: Path) -> None:
    check = checked(person, film, 3)
    destroy(check.recording)
    assert not SmileCheck.objects.exists()


# --- comparing


def test_the_first_smile_is_the_baseline(browser: Client, person: Person, film: Path) -> None:
    check = checked(person, film, 3)
    page = browser.get(f"/treatments/smile/{check.recording_id}/").text
    assert "This is your baseline" in page
    assert "Log as a side effect" not in page


def test_a_weaker_side_is_told_with_its_interval_and_logged_by_one_click(
    browser: Client, person: Person, film: Path
) -> None:
    checked(person, film, 30)
    treatment = treated(person, 28)
    check = checked(person, film, 14, less_left_mm=4.0)
    page = browser.get(f"/treatments/smile/{check.recording_id}/")
    assert "Your smile is weaker on your own left." in page.text
    row = page.context["compared"].rows[0]
    assert row["found"] == "noticeable change"
    assert row["low"] < row["change"] < row["high"] < 0.0
    browser.post(
        f"/diary/new/?kind=side+effect&treatment={treatment.pk}",
        {
            "effect": "uneven_smile",
            "side": "left",
            "severity": "3",
            "on": check.made_on.isoformat(),
        },
    )
    entry = Entry.objects.get()
    assert (entry.effect, entry.side, entry.treatment) == ("uneven_smile", "left", treatment)


def test_a_smile_as_before_is_said_to_be(browser: Client, person: Person, film: Path) -> None:
    checked(person, film, 30)
    treated(person, 28)
    check = checked(person, film, 14, less_left_mm=0.4)
    page = browser.get(f"/treatments/smile/{check.recording_id}/").text
    assert "within the error of measuring" in page


def test_smiles_after_the_treatment_are_no_baseline(
    browser: Client, person: Person, film: Path
) -> None:
    before = checked(person, film, 30)
    treated(person, 28)
    checked(person, film, 20, less_left_mm=4.0)
    check = checked(person, film, 10)
    page = browser.get(f"/treatments/smile/{check.recording_id}/")
    assert page.context["compared"].baselines == (before,)


def test_without_a_smile_from_before_no_change_is_claimed(
    browser: Client, person: Person, film: Path
) -> None:
    treated(person, 28)
    check = checked(person, film, 14, less_left_mm=4.0)
    page = browser.get(f"/treatments/smile/{check.recording_id}/")
    assert page.context["compared"].change is None
    assert "There is no smile from before the treatment" in page.text


def test_a_weaker_smile_is_to_be_filmed_every_week(person: Person, film: Path) -> None:
    checked(person, film, 30)
    treated(person, 28)
    checked(person, film, 9, less_left_mm=4.0)
    found = [one for one in reminders(person, TODAY) if one.kind == "smile"]
    assert [one.due for one in found] == [TODAY - timedelta(days=2)]
    assert not [one for one in reminders(person, TODAY - timedelta(days=5)) if one.kind == "smile"]


# --- pages


def test_the_page_of_smiles_asks_a_fixed_number_of_questions(
    browser: Client, person: Person, film: Path, django_assert_max_num_queries: Any
) -> None:
    treated(person, 40)
    for number in range(15):
        checked(person, film, 3 + 4 * number)
    with django_assert_max_num_queries(10):
        page = browser.get("/treatments/smile/")
    assert "All your smiles" in page.text


def test_a_recording_with_its_video_can_be_measured(
    browser: Client, person: Person, film: Path
) -> None:
    row = handed_in(person, film.read_bytes(), state="measured", keep_video=True)
    assert str(row.pk) in browser.get("/treatments/smile/").text
    for said in ("nan", "1e999", "wide"):
        browser.post(
            "/treatments/smile/measure/", {"recording": str(row.pk), "eye_corners_mm": said}
        )
        assert not Job.objects.exists()
    page = browser.post(
        "/treatments/smile/measure/", {"recording": str(row.pk), "eye_corners_mm": "92"}
    )
    assert page.status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.recording, job.payload) == ("smile", row, {"eye_corners_mm": 92.0})
    assert "Measuring the smile" in browser.get(f"/treatments/smile/{row.pk}/").text


def test_the_page_for_filming_hands_in_with_the_purpose(browser: Client, person: Person) -> None:
    page = browser.get("/treatments/smile/new/")
    assert page.context["data"]["begin"] == "/recordings/begin/"
    assert page.context["data"]["skin_tone"] == "light"


def test_what_is_handed_in_with_the_purpose_is_measured_as_a_smile(
    browser: Client, person: Person
) -> None:
    video = short_blush()
    said = {
        "source": "browser",
        "bytes": len(video),
        "media_type": "video/mp4",
        "file_name": "smile.mp4",
        "mirrored": False,
        "protocol": {**PURPOSE, "task": "smile"},
    }
    begun = browser.post("/recordings/begin/", said, content_type="application/json").json()
    urls = begun["urls"]
    size = begun["chunk_bytes"]
    pieces = [video[start : start + size] for start in range(0, len(video), size)]
    for number, piece in enumerate(pieces):
        url = urls["chunk"].replace("/chunks/0/", f"/chunks/{number}/")
        browser.put(url, piece, content_type="application/octet-stream")
    browser.post(
        urls["finish"],
        {"chunks": len(pieces), "bytes": len(video)},
        content_type="application/json",
    )
    assert [job.kind for job in Job.objects.all()] == ["smile"]
    assert Recording.objects.get().state == "waiting"


def test_another_persons_smile_is_not_found(
    browser: Client, other_person: Person, film: Path
) -> None:
    check = checked(other_person, film, 3)
    assert browser.get(f"/treatments/smile/{check.recording_id}/").status_code == 404
    said = {"recording": str(check.recording_id)}
    assert browser.post("/treatments/smile/measure/", said).status_code == 404
    assert browser.post("/treatments/smile/measure/", {"recording": "x"}).status_code == 404
    assert str(check.recording_id) not in browser.get("/treatments/smile/").text
