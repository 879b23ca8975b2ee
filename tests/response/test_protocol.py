"""The protocol of a provocation: safe, blind to redness, rotated and spaced."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rubor.errors import InputError
from rubor.measurement.events import EVENT_KINDS
from rubor.response import next_task, protocol

MONDAY = datetime(2026, 1, 5, 9, 0)


def test_a_session_goes_from_rest_over_a_control_task_to_recovery() -> None:
    steps = [step.name for step in protocol().steps]
    assert steps == ["acclimatise", "baseline", "control task", "provocation", "recovery"]
    lengths = {step.name: step.duration_s for step in protocol().steps}
    assert lengths["acclimatise"] >= 20 * 60
    assert lengths["baseline"] >= 120
    assert lengths["recovery"] >= 6.5 * 60  # the longest hot flash that was reported


def test_the_marks_of_its_steps_are_kinds_of_events() -> None:
    marks = [mark for step in protocol().steps for mark in step.marks]
    assert set(marks) <= set(EVENT_KINDS)
    assert "stimulus_start" in marks
    assert "baseline_start" in marks


def test_it_can_be_stopped_warns_of_distress_and_shows_no_redness() -> None:
    rules = protocol()
    assert rules.needs_stop_button
    assert not rules.shows_live_redness
    told = " ".join(rules.before_starting)
    assert "stop at any moment" in told
    assert "distressed" in told
    assert "medicine" in told
    assert "midline" in " ".join(rules.prepare) + rules.audience.instruction


def test_watching_funny_or_frightening_clips_is_no_task() -> None:
    assert [task.name for task in protocol().tasks] == ["singing", "speech", "own recording"]
    assert all(task.source and task.strength for task in protocol().tasks)


def test_tasks_take_turns_two_days_apart() -> None:
    done: list[tuple[datetime, str]] = []
    when = MONDAY
    for _ in range(6):
        upcoming = next_task(done)
        if upcoming.not_before is not None:
            assert upcoming.not_before - done[-1][0] == timedelta(hours=48)
            when = upcoming.not_before
        done.append((when, upcoming.task.name))
    names = [name for _, name in done]
    assert names == ["singing", "speech", "own recording"] * 2


def test_the_order_in_which_sessions_are_listed_does_not_matter() -> None:
    done = [(MONDAY + timedelta(days=3), "speech"), (MONDAY, "singing")]
    assert next_task(done).task.name == "own recording"
    assert next_task(done).not_before == MONDAY + timedelta(days=5)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(InputError, match="juggling"):
        next_task([(MONDAY, "juggling")])
