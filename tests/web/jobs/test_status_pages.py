"""A person sees how far the work is, stops it, and is told why it failed and what to do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def job(person: Person) -> Job:
    return enqueue("refused", person)


def running(job: Job, **fields: object) -> None:
    values = {
        "state": "running",
        "lease": "1",
        "lease_until": timezone.now() + timedelta(seconds=30),
        "started_at": timezone.now() - timedelta(seconds=60),
        "total": 300.0,
    }
    Job.objects.filter(pk=job.pk).update(**{**values, **fields})


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_waiting_job_asks_for_itself_and_can_be_stopped(browser: Client, job: Job) -> None:
    page = browser.get(f"/jobs/{job.pk}/")
    assert f'hx-get="/jobs/{job.pk}/?said=waiting"' in page.text
    assert "Waiting for its turn." in text(page.text)
    assert f'action="/jobs/{job.pk}/cancel/"' in page.text
    assert "HX-Refresh" not in page.headers


def test_progress_and_the_time_left_are_shown(browser: Client, job: Job) -> None:
    running(job, done=76.0)
    part = browser.get(f"/jobs/{job.pk}/?said=waiting", **HTMX)
    assert '<progress id="job-' in part.text
    assert 'value="25"' in part.text
    assert "25 % done, about 3 minutes left." in text(part.text)
    assert "<html" not in part.text
    running(job, done=270.0)
    part = browser.get(f"/jobs/{job.pk}/?said=waiting", **HTMX)
    assert "90 % done, less than a minute left." in text(part.text)


def test_progress_of_unknown_length_is_shown_as_such(browser: Client, job: Job) -> None:
    running(job, done=75.0, total=None)
    part = browser.get(f"/jobs/{job.pk}/", **HTMX).text
    assert "Working …" in text(part)
    assert "value=" not in part


def test_a_screen_reader_is_told_each_quarter_and_not_each_second(
    browser: Client, job: Job
) -> None:
    running(job, done=80.0)
    first = browser.get(f"/jobs/{job.pk}/?said=running0", **HTMX).text
    assert f'hx-swap-oob="innerHTML:#job-{job.pk}-said"' in first
    assert "?said=running25" in first
    running(job, done=100.0)
    assert "hx-swap-oob" not in browser.get(f"/jobs/{job.pk}/?said=running25", **HTMX).text


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_the_page_is_loaded_anew_when_it_has_ended(browser: Client, job: Job, state: str) -> None:
    Job.objects.update(state=state)
    part = browser.get(f"/jobs/{job.pk}/?said=waiting", **HTMX)
    assert part.headers["HX-Refresh"] == "true"
    assert "hx-get" not in part.text


def test_the_page_of_a_deleted_recording_is_loaded_anew(browser: Client, job: Job) -> None:
    Job.objects.all().delete()
    part = browser.get(f"/jobs/{job.pk}/", **HTMX)
    assert (part.status_code, part.headers["HX-Refresh"]) == (404, "true")
    assert browser.get(f"/jobs/{job.pk}/").status_code == 404


def test_a_failure_shows_its_reason_its_cure_and_a_button(browser: Client, job: Job) -> None:
    Job.objects.update(state="failed", error="There is no <face>.", cure="Sit before it.")
    page = browser.get(f"/jobs/{job.pk}/").text
    assert "There is no &lt;face&gt;." in page
    assert "Sit before it." in page
    assert f'action="/jobs/{job.pk}/retry/"' in page
    assert "cancel" not in page


def test_the_reason_of_an_attempt_before_is_shown(browser: Client, job: Job) -> None:
    Job.objects.update(error="The memory ran out.", attempts=1)
    page = browser.get(f"/jobs/{job.pk}/").text
    assert "The memory ran out. It is being tried again." in text(page)


def test_stop_and_try_again_lead_back_to_where_the_button_was(browser: Client, job: Job) -> None:
    stopped = browser.post(f"/jobs/{job.pk}/cancel/", {"next": "/recordings/?page=2"})
    assert stopped.headers["Location"] == "/recordings/?page=2"
    assert Job.objects.get().state == "cancelled"
    again = browser.post(f"/jobs/{job.pk}/retry/", {"next": "https://elsewhere.example/"})
    assert again.headers["Location"] == f"/jobs/{job.pk}/"
    assert Job.objects.get().state == "waiting"


def test_trying_again_beside_the_same_says_why_nothing_happens(
    browser: Client, job: Job, person: Person
) -> None:
    Job.objects.update(state="failed")
    enqueue("refused", person)
    page = browser.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "being worked on, already." in text(page.text)


def test_a_job_that_is_being_stopped_says_so(browser: Client, job: Job) -> None:
    running(job)
    browser.post(f"/jobs/{job.pk}/cancel/")
    page = browser.get(f"/jobs/{job.pk}/").text
    assert "Stopping …" in text(page)
    assert "/cancel/" not in page


def test_the_jobs_of_another_person_are_not_there(browser: Client, other_person: Person) -> None:
    job = enqueue("refused", other_person)
    assert browser.get(f"/jobs/{job.pk}/").status_code == 404
    assert browser.get(f"/jobs/{job.pk}/", **HTMX).status_code == 404
    for action in ("cancel", "retry"):
        assert browser.post(f"/jobs/{job.pk}/{action}/").status_code == 404
    assert Job.objects.get().state == "waiting"


def test_jobs_are_not_stopped_by_a_link(browser: Client, job: Job) -> None:
    for action in ("cancel", "retry"):
        assert browser.get(f"/jobs/{job.pk}/{action}/").status_code == 405


def test_the_status_is_cheap(
    browser: Client, job: Job, django_assert_max_num_queries: object
) -> None:
    running(job, done=80.0)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        browser.get(f"/jobs/{job.pk}/", **HTMX)
