"""A change of colour becomes a change of blood; where that cannot be told, nothing is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.measurement.baseline import Baseline, NoBaseline
from rubor.measurement.blood_series import (
    UNSEEN_DRIFT_SD,
    blood_series,
    reason_without_blood_change,
)
from rubor.measurement.light_reference import LightReference
from rubor.measurement.skin_reading import SkinReading
from rubor.optics.blood_curve import allowed_drift, blood_change

TIME_S = np.arange(0.0, 20.0, 1.0 / 15.0)
REST = Baseline(0.0, 5.0, "option", None)
LIGHT_SKIN = SkinReading(48.0, 9.0, "declared", (0.5, 0.2), 0.05)
DARK_SKIN = SkinReading(-50.0, 12.0, "declared", None, 0.05)


def watched(drift_sd: float, kind: str = "background") -> LightReference:
    flat = np.zeros(len(TIME_S))
    sd = np.full(len(TIME_S), drift_sd)
    return LightReference(kind, TIME_S, flat, flat, flat, sd, 9, False, None)  # type: ignore[arg-type]


def rise(size: float) -> np.ndarray:
    """A change of log10(R/G) that comes up to a plateau, one column."""
    return np.interp(TIME_S, [6.0, 9.0], [0.0, size])[:, None]


def test_a_steady_change_is_what_the_curve_says() -> None:
    found = blood_series(TIME_S, rise(0.03), watched(0.002), LIGHT_SKIN)
    expected = blood_change(
        0.03 * np.log(10.0), 48.0, 9.0, (0.5, 0.2), 0.05, log_ratio_change_sd=0.002
    )
    assert found.estimate[-1, 0] == pytest.approx(float(expected.estimate))
    assert found.sd[-1, 0] == pytest.approx(float(expected.sd))


@given(st.integers(0, 2**31))
def test_noise_averages_out_though_the_curve_bends(seed: int) -> None:
    """Of a plateau seen through noise of its own size, the mean is that of the quiet plateau."""
    noise = np.random.default_rng(seed).normal(0.0, 0.03, (len(TIME_S), 1))
    plateau = slice(150, 270)
    noise[plateau] -= noise[plateau].mean()
    quiet = blood_series(TIME_S, rise(0.03), watched(0.002), LIGHT_SKIN)
    noisy = blood_series(TIME_S, rise(0.03) + noise, watched(0.002), LIGHT_SKIN)
    assert np.isfinite(noisy.estimate).all()
    assert noisy.estimate[plateau].mean() == pytest.approx(quiet.estimate[plateau].mean(), rel=0.08)


def test_less_sure_light_is_less_sure_blood() -> None:
    sure = blood_series(TIME_S, rise(0.03), watched(0.001), LIGHT_SKIN)
    unsure = blood_series(TIME_S, rise(0.03), watched(0.01), LIGHT_SKIN)
    unwatched = blood_series(TIME_S, rise(0.03), watched(np.nan, "none"), LIGHT_SKIN)
    assert sure.sd[-1, 0] < unsure.sd[-1, 0] < unwatched.sd[-1, 0]
    # Nothing has changed yet: all that is unsure is the light.
    slope = float(blood_change(1e-3, 48.0, 9.0, (0.5, 0.2)).estimate) / 1e-3
    assert unwatched.sd[0, 0] == pytest.approx(slope * UNSEEN_DRIFT_SD, rel=0.05)


def test_in_dark_skin_it_abstains_where_the_light_is_not_sure_enough() -> None:
    allowed = float(allowed_drift(-50.0))
    told = blood_series(TIME_S, rise(0.01), watched(0.9 * allowed), DARK_SKIN)
    kept_back = blood_series(TIME_S, rise(0.01), watched(1.1 * allowed), DARK_SKIN)
    assert np.isfinite(told.estimate).all()
    assert np.isnan(kept_back.estimate).all()
    assert np.isnan(kept_back.sd).all()
    assert reason_without_blood_change(REST, watched(0.9 * allowed), DARK_SKIN) is None
    reason = reason_without_blood_change(REST, watched(1.1 * allowed), DARK_SKIN)
    assert reason is not None and "dark skin" in reason and "card" in reason


def test_it_abstains_moment_by_moment() -> None:
    light = watched(0.0001)
    light.drift_sd[200:] = 0.05
    found = blood_series(TIME_S, rise(0.01), light, DARK_SKIN)
    assert np.isfinite(found.estimate[:200]).all()
    assert np.isnan(found.estimate[200:]).all()


def test_without_a_tone_or_a_baseline_nothing_is_said_and_the_reason_is() -> None:
    nobody = SkinReading(None, None, "image", None, 0.05)
    assert np.isnan(blood_series(TIME_S, rise(0.03), watched(0.001), nobody).estimate).all()
    assert "--skin-tone" in (reason_without_blood_change(REST, watched(0.001), nobody) or "")
    assert reason_without_blood_change(NoBaseline("too short"), watched(0.001), LIGHT_SKIN) == (
        "too short"
    )
