"""What breaks a comparison is refused, what weakens it is marked, each with its reason and its cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from rubor.errors import InputError
from rubor.treatments import treatment
from rubor.trials.admission import CHECKS, Candidate, admit, findings_of
from rubor.trials.comparison_rules import comparison_rules
from rubor.trials.resting_pattern import mirrored_fit
from rubor.trials.trial import Conditions, Medicine, Session, Trial

TODAY = date(2026, 9, 1)
MakeSession = Callable[..., Session]


def found(trial: Trial, session: Session) -> dict[str, bool]:
    """Name of each finding, and whether it refuses."""
    findings = findings_of(Candidate(trial, session, TODAY))
    assert all(finding.reason and finding.cure for finding in findings)
    return {finding.name: finding.refused for finding in findings}


@pytest.fixture
def baseline(split_face: Trial, session_on: MakeSession) -> Trial:
    """A split-face trial with one session."""
    return split_face.add(session_on("2026-01-10"))


@pytest.fixture
def baseline_of_face(before_after: Trial, session_on: MakeSession) -> Trial:
    """A before-after trial with one session."""
    return before_after.add(session_on("2026-01-10"))


def with_origin(session: Session, **changes: Any) -> Session:
    return replace(session, origin=replace(session.origin, **changes))


def with_conditions(session: Session, **changes: Any) -> Session:
    return replace(session, conditions=replace(session.conditions, **changes))


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)


def test_an_ordinary_recording_is_added_without_a_mark(
    baseline: Trial, session_on: MakeSession
) -> None:
    assert admit(Candidate(baseline, session_on("2026-01-17"), TODAY)) == ()


def test_all_reasons_and_cures_are_said_at_once(baseline: Trial, session_on: MakeSession) -> None:
    session = with_origin(session_on("2026-01-17"), mirrored=None, accepted=False)
    with pytest.raises(InputError) as refused:
        admit(Candidate(baseline, session, TODAY))
    assert "quality checks" in refused.value.message
    assert "mirrored" in refused.value.message
    assert "--mirrored or --not-mirrored" in refused.value.cure


# --- the recording itself -------------------------------------------------------------------------


def test_the_same_file_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    session = with_origin(session_on("2026-01-17"), sha256=baseline.sessions[0].origin.sha256)
    assert found(baseline, session) == {"same_recording": True}


def test_the_same_file_is_welcome_after_it_was_left_out(
    baseline: Trial, session_on: MakeSession, made_at: datetime
) -> None:
    session = with_origin(session_on("2026-01-17"), sha256=baseline.sessions[0].origin.sha256)
    left = baseline.leave_out("2026-01-10", "the date was wrong", made_at)
    assert found(left, session) == {}


def test_a_date_to_come_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    assert found(baseline, session_on("2026-09-02")) == {"future_date": True}


def test_after_needs_a_treatment(baseline: Trial, session_on: MakeSession) -> None:
    session = session_on("2026-02-17", phase="after")
    assert found(baseline, session) == {"phase_and_date": True}


@pytest.mark.parametrize(("day", "phase"), [("2026-01-20", "after"), ("2026-02-20", "before")])
def test_a_phase_against_the_dates_is_refused(
    baseline: Trial, session_on: MakeSession, made_at: datetime, day: str, phase: str
) -> None:
    treated = baseline.treat(date(2026, 2, 1), made_at)
    assert found(treated, session_on(day, phase=phase)) == {"phase_and_date": True}


def test_what_failed_its_quality_gates_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    session = with_origin(session_on("2026-01-17"), accepted=False)
    assert found(baseline, session) == {"not_accepted": True}


def test_a_side_that_was_not_seen_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    session = session_on("2026-01-17")
    seen = {"left": session.responses["left"], "whole": session.responses["whole"]}
    assert found(baseline, replace(session, responses=seen)) == {"no_response": True}


def test_a_photo_needs_a_card(baseline: Trial, session_on: MakeSession) -> None:
    session = with_origin(session_on("2026-01-17"), still_photo=True)
    assert found(baseline, session)["photo_without_card"]
    card = with_origin(session, reference="card")
    assert "photo_without_card" not in found(baseline, card)


# --- left and right -------------------------------------------------------------------------------


def test_unknown_mirroring_is_refused_where_sides_are_compared(
    baseline: Trial, baseline_of_face: Trial, session_on: MakeSession
) -> None:
    session = with_origin(session_on("2026-01-17"), mirrored=None)
    assert found(baseline, session) == {"mirroring_unknown": True}
    assert found(baseline_of_face, session) == {}


PATTERN = tuple(0.01 * ((7 * pair) % 11 - 5) for pair in range(40))


def test_a_face_that_fits_better_mirrored_is_marked(
    split_face: Trial, session_on: MakeSession
) -> None:
    trial = split_face.add(session_on("2026-01-10", resting_pattern=PATTERN))
    same = session_on("2026-01-17", resting_pattern=PATTERN)
    exchanged = session_on("2026-01-17", resting_pattern=tuple(-value for value in PATTERN))
    assert found(trial, same) == {}
    assert found(trial, exchanged) == {"fits_mirrored": False}


def test_a_pattern_agrees_with_itself_and_not_with_its_mirror_image() -> None:
    assert mirrored_fit(PATTERN, [PATTERN, PATTERN]) == pytest.approx(1.0)
    assert mirrored_fit(tuple(-value for value in PATTERN), [PATTERN]) == pytest.approx(-1.0)
    assert mirrored_fit(PATTERN, []) is None
    assert mirrored_fit((None,) * 40, [PATTERN]) is None


# --- how it was measured --------------------------------------------------------------------------


def test_another_method_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    session = with_origin(session_on("2026-01-17"), method="redness-2")
    assert found(baseline, session) == {"other_method": True}


def test_another_measure_is_refused(baseline: Trial, session_on: MakeSession) -> None:
    session = session_on("2026-01-17", measure="peak of erythema_index")
    assert found(baseline, session) == {"other_measure": True}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"transfer": "hlg"}, "other_colour_coding"),
        ({"range": "full"}, "other_colour_coding"),
        ({"matrix": "bt601"}, "other_colour_coding"),
        ({"reference": "card"}, "other_reference"),
    ],
)
def test_another_reading_of_colours_is_marked_between_sides_and_else_refused(
    baseline: Trial,
    baseline_of_face: Trial,
    session_on: MakeSession,
    changes: dict[str, Any],
    name: str,
) -> None:
    session = with_origin(session_on("2026-01-17"), **changes)
    assert found(baseline, session) == {name: False}
    assert found(baseline_of_face, session) == {name: True}


def test_another_camera_is_marked_between_sides_and_else_refused(
    split_face: Trial, before_after: Trial, session_on: MakeSession
) -> None:
    first = with_conditions(session_on("2026-01-10"), camera="phone")
    session = with_conditions(session_on("2026-01-17"), camera="webcam")
    assert found(split_face.add(first), session) == {"other_camera": False}
    assert found(before_after.add(first), session) == {"other_camera": True}


def test_another_picture_size_is_marked_and_a_turned_one_is_not(
    baseline: Trial, session_on: MakeSession
) -> None:
    larger = with_origin(session_on("2026-01-17"), width=1920, height=1080)
    turned = with_origin(session_on("2026-01-17"), width=720, height=1280)
    assert found(baseline, larger) == {"other_picture_size": False}
    assert found(baseline, turned) == {}


# --- what was done before it ----------------------------------------------------------------------


@pytest.mark.parametrize("hours", [None, 3.0, 23.9])
@pytest.mark.parametrize("name", ["Brimonidine gel", "oxymetazoline 1 %", "Mirvaso"])
def test_a_gel_that_pales_the_skin_is_refused_for_a_day_and_marked_for_another(
    split_face: Trial, session_on: MakeSession, name: str, hours: float | None
) -> None:
    session = with_conditions(session_on("2026-01-10"), medicines=(Medicine(name, hours),))
    assert found(split_face, session) == {"vasoconstrictor": True}
    later = with_conditions(session, medicines=(Medicine(name, 24.0),))
    assert found(split_face, later) == {"vasoconstrictor": False}
    later = with_conditions(session, medicines=(Medicine(name, 47.9),))
    assert found(split_face, later) == {"vasoconstrictor": False}
    washed_out = with_conditions(session, medicines=(Medicine(name, 48.0),))
    assert found(split_face, washed_out) == {}


def test_of_two_gels_the_one_that_spoils_the_recording_decides(
    split_face: Trial, session_on: MakeSession
) -> None:
    both = (Medicine("brimonidine", 30.0), Medicine("oxymetazoline", 5.0))
    session = with_conditions(session_on("2026-01-10"), medicines=both)
    assert found(split_face, session) == {"vasoconstrictor": True}


def test_the_times_are_those_that_the_catalogue_tells_the_person() -> None:
    for known in comparison_rules().vasoconstrictors:
        wait = treatment(known.treatment).washout
        assert wait is not None
        assert (known.spoils_hours, known.washout_hours) == (wait.spoils_within, wait.hours)
        assert known.spoils_hours < known.washout_hours


def test_the_gel_that_is_tried_is_not_refused(alternating: Trial, session_on: MakeSession) -> None:
    session = session_on(
        "2026-01-10",
        phase="after",
        occasion=1,
        conditions=Conditions(medicines=(Medicine("brimonidine", 2.0),)),
    )
    assert found(alternating, session) == {}


def test_make_up_is_marked_between_sides_and_else_refused(
    baseline: Trial, baseline_of_face: Trial, session_on: MakeSession
) -> None:
    session = with_conditions(session_on("2026-01-17"), make_up=True)
    assert found(baseline, session) == {"make_up": False}
    assert found(baseline_of_face, session) == {"make_up": True}


def test_a_changed_medicine_is_marked_and_nobody_is_told_to_stop_it(
    baseline: Trial, session_on: MakeSession
) -> None:
    session = with_conditions(session_on("2026-01-17"), medicines=(Medicine("propranolol", 5.0),))
    (finding,) = findings_of(Candidate(baseline, session, TODAY))
    assert (finding.name, finding.refused) == ("other_medicines", False)
    assert "never stop one for a recording" in finding.cure


def test_a_recording_in_which_nothing_was_provoked_is_marked(
    baseline: Trial, session_on: MakeSession
) -> None:
    assert found(baseline, session_on("2026-01-17", provoked=False)) == {"not_provoked": False}
    assert found(baseline, session_on("2026-01-17", provoked=None)) == {}


def test_tasks_on_the_next_day_are_marked(baseline: Trial, session_on: MakeSession) -> None:
    assert found(baseline, session_on("2026-01-11")) == {"soon_after_another": False}
    assert found(baseline, session_on("2026-01-12")) == {}
    assert found(baseline, session_on("2026-01-11", provocation="rest")) == {}


def test_another_skin_tone_breaks_a_comparison_of_days_and_weakens_one_of_sides(
    baseline: Trial, baseline_of_face: Trial, session_on: MakeSession
) -> None:
    session = with_origin(session_on("2026-01-17"), skin_tone="tan")
    assert found(baseline_of_face, session) == {"other_skin_tone": True}
    assert found(baseline, session) == {"other_skin_tone": False}


def test_a_response_of_other_skin_is_marked(split_face: Trial, session_on: MakeSession) -> None:
    both = ("cheek_left", "cheek_right", "jaw_left", "jaw_right")
    first = replace(session_on("2026-01-10"), areas=both)
    trial = split_face.add(first)
    assert found(trial, replace(session_on("2026-01-17"), areas=both)) == {}
    hidden = replace(session_on("2026-01-17"), areas=both[:2])
    assert found(trial, hidden) == {"other_areas": False}
    reason = findings_of(Candidate(trial, hidden, TODAY))[0].reason
    assert "jaw_left" in reason and "cheek_left" not in reason
