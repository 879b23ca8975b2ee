"""`rubor side-effects`: what is expected after a treatment, and how a diary goes beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.trial_values import parse_day

if TYPE_CHECKING:
    from rubor.pathway import Course, SideEffect

__all__ = ["side_effects"]

_HEADINGS = {
    "emergency": "Call the emergency number at once",
    "doctor today": "See a doctor the same day",
    "prescriber": "Tell the person who treats you",
    "none": "Usual, and goes by itself",
}


@with_clear_errors
def side_effects(
    treatment: Annotated[
        str | None,
        typer.Argument(
            metavar="[TREATMENT]",
            help="Which treatment, as `rubor treatments` lists them. Its expected side effects are"
            " listed, each with the name that a diary uses.",
            show_default=False,
        ),
    ] = None,
    diary: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="A diary as TOML or JSON: is it as expected?",
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="Day of the judgement; today without it.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
    ] = False,
) -> None:
    """Show the side effects of a treatment with their usual course, or check a diary against it.

    A diary is a text file. `severity` is 0 (gone) to 10 (as bad as it can be), `side` the person's own
    left, right or both, for effects that have one:

        treatment = "botulinum_toxin"
        treated_on = 2026-03-01

        [[entries]]
        on = 2026-03-02
        effect = "bruise"
        severity = 3
        side = "left"

    Each effect is as expected, longer or stronger than usual, or one to seek help for. What can be a
    danger to life always is, whatever else the diary says.

    **Examples**

        rubor side-effects botulinum_toxin
        rubor side-effects --diary diary.toml

    **Exit codes**: 0 done; 1 no such treatment, or a diary that cannot be; 2 usage.
    """
    from rubor.pathway import courses_to_json, judge_diary, read_diary
    from rubor.pathway import side_effects as effects_of

    if (treatment is None) == (diary is None):
        raise typer.BadParameter("give either a treatment or --diary.", param_hint="TREATMENT")
    if diary is not None:
        today = datetime.now(UTC).date() if on is None else parse_day(on, "--on")
        noted = read_diary(diary, today=today)
        courses = judge_diary(noted, today)
        if as_json:
            document = courses_to_json(noted.treatment, courses, noted)
            typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            _print_courses(courses)
    elif treatment is not None:
        if as_json:
            typer.echo(json.dumps(courses_to_json(treatment), indent=2, ensure_ascii=False))
        else:
            _print_expected(effects_of(treatment))


def _print_courses(courses: tuple[Course, ...]) -> None:
    from rubor.pathway import side_effect

    if not courses:
        typer.echo("The diary has no entries.")
    for course in courses:
        effect = side_effect(course.effect)
        typer.echo(f"{effect.label}: {course.state}, day {course.day}")
        typer.echo(f"   {course.text}")
        if course.state != "as expected" or course.seek_help != "none":
            typer.echo(f"   {effect.what_to_do}")
        typer.echo(f"   [{course.effect}; {course.source}; {course.strength}]")


def _print_expected(effects: tuple[SideEffect, ...]) -> None:
    for help_, heading in _HEADINGS.items():
        rows = [effect for effect in effects if effect.seek_help == help_]
        if not rows:
            continue
        typer.echo(f"{heading}\n")
        for effect in rows:
            rate = "" if effect.rate is None else f" {effect.rate['text']}"
            typer.echo(f"- {effect.label}: {effect.description}{rate}")
            typer.echo(f"  {effect.what_to_do}")
            if effect.usual_days is not None:
                typer.echo(
                    f"  Usually gone after {effect.usual_days[0]} to {effect.usual_days[1]} days;"
                    f" longer than usual after {effect.unusual_after_days}, counted from the"
                    f" {effect.counted_from}."
                )
            typer.echo(f"  [{effect.id}; {effect.source}; {effect.strength}]")
        typer.echo("")
