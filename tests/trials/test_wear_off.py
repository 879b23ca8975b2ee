"""Wear-off: from the prior alone, from a full course, and what may follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from rubor.treatments import Prior, TreatmentPriors, treatment_priors
from rubor.trials.phase_ratios import Series, phase_ratios
from rubor.trials.wear_off import DAYS_PER_MONTH, WearOff, estimate_wear_off, share_of_full_effect

TREATED_ON = date(2026, 2, 1)
PRIORS = treatment_priors("botulinum_toxin")
IN_WINDOW = (16, 22, 28, 35, 45)


def course(
    duration_months: float,
    later: tuple[int, ...] = (),
    *,
    full: float = 0.7,
    seed: int = 0,
    priors: TreatmentPriors = PRIORS,
) -> WearOff:
    generator = np.random.default_rng(seed)
    day = np.array([-12.0, -9.0, -6.0, -3.0, *IN_WINDOW, *later])
    after = day > 0
    share = share_of_full_effect(np.maximum(day, 1e-3), 7.0, duration_months * DAYS_PER_MONTH, 5.0)
    kept = np.where(after, 1.0 - full * share, 1.0)
    level = 0.4 * np.exp(0.3 * generator.standard_normal(len(day)))
    error = np.full((1, len(day)), 0.01)
    treated = level * kept * np.exp(0.1 * generator.standard_normal(len(day)))
    series = Series(
        treated=treated[None] + error * generator.standard_normal((1, len(day))),
        treated_sd=error,
        untreated=level[None] + error * generator.standard_normal((1, len(day))),
        untreated_sd=error,
        after=after[None],
        present=np.ones((1, len(day)), dtype=bool),
        day=day[None] + float((TREATED_ON - date(1970, 1, 1)).days),
    )
    inside = day <= 56
    columns = [getattr(series, name)[:, inside] for name in Series.__dataclass_fields__]
    return estimate_wear_off(series, phase_ratios(Series(*columns)), TREATED_ON, priors)


def test_while_the_effect_is_full_the_duration_is_its_prior_less_what_is_past() -> None:
    wear_off = course(3.3)
    assert wear_off.duration_months > 3.3
    low, high = wear_off.duration_interval_80
    assert 1.8 < low < 3.3 < high < 9.0
    assert wear_off.chance_half_gone < 0.1
    assert "median 3.3 months, sigma 0.6" in wear_off.prior


@pytest.mark.parametrize("months", [2.8, 4.5, 6.0])
def test_recordings_through_the_decline_find_the_duration(months: float) -> None:
    later = tuple(range(60, int(months * 60), 14))
    wear_off = course(months, later)
    assert wear_off.duration_months == pytest.approx(months, rel=0.15)
    low, high = wear_off.duration_interval_80
    assert high / low < 1.6
    assert wear_off.full_reduction == pytest.approx(0.7, abs=0.1)
    assert wear_off.chance_half_gone > 0.9


def test_the_interval_of_four_fifths_holds_the_truth_about_that_often() -> None:
    generator = np.random.default_rng(4)
    held = []
    for seed in range(40):
        months = 3.3 * np.exp(0.6 * generator.standard_normal())
        if months > 2.2:  # shorter ones are gone within the window
            low, high = course(months, (75, 105, 135), seed=seed).duration_interval_80
            held.append(low <= months <= high)
    assert 0.62 < np.mean(held) < 0.97


def test_dates_are_those_of_the_duration() -> None:
    wear_off = course(4.0, (80, 110))
    days = round(wear_off.duration_months * DAYS_PER_MONTH)
    assert wear_off.half_effect_on == TREATED_ON + timedelta(days=days)
    first, last = wear_off.half_effect_interval_80
    assert first < wear_off.half_effect_on < last
    assert wear_off.last_recording_day == 110


def test_another_treatment_is_never_due_before_twelve_weeks() -> None:
    wear_off = course(1.5, (60, 75, 90))
    earliest = TREATED_ON + timedelta(weeks=12)
    assert wear_off.half_effect_on < earliest
    assert wear_off.retreatment_window[0] == earliest
    assert wear_off.retreatment_window[1] >= earliest
    assert course(6.0, (100, 150)).retreatment_window[0] > earliest


def test_the_prior_of_the_duration_can_be_another() -> None:
    other = replace(PRIORS, duration_months=Prior("lognormal", 6.0, 0.3))
    longer = course(3.3, priors=other)
    assert longer.duration_months > course(3.3).duration_months
