"""`rubor follow-up`: when to look again after a treatment, and what to record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.option_values import check_ending
from rubor.cli.trial_values import parse_day

if TYPE_CHECKING:
    from rubor.pathway import FollowUpSchedule

__all__ = ["follow_up"]


@with_clear_errors
def follow_up(
    treatment: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Which treatment, as `rubor treatments` lists them.",
            show_default=False,
        ),
    ],
    date: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="Its day; of a course the last session, of daily use the first day.",
            show_default=False,
        ),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="No visit after this day. Without it they end when the effect has usually gone.",
            show_default=False,
        ),
    ] = None,
    back_on: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Day of the second recording in a row in which the blush was back as before: visits"
            " after it fall away, but for those of the first weeks.",
            show_default=False,
        ),
    ] = None,
    side_effect_open: Annotated[
        bool,
        typer.Option("--side-effect-open", help="A side effect is still there: visits go on."),
    ] = False,
    calendar: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.ics",
            dir_okay=False,
            help="Write the days for a calendar as well; nothing in it tells what they are about. Entries"
            " of a file of the same name move instead of doubling: another treatment, another name.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the visits as one JSON object on stdout.")
    ] = False,
) -> None:
    """Show when to look again after a treatment, what to record each time, and when to stop.

    After injections: weeks 2, 4, 8 and 12, then every 4 weeks until the blush is back where it was
    before. Week 2 is for safety, week 4 for the answer of a trial. Other treatments have weeks of their
    own, from how soon and how long they work.

    **Examples**

        rubor follow-up --treatment botulinum_toxin --date 2026-03-01
        rubor follow-up --treatment botulinum_toxin --date 2026-03-01 --calendar days.ics

    Two recordings in a row were as before the treatment:

        rubor follow-up --treatment botulinum_toxin --date 2026-03-01 --back-on 2026-06-28

    **Exit codes**: 0 done; 1 no such treatment, or days in the wrong order; 2 usage.
    """
    from rubor.pathway import follow_up_schedule, follow_up_to_json

    if calendar is not None:
        check_ending(calendar, ".ics", "--calendar")
    schedule = follow_up_schedule(
        treatment,
        parse_day(date, "--date"),
        until=None if until is None else parse_day(until, "--until"),
        side_effect_open=side_effect_open,
        response_back_on=None if back_on is None else parse_day(back_on, "--back-on"),
    )
    if calendar is not None:
        _write(schedule, calendar)
    if as_json:
        typer.echo(json.dumps(follow_up_to_json(schedule), indent=2, ensure_ascii=False))
        return
    _print(schedule)
    if calendar is not None:
        typer.echo(f"\nCalendar: {calendar}")


def _write(schedule: FollowUpSchedule, path: Path) -> None:
    from rubor.pathway import follow_up_calendar, follow_up_entries
    from rubor.trials.calendar import next_sequence
    from rubor.trials.trial_folder import write_whole

    # Without the treatment: a name that can be guessed could be found again in the file.
    key = f"follow-up/{path.stem}"
    earlier = path.read_text(encoding="utf-8") if path.exists() else ""
    text = follow_up_calendar(
        schedule,
        datetime.now(UTC),
        sequence=next_sequence(earlier, follow_up_entries(schedule, key)),
        key=key,
    )
    write_whole(path, text.encode())


def _print(schedule: FollowUpSchedule) -> None:
    from rubor.pathway import follow_up_task

    typer.echo(f"Weeks are counted from {schedule.counts_from}, {schedule.treated_on}.")
    for visit in schedule.visits:
        typer.echo(
            f"\n{visit.number}. Week {visit.week}: {visit.due} ({visit.first} to {visit.last})"
        )
        for task in map(follow_up_task, visit.tasks):
            typer.echo(f"   - {task.label}")
    typer.echo("\nHow to")
    for name in dict.fromkeys(name for visit in schedule.visits for name in visit.tasks):
        task = follow_up_task(name)
        typer.echo(f"- {task.label}: {task.text}\n  [{task.source}; {task.strength}]")
    typer.echo(f"\n{schedule.stop_rule}")
    if schedule.may_stop:
        typer.echo("By that rule you may stop after these visits.")
    typer.echo(f"[{schedule.source}; {schedule.strength}]")
