"""`rubor doctor`: what this installation has and lacks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.installation import Check, check_installation

__all__ = ["doctor"]


@with_clear_errors
def doctor(
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print the checks as one JSON object on stdout."),
    ] = False,
) -> None:
    """Say what this installation has and lacks, and how to get what is missing.

    Looks at the libraries, the face models, the video and photo formats that can be read, the
    folder for temporary files, and measures a small portrait to see that it works.

    **Exit codes**: 0 measuring works, though something that only some tasks need may be absent;
    1 measuring does not work.
    """
    checks = check_installation()
    works = all(check.ok for check in checks if check.needed)
    if as_json:
        document = {
            "schema": "rubor.installation/1",
            "works": works,
            "checks": [asdict(check) for check in checks],
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        for check in checks:
            _print(check)
        typer.echo("Measuring works." if works else "Measuring does not work.")
    raise typer.Exit(0 if works else 1)


def _print(check: Check) -> None:
    if check.ok:
        state, colour = "ok", typer.colors.GREEN
    elif check.needed:
        state, colour = "wrong", typer.colors.RED
    else:
        state, colour = "absent", typer.colors.YELLOW
    typer.echo(f"{typer.style(f'{state:6}', fg=colour)}  {check.name}: {check.found}")
    if check.cure:
        typer.echo(f"{'':6}  {check.cure}")
