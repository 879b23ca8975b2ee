"""A worker: takes one job after the other and watches over the process that does it.

As many workers as one likes may look after one database.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_noop

from rubor.errors import InputError
from rubor.web.jobs.changes import held
from rubor.web.jobs.child import OUT_OF_MEMORY
from rubor.web.jobs.claim import claim, hand_back, heartbeat
from rubor.web.jobs.models import Job
from rubor.web.jobs.outcome import attempt_died, cancelled, tidy_up

__all__ = ["Worker", "check_database"]

_POLL_S: Final = 0.5
_WATCH_S: Final = 0.5
_HEARTBEAT_S: Final = 5.0
# Whose outcome is written only has to end its process.
_ENDING_S: Final = 15.0

_log = logging.getLogger(__name__)


def check_database() -> None:
    """Refuse a database that this version has not made or brought up to date.

    Raises:
        InputError: it is so.
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise InputError(
            "The database of this data folder is not there yet, or of an earlier version of Rubor.",
            "Start `rubor serve` with the same folder once: it makes it and brings it up to date.",
        )


class Worker:
    """Works until it is told to stop.

    Args:
        tell: shows a line to whoever started it.
    """

    def __init__(self, tell: Callable[[str], None] = lambda line: None) -> None:
        self.name = f"{socket.gethostname()[:100]}:{os.getpid()}"
        self._tell = tell
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End soon: a job that is being worked on waits for another worker, its attempt not counted."""
        self._stopping.set()

    def run(self) -> None:
        """Take jobs until stopped, by `stop`, Ctrl-C or a signal to end."""
        with self._stopped_by_signals():
            while not self._stopping.is_set():
                if not self._work_on_next():
                    self._stopping.wait(_POLL_S)

    def _work_on_next(self) -> bool:
        """Whether there was a job."""
        try:
            close_old_connections()
            job = claim(self.name)
            if job is None:
                return False
            self._work(job)
        except DatabaseError:
            # Such as one that is being copied, or a server that is started anew. The lease sees to it
            # that nothing is lost.
            _log.exception("The database did not answer; the worker tries again.")
            return False
        return True

    def _work(self, job: Job) -> None:
        self._tell(f"{job.kind} {job.pk}: begun (attempt {job.attempts})")
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "rubor.web.jobs.child", str(job.pk), job.lease],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                # Ctrl-C goes to the whole group of the terminal; the child is ended by its worker.
                start_new_session=True,
            )
        except OSError:  # the system has no memory or no process left
            _log.exception("No process could be started; the job waits.")
            hand_back(job)
            self._stopping.wait(_POLL_S)
            return
        try:
            self._watch(job, process)
        finally:
            _kill(process)
        self._settle(job, process.returncode)

    def _watch(self, job: Job, process: subprocess.Popen[bytes]) -> None:
        """Keep the lease until the process has ended, or has to."""
        beat = looked = time.monotonic()
        while process.poll() is None and not self._stopping.wait(0.1):
            now = time.monotonic()
            if now - looked < _WATCH_S:
                continue
            looked = now
            try:
                if now - beat >= _HEARTBEAT_S:
                    beat = now
                    heartbeat(job)
                wanted = Job.objects.filter(held(job), pk=job.pk, cancel_requested=False).exists()
            except DatabaseError:
                _log.exception("The database did not answer; the work goes on.")
                continue
            if not wanted:
                if _ended(job):
                    _wait(process, _ENDING_S)
                return

    def _settle(self, job: Job, exit_code: int) -> None:
        """Write how it ended, where the process did not."""
        now = Job.objects.filter(pk=job.pk).first()
        if now is None:
            self._tell(f"{job.kind} {job.pk}: its recording was deleted")
            tidy_up(job)
            return
        if now.lease != job.lease:
            self._tell(f"{job.kind} {job.pk}: taken over by another worker")
            return
        if now.state == Job.State.RUNNING:
            if now.cancel_requested:
                cancelled(job, held(job))
            elif self._stopping.is_set():
                hand_back(job)
            else:
                _log.error("The process of job %s ended with code %s.", job.pk, exit_code)
                attempt_died(job, *_reason(exit_code))
        after = Job.objects.select_related("recording").filter(pk=job.pk).first()
        if after is None or not after.unfinished:
            tidy_up(after or job)
        if after is not None:
            self._tell(f"{job.kind} {job.pk}: {after.state} {after.error}".rstrip())

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        earlier = {
            number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)


def _ended(job: Job) -> bool:
    """Whether this attempt has written its outcome."""
    return Job.objects.filter(pk=job.pk, lease=job.lease).exclude(state=Job.State.RUNNING).exists()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        _log.warning("A process that had done its work did not end.")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _reason(exit_code: int) -> tuple[str, str]:
    """What the end of a process means to the person."""
    if exit_code in (OUT_OF_MEMORY, -getattr(signal, "SIGKILL", 9)):
        return (
            gettext_noop("The work was cut off, most likely because the memory ran out."),
            gettext_noop("Close other programs, then try again."),
        )
    return (
        gettext_noop("The program that did the work ended all of a sudden."),
        gettext_noop(
            "Try again. If it comes back, please report it with what the window shows in which Rubor was"
            " started."
        ),
    )
