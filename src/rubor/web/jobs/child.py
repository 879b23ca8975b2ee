"""`python -m rubor.web.jobs.child JOB LEASE`: the process that does the work of one job.

A worker starts it and watches over it. Whatever happens here, such as memory running out, ends this
process and not the worker.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rubor.web.jobs.parent import when_parent_ends

if TYPE_CHECKING:
    from rubor.web.jobs.models import Job

__all__ = ["OUT_OF_MEMORY", "main"]

OUT_OF_MEMORY: Final = 3
"""Exit code where Python itself noticed that there is no more memory."""

_REPORT_INTERVAL_S: Final = 1.0
# What is left to the pages when there is work for all cores.
_NICENESS: Final = 5

_log = logging.getLogger(__name__)


def main(job: str, lease: str) -> int:
    """Do the work, write how it ended, and return the process's exit code.

    0 where the row says how it ended, or where the attempt is not the present one any more.
    """
    import django

    django.setup()
    from django.utils import translation

    from rubor.web.jobs.models import Job

    present = Job.objects.filter(pk=job, lease=lease, state=Job.State.RUNNING)
    found = present.select_related("recording", "person").first()
    if found is None:
        return 0
    translation.activate(found.person.language)
    try:
        _work(found)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _work(job: Job) -> None:
    from django.db import OperationalError
    from django.utils.translation import gettext_noop

    from rubor.errors import RuborError
    from rubor.web.jobs.claim import LeaseLostError
    from rubor.web.jobs.kinds import run_of
    from rubor.web.jobs.outcome import fail, finish

    try:
        result = run_of(job.kind)(job, _Report(job))
        if not finish(job, result):
            raise LeaseLostError
    except LeaseLostError:
        _log.warning("Job %s was stopped or taken over; this attempt leaves it alone.", job.pk)
    except RuborError as error:
        fail(job, error.message, error.cure)
    except (MemoryError, OperationalError):
        # Neither is the work's own fault: the worker lets it be tried again.
        raise
    except Exception as error:
        _log.exception("Job %s (%s) failed.", job.pk, job.kind)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            fail(
                job,
                gettext_noop("The disk is full."),
                gettext_noop("Make room on it, then try again."),
            )
        else:
            fail(
                job,
                gettext_noop("Something went wrong in Rubor itself."),
                gettext_noop(
                    "Try again. If it comes back, please report it with what the window shows in which"
                    " Rubor was started."
                ),
            )


class _Report:
    """Writes into the row how far the work is, at most once a second."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last: float | None = None

    def __call__(self, done: float, total: float | None, unit: str) -> None:
        """So much is done; raises LeaseLostError where the attempt is not the present one any more."""
        from django.utils import timezone

        from rubor.web.jobs.claim import note

        now = time.monotonic()
        if self._last is None:
            # The loading of libraries before it says nothing about how fast the work goes.
            note(self._job, done=done, total=total, unit=unit, started_at=timezone.now())
        elif now - self._last < _REPORT_INTERVAL_S:
            return
        else:
            note(self._job, done=done, total=total, unit=unit)
        self._last = now


def _make_way() -> None:
    """Let pages and worker go first, and be the one that is ended where memory runs out."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with suppress(OSError):  # other systems than Linux have no such file
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    when_parent_ends(lambda: os._exit(1))
    _make_way()
    sys.exit(main(*sys.argv[1:]))
