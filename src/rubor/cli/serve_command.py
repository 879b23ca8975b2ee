"""`rubor serve`: the web app on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.web_extra import needs_web_extra

__all__ = ["serve"]


@with_clear_errors
def serve(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            file_okay=False,
            envvar="RUBOR_DATA",
            help="Folder of everything that is stored; it is made if need be. Without it, the usual place"
            " of your system.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=65535,
            help="Without it, 8765 or the next free one.",
            show_default=False,
        ),
    ] = None,
    lan: Annotated[
        bool,
        typer.Option(
            "--lan",
            help="Let phones in this house hand in files: they reach one page, through a code that"
            " expires, and see nothing of yours. Everything else stays on this machine.",
        ),
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    demo: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Load the simulated person beside you, from the folder that `rubor demo` wrote; where"
            " it is not there, the person is simulated anew.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Open Rubor's app: record, see what happened, run a trial, keep a diary.

    It runs on this machine and answers to this machine only. There is no account: the address that is
    opened works once and lets that browser in. Nothing leaves the machine, and every recording is stored
    sealed. Recordings are measured in the background by one worker; `rubor worker` adds more.

        rubor serve

    To try it with a simulated person, in a folder of its own:

        rubor serve --data try-out --demo rubor-demo

    Given again while it runs, it opens another page.

    **Exit codes**: 0 ended; 1 it cannot run, with the reason and the cure.
    """
    needs_web_extra()
    from rubor.web.serve import serve as run

    run(data, port=port, lan=lan, browser=browser, demo=demo, tell=typer.echo)
