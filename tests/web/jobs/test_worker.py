"""Whatever is killed, and whenever: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.web.hand_in import handed_in
from tests.web.own_database import database_url

from rubor.web.jobs.enqueue import cancel, enqueue, retry
from rubor.web.jobs.models import Job
from rubor.web.people.models import Person

Start = Callable[..., Any]
WaitFor = Callable[..., Any]


class Traces:
    """What the work of a job has left: one line for each time it began, and was done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lines(self, name: str) -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    @property
    def begun(self) -> list[int]:
        return self.lines("begun")

    @property
    def done(self) -> list[int]:
        return self.lines("done")

    def go(self) -> None:
        (self.folder / "go").touch()


@pytest.fixture
def traces(tmp_path: Path) -> Traces:
    folder = tmp_path / "traces"
    folder.mkdir()
    return Traces(folder)


@pytest.fixture
def until_told(someone: Person, traces: Traces) -> Job:
    """A job that goes on until the traces are told to go."""
    return enqueue("until_told", someone, payload={"folder": str(traces.folder)})


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def in_state(job: Job, *states: str) -> Callable[[], Job | None]:
    def reached() -> Job | None:
        fresh = now(job)
        return fresh if fresh.state in states else None

    return reached


def gone(process: int) -> Callable[[], bool]:
    """Whether a process has ended; one that nobody has waited for counts as ended."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True

    return ended


def let_expire(job: Job) -> None:
    """As much time goes by as a lease lasts, without a sign of life."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_two_workers_race_for_a_job_and_one_does_it(
    until_told: Job, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    start_worker()
    start_worker()
    traces.go()
    job = wait_for(in_state(until_told, "done"))
    assert (job.attempts, job.result) == (1, {"answer": "done"})
    wait_for(lambda: now(job).lease_until is None)
    assert len(traces.begun) == len(traces.done) == 1


@pytest.mark.slow
def test_a_killed_child_is_tried_again_until_it_succeeds(
    someone: Person, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    job = enqueue("killed", someone, payload={"folder": str(traces.folder), "times": 2})
    start_worker()
    job = wait_for(in_state(job, "done", "failed"))
    assert (job.state, job.attempts, job.error) == ("done", 3, "")
    assert len(traces.begun) == 3


def test_reasons_are_told_and_the_worker_goes_on(
    someone: Person, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    """One worker; a killed one, one without memory, a refusal, a fault, and a full disk."""
    killed = enqueue("killed", someone, payload={"folder": str(traces.folder), "times": 9})
    kinds = ("memory", "refused", "broken", "disk_full")
    others = {kind: enqueue(kind, someone) for kind in kinds}
    Job.objects.filter(pk__in=[killed.pk, others["memory"].pk]).update(most_attempts=1)
    start_worker()
    killed = wait_for(in_state(killed, "failed"))
    assert "memory ran out" in killed.error
    assert "Close other programs" in killed.cure
    memory, refused, broken, full = (wait_for(in_state(others[kind], "failed")) for kind in kinds)
    assert "memory ran out" in memory.error
    assert (refused.error, refused.cure) == ("There is no face.", "Sit before the camera.")
    assert "in Rubor itself" in broken.error
    assert "secret" not in broken.error + broken.cure
    assert (full.error, full.attempts) == ("The disk is full.", 1)


def test_a_job_is_stopped_in_the_middle_and_done_when_tried_again(
    until_told: Job, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    start_worker()
    (child,) = wait_for(lambda: traces.begun)
    assert cancel(until_told)
    wait_for(in_state(until_told, "cancelled"))
    assert gone(child)()
    assert retry(until_told)
    traces.go()
    assert wait_for(in_state(until_told, "done")).attempts == 1
    assert (len(traces.begun), len(traces.done)) == (2, 1)


def test_the_child_of_a_killed_worker_ends_and_another_does_the_job(
    until_told: Job, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    worker = start_worker()
    (child,) = wait_for(lambda: traces.begun)
    worker.kill()
    wait_for(gone(child))
    assert now(until_told).state == "running"
    let_expire(until_told)
    start_worker()
    traces.go()
    assert wait_for(in_state(until_told, "done")).attempts == 2
    assert (len(traces.begun), len(traces.done)) == (2, 1)


def test_a_worker_that_is_ended_hands_its_job_back(
    until_told: Job, traces: Traces, start_worker: Start, wait_for: WaitFor
) -> None:
    worker = start_worker()
    (child,) = wait_for(lambda: traces.begun)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    job = now(until_told)
    assert (job.state, job.attempts, job.lease) == ("waiting", 0, "")
    assert gone(child)()
    assert not traces.done


def test_a_worker_beside_a_server_ends_with_it(shared_data: Path, start_worker: Start) -> None:
    """The pipe that the server held is closed by the system when the server dies."""
    worker = start_worker()
    worker.stdin.close()
    assert worker.wait(timeout=10) == 0


def test_a_worker_without_a_database_says_what_to_do(data_folder: Path) -> None:
    command = [sys.executable, "-m", "rubor", "worker", "--data", str(data_folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "Start `rubor serve`" in ended.stderr


@pytest.mark.slow
def test_the_command_works_until_it_is_ended(
    someone: Person, shared_data: Path, wait_for: WaitFor
) -> None:
    recording = handed_in(someone, b"not a video")
    job = enqueue("measure", someone, recording=recording)
    command = [sys.executable, "-m", "rubor", "worker", "--data", str(shared_data)]
    environment = {**os.environ, "DATABASE_URL": database_url(shared_data)}
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(in_state(job, "failed"), 60.0)
        worker.send_signal(signal.SIGINT)
        told, _ = worker.communicate(timeout=20)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode == 0
    assert "Waiting for work." in told
    assert f"measure {job.pk}: begun (attempt 1)" in told
    assert f"measure {job.pk}: failed" in told
