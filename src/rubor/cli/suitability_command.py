"""`rubor suitability`: from a person's answers to an ordered pathway with reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.errors import InputError

if TYPE_CHECKING:
    from rubor.pathway import Line, Suitability
    from rubor.pathway.measured_evidence import MeasuredEvidence

__all__ = ["suitability"]

_UNDER_AGE = "under_18"
_HEADINGS = {
    "stop": "Stop, and see a doctor first",
    "see a doctor": "See a doctor about this, first or beside",
    "contraindication": "What excludes a treatment, or needs care",
    "treatment": "What may come, in this order",
}


@with_clear_errors
def suitability(
    answers: Annotated[
        Path | None,
        typer.Argument(
            metavar="ANSWERS",
            dir_okay=False,
            help="Answers to Rubor's questions, as TOML or JSON. `--blank` prints a file to fill in.",
            show_default=False,
        ),
    ] = None,
    recording: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A folder that `rubor measure` wrote for a recording of this person; can be given"
            " several times. It supports the answers and never decides alone.",
            show_default=False,
        ),
    ] = None,
    blank: Annotated[
        bool,
        typer.Option("--blank", help="Print the questions as a file of answers to fill in."),
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="With --blank: language of the questions, en or sv.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Find out what may suit a person, in which order, and why.

    First come signs that must be seen by a doctor; while there is one, no treatment is named. Then what
    excludes a treatment or a product. Then the pathway: light first where redness stays or vessels show,
    a test patch, toxin, a cream or gel, help with the fear (first where fear leads), make-up.

    How likely the redness is a blush is a probability, never a label. What was not answered is asked for.
    Every line names its rule, why, its source and how strong that is. It is not a diagnosis and not a
    prescription: both belong to a doctor who has examined the person.

    **Examples**

    Print the questions, fill them in, and look:

        rubor suitability --blank > answers.toml
        rubor suitability answers.toml

    With what was measured:

        rubor suitability answers.toml --recording results/blush

    **Exit codes**: 0 done; 1 refused: answers that cannot be, or a person under 18; 2 usage.
    """
    from rubor.pathway import blank_answers, read_answers, suitability_document
    from rubor.pathway import suitability as advise

    if blank:
        typer.echo(blank_answers(language or "en"), nl=False)
        return
    if language is not None:
        raise typer.BadParameter("goes with --blank.", param_hint="--language")
    if answers is None:
        raise typer.BadParameter("give a file of answers, or --blank.", param_hint="ANSWERS")
    given = read_answers(answers)
    measured = _measured(recording or [])
    advice = advise(given, measured)
    if as_json:
        document = suitability_document(advice, measured)
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print(advice)
    if any(line.rule == _UNDER_AGE for line in advice.lines):
        raise InputError(
            "No treatment is planned for anyone under 18.", "See a doctor together with a parent."
        )


def _measured(folders: list[Path]) -> MeasuredEvidence | None:
    if not folders:
        return None
    from rubor.measurement import Recording
    from rubor.pathway.measured_evidence import measured_evidence

    return measured_evidence([Recording.load(folder) for folder in folders])


def _print(advice: Suitability) -> None:
    safety = {row.question for row in advice.missing if row.safety}
    for kind, heading in _HEADINGS.items():
        lines = [line for line in advice.lines if line.kind == kind]
        if lines:
            typer.echo(heading)
        for number, line in enumerate(lines, start=1):
            _print_line(number, line, safety)
        if lines:
            typer.echo("")
    _print_blush(advice)
    if advice.missing:
        typer.echo("\nStill to be answered")
    for row in advice.missing:
        mark = " (safety)" if row.safety else ""
        typer.echo(f"- {row.question}{mark}: {row.text} {row.why}")
    for note in advice.notes:
        typer.echo(f"\n{note}")
    typer.echo(
        "\nNot a diagnosis and not a prescription: both belong to a doctor who has examined you."
    )


def _print_line(number: int, line: Line, safety: set[str]) -> None:
    """One line; open questions of the rules that stop are named together."""
    open_here = [name for name in line.waits_for if name not in safety]
    if len(open_here) < len(line.waits_for):
        open_here.insert(0, "the questions marked (safety) below")
    urgency = {"emergency": "NOW: ", "today": "TODAY: "}.get(line.urgency or "", "")
    typer.echo(f"{number}. {urgency}{line.what}")
    typer.echo(f"   Why: {line.why}")
    for words, parts in (
        ("Because of", line.because),
        ("Excluded", [f"{name} ({', '.join(rules)})" for name, rules in line.excluded]),
        ("First settle", line.only_after),
        ("Only once answered", open_here),
    ):
        if parts:
            typer.echo(f"   {words}: {', '.join(parts)}")
    typer.echo(f"   [{line.rule}; {line.source}; {line.strength}]")


def _print_blush(advice: Suitability) -> None:
    blush = advice.blush
    low, high = blush.could_be
    value = "not known yet" if blush.value is None else f"{blush.value:.0%}"
    typer.echo(f"A blush rather than a flush: {value}", nl=False)
    typer.echo("" if high - low < 0.005 else f"; {low:.0%} to {high:.0%} once all is answered")
    for finding in blush.findings:
        typer.echo(f"   {finding}")
    typer.echo(f"   [blush_probability; {blush.source}; {blush.strength}]")
