"""`rubor skin-tones`: the six steps to choose from, with their colours."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors

__all__ = ["skin_tones"]


@with_clear_errors
def skin_tones(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON array on stdout instead of the table.")
    ] = False,
) -> None:
    """Show the six steps of skin tone that `rubor measure --skin-tone` knows.

    Compare the colours with skin that is not red and not in the sun, such as the inside of the upper
    arm, in daylight. One step off is no harm: the uncertainty of the result allows for it.

    The colours are those of resting skin in daylight; a terminal without colours shows the names and
    angles only, and the picture is in the documents (docs/how-to/record.md).

    **Example**

        rubor skin-tones
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rubor.optics.blood_curve import sensitivity
    from rubor.optics.skin_tone import skin_tones as steps

    if as_json:
        typer.echo(json.dumps([asdict(tone) for tone in steps()], indent=2))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("colour")
    table.add_column("--skin-tone")
    table.add_column("angle (ITA)", justify="right")
    table.add_column("a camera sees its blushes")
    for tone in steps():
        red, green, blue = tone.patch
        table.add_row(
            Text(" " * 8, style=f"on #{red:02x}{green:02x}{blue:02x}"),
            tone.name,
            f"{tone.ita_deg:.0f} ± {tone.ita_sd_deg:.0f} degrees",
            {"normal": "well", "low": "poorly: some are missed"}[sensitivity(tone.ita_deg)],
        )
    Console().print(table)
