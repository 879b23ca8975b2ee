"""`rubor trial`: from many recordings to an honest answer."""

from __future__ import annotations

import typer

from rubor.cli.trial_answer import analyse, power
from rubor.cli.trial_begin import draw, new, reveal, treated
from rubor.cli.trial_record import add, leave_out

__all__ = ["trial"]

trial = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@trial.callback()
def about() -> None:
    """Find out whether a treatment worked: design, draw, recordings, verdict.

    A trial is a folder. What is compared is fixed before anything can be seen, chance decides what is
    treated, and every recording is compared with the person's own.

        rubor trial power --design split-face
        rubor trial new patch --design split-face --treatment botulinum_toxin
        rubor measure videos --out results --not-mirrored
        rubor trial add patch results/monday --date 2026-03-02
        rubor trial treated patch 2026-04-01
        rubor trial analyse patch
    """


trial.command(short_help="Begin a trial: fix what is compared, and draw what is treated.")(new)
trial.command(short_help="Draw again, with a reason that stays on record.")(draw)
trial.command(short_help="Show what was drawn.")(reveal)
trial.command(short_help="Note the day of the treatment.")(treated)
trial.command(short_help="Add a measured recording, unless something breaks the comparison.")(add)
trial.command("leave-out", short_help="Let a recording not count any more, with a reason.")(
    leave_out
)
trial.command(short_help="The verdict, with its report.")(analyse)
trial.command(short_help="How many recordings a trial needs, before anyone is treated.")(power)
