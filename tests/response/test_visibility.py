"""Visible to others or not: colour differences against published thresholds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rubor.measurement import Recording
from rubor.response import find_episodes, visibility
from rubor.response.visibility import Visibility, thresholds
from rubor.simulation import TimeCourse

BuildRecording = Callable[..., Recording]
COURSE = TimeCourse(onset_s=15.0, rise_s=4.0, plateau_s=12.0, recovery_s=4.0)


def seen(recording: Recording) -> Visibility:
    (episode,) = find_episodes(recording).episodes
    answer = visibility(recording, episode)
    assert answer is not None
    return answer


def test_a_strong_blush_is_visible_for_as_long_as_it_lasts(build_recording: BuildRecording) -> None:
    answer = seen(build_recording([COURSE], size=0.6, frame_sd=0.01))
    assert answer.seen == "visible"
    assert answer.delta_a.value > answer.delta_a_acceptable
    assert 12.0 <= answer.visible_s <= 22.0
    assert answer.perceptible_s >= answer.visible_s
    assert answer.delta_e_ab.value >= answer.delta_a.value


def test_a_faint_one_is_not(build_recording: BuildRecording) -> None:
    answer = seen(build_recording([COURSE], size=0.06, frame_sd=0.005))
    assert answer.seen == "not visible"
    assert answer.visible_s == 0.0
    assert answer.coverable == "nothing to cover"


def test_what_lies_between_the_thresholds_is_borderline(build_recording: BuildRecording) -> None:
    answer = seen(build_recording([COURSE], size=0.2, frame_sd=0.01))
    assert answer.delta_a_perceptible < answer.delta_a.value < answer.delta_a_acceptable
    assert answer.seen == "borderline"


def test_make_up_covers_a_little_but_not_a_lot(build_recording: BuildRecording) -> None:
    answers = [seen(build_recording([COURSE], size=size)).coverable for size in (0.2, 0.5, 1.6)]
    assert answers == ["yes", "perhaps", "no"]


def test_the_region_that_is_most_visible_answers(build_recording: BuildRecording) -> None:
    factors = dict.fromkeys(
        ("forehead", "nose", "chin", "cheek_left", "jaw_left", "jaw_right"), 0.3
    )
    assert seen(build_recording([COURSE], size=0.6, factors=factors)).region == "cheek_right"


def test_the_difference_is_that_of_the_colours(build_recording: BuildRecording) -> None:
    """A change of a* alone of 3 is a colour difference of 3."""
    recording = build_recording([COURSE], frame_sd=0.005)
    course = np.repeat(COURSE.at(np.arange(900) / 15.0), 7)
    recording.traces["lab_l"], recording.traces["lab_b"] = 60.0, 15.0
    recording.traces["lab_a"] = 12.0 + 3.0 * course
    answer = seen(recording)
    assert answer.delta_a.value == pytest.approx(3.0, abs=0.1)
    assert answer.delta_e_ab.value == pytest.approx(3.0, abs=0.1)


def test_without_rest_there_is_no_answer(build_recording: BuildRecording) -> None:
    recording = build_recording([COURSE])
    (episode,) = find_episodes(recording).episodes
    recording.summary["baseline"] = {"start_s": None, "end_s": None, "source": ""}
    assert visibility(recording, episode) is None


def test_thresholds_are_the_published_ones_with_their_sources() -> None:
    rules = thresholds()
    assert (rules["a_star"]["perceptible"], rules["a_star"]["acceptable"]) == (0.993, 2.037)
    assert (rules["delta_e_ab"]["perceptible"], rules["delta_e_ab"]["acceptable"]) == (1.497, 1.808)
    assert all(rules[name]["source"] for name in ("a_star", "delta_e_ab", "make_up"))
    assert rules["make_up"]["strength"] == "assumed"
