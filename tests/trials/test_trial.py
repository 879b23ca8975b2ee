"""A trial keeps what was fixed, drawn and done, and has one JSON form."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rubor.errors import InputError
from rubor.trials.assignment import draw_pairs, draw_side, draw_start_date
from rubor.trials.compared_area import compared_cells, compared_regions
from rubor.trials.comparison_rules import Window
from rubor.trials.trial import (
    Conditions,
    Mark,
    Medicine,
    Origin,
    Session,
    SideResponse,
    Trial,
)
from rubor.trials.trial_json import TRIAL_SCHEMA, trial_from_json, trial_to_json

MakeSession = Callable[..., Session]

# --- the JSON form --------------------------------------------------------------------------------

numbers = st.floats(-3.0, 3.0)
words = st.text(max_size=12)
sums = st.text("0123456789abcdef", min_size=64, max_size=64)
medicines = st.builds(Medicine, words, st.none() | st.floats(0.0, 100.0))
origins = st.builds(
    Origin,
    file=words,
    sha256=sums,
    method=words,
    transfer=words,
    range=words,
    matrix=words,
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    reference=st.sampled_from(["card", "background", "none"]),
    mirrored=st.none() | st.booleans(),
    accepted=st.booleans(),
    still_photo=st.booleans(),
)
sessions = st.builds(
    Session,
    name=st.uuids().map(str),
    date=st.dates(),
    phase=st.sampled_from(["before", "after"]),
    provocation=st.sampled_from(["blush", "flush", "rest"]),
    responses=st.dictionaries(
        st.sampled_from(["left", "right", "whole"]),
        st.builds(SideResponse, numbers, st.floats(0.0, 1.0)),
    ),
    measure=words,
    covariance=numbers,
    origin=origins,
    occasion=st.none() | st.integers(1, 8),
    provoked=st.none() | st.booleans(),
    resting_pattern=st.lists(st.none() | numbers, max_size=5).map(tuple),
    conditions=st.builds(
        Conditions,
        make_up=st.none() | st.booleans(),
        camera=words,
        room=words,
        medicines=st.lists(medicines, max_size=2).map(tuple),
        note=words,
    ),
    marks=st.lists(st.builds(Mark, words, words, words), max_size=2).map(tuple),
    left_out=words,
)
windows = st.tuples(*[st.integers(0, 400)] * 3).map(sorted).map(lambda days: Window(*days))
seeds = st.integers(0, 2**48 - 1)
moments = st.datetimes(timezones=st.just(UTC))


@st.composite
def trials(draw: st.DrawFn) -> Trial:
    design = draw(st.sampled_from(["split-face", "before-after", "alternating"]))
    at, seed = draw(moments), draw(seeds)
    if design == "split-face":
        assignment, between = [draw_side(seed, at)], True
    elif design == "alternating":
        kind = draw(st.sampled_from(["pairs of sides", "pairs of days"]))
        assignment, between = [draw_pairs(kind, 4, seed, at)], kind == "pairs of sides"
    else:
        days = [date(2026, 2, 2) + timedelta(weeks=week) for week in range(3)]
        assignment, between = draw(st.sampled_from([[], [draw_start_date(days, seed, at)]])), False
    area = draw(
        st.sampled_from(
            [
                compared_regions(["cheek", "forehead"], between_sides=between),
                compared_cells(
                    ["cheek_left_15", "cheek_left_16"]
                    if between
                    else ["cheek_left_15", "cheek_right_16"],
                    between_sides=between,
                ),
            ]
        )
    )
    return Trial(
        name=draw(words),
        design=design,
        treatment=draw(words),
        compared=area,
        smallest_effect=draw(st.floats(0.01, 0.99)),
        window=draw(windows),
        blinded=draw(st.booleans()),
        draws=tuple(assignment),
        treated_on=tuple(draw(st.lists(st.dates(), unique=True, max_size=3).map(sorted))),
        sessions=tuple(draw(st.lists(sessions, max_size=3, unique_by=lambda one: one.name))),
    ).reveal(at)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    path = files("rubor.trials") / "schemas" / "trial.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@given(trials())
def test_the_json_form_is_the_whole_trial(trial: Trial) -> None:
    text = json.dumps(trial_to_json(trial), allow_nan=False)
    assert trial_from_json(json.loads(text)) == trial


@given(trial=trials())
def test_every_trial_follows_the_schema(schema: dict[str, Any], trial: Trial) -> None:
    document = json.loads(json.dumps(trial_to_json(trial)))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def test_the_schema_is_valid_and_of_the_written_version(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == TRIAL_SCHEMA


def test_the_schema_describes_everything(schema: dict[str, Any]) -> None:
    def undescribed(part: Any, name: str = "") -> list[str]:
        found = []
        for key, value in part.get("properties", {}).items():
            if "description" not in value and "$ref" not in value and "const" not in value:
                found.append(f"{name}.{key}")
            found += undescribed(value, f"{name}.{key}") + undescribed(
                value.get("items", {}), f"{name}.{key}[]"
            )
        return found

    parts = [schema, *schema["$defs"].values()]
    assert [name for part in parts for name in undescribed(part)] == []


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "rubor.trial/99"}])
def test_what_is_no_trial_is_refused(document: Any) -> None:
    with pytest.raises(InputError, match="not a trial that this version"):
        trial_from_json(document)


@pytest.mark.parametrize("missing", ["draws", "sessions", "compared", "window"])
def test_a_damaged_trial_is_refused(split_face: Trial, missing: str) -> None:
    document = trial_to_json(split_face)
    del document[missing]
    with pytest.raises(InputError, match="damaged"):
        trial_from_json(document)


def test_a_side_that_was_exchanged_in_the_file_is_found_out(split_face: Trial) -> None:
    document = trial_to_json(split_face)
    document["draws"][0]["drawn"] = ["left"]
    with pytest.raises(InputError, match="does not follow from its seed"):
        trial_from_json(document)


# --- what is fixed --------------------------------------------------------------------------------


def test_a_split_face_needs_its_draw(split_face: Trial) -> None:
    with pytest.raises(InputError, match="needs a draw"):
        replace(split_face, draws=())


def test_a_draw_of_another_design_is_refused(split_face: Trial, alternating: Trial) -> None:
    with pytest.raises(InputError, match="cannot draw"):
        replace(split_face, draws=alternating.draws)


@pytest.mark.parametrize("effect", [0.0, 1.0, 25.0])
def test_the_smallest_effect_is_a_share(split_face: Trial, effect: float) -> None:
    with pytest.raises(InputError, match="not a share"):
        replace(split_face, smallest_effect=effect)


# --- drawing again, hiding ------------------------------------------------------------------------


def test_a_second_draw_is_on_record(split_face: Trial, made_at: datetime) -> None:
    again = split_face.draw_again(draw_side(8, made_at, "a wound on the drawn side"))
    assert again.drawn_again[0].reason == "a wound on the drawn side"
    assert again.assignment == again.draws[1]
    assert again.events[-1].kind == "drawn again"


def test_a_second_draw_needs_a_reason(split_face: Trial, made_at: datetime) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        split_face.draw_again(draw_side(8, made_at))


def test_after_the_treatment_nothing_is_drawn(split_face: Trial, made_at: datetime) -> None:
    treated = split_face.treat(date(2026, 2, 1), made_at)
    with pytest.raises(InputError, match="has taken place"):
        treated.draw_again(draw_side(8, made_at, "I like the other one better"))


def test_a_blinded_trial_is_revealed_once_asked(split_face: Trial, made_at: datetime) -> None:
    blinded = replace(split_face, blinded=True)
    assert not blinded.revealed
    shown = blinded.reveal(made_at)
    assert shown.revealed
    assert [event.kind for event in shown.events] == ["revealed"]
    assert shown.reveal(made_at) is shown


# --- dates ----------------------------------------------------------------------------------------


def test_days_are_before_and_after_the_treatment(split_face: Trial, made_at: datetime) -> None:
    assert split_face.phase_on(date(2026, 5, 1)) == "before"
    treated = split_face.treat(date(2026, 2, 1), made_at)
    assert treated.phase_on(date(2026, 1, 31)) == "before"
    assert treated.phase_on(date(2026, 2, 2)) == "after"
    with pytest.raises(InputError, match="a day of treatment"):
        treated.phase_on(date(2026, 2, 1))


def test_a_treatment_noted_late_moves_the_sessions(
    split_face: Trial, made_at: datetime, session_on: MakeSession
) -> None:
    trial = split_face.add(session_on("2026-01-10")).add(session_on("2026-02-20"))
    treated = trial.treat(date(2026, 2, 1), made_at)
    assert [session.phase for session in treated.sessions] == ["before", "after"]


def test_each_treatment_begins_a_cycle(split_face: Trial, made_at: datetime) -> None:
    trial = split_face.treat(date(2026, 2, 1), made_at).treat(date(2026, 6, 1), made_at)
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1), date(2026, 6, 2)]
    assert [trial.cycle_on(day) for day in days] == [1, 1, 1, 2]
    assert trial.days_since_treatment(date(2026, 6, 15)) == 14
    assert trial.days_since_treatment(date(2026, 1, 1)) is None
    with pytest.raises(InputError, match="is not before"):
        trial.treat(date(2026, 5, 1), made_at)


def test_a_drawn_start_is_kept(before_after: Trial, made_at: datetime) -> None:
    days = [date(2026, 2, 2), date(2026, 2, 9)]
    trial = replace(before_after, draws=(draw_start_date(days, 1, made_at),))
    drawn = date.fromisoformat(trial.draws[0].drawn[0])
    (other,) = set(days) - {drawn}
    with pytest.raises(InputError, match="start that was drawn"):
        trial.treat(other, made_at)
    assert trial.treat(drawn, made_at).treated_on == (drawn,)


def test_sessions_lie_in_the_order_of_their_dates(
    split_face: Trial, session_on: MakeSession
) -> None:
    trial = split_face.add(session_on("2026-01-20")).add(session_on("2026-01-10"))
    assert [session.name for session in trial.sessions] == ["2026-01-10", "2026-01-20"]


# --- who is treated -------------------------------------------------------------------------------


def test_the_drawn_side_is_the_assigned_one_in_both_phases(
    split_face: Trial, session_on: MakeSession
) -> None:
    for phase in ("before", "after"):
        session = session_on("2026-01-10", phase=phase)
        assert split_face.treated_sides(session) == {"right"}


def test_each_occasion_has_its_drawn_side(alternating: Trial, session_on: MakeSession) -> None:
    assert alternating.assignment is not None
    drawn = alternating.assignment.drawn
    for occasion, side in enumerate(drawn, start=1):
        session = session_on("2026-01-10", phase="after", occasion=occasion)
        assert alternating.treated_sides(session) == {side}
    with pytest.raises(InputError, match="none of the 8 occasions"):
        alternating.treated_sides(session_on("2026-01-10", occasion=9))


def test_before_after_treats_both_sides(before_after: Trial, session_on: MakeSession) -> None:
    assert before_after.treated_sides(session_on("2026-01-10")) == {"left", "right"}


# --- leaving out ----------------------------------------------------------------------------------


def test_what_is_left_out_stays_on_record(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    trial = split_face.add(session_on("2026-01-10")).leave_out("2026-01-10", "wrong date", made_at)
    assert trial.counted == ()
    assert trial.sessions[0].left_out == "wrong date"
    assert trial.events[-1].reason == "2026-01-10: wrong date"


def test_leaving_out_needs_a_reason_and_a_session(
    split_face: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    trial = split_face.add(session_on("2026-01-10"))
    with pytest.raises(InputError, match="needs a reason"):
        trial.leave_out("2026-01-10", " ", made_at)
    with pytest.raises(InputError, match="no session"):
        trial.leave_out("2026-01-11", "gone", made_at)


def test_a_wrong_day_of_treatment_is_put_right_and_stays_on_record(
    split_face: Trial, session_on: Callable[..., Session], made_at: datetime
) -> None:
    trial = split_face.treat(date(2026, 3, 20), made_at).add(session_on("2026-03-10"))
    right = trial.correct_treatment(date(2026, 3, 20), date(2026, 3, 2), "slip", made_at)
    assert right.treated_on == (date(2026, 3, 2),)
    assert right.sessions[0].phase == "after"
    assert right.events[-1].kind == "treatment date corrected"
    assert "2026-03-20" in right.events[-1].reason and "slip" in right.events[-1].reason
    for wrong, reason in ((date(2026, 3, 21), "slip"), (date(2026, 3, 20), " ")):
        with pytest.raises(InputError):
            trial.correct_treatment(wrong, date(2026, 3, 2), reason, made_at)
