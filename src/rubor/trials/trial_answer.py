"""The answer of a trial: its verdicts, with what a report and a calendar are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from rubor.errors import InputError
from rubor.trials.analyse import analyse, analyse_each
from rubor.trials.calendar import CalendarEntry, calendar_file, next_sequence
from rubor.trials.response_table import check_responses
from rubor.trials.trial import PROVOCATIONS, Trial
from rubor.trials.trial_folder import write_whole
from rubor.trials.trial_table import shared_errors_once, trial_responses
from rubor.trials.verdict import Verdict

__all__ = ["CALENDAR", "TrialAnswer", "answer_table", "answer_trial", "write_answer"]

CALENDAR: Final = "follow-up.ics"


@dataclass(frozen=True, eq=False)
class TrialAnswer:
    """What a trial has answered.

    Attributes:
        verdict: the main one: of the blush where there is one, after the last treatment.
        further: the other provocations and treatments, each with a verdict of its own.
        responses: the table that the main verdict is made of.
        trial: where the table comes from; None for a table without one.
        treated_on: dates of treatment.
        made_at: when it was analysed, with its time zone.
        notes: what weakens the comparison, a sentence each.
    """

    verdict: Verdict
    further: tuple[Verdict, ...]
    responses: pd.DataFrame
    trial: Trial | None
    treated_on: tuple[date, ...]
    made_at: datetime
    notes: tuple[str, ...]


def answer_trial(
    trial: Trial, made_at: datetime, *, pool_cycles: bool = False, **options: Any
) -> TrialAnswer:
    """Analyse a trial by what it fixed beforehand.

    Args:
        trial: with its recordings.
        made_at: now, with its time zone.
        pool_cycles: analyse all treatments as one.
        options: `prior` and `course` of `rubor.trials.analyse`.

    Raises:
        InputError: what is missing, and what to do.
    """
    if trial.design != "alternating" and not trial.treated_on:
        raise InputError(
            "No treatment has been noted in this trial, so that there is nothing to compare yet.",
            "Note its date with `rubor trial treated`, and add recordings after it.",
        )
    draw = trial.assignment
    if draw is not None and draw.kind == "start date":
        options["start_candidates"] = draw.candidates
    responses = trial_responses(trial)
    verdicts, _ = _verdicts(
        shared_errors_once(responses, trial),
        trial.design,
        trial.treated_on or None,
        pool_cycles=pool_cycles,
        treatment=trial.treatment,
        smallest_meaningful=trial.smallest_effect,
        window=trial.window,
        notes=_record(trial),
        **options,
    )
    if _drawn_late(trial):
        # Chance did not decide it, so that other causes are not excluded.
        verdicts = [replace(verdict, claim="changed") for verdict in verdicts]
    main, *further = verdicts
    return TrialAnswer(
        main,
        tuple(further),
        _of(responses, main),
        trial,
        trial.treated_on,
        made_at,
        _marks(trial),
    )


def answer_table(
    responses: pd.DataFrame,
    design: str,
    treated_on: Sequence[date],
    made_at: datetime,
    *,
    pool_cycles: bool = False,
    **options: Any,
) -> TrialAnswer:
    """Analyse a table of responses that no trial folder stands behind.

    Args:
        responses: columns as in `rubor.trials.response_table.check_responses`.
        design: `split-face`, `before-after` or `alternating`.
        treated_on: dates of treatment; empty for an alternating trial.
        made_at: now, with its time zone.
        pool_cycles: analyse all treatments as one.
        options: the other arguments of `rubor.trials.analyse`.

    Raises:
        InputError: what is missing, and what to do.
    """
    verdicts, table = _verdicts(
        responses, design, tuple(treated_on) or None, pool_cycles=pool_cycles, **options
    )
    main, *further = verdicts
    shown = _of(_shown(table), main)
    return TrialAnswer(main, tuple(further), shown, None, tuple(treated_on), made_at, ())


def write_answer(answer: TrialAnswer, folder: str | Path) -> tuple[Path, ...]:
    """Write `verdict.json`, one more for each further verdict, and the calendar file.

    A calendar entry that was there keeps its name, and its sequence counts up when its days change.

    Returns:
        The files.
    """
    target = Path(folder)
    written = [_write_verdict(answer.verdict, target / "verdict.json")]
    for verdict in answer.further:
        parts = [part for part in (verdict.provocation, _cycle_word(verdict)) if part]
        written.append(_write_verdict(verdict, target / f"verdict-{'-'.join(parts)}.json"))
    wear_off = answer.verdict.wear_off
    calendar = target / CALENDAR
    if wear_off is None:
        calendar.unlink(missing_ok=True)
        return tuple(written)
    begun = (
        "" if answer.trial is None or not answer.trial.events else str(answer.trial.events[0].at)
    )
    first, last = wear_off.retreatment_window
    entry = CalendarEntry(f"{begun}/{answer.treated_on[-1]}", "Planning window", first, last)
    earlier = calendar.read_text(encoding="utf-8") if calendar.exists() else ""
    text = calendar_file([entry], answer.made_at, sequence=next_sequence(earlier, [entry]))
    write_whole(calendar, text.encode())
    return (*written, calendar)


def _verdicts(
    responses: pd.DataFrame,
    design: str,
    treated_on: Sequence[date] | None,
    *,
    pool_cycles: bool,
    **options: Any,
) -> tuple[list[Verdict], pd.DataFrame]:
    """The main verdict and the others, and the checked table."""
    table = check_responses(responses, design).rows
    if not pool_cycles:
        verdicts = list(analyse_each(responses, design, treated_on, **options))
    else:
        present: list[str | None] = [
            one for one in PROVOCATIONS if (table["provocation"] == one).any()
        ]
        verdicts = [
            analyse(responses, design, treated_on, provocation=one, pool_cycles=True, **options)
            for one in (present or [None])
        ]
    rank: dict[str | None, int] = {name: number for number, name in enumerate(PROVOCATIONS)}
    verdicts.sort(key=lambda one: (rank.get(one.provocation, -1), -(one.cycle or 0)))
    return verdicts, table


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """A checked table with what its figures need: where all of the face is treated, a row a session."""
    if "treated" in table.columns and not table["treated"].all():
        return table
    first = table.groupby(["session", "provocation"], sort=False, dropna=False).agg(
        date=("date", "first"),
        phase=("phase", "first"),
        cycle=("cycle", "first"),
        response=("response", "mean"),
        response_sd=("response_sd", "mean"),
    )
    return first.reset_index().assign(treated=True)


def _of(table: pd.DataFrame, verdict: Verdict) -> pd.DataFrame:
    """The rows of a verdict's provocation."""
    if verdict.provocation is None:
        return table
    return table[table["provocation"] == verdict.provocation].reset_index(drop=True)


