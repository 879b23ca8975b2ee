"""`rubor information`: a sheet about a treatment, in plain words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors

__all__ = ["information"]


@with_clear_errors
def information(
    treatment: Annotated[
        str,
        typer.Argument(
            metavar="TREATMENT",
            help="Which treatment, as `rubor treatments` lists them.",
            show_default=False,
        ),
    ],
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Language of the sheet: en or sv.")
    ] = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Write it as a page (.html) or for printing (.pdf) instead.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the sheet as one JSON object on stdout.")
    ] = False,
) -> None:
    """Show what a person should know of a treatment, in plain words.

    Does it hurt, how long does it take, can it be done at the first visit, what to avoid, what to
    expect, what it costs, who may do it, and when to call. No brand is named, nothing is recommended,
    and every statement has its source. Whether a treatment suits a person is for a doctor.

    **Examples**

        rubor information botulinum_toxin
        rubor information intense_pulsed_light --language sv --out sheet.pdf

    **Exit codes**: 0 done; 1 no such treatment or language; 2 usage.
    """
    from rubor.pathway import information_sheet, information_to_json, sheet_words

    if out is not None and out.suffix.lower() not in (".html", ".pdf"):
        raise typer.BadParameter("give a name that ends in .html or .pdf.", param_hint="--out")
    sheet = information_sheet(treatment, language)
    if out is not None:
        from rubor.report.information_page import information_page, information_pdf
        from rubor.trials.trial_folder import write_whole

        today = datetime.now(UTC).date()
        as_page = out.suffix.lower() == ".html"
        write_whole(
            out,
            information_page(sheet, today).encode() if as_page else information_pdf(sheet, today),
        )
    if as_json:
        typer.echo(json.dumps(information_to_json(sheet), indent=2, ensure_ascii=False))
    elif out is not None:
        typer.echo(f"Sheet: {out}")
    else:
        words = sheet_words(language)
        typer.echo(sheet.title)
        for section in sheet.sections:
            typer.echo(f"\n{section.heading}")
            for item in section.items:
                typer.echo(f"- {item.text}\n  [{item.source}; {words[item.strength]}]")
        typer.echo(f"\n{words['disclaimer']}")
