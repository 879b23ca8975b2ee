"""`rubor trial new`, `draw`, `reveal` and `treated`: what is fixed before anything is compared."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.trial_values import parse_day, parse_days, parse_names, parse_window

if TYPE_CHECKING:
    from rubor.trials.assignment import Draw
    from rubor.trials.trial import Trial

__all__ = ["draw", "new", "reveal", "treated"]

# Of `rubor.trials.begin_trial`, which is not imported for the help.
_SEED_BITS = 48

_Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder of the trial.", show_default=False)
]
_AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
]
_Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        max=2**_SEED_BITS - 1,
        help="Seed of the draw. Without it one is taken from the system; it is stored either way, so"
        " that anyone can repeat the draw.",
        show_default=False,
    ),
]


@with_clear_errors
def new(
    folder: _Folder,
    design: Annotated[
        Literal["split-face", "before-after", "alternating"],
        typer.Option(
            help="split-face: one side, drawn at random, is treated and the other is not."
            " before-after: the whole face, before against after. alternating: a cream or gel on"
            " drawn sides or days.",
            show_default=False,
        ),
    ],
    treatment: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What is tried, as `rubor.treatments` names it, such as botulinum_toxin.",
            show_default=False,
        ),
    ],
    compare: Annotated[
        str,
        typer.Option(
            metavar="REGIONS",
            help="Regions that are compared, without their side and separated by commas: cheek, jaw,"
            " forehead, and without a comparison of sides also nose and chin.",
        ),
    ] = "cheek",
    cells: Annotated[
        str | None,
        typer.Option(
            metavar="CELLS",
            help="In place of regions, the cells that are treated, such as"
            " cheek_left_15,cheek_left_16. They are compared with their mirror images; cells within"
            " 2 cm of the midline are left out.",
            show_default=False,
        ),
    ] = None,
    smallest_effect: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0.01,
            max=0.99,
            help="The reduction that would be worth it to you; 0.25 is a quarter.",
        ),
    ] = 0.25,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST-PRIMARY-LAST",
            help="Days after the treatment between which recordings count for the verdict, and the"
            " day it speaks of. Without it, that of the treatment: 14-28-56 for the toxin.",
            show_default=False,
        ),
    ] = None,
    start_dates: Annotated[
        str | None,
        typer.Option(
            metavar="DATES",
            help="Before-after: candidate days of the treatment, separated by commas. One is drawn,"
            " so that the treatment can be told from what would have happened anyway.",
            show_default=False,
        ),
    ] = None,
    alternate: Annotated[
        Literal["side", "day"],
        typer.Option(help="Alternating: whether sides or days are drawn in pairs."),
    ] = "side",
    pairs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=200,
            help="Alternating: how many pairs; 6 where nothing is said.",
            show_default=False,
        ),
    ] = None,
    blind: Annotated[
        bool,
        typer.Option(
            "--blind", help="Do not show what was drawn until `rubor trial reveal` asks for it."
        ),
    ] = False,
    seed: _Seed = None,
    as_json: _AsJson = False,
) -> None:
    """Begin a trial: fix what is compared, and draw what is treated.

    All of it is fixed now, before anything can be seen of an effect: the skin that is compared, the
    smallest effect that matters, the time in which recordings count, and the side, days or start that
    chance decides.

    A test patch on one side, here of the toxin:

        rubor trial new patch --design split-face --treatment botulinum_toxin --compare cheek

    A gel on sides that change from day to day, ten pairs:

        rubor trial new gel --design alternating --treatment brimonidine --pairs 10

    The whole face, on one of two days:

        rubor trial new light --design before-after --treatment light --start-dates 2026-05-04,2026-05-18

    Then record some times before the treatment, and add each recording with `rubor trial add`.

    **Exit codes**: 0 done; 1 refused, and nothing is left behind; 2 usage.
    """
    from rubor.trials.begin_trial import begin_trial, new_seed
    from rubor.trials.trial_folder import TrialFolder

    if start_dates is not None and design != "before-after":
        raise typer.BadParameter("only a before-after trial draws it.", param_hint="--start-dates")
    if pairs is not None and design != "alternating":
        raise typer.BadParameter("only an alternating trial has pairs.", param_hint="--pairs")
    now = datetime.now(UTC).replace(microsecond=0)
    trial = begin_trial(
        folder.absolute().name,
        design,
        treatment,
        smallest_effect=smallest_effect,
        seed=new_seed() if seed is None else seed,
        now=now,
        regions=parse_names(compare),
        cells=None if cells is None else parse_names(cells),
        window=None if window is None else parse_window(window),
        start_dates=None if start_dates is None else parse_days(start_dates, "--start-dates"),
        alternate=alternate,
        pairs=pairs,
        blinded=blind,
    )
    made = TrialFolder.create(folder, trial)
    _tell(made.path, trial, as_json=as_json)


@with_clear_errors
def draw(
    folder: _Folder,
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Why the first draw does not stand. The verdict will name it.",
            show_default=False,
        ),
    ],
    seed: _Seed = None,
    as_json: _AsJson = False,
) -> None:
    """Draw again, with a reason that stays on record.

    A draw that is repeated until one likes it is no draw. The first draw, the second one and the reason
    are kept, and every verdict of this trial names them. After the treatment nothing can be drawn again.

        rubor trial draw patch --reason "a wound on the drawn side"
    """
    from rubor.errors import InputError
    from rubor.trials.begin_trial import draw_like, new_seed
    from rubor.trials.trial_folder import TrialFolder

    stored = TrialFolder.open(folder)
    before = stored.trial.assignment
    if before is None:
        raise InputError("Nothing was drawn in this trial.", "There is nothing to draw again.")
    now = datetime.now(UTC).replace(microsecond=0)
    again = draw_like(before, new_seed() if seed is None else seed, now, reason)
    stored.write(stored.trial.draw_again(again))
    _tell(stored.path, stored.trial, as_json=as_json)


@with_clear_errors
def reveal(folder: _Folder, as_json: _AsJson = False) -> None:
    """Show what was drawn, and note that it was asked for.

    Whoever treats has to know it. Whoever records should not, until the verdict is there.

        rubor trial reveal patch
    """
    from rubor.trials.trial_folder import TrialFolder

    stored = TrialFolder.open(folder)
    revealed = stored.trial.reveal(datetime.now(UTC).replace(microsecond=0))
    if revealed is not stored.trial:
        stored.write(revealed)
    _tell(stored.path, stored.trial, as_json=as_json)


@with_clear_errors
def treated(
    folder: _Folder,
    day: Annotated[
        str, typer.Argument(metavar="DATE", help="Such as 2026-03-01.", show_default=False)
    ],
    instead_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="A day that was noted wrongly and is put right by this one; with --reason.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why the date is corrected. It stays on record.", show_default=False)
    ] = "",
    as_json: _AsJson = False,
) -> None:
    """Note the day of the treatment; recordings after it come after.

    A second treatment begins a new cycle, with a verdict of its own.

        rubor trial treated patch 2026-03-01

    A date that was noted wrongly is put right; that it was stays on record:

        rubor trial treated patch 2026-03-02 --instead-of 2026-03-20 --reason "slip of the pen"
    """
    from rubor.errors import InputError
    from rubor.trials.trial_folder import TrialFolder

    stored = TrialFolder.open(folder)
    on = parse_day(day, "DATE")
    if on > date.today():
        raise InputError(
            f"{on} is still to come.", "Note the treatment when it has been given, with its day."
        )
    now = datetime.now(UTC).replace(microsecond=0)
    if instead_of is None:
        changed = stored.trial.treat(on, now)
    else:
        wrong = parse_day(instead_of, "--instead-of")
        changed = stored.trial.correct_treatment(wrong, on, reason, now)
    stored.write(changed)
    _tell(stored.path, stored.trial, as_json=as_json)


def _tell(folder: Path, trial: Trial, *, as_json: bool) -> None:
    """Say what the trial is, and what is to be done next."""
    draw_ = trial.assignment
    if as_json:
        shown = None if draw_ is None or not trial.revealed else list(draw_.drawn)
        document = {
            "schema": "rubor.trial-state/1",
            "folder": str(folder),
            "design": trial.design,
            "treatment": trial.treatment,
            "compared": {side: list(names) for side, names in trial.compared.areas().items()},
            "area_cm2": trial.compared.area_cm2,
            "smallest_effect": trial.smallest_effect,
            "window_days": [
                trial.window.start_days,
                trial.window.primary_days,
                trial.window.end_days,
            ],
            "drawn": shown,
            "seed": draw_.seed if draw_ is not None and trial.revealed else None,
            "draws": len(trial.draws),
            "treated_on": [day.isoformat() for day in trial.treated_on],
            "sessions": len(trial.sessions),
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    typer.echo(f"Trial:    {folder} ({trial.design}, {trial.treatment})")
    typer.echo(f"Compared: {_area_words(trial)}")
    typer.echo(f"Matters:  a reduction of {trial.smallest_effect:.0%} or more")
    typer.echo(f"Counts:   {_window_words(trial)}")
    if draw_ is not None:
        typer.echo(f"Drawn:    {_draw_words(folder, trial, draw_)}")
    typer.echo(f"Next:     {_next_words(folder, trial)}")


def _area_words(trial: Trial) -> str:
    area = trial.compared
    # Of nose, chin and forehead each side is a list of cells; what was asked for is the region.
    names = sorted({name.partition("_left")[0] for name in area.left})
    what = ", ".join(names) if area.kind == "regions" else f"{len(area.left)} cells"
    words = f"{what}, {area.area_cm2:.0f} cm² on each side"
    if area.near_midline:
        words += f"; {len(area.near_midline)} cells near the midline are left out"
    if area.halo:
        words += f"; {len(area.halo)} cells around it count for neither side"
    return words


def _window_words(trial: Trial) -> str:
    window = trial.window
    if trial.design == "alternating":
        return "every occasion"
    return (
        f"recordings {window.start_days} to {window.end_days} days after the treatment, above all"
        f" those around day {window.primary_days}"
    )


def _draw_words(folder: Path, trial: Trial, draw_: Draw) -> str:
    again = f" (draw {len(trial.draws)}: {draw_.reason})" if trial.drawn_again else ""
    if not trial.revealed:
        return f"hidden{again}; `rubor trial reveal {folder}` shows it"
    words = {
        "side": f"the person's {draw_.drawn[0]} side is treated",
        "start date": f"the treatment is on {draw_.drawn[0]}",
        "pairs of sides": f"treated sides in order: {', '.join(draw_.drawn)}",
        "pairs of days": f"days in order: {', '.join(draw_.drawn)}",
    }[draw_.kind]
    return f"{words}; seed {draw_.seed}{again}"


def _next_words(folder: Path, trial: Trial) -> str:
    before = sum(session.phase == "before" for session in trial.counted)
    if trial.design == "alternating":
        done = len({session.occasion for session in trial.counted})
        total = len(trial.assignment.drawn) if trial.assignment is not None else 0
        return (
            f"record, and `rubor trial add {folder} RESULT --date ...`; {done} of {total} occasions"
            " are there"
        )
    if not trial.treated_on:
        return (
            f"record before the treatment, better four times than three ({before} so far), and"
            f" `rubor trial add {folder} RESULT --date ...`; then `rubor trial treated {folder} DATE`"
        )
    return f"record after it, `rubor trial add {folder} ...`, and `rubor trial analyse {folder}`"
