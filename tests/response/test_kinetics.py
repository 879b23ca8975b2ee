"""Onset, rise and half-recovery of known courses, with honest uncertainty."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from rubor.response.kinetics import CurveStart, ResponseCurve, fit_response_curve
from rubor.simulation import TimeCourse

FloatArray = npt.NDArray[np.float64]

# Of half a cosine: where it is at 10 %, and how much of it lies from there to 90 %.
TEN = math.acos(0.8) / math.pi
TEN_TO_NINETY = 1.0 - 2.0 * TEN


def fitted(
    time_s: FloatArray, values: FloatArray, course: TimeCourse, noise_sd: float
) -> ResponseCurve:
    """The fit, started a third off."""
    start = CurveStart(
        course.onset_s + 0.6 * course.rise_s,
        course.plateau_end_s - 0.2 * course.plateau_s,
        1.4 * course.rise_s,
        1.4 * course.recovery_s,
        0.0,
        0.35,
    )
    curve = fit_response_curve(time_s, values, start, noise_sd, rest_sd=0.05)
    assert curve is not None
    return curve


@pytest.mark.parametrize(
    "course",
    [
        TimeCourse(15.0, 4.0, 4.0, 4.0),
        TimeCourse(15.0, 8.0, 8.0, 12.0),
        TimeCourse(20.0, 3.0, 20.0, 10.0),
    ],
)
def test_a_peak_of_ten_noise_sds_gives_onset_within_1_s_and_times_within_15_percent(
    course: TimeCourse,
) -> None:
    time_s = np.arange(0.0, course.plateau_end_s + 4.0 * course.recovery_s, 1.0 / 15.0)
    ok = np.zeros(3)
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(0.0, 0.04, time_s.size)
        curve = fitted(time_s, 0.4 * course.at(time_s) + noise, course, 0.04 / math.sqrt(15.0))
        ok += [
            abs(curve.onset_s.value - course.onset_s - TEN * course.rise_s) <= 1.0,
            abs(curve.rise_time_s.value / (TEN_TO_NINETY * course.rise_s) - 1.0) <= 0.15,
            abs(curve.half_recovery_s.value / (math.log(2.0) * course.recovery_s) - 1.0) <= 0.15,
        ]
    assert ok[0] == 20
    assert min(ok[1:]) >= 17


def test_a_flush_gives_its_onset_within_a_tenth_of_its_rise() -> None:
    course = TimeCourse(45.0, 60.0, 60.0, 60.0)
    time_s = np.arange(0.0, 300.0, 0.2)
    for seed in range(10):
        noise = np.random.default_rng(seed).normal(0.0, 0.03, time_s.size)
        curve = fitted(time_s, 0.4 * course.at(time_s) + noise, course, 0.03 / math.sqrt(5.0))
        error_s = curve.onset_s.value - course.onset_s - TEN * course.rise_s
        assert abs(error_s) <= 0.1 * TEN_TO_NINETY * course.rise_s


@pytest.mark.parametrize("autocorrelation", [0.0, 0.8])
def test_intervals_cover_the_truth_also_in_noise_that_lasts(autocorrelation: float) -> None:
    course = TimeCourse(15.0, 6.0, 8.0, 8.0)
    time_s = np.arange(0.0, 60.0, 0.1)
    truth = (
        course.onset_s + TEN * course.rise_s,
        TEN_TO_NINETY * course.rise_s,
        0.4,
        math.log(2.0) * course.recovery_s,
    )
    covered = np.zeros(4)
    runs = 30
    for seed in range(runs):
        draw = np.random.default_rng(seed)
        noise = np.zeros(time_s.size)
        for number, step in enumerate(draw.normal(0.0, 0.02, time_s.size)):
            noise[number] = step + (autocorrelation * noise[number - 1] if number else 0.0)
        one_second_sd = 0.02 / (1.0 - autocorrelation) / math.sqrt(10.0)
        curve = fitted(time_s, 0.4 * course.at(time_s) + noise, course, one_second_sd)
        found = (curve.onset_s, curve.rise_time_s, curve.peak, curve.half_recovery_s)
        covered += [
            low <= true <= high
            for (low, high), true in zip([one.interval_95 for one in found], truth, strict=True)
        ]
    assert covered.min() / runs >= 0.85


def straight(time_s: FloatArray) -> FloatArray:
    return np.interp(time_s, [0, 15, 21, 30, 50], [0, 0, 1, 1, 0])


def abrupt(time_s: FloatArray) -> FloatArray:
    rise = 1.0 - np.exp(-np.maximum(time_s - 15.0, 0.0) / 3.0)
    return rise * np.exp(-np.maximum(time_s - 32.0, 0.0) / 10.0)


def bell(time_s: FloatArray) -> FloatArray:
    return np.exp(-0.5 * ((time_s - 30.0) / 6.0) ** 2)


@pytest.mark.parametrize("shape", [straight, abrupt, bell])
def test_courses_of_other_shapes_are_told_too(shape: object) -> None:
    """The fitted shapes are none of these; the times are read from the truth itself."""
    assert callable(shape)
    time_s = np.arange(0.0, 80.0, 0.1)
    true = shape(time_s)
    top = int(np.argmax(true))
    ten, ninety = (
        float(np.interp(share, true[: top + 1], time_s[: top + 1])) for share in (0.1, 0.9)
    )
    after = true[::-1][: len(true) - top]
    half_s = float(np.interp(0.5, after, time_s[::-1][: len(after)]))
    noise = np.random.default_rng(5).normal(0.0, 0.02, time_s.size)
    start = CurveStart((ten + ninety) / 2.0, 30.0, 6.0, 12.0, 0.0, 0.4)
    curve = fit_response_curve(time_s, 0.4 * true + noise, start, 0.007, 0.05)
    assert curve is not None
    assert curve.onset_s.value == pytest.approx(ten, abs=1.0)
    assert curve.rise_time_s.value == pytest.approx(ninety - ten, rel=0.2)
    assert curve.half_recovered_s == pytest.approx(half_s, abs=1.0)
    assert curve.peak.value == pytest.approx(0.4, rel=0.08)


def test_too_few_samples_give_no_curve() -> None:
    start = CurveStart(3.0, 5.0, 2.0, 2.0, 0.0, 1.0)
    assert fit_response_curve(np.arange(8.0), np.ones(8), start, 0.1, 0.1) is None
