"""Several workers at one database: each job goes to exactly one of them."""

from __future__ import annotations

import threading
from pathlib import Path

from django.db import connections
from tests.web.own_database import connection_of

from rubor.web.jobs.claim import claim
from rubor.web.jobs.enqueue import enqueue
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import finish
from rubor.web.people.models import Person

JOBS, WORKERS = 24, 4


def at_once(folder: Path, *works: object) -> list[BaseException]:
    """Do all of it at the same time, each with a connection of its own; what went wrong."""
    start, wrong = threading.Barrier(len(works)), []

    def do(work: object) -> None:
        connections["default"] = connection_of(folder)
        try:
            start.wait()
            work()  # type: ignore[operator]
        except BaseException as error:
            wrong.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    return wrong


def test_every_job_is_claimed_by_exactly_one_of_the_workers(
    someone: Person, shared_data: Path
) -> None:
    waiting = {enqueue("refused", someone, payload={"number": n}).pk for n in range(JOBS)}
    taken: list[tuple[str, object]] = []

    def worker(name: str) -> object:
        def work() -> None:
            misses = 0
            # Losing a race for every job that was looked at is no end of the work.
            while misses < 3:
                job = claim(name)
                if job is None:
                    misses += 1
                    continue
                taken.append((name, job.pk))
                assert finish(job)

        return work

    assert not at_once(shared_data, *(worker(f"worker {n}") for n in range(WORKERS)))
    assert len(taken) == JOBS
    assert {job for _name, job in taken} == waiting
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


def test_the_same_work_asked_for_at_once_is_one_job(someone: Person, shared_data: Path) -> None:
    def ask() -> None:
        enqueue("refused", someone, payload={"same": True})

    assert not at_once(shared_data, *[ask] * 6)
    assert Job.objects.count() == 1
