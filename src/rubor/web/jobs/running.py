"""Run a worker from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rubor.web.environment import prepare

__all__ = ["run_worker"]


def run_worker(data: Path | None = None, *, tell: Callable[[str], None] = print) -> None:
    """Work until Ctrl-C or a signal to end.

    Args:
        data: the data folder; None for the usual one.
        tell: shows a line to whoever started it.

    Raises:
        InputError: the folder cannot be used, or `rubor serve` has not made its database.
    """
    folder = prepare(data)
    import django

    django.setup()

    from rubor.web.jobs.worker import Worker, check_database

    check_database()
    tell(f"Data: {folder}")
    tell("Waiting for work. End with Ctrl-C.")
    Worker(tell).run()
    tell("Ended. What it was at, if anything, waits for another worker.")
