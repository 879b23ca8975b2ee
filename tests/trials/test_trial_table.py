"""The table of a trial holds what is compared, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from rubor.errors import InputError
from rubor.trials.trial import Session, Trial
from rubor.trials.trial_table import trial_responses

MakeSession = Callable[..., Session]


def test_a_split_face_has_two_rows_a_recording(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    trial = split_face.add(session_on("2026-01-10")).treat(date(2026, 2, 1), made_at)
    trial = trial.add(session_on("2026-03-01", phase="after"))
    table = trial_responses(trial)
    assert table["side"].tolist() == ["left", "right"] * 2
    assert table["phase"].tolist() == ["before"] * 2 + ["after"] * 2
    # The assigned side is marked in both phases; seed 7 draws the right one.
    assert table["treated"].tolist() == [False, True] * 2


def test_before_after_has_one_row_a_recording(before_after: Trial, session_on: MakeSession) -> None:
    table = trial_responses(before_after.add(session_on("2026-01-10")))
    assert "side" not in table.columns
    assert table["treated"].tolist() == [True]


def test_alternating_sides_follow_the_draw(alternating: Trial, session_on: MakeSession) -> None:
    assert alternating.assignment is not None
    trial = alternating
    for occasion in range(1, 9):
        day = f"2026-01-{occasion:02d}"
        trial = trial.add(session_on(day, phase="after", occasion=occasion))
    table = trial_responses(trial)
    assert table.loc[table["treated"], "side"].tolist() == list(alternating.assignment.drawn)


def test_what_was_left_out_is_not_in_it(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    trial = split_face.add(session_on("2026-01-10")).add(session_on("2026-01-17"))
    table = trial_responses(trial.leave_out("2026-01-10", "the wrong person", made_at))
    assert set(table["session"]) == {"2026-01-17"}


def test_later_treatments_are_later_cycles(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    trial = split_face.add(session_on("2026-01-10"))
    trial = trial.treat(date(2026, 2, 1), made_at).treat(date(2026, 6, 1), made_at)
    trial = trial.add(session_on("2026-03-01", phase="after"))
    trial = trial.add(session_on("2026-07-01", phase="after"))
    assert trial_responses(trial)["cycle"].tolist() == [1, 1, 1, 1, 2, 2]


def test_a_trial_without_recordings_says_what_to_do(split_face: Trial) -> None:
    with pytest.raises(InputError, match="no recording in this trial yet"):
        trial_responses(split_face)
