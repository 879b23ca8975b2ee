"""`rubor worker`: one more process that works in the background of the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.web_extra import needs_web_extra

__all__ = ["worker"]


@with_clear_errors
def worker(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            file_okay=False,
            envvar="RUBOR_DATA",
            help="The data folder of the app, as given to `rubor serve`. Without it, the usual place of"
            " your system.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure what was handed in to Rubor's app, in the background.

    `rubor serve` runs one worker by itself: for one person that is enough. Start more where several
    recordings are to be measured at a time, each in a window of its own and with the same folder; each
    takes the oldest recording that waits. One needs a processor core or two and up to 600 MB of memory.

        rubor worker

    Each recording is measured in a process of its own, so that one that does not fit into memory takes
    nothing else with it. A worker may be ended at any moment, even by a power cut: nothing is lost, and
    what it was at is measured by another one, or by the next. Ctrl-C ends it at once.

    **Exit codes**: 0 ended; 1 it cannot run, with the reason and the cure.
    """
    needs_web_extra()
    from rubor.web.jobs.running import run_worker

    run_worker(data, tell=typer.echo)
