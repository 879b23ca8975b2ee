"""`rubor missed`: what a treatment missed, and when the next one may be."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.option_values import check_ending
from rubor.cli.trial_values import parse_day

__all__ = ["missed"]


@with_clear_errors
def missed(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN", dir_okay=False, help="The plan.json that was used.", show_default=False
        ),
    ],
    recording: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A blush after the treatment: a folder that `rubor measure` wrote.",
            show_default=False,
        ),
    ],
    treated: Annotated[
        str, typer.Option(metavar="DATE", help="Day of the treatment.", show_default=False)
    ],
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map", metavar="FILE.svg", help="Draw the map, with the points.", show_default=False
        ),
    ] = None,
    earlier: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The prescriber decided on a session from this day on, before the usual 12 weeks.",
            show_default=False,
        ),
    ] = None,
    prescriber: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who decided so.", show_default=False)
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why.", show_default=False)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Find the cells that still blush beside the injected points.

    Cells of about 1 cm² that redden above their noise, with no point within reach, are named for a next
    plan; those that redden in spite of a point are named apart. The next session is not before 12 weeks
    after this one, unless the prescriber decides otherwise.

        rubor missed plan/plan.json results/after --treated 2026-03-01

    **Exit codes**: 0 done; 1 refused, with the reason and the cure; 2 usage.
    """
    from rubor.errors import InputError
    from rubor.measurement.recording import Recording
    from rubor.pathway.missed_area import EarlierSession, missed_area, missed_to_json
    from rubor.pathway.plan_json import plan_from_json

    if map_file is not None:
        check_ending(map_file, ".svg", "--map")
    day = parse_day(treated, "--treated")
    if day > datetime.now(UTC).date():
        raise InputError(
            f"The treatment on {day} has not taken place yet.", "Give the day of the treatment."
        )
    decision = None
    if earlier is None and (prescriber is not None or reason is not None):
        raise InputError(
            "A name or a reason is given, but no earlier session.",
            "Give --earlier with the day that the prescriber decided on, or leave both out.",
        )
    if earlier is not None:
        decision = EarlierSession(prescriber or "", reason or "", parse_day(earlier, "--earlier"))
    try:
        document = json.loads(plan.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{plan} cannot be read as a plan.", "Give the plan.json that `rubor plan` wrote."
        ) from error
    injected = plan_from_json(document)
    found = missed_area(
        injected,
        Recording.load(recording),
        day,
        decision,
    )
    if map_file is not None:
        from rubor.pathway.plan_figures import plot_missed_map
        from rubor.report.typst_document import outlined_svg
        from rubor.trials.trial_folder import write_whole

        write_whole(map_file, outlined_svg(plot_missed_map(found, injected)).encode())
    if as_json:
        typer.echo(json.dumps(missed_to_json(found), indent=2, ensure_ascii=False))
        return
    for sentence in found.sentences:
        typer.echo(sentence)
    if found.missed:
        typer.echo(f"Cells:  {','.join(found.missed)}")
    typer.echo(f"Source: {found.source}")
