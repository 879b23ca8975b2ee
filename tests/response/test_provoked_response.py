"""One number per side with its standard error, and whether anything was provoked."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from rubor.errors import InputError
from rubor.measurement import Recording
from rubor.response import provoked_response
from rubor.simulation import TimeCourse

BuildRecording = Callable[..., Recording]

COURSE = TimeCourse(onset_s=16.0, rise_s=5.0, plateau_s=15.0, recovery_s=8.0)
SINGING = (
    (0.0, "baseline_start"),
    (15.0, "baseline_end"),
    (15.0, "stimulus_start"),
    (36.0, "stimulus_end"),
)
TREATED_LEFT = {"cheek_left": 0.3, "jaw_left": 0.3}


def test_each_side_and_the_whole_have_their_response(build_recording: BuildRecording) -> None:
    recording = build_recording([COURSE], factors=TREATED_LEFT, events=SINGING)
    response = provoked_response(recording)
    assert response.measure == "blood_change"
    assert response.provocation == "blush"
    assert response.provoked is True
    assert response.sides["left"].response == pytest.approx(0.12, abs=0.02)
    assert response.sides["right"].response == pytest.approx(0.40, abs=0.02)
    assert response.sides["whole"].response == pytest.approx(0.26, abs=0.02)
    assert response.difference == pytest.approx(-0.28, abs=0.02)
    # The plateau, 21 to 36 s, as the fit sees it.
    assert 20.0 <= response.from_s < response.to_s <= 37.0


def test_the_area_is_the_integral_over_the_same_seconds(build_recording: BuildRecording) -> None:
    recording = build_recording([COURSE], factors=TREATED_LEFT, events=SINGING, duration_s=80.0)
    response = provoked_response(recording, statistic="area")
    true = 0.4 * (2.5 + 15.0 + 8.0)
    assert response.sides["right"].response == pytest.approx(true, rel=0.12)
    assert response.sides["left"].response == pytest.approx(0.3 * true, rel=0.15)


def test_standard_errors_are_at_least_the_scatter_of_repeated_recordings(
    build_recording: BuildRecording,
) -> None:
    """In white noise up to some times as large: that long means average out is not taken for granted."""
    sides, differences, sds, difference_sds = [], [], [], []
    for seed in range(40):
        recording = build_recording(
            [COURSE], events=SINGING, drift_sd=0.0, scale_sd=0.0, frame_sd=0.05, seed=seed
        )
        response = provoked_response(recording)
        sides.append(response.sides["left"].response)
        differences.append(response.difference)
        sds.append(response.sides["left"].response_sd)
        difference_sds.append(response.difference_sd)
    assert 0.8 < np.median(sds) / np.std(sides) < 5.0
    assert 0.8 < np.median(difference_sds) / np.std(differences) < 5.0


def test_what_the_light_does_to_both_sides_is_counted_once(build_recording: BuildRecording) -> None:
    response = provoked_response(build_recording([COURSE], events=SINGING, drift_sd=0.08))
    left, right = response.sides["left"], response.sides["right"]
    assert left.response_sd == pytest.approx(math.hypot(left.noise_sd, 0.08), rel=0.05)
    assert response.difference_sd < 0.03
    assert response.covariance == pytest.approx(
        (left.response_sd**2 + right.response_sd**2 - response.difference_sd**2) / 2.0
    )
    assert response.covariance == pytest.approx(0.08**2, rel=0.1)


def test_the_scale_is_kept_apart_from_the_noise(build_recording: BuildRecording) -> None:
    response = provoked_response(
        build_recording([COURSE], events=SINGING, drift_sd=0.02, scale_sd=0.3)
    )
    assert response.scale_sd == pytest.approx(0.3, rel=0.05)
    assert response.sides["left"].response_sd < 0.03


def test_nothing_provoked_is_false_with_reasons_and_zero_on_average(
    build_recording: BuildRecording,
) -> None:
    responses = [
        provoked_response(build_recording(events=SINGING, pulse_ln=0.04, seed=seed))
        for seed in range(20)
    ]
    assert {response.provoked for response in responses} == {False}
    assert all(len(response.reasons) == 3 for response in responses)
    # Not the highest that chance offers: the seconds are chosen beforehand.
    mean = np.mean([response.sides["whole"].response for response in responses])
    assert abs(mean) < 0.005


@pytest.mark.parametrize(
    ("untreated", "provoked"), [(None, True), ("right", True), ("left", False)]
)
def test_only_the_untreated_side_shows_that_something_was_provoked(
    build_recording: BuildRecording, untreated: str | None, provoked: bool
) -> None:
    recording = build_recording(
        [COURSE], factors={"cheek_left": 0.0, "jaw_left": 0.0}, events=SINGING
    )
    response = provoked_response(recording, untreated=untreated)  # type: ignore[arg-type]
    assert response.provoked is provoked
    assert response.sides["left"].response == pytest.approx(0.0, abs=0.02)


def test_a_felt_press_or_a_faster_pulse_makes_a_blush_that_is_gone_count(
    build_recording: BuildRecording,
) -> None:
    felt = provoked_response(build_recording(events=[*SINGING, (22.0, "felt")]))
    assert (felt.provoked, felt.felt) == (True, 1)
    assert felt.sides["whole"].response == pytest.approx(0.0, abs=0.02)
    faster = provoked_response(
        build_recording(
            events=SINGING,
            baseline=(0.0, 15.0),
            pulse_ln=0.06,
            frame_sd=0.01,
            pulse_bpm=lambda time_s: np.where(time_s < 15.0, 66.0, 84.0),
        )
    )
    assert faster.pulse_rise_bpm == pytest.approx(18.0, abs=2.0)
    assert faster.provoked is True


def test_a_felt_press_before_the_provocation_does_not_count(
    build_recording: BuildRecording,
) -> None:
    response = provoked_response(build_recording(events=[(5.0, "felt"), *SINGING]))
    assert (response.provoked, response.felt) == (False, 0)


def test_cells_can_be_compared_with_their_mirror_images(build_recording: BuildRecording) -> None:
    cells = {
        "cheek_left_07": 0.2,
        "cheek_left_08": 0.2,
        "cheek_right_07": 1.0,
        "cheek_right_08": 1.0,
    }
    recording = build_recording([COURSE], events=SINGING, cell_factors=cells)
    patch = {
        "left": ["cheek_left_07", "cheek_left_08"],
        "right": ["cheek_right_07", "cheek_right_08"],
    }
    response = provoked_response(recording, patch)
    assert response.sides["left"].response == pytest.approx(0.08, abs=0.02)
    assert response.sides["right"].response == pytest.approx(0.40, abs=0.02)
    chunk = recording.cells
    hidden = (chunk["cell"] == "cheek_left_08").to_numpy()
    chunk.loc[hidden, "valid"] = False
    recording.cell_chunks = lambda: iter([chunk])
    paired = provoked_response(recording, patch)
    assert paired.sides["left"].areas == ("cheek_left_07",)
    assert paired.sides["right"].areas == ("cheek_right_07",)


@pytest.mark.parametrize(
    ("marks", "provocation"),
    [
        (SINGING, "blush"),
        (((0.0, "baseline_start"), (15.0, "baseline_end"), (15.0, "heat")), "flush"),
        (((0.0, "baseline_start"), (15.0, "baseline_end")), "rest"),
        ((), None),
    ],
)
def test_the_provocation_is_told_by_the_marks(
    build_recording: BuildRecording, marks: tuple[tuple[float, str], ...], provocation: str | None
) -> None:
    assert provoked_response(build_recording(events=marks)).provocation == provocation


def test_an_episode_before_the_provocation_is_not_the_response(
    build_recording: BuildRecording,
) -> None:
    early = TimeCourse(14.0, 3.0, 4.0, 3.0)
    later = TimeCourse(61.0, 4.0, 10.0, 6.0)
    recording = build_recording(
        [early, early, later],
        duration_s=110.0,
        events=[(60.0, "stimulus_start"), (75.0, "stimulus_end")],
    )
    response = provoked_response(recording)
    assert response.from_s > 60.0
    assert response.sides["whole"].response == pytest.approx(0.4, abs=0.04)


def test_sides_that_were_not_measured_leave_it_open(build_recording: BuildRecording) -> None:
    response = provoked_response(build_recording(gaps=[(10.0, 60.0)], events=SINGING))
    assert response.provoked is None
    assert math.isnan(response.sides["left"].response)
    assert response.reasons


def test_areas_without_both_sides_or_of_unknown_names_are_refused(
    build_recording: BuildRecording,
) -> None:
    recording = build_recording()
    with pytest.raises(InputError, match="left and right"):
        provoked_response(recording, {"left": ["cheek_left"]})
    with pytest.raises(InputError, match="elbow"):
        provoked_response(recording, {"left": ["elbow"], "right": ["cheek_right"]})


def test_the_same_recording_gives_the_same_numbers(build_recording: BuildRecording) -> None:
    assert provoked_response(build_recording([COURSE], events=SINGING)) == provoked_response(
        build_recording([COURSE], events=SINGING)
    )
