"""Felt presses against measured episodes: hits, delays, and both kinds of misses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.measurement import Recording
from rubor.response import Share, felt_and_seen
from rubor.simulation import TimeCourse

BuildRecording = Callable[..., Recording]
COURSE = TimeCourse(onset_s=15.0, rise_s=6.0, plateau_s=8.0, recovery_s=4.0)
LATER = TimeCourse(onset_s=70.0, rise_s=4.0, plateau_s=6.0, recovery_s=4.0)


def test_a_press_during_an_episode_is_a_hit_with_its_delay(build_recording: BuildRecording) -> None:
    answer = felt_and_seen([build_recording([COURSE], events=[(20.0, "felt")])])
    (press,) = answer.presses
    assert press.episode == 0
    assert press.delay_s == pytest.approx(20.0 - 16.2, abs=0.5)
    assert press.peak == pytest.approx(0.4, abs=0.03)
    assert (answer.felt_and_there.count, answer.felt_and_there.of) == (1, 1)
    assert answer.median_delay_s == press.delay_s


def test_a_feeling_may_come_first_and_presses_at_once_are_one_feeling(
    build_recording: BuildRecording,
) -> None:
    events = [(12.0, "felt"), (14.0, "felt"), (20.0, "felt")]
    answer = felt_and_seen([build_recording([COURSE], events=events)])
    (press,) = answer.presses
    assert press.delay_s is not None
    assert press.delay_s < 0.0


def test_felt_but_not_there_and_there_but_not_felt(build_recording: BuildRecording) -> None:
    recording = build_recording(
        [COURSE, LATER], duration_s=120.0, events=[(20.0, "felt"), (48.0, "felt")]
    )
    answer = felt_and_seen([recording])
    assert [press.time_s for press in answer.felt_not_there] == [48.0]
    assert answer.there_not_felt == (("made.mp4", 1),)
    assert (answer.there_and_felt.count, answer.there_and_felt.of) == (1, 2)
    assert answer.mean_peak_felt == pytest.approx(0.4, abs=0.03)
    assert answer.mean_peak_not_felt == pytest.approx(0.4, abs=0.03)


def test_a_press_while_no_face_was_seen_tells_nothing(build_recording: BuildRecording) -> None:
    recording = build_recording(events=[(25.0, "felt")], gaps=[(20.0, 60.0)])
    answer = felt_and_seen([recording])
    (press,) = answer.presses
    assert not press.could_be_seen
    assert answer.felt_not_there == ()
    assert answer.felt_and_there.of == 0
    assert answer.felt_and_there.value is None


def test_recordings_without_a_press_say_nothing_about_feeling(
    build_recording: BuildRecording,
) -> None:
    answer = felt_and_seen(
        [
            build_recording([COURSE], events=[(20.0, "felt")], name="one.mp4"),
            build_recording([COURSE], name="two.mp4"),
        ]
    )
    assert answer.recordings_without_presses == ("two.mp4",)
    assert answer.there_and_felt.of == 1


def test_sizes_of_two_units_are_not_averaged(build_recording: BuildRecording) -> None:
    recordings = [
        build_recording([COURSE], events=[(20.0, "felt")]),
        build_recording([COURSE], events=[(20.0, "felt")], blood=False),
    ]
    assert felt_and_seen(recordings).mean_peak_felt is None


# Newcombe RG: Two-sided confidence intervals for the single proportion. Stat Med 1998;17:857-872,
# table I, method 3 (score, without continuity correction).
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(
    count: int, of: int, low: float, high: float
) -> None:
    assert Share(count, of).interval_95 == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share_and_lies_within_0_and_1(count: int, of: int) -> None:
    share = Share(min(count, of), of)
    low, high = share.interval_95
    assert share.value is not None
    assert -1e-12 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1.0 + 1e-12
