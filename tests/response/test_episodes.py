"""Episodes of recordings whose truth is known: found, timed, sized, and honest about what is not."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from rubor.measurement import Recording
from rubor.response import find_episodes
from rubor.simulation import TimeCourse

BuildRecording = Callable[..., Recording]

COURSE = TimeCourse(onset_s=15.0, rise_s=6.0, plateau_s=8.0, recovery_s=6.0)
TEN = math.acos(0.8) / math.pi


def test_a_blush_is_found_with_its_times_and_size(build_recording: BuildRecording) -> None:
    found = find_episodes(build_recording([COURSE], pulse_ln=0.03))
    assert found.measure == "blood_change"
    assert found.reason is None
    (episode,) = found.episodes
    assert episode.onset_s is not None
    assert episode.onset_s.value == pytest.approx(15.0 + TEN * 6.0, abs=1.0)
    assert episode.rise_time_s is not None
    assert episode.rise_time_s.value == pytest.approx((1.0 - 2.0 * TEN) * 6.0, rel=0.15)
    assert episode.half_recovery_s is not None
    assert episode.half_recovery_s.value == pytest.approx(6.0 * math.log(2.0), rel=0.15)
    assert episode.peak.interval_95[0] < 0.4 < episode.peak.interval_95[1]
    # Half of a cosine's rise is below its plateau: rise/2 + plateau + time constant.
    assert episode.area.value == pytest.approx(0.4 * (3.0 + 8.0 + 6.0), rel=0.12)
    assert episode.recovered
    assert not episode.may_be_light
    assert episode.notes == ()


def test_noise_pulse_and_slow_drift_of_the_light_are_no_episode(
    build_recording: BuildRecording,
) -> None:
    for seed in range(20):
        assert find_episodes(build_recording(pulse_ln=0.04, seed=seed)).episodes == ()
    wander = 0.03 * np.sin(2.0 * np.pi * np.arange(900) / 900)
    for episode in find_episodes(build_recording(drift=wander, drift_sd=0.05)).episodes:
        assert episode.may_be_light
        assert any("drift of the light" in note for note in episode.notes)


def test_two_blushes_are_two_episodes_and_a_dip_within_one_is_not(
    build_recording: BuildRecording,
) -> None:
    second = TimeCourse(55.0, 5.0, 6.0, 6.0)
    apart = find_episodes(build_recording([COURSE, second], duration_s=100.0)).episodes
    assert [round(episode.start_s) for episode in apart] == [16, 56]
    dip = TimeCourse(24.0, 2.0, 1.0, 2.0)
    recording = build_recording([TimeCourse(15.0, 6.0, 20.0, 6.0)], duration_s=80.0)
    values = recording.traces
    shallow = -0.1 * np.repeat(dip.at(np.arange(1200) / 15.0), 7)
    values["blood_change"] += shallow
    assert len(find_episodes(recording).episodes) == 1


def test_an_episode_that_has_not_recovered_is_censored_and_says_so(
    build_recording: BuildRecording,
) -> None:
    slow = TimeCourse(15.0, 6.0, 8.0, 60.0)
    (episode,) = find_episodes(build_recording([slow], duration_s=50.0)).episodes
    assert episode.half_recovery_s is None
    assert not episode.recovered
    assert episode.recovering_for_s == pytest.approx(21.0, abs=3.0)
    assert any("not recovered by half" in note for note in episode.notes)


def test_an_episode_still_rising_at_the_end_has_a_peak_that_is_a_lower_limit(
    build_recording: BuildRecording,
) -> None:
    slow = TimeCourse(20.0, 60.0, 60.0, 60.0)
    (episode,) = find_episodes(build_recording([slow], size=0.8, duration_s=50.0)).episodes
    assert any("still rising" in note for note in episode.notes)
    assert episode.rise_time_s is None
    assert 0.2 < episode.peak.value < 0.8


def test_a_course_of_several_steps_says_that_its_times_are_rough(
    build_recording: BuildRecording,
) -> None:
    steps = [TimeCourse(15.0, 4.0, 4.0, 300.0), TimeCourse(40.0, 4.0, 4.0, 300.0)]
    (episode,) = find_episodes(build_recording(steps, duration_s=80.0)).episodes
    assert any("times are rough" in note for note in episode.notes)


def test_an_episode_that_had_begun_before_the_recording_has_no_onset(
    build_recording: BuildRecording,
) -> None:
    early = TimeCourse(-10.0, 6.0, 14.0, 6.0)
    (episode,) = find_episodes(build_recording([early], baseline=(45.0, 60.0))).episodes
    assert episode.onset_s is None
    assert episode.rise_time_s is None
    assert any("begun before" in note for note in episode.notes)


def test_a_gap_at_the_plateau_does_no_harm_and_one_at_the_rise_hides_it(
    build_recording: BuildRecording,
) -> None:
    (harmless,) = find_episodes(build_recording([COURSE], gaps=[(23.0, 26.0)])).episodes
    assert harmless.onset_s is not None
    assert harmless.onset_s.value == pytest.approx(15.0 + TEN * 6.0, abs=1.0)
    (hidden,) = find_episodes(build_recording([COURSE], gaps=[(13.0, 22.0)])).episodes
    assert hidden.onset_s is None
    assert any("gap hides its rise" in note for note in hidden.notes)
    (unended,) = find_episodes(build_recording([COURSE], gaps=[(28.0, 40.0)])).episodes
    assert unended.half_recovery_s is None
    assert any("gap hides its recovery" in note for note in unended.notes)


def test_regions_sides_and_cells_are_told_apart(build_recording: BuildRecording) -> None:
    recording = build_recording(
        [COURSE],
        factors={"forehead": 0.0, "chin": 0.0, "nose": 0.6, "cheek_left": 0.3, "jaw_left": 0.3},
        cell_factors={"cheek_left_07": 0.0, "cheek_right_07": 1.0, "nose_left_01": 0.6},
    )
    (episode,) = find_episodes(recording).episodes
    assert set(episode.regions_involved) == {
        "nose",
        "cheek_left",
        "cheek_right",
        "jaw_left",
        "jaw_right",
    }
    assert episode.cells_involved == ("nose_left_01", "cheek_right_07")
    assert episode.left is not None
    assert episode.right is not None
    assert episode.left.value == pytest.approx(0.12, abs=0.02)
    assert episode.right.value == pytest.approx(0.40, abs=0.03)
    assert episode.regions["forehead"].value == pytest.approx(0.0, abs=0.02)


def test_the_erythema_index_serves_where_blood_abstains(build_recording: BuildRecording) -> None:
    found = find_episodes(build_recording([COURSE], blood=False))
    assert found.measure == "erythema_index"
    (episode,) = found.episodes
    assert episode.peak.value == pytest.approx(0.4 / 12.0, rel=0.1)
    assert episode.onset_s is not None
    assert episode.onset_s.value == pytest.approx(15.0 + TEN * 6.0, abs=1.0)


def test_without_baseline_or_time_there_is_a_reason_and_no_episode(
    build_recording: BuildRecording,
) -> None:
    without = find_episodes(build_recording([COURSE], baseline=None))
    assert without.episodes == ()
    assert "no baseline" in str(without.reason)
    assert "quiet enough" in str(without.reason)
    short = find_episodes(build_recording(duration_s=4.0, baseline=(0.0, 2.0)))
    assert "too short" in str(short.reason)
    photo = build_recording(duration_s=1.0 / 15.0, baseline=None)
    assert "photo" in str(find_episodes(photo).reason)


def test_a_face_that_is_never_seen_gives_a_reason(build_recording: BuildRecording) -> None:
    found = find_episodes(build_recording(gaps=[(0.0, 60.0)]))
    assert found.episodes == ()
    assert found.watched_s == 0.0
    assert found.reason is not None


def test_a_region_that_is_often_hidden_does_not_cut_the_others(
    build_recording: BuildRecording,
) -> None:
    recording = build_recording([COURSE])
    jaw = (recording.traces["region"] == "jaw_left").to_numpy()
    hidden = jaw & (np.arange(len(jaw)) // 7 % 2 == 0)
    recording.traces.loc[hidden, "blood_change"] = np.nan
    recording.traces.loc[hidden, "valid"] = False
    found = find_episodes(recording)
    assert found.watched_s == pytest.approx(60.0, abs=0.5)
    assert len(found.episodes) == 1


def test_the_order_of_the_rows_does_not_matter(build_recording: BuildRecording) -> None:
    recording = build_recording([COURSE])
    (episode,) = find_episodes(recording).episodes
    recording.traces = recording.traces.sample(frac=1.0, random_state=3)
    (shuffled,) = find_episodes(recording).episodes
    assert shuffled.onset_s == episode.onset_s
    assert shuffled.peak == episode.peak


def test_ten_minutes_are_looked_through_in_under_two_seconds(
    build_recording: BuildRecording,
) -> None:
    recording = build_recording([COURSE], duration_s=600.0, rate=30.0)
    began = time.perf_counter()
    find_episodes(recording)
    assert time.perf_counter() - began < 4.0  # two where nothing else runs
