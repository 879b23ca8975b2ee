"""Which code does which kind of work.

The code of a kind is a module of the app that owns it. It may have three functions:

    run(job, progress)   does the work, in a process of its own; what it returns is the job's result.
                         One that stores its outcome in other rows does that and
                         `rubor.web.jobs.outcome.finish` in one transaction.
    follow(job)          optional: called within the transaction of every other change of the job's
                         state, so that the rows it is about never say something else.
    tidy(job)            optional: called once the work has ended, in whatever way, or its rows were
                         deleted meanwhile; perhaps more than once.

`follow` and `tidy` also run in the process of the pages: such a module imports what is heavy within
its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, Protocol, cast

from django.conf import settings
from django.utils.translation import gettext as _

from rubor.errors import InputError
from rubor.web.jobs.models import Job

__all__ = ["KINDS", "Progress", "Run", "follow", "run_of", "tidy"]

KINDS: Final[Mapping[str, str]] = settings.RUBOR_JOB_KINDS
"""Kind to "dotted.module:function"."""

Progress = Callable[[float, float | None, str], None]
"""How much is done of how much (None where that is not known), and the unit of both."""


class Run(Protocol):
    """Does the work of a job."""

    def __call__(self, job: Job, progress: Progress) -> dict[str, Any] | None:
        """Work, and tell how far it is; RuborError means that the person has to do something."""


def run_of(kind: str) -> Run:
    """The function that does a kind of work.

    Raises:
        InputError: this version knows no such work.
    """
    return cast("Run", getattr(import_module(_module_of(kind)), KINDS[kind].partition(":")[2]))


def follow(job: Job) -> None:
    """Have the rows that a job is about follow its state."""
    _call("follow", job)


def tidy(job: Job) -> None:
    """Remove what the work left, where its kind leaves anything."""
    _call("tidy", job)


def _call(name: str, job: Job) -> None:
    function = getattr(import_module(_module_of(job.kind)), name, None)
    if function is not None:
        function(job)


def _module_of(kind: str) -> str:
    if kind not in KINDS:
        raise InputError(
            _("This version of Rubor does not know this kind of work."),
            _("Use the version that asked for it, or a newer one."),
        )
    return KINDS[kind].partition(":")[0]
