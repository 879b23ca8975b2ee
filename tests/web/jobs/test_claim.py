"""A job is taken by one worker at a time, and only the holder of its lease writes the outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rubor.web.jobs.claim import (
    LEASE,
    LeaseLostError,
    claim,
    hand_back,
    heartbeat,
    note,
)
from rubor.web.jobs.enqueue import cancel, enqueue, retry
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import attempt_died, fail, finish
from rubor.web.people.models import Person


@pytest.fixture
def waiting(person: Person) -> Job:
    return enqueue("refused", person)


def taken(worker: str = "first") -> Job:
    job = claim(worker)
    assert job is not None
    return job


def let_expire(job: Job) -> None:
    """As much time goes by as a lease lasts, without a sign of life."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def state(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_job_is_claimed_once(waiting: Job) -> None:
    job = taken()
    assert (job.pk, job.state, job.attempts, job.worker) == (waiting.pk, "running", 1, "first")
    assert claim("second") is None


def test_the_oldest_is_taken_first(person: Person) -> None:
    first, second = enqueue("refused", person), enqueue("broken", person)
    assert [taken().pk, taken().pk] == [first.pk, second.pk]


def test_a_heartbeat_keeps_the_lease(waiting: Job) -> None:
    job = taken()
    let_expire(job)
    assert heartbeat(job)
    assert Job.objects.get(pk=job.pk).lease_until > timezone.now() + LEASE / 2
    assert claim("second") is None


def test_a_dead_attempt_is_taken_over_and_cannot_write_any_more(waiting: Job) -> None:
    dead = taken("first")
    let_expire(dead)
    job = taken("second")
    assert (job.pk, job.attempts) == (waiting.pk, 2)
    assert not heartbeat(dead)
    assert not finish(dead, {"answer": "late"})
    assert not fail(dead, "late", "")
    assert not attempt_died(dead, "late", "")
    assert not hand_back(dead)
    with pytest.raises(LeaseLostError):
        note(dead, done=1.0)
    assert finish(job, {"answer": "right"})
    assert Job.objects.get(pk=job.pk).result == {"answer": "right"}


def test_an_outcome_is_written_once(waiting: Job) -> None:
    job = taken()
    assert finish(job, {"answer": 1})
    assert finish(job, None), "the same attempt learns that its outcome is stored"
    assert not fail(job, "late", "")
    assert Job.objects.get(pk=job.pk).result == {"answer": 1}


def test_after_the_last_attempt_it_has_failed_with_a_reason(waiting: Job) -> None:
    for _ in range(3):
        let_expire(taken())
    assert claim("another") is None
    job = Job.objects.get(pk=waiting.pk)
    assert (job.state, job.attempts) == ("failed", 3)
    assert "ended in the middle" in job.error
    assert "try again" in job.cure


def test_a_process_that_died_is_tried_again_and_the_reason_shown(waiting: Job) -> None:
    for attempt in (1, 2):
        assert attempt_died(taken(), "Out of memory.", "Close programs.")
        job = Job.objects.get(pk=waiting.pk)
        assert (job.state, job.attempts, job.error) == ("waiting", attempt, "Out of memory.")
    attempt_died(taken(), "Out of memory.", "Close programs.")
    job = Job.objects.get(pk=waiting.pk)
    assert (job.state, job.error, job.cure) == ("failed", "Out of memory.", "Close programs.")


def test_a_job_that_is_handed_back_has_lost_no_attempt(waiting: Job) -> None:
    assert hand_back(taken())
    job = taken("second")
    assert (job.pk, job.attempts) == (waiting.pk, 1)


def test_a_waiting_job_is_cancelled_at_once(waiting: Job) -> None:
    assert cancel(waiting)
    assert state(waiting) == "cancelled"
    assert claim("first") is None


def test_a_running_job_is_cancelled_by_its_worker(waiting: Job) -> None:
    job = taken()
    assert cancel(job)
    assert state(job) == "running"
    hand_back(job)
    assert claim("second") is None, "what is to be cancelled is not begun again"
    assert state(job) == "cancelled"


def test_a_job_whose_worker_died_is_cancelled_at_once(waiting: Job) -> None:
    job = taken()
    let_expire(job)
    assert cancel(job)
    assert state(job) == "cancelled"


def test_what_has_ended_cannot_be_cancelled(waiting: Job) -> None:
    job = taken()
    finish(job)
    assert not cancel(job)
    assert state(job) == "done"


def test_a_failed_job_is_tried_again_with_all_its_attempts(waiting: Job) -> None:
    fail(taken(), "No.", "Yes.")
    assert retry(waiting)
    job = Job.objects.get(pk=waiting.pk)
    assert (job.state, job.attempts, job.error, job.cure) == ("waiting", 0, "", "")
    assert taken().pk == waiting.pk


def test_a_job_that_did_not_fail_is_not_tried_again(waiting: Job) -> None:
    assert not retry(waiting)
    finish(taken())
    assert not retry(waiting)


def test_the_same_is_not_asked_for_twice(person: Person, other_person: Person) -> None:
    job = enqueue("refused", person, payload={"a": 1})
    assert enqueue("refused", person, payload={"a": 1}).pk == job.pk
    assert enqueue("refused", person, payload={"a": 2}).pk != job.pk
    assert enqueue("refused", other_person, payload={"a": 1}).pk != job.pk
    taken()
    assert enqueue("refused", person, payload={"a": 1}).pk == job.pk


def test_what_failed_is_not_tried_again_beside_the_same(waiting: Job) -> None:
    fail(taken(), "No.", "")
    again = enqueue("refused", waiting.person)
    assert not retry(waiting)
    assert taken().pk == again.pk


def test_a_kind_of_another_version_is_left_alone(waiting: Job) -> None:
    Job.objects.update(kind="telepathy")
    assert claim("first") is None
    assert state(waiting) == "waiting"