def _record(trial: Trial) -> tuple[str, ...]:
    """What was done to the trial that its verdict has to name."""
    again = [
        f"What is treated was drawn again on {draw.drawn_at:%Y-%m-%d}: {draw.reason}."
        for draw in trial.drawn_again
    ]
    left_out = [
        f"Session {session.name} was left out by hand: {session.left_out}."
        for session in trial.sessions
        if session.left_out
    ]
    return (*_drawn_late(trial), *again, *left_out)


def _drawn_late(trial: Trial) -> tuple[str, ...]:
    """What to say of a draw that came after what it should have decided."""
    draw = trial.assignment
    begun = trial.treated_on or tuple(session.date for session in trial.counted)
    # The day of a draw is that of Greenwich, a day off at most.
    if draw is None or not begun or draw.drawn_at.date() <= min(begun) + timedelta(days=1):
        return ()
    what = "treatment" if trial.treated_on else "first recording"
    return (
        f"What is treated was drawn on {draw.drawn_at:%Y-%m-%d}, after the {what} of {min(begun)}: the"
        " draw decided nothing, and the claim is 'changed'.",
    )


def _marks(trial: Trial) -> tuple[str, ...]:
    """The marks of the sessions, each reason once, with the sessions that it concerns."""
    sessions: dict[tuple[str, str], list[str]] = {}
    for session in trial.counted:
        for mark in session.marks:
            sessions.setdefault((mark.reason, mark.cure), []).append(session.name)
    return tuple(
        f"{', '.join(names)}: {reason} {cure}" for (reason, cure), names in sessions.items()
    )


def _cycle_word(verdict: Verdict) -> str:
    return "" if verdict.cycle is None else f"cycle-{verdict.cycle}"


def _write_verdict(verdict: Verdict, path: Path) -> Path:
    text = json.dumps(verdict.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(path, (text + "\n").encode())
    return path
