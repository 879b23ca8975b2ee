"""`rubor trial add` and `leave-out`: the recordings of a trial."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rubor.cli.clear_errors import with_clear_errors
from rubor.cli.trial_values import parse_day, parse_medicine

if TYPE_CHECKING:
    from rubor.trials.trial import Session, Trial

__all__ = ["add", "leave_out"]

_Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Folder of the trial.", show_default=False)
]
_AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as one JSON object on stdout.")
]


@with_clear_errors
def add(
    folder: _Folder,
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="The folder that `rubor measure` wrote for the recording.",
            show_default=False,
        ),
    ],
    day: Annotated[
        str,
        typer.Option(
            "--date", metavar="DATE", help="When it was recorded: 2026-03-01.", show_default=False
        ),
    ],
    provocation: Annotated[
        Literal["blush", "flush", "rest"] | None,
        typer.Option(
            help="What was provoked: a blush (singing, speaking, being watched), a flush (heat, food,"
            " exercise), or nothing. Each gets a verdict of its own. Without it, by the marks in the"
            " events file of the recording.",
            show_default=False,
        ),
    ] = None,
    phase: Annotated[
        Literal["before", "after"] | None,
        typer.Option(
            help="Before or after the treatment. Without it, by the dates; needed on the very day.",
            show_default=False,
        ),
    ] = None,
    occasion: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Alternating: which of the drawn occasions it is. Without it, the next one.",
            show_default=False,
        ),
    ] = None,
    make_up: Annotated[
        bool | None,
        typer.Option(
            "--make-up/--no-make-up",
            help="Whether there was make-up on the face.",
            show_default=False,
        ),
    ] = None,
    camera: Annotated[
        str, typer.Option(metavar="NAME", help="The camera, as you call it.", show_default=False)
    ] = "",
    room: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Such as 'kitchen, 21 degrees, lamp on'.", show_default=False
        ),
    ] = "",
    medicine: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=HOURS]",
            help="A medicine or gel, with the hours since it was last used; may be given several"
            " times. Never stop a prescribed one for a recording: keep it as it is, and write it"
            " down.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[
        str, typer.Option(metavar="TEXT", help="Anything else.", show_default=False)
    ] = "",
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Of the session. Without it, its date.", show_default=False
        ),
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Add a measured recording to a trial, unless something breaks the comparison.

    Refused are recordings that cannot be compared with the others: not accepted by their quality
    checks, measured by another version, in the trial already, with left and right unknown where sides
    are compared, within 24 hours of a gel that pales the skin, and where the whole face is compared also
    those with make-up, another camera or another reading of colours. What only weakens the comparison is
    added and marked. Each reason comes with its cure.

        rubor measure monday.mp4 --out results --not-mirrored
        rubor trial add patch results/monday --date 2026-03-02 --no-make-up --camera phone

    **Exit codes**: 0 added; 1 refused, and the trial is as it was; 2 usage.
    """
    from rubor.measurement import Recording
    from rubor.trials.add_recording import add_recording
    from rubor.trials.trial import Conditions
    from rubor.trials.trial_folder import TrialFolder

    recorded_on = parse_day(day, "--date")
    conditions = Conditions(
        make_up=make_up,
        camera=camera,
        room=room,
        medicines=tuple(parse_medicine(text) for text in medicine or ()),
        note=note,
    )
    stored = TrialFolder.open(folder)
    recording = Recording.load(result)
    trial, session = add_recording(
        stored.trial,
        recording,
        recorded_on=recorded_on,
        provocation=provocation,
        today=date.today(),
        phase=phase,
        occasion=occasion,
        name=name,
        conditions=conditions,
    )
    stored.add(trial, session.name, recording.summary)
    if as_json:
        typer.echo(json.dumps(_as_json(session), indent=2, ensure_ascii=False))
    else:
        _tell(trial, session)


@with_clear_errors
def leave_out(
    folder: _Folder,
    session: Annotated[
        str,
        typer.Argument(metavar="SESSION", help="Its name in the trial.", show_default=False),
    ],
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Why it does not count. The verdict names it.", show_default=False
        ),
    ],
    as_json: _AsJson = False,
) -> None:
    """Let a recording not count any more, with a reason that stays on record.

    Leaving out what one does not like makes any treatment work, so that nothing disappears: every
    verdict of the trial names the recording and the reason.

        rubor trial leave-out patch 2026-03-02 --reason "the date was wrong"
    """
    from rubor.trials.trial_folder import TrialFolder

    stored = TrialFolder.open(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    stored.write(stored.trial.leave_out(session, reason, now))
    left = len(stored.trial.counted)
    if as_json:
        document = {"schema": "rubor.trial-left-out/1", "session": session, "counted": left}
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        typer.echo(f"{session} does not count any more. {left} recordings do.")


def _as_json(session: Session) -> dict[str, object]:
    return {
        "schema": "rubor.trial-session/1",
        "session": session.name,
        "date": session.date.isoformat(),
        "phase": session.phase,
        "occasion": session.occasion,
        "provocation": session.provocation,
        "provoked": session.provoked,
        "measure": session.measure,
        "responses": {side: vars(one) for side, one in session.responses.items()},
        "marks": [vars(mark) for mark in session.marks],
    }


def _tell(trial: Trial, session: Session) -> None:
    """The responses of the recording, by the person's sides and not by what is treated."""
    phase = "" if trial.design == "alternating" else f", {session.phase} the treatment"
    typer.echo(f"Added {session.name}{phase}: response ({session.measure}, ± 95 %)")
    for side, one in session.responses.items():
        typer.echo(f"  {side:<6} {one.response:+.3f} ± {1.96 * one.response_sd:.3f}")
    for mark in session.marks:
        typer.echo(f"Note: {mark.reason} {mark.cure}")
    counted = trial.counted
    before = sum(one.phase == "before" for one in counted)
    where = f"{before} before and {len(counted) - before} after the treatment"
    number = "1 recording" if len(counted) == 1 else f"{len(counted)} recordings"
    typer.echo(f"The trial has {number}" + (f": {where}." if phase else "."))
