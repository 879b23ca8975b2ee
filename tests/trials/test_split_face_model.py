"""The split-face model: what cancels, what weighs little, and what the interval is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from rubor.trials.contrast import between_variance
from rubor.trials.phase_ratios import PhaseRatios, Series, phase_ratios
from rubor.trials.reduction_limits import reduction_limits
from rubor.trials.simulated_trials import TrialNoise, simulated_split_face

BEFORE, AFTER = 4, 5


def trial(
    reduction: float = 0.5,
    side_sd: float = 0.15,
    seed: int = 0,
    scale: float = 1.0,
    asymmetry: float = 1.0,
    response_sd: float = 0.01,
) -> Series:
    generator = np.random.default_rng(seed)
    size = BEFORE + AFTER
    after = np.arange(size) >= BEFORE
    level = 0.4 * np.exp(0.3 * generator.standard_normal(size))
    side = np.exp(side_sd * generator.standard_normal(size))
    treated = asymmetry * level * side * np.where(after, 1.0 - reduction, 1.0)
    sd = np.full((1, size), response_sd * scale)
    return Series(
        treated=scale * treated[None],
        treated_sd=sd,
        untreated=scale * level[None],
        untreated_sd=sd,
        after=after[None],
        present=np.ones((1, size), dtype=bool),
        day=(5.0 * np.arange(size) + 14.0 * after)[None],
    )


def estimate(series: Series) -> float:
    return reduction_limits(phase_ratios(series)).value


def test_without_scatter_the_reduction_is_found_exactly() -> None:
    for reduction in (-0.3, 0.0, 0.25, 0.9, 1.0):
        assert estimate(trial(reduction, side_sd=0.0)) == pytest.approx(reduction, abs=1e-3)


def test_the_persons_own_asymmetry_cancels() -> None:
    even, uneven = (estimate(trial(asymmetry=value)) for value in (1.0, 1.4))
    assert even == pytest.approx(uneven, abs=0.01)


@given(scale=st.floats(0.05, 20.0))
@settings(max_examples=10, deadline=None)
def test_the_unit_of_the_response_does_not_matter(scale: float) -> None:
    one, other = (reduction_limits(phase_ratios(trial(scale=value))) for value in (1.0, scale))
    np.testing.assert_allclose(one.interval_95, other.interval_95, atol=2e-3)
    assert one.value == pytest.approx(other.value, abs=1e-3)


def test_what_halves_both_sides_is_no_reduction() -> None:
    series = trial(0.0)
    both = np.where(series.after, 0.5, 1.0)
    changed = Series(
        series.treated * both,
        series.treated_sd,
        series.untreated * both,
        series.untreated_sd,
        series.after,
        series.present,
        series.day,
    )
    assert estimate(changed) == pytest.approx(estimate(series), abs=0.03)


def test_zero_and_negative_responses_are_data() -> None:
    series = trial(1.0, response_sd=0.02)
    gone = np.random.default_rng(4).normal(0.0, 0.02, series.treated.shape)
    treated = np.where(series.after, gone, series.treated)
    result = reduction_limits(phase_ratios(Series(treated, *_rest(series))))
    assert (gone[series.after] < 0).any()
    assert result.value == pytest.approx(1.0, abs=0.06)
    assert result.interval_95[0] < 1.0 < result.interval_95[1]
    assert result.interval_95[1] - result.interval_95[0] < 0.2


def test_a_recording_without_a_blush_on_either_side_changes_little() -> None:
    series = trial()
    treated, untreated = series.treated.copy(), series.untreated.copy()
    treated[0, -1], untreated[0, -1] = 0.012, -0.008
    weak = Series(treated, series.treated_sd, untreated, *_rest(series)[2:])
    present = series.present.copy()
    present[0, -1] = False
    without = Series(
        series.treated,
        series.treated_sd,
        series.untreated,
        series.untreated_sd,
        series.after,
        present,
        series.day,
    )
    assert estimate(weak) == pytest.approx(estimate(without), abs=0.03)


def _rest(series: Series) -> tuple[np.ndarray, ...]:
    return (
        series.treated_sd,
        series.untreated,
        series.untreated_sd,
        series.after,
        series.present,
        series.day,
    )


def test_without_measurement_error_the_chance_is_nearly_students_t() -> None:
    # Autocorrelation widens it, so the comparison is with its weight on none.
    series = trial(0.0, side_sd=0.02, response_sd=1e-6, seed=5)
    ratios = phase_ratios(series)
    alone = PhaseRatios(
        ratios.before,
        ratios.after,
        ratios.between_sd,
        np.array([[1.0, 0.0, 0.0, 0.0]]),
        ratios.systematic_sd,
        ratios._phases,
        ratios._between_phases,
        ratios._first_variance,
    )
    told = (series.treated / series.untreated)[0]
    early, late = told[:BEFORE], told[BEFORE:]
    for kept in (0.97, 1.0, 1.02):
        # Under the supposed share, both phases scatter by the same share of the response.
        scatter = (np.var(early) * BEFORE + np.var(late) * AFTER / kept**2) / (BEFORE + AFTER - 2)
        error = kept * np.sqrt(scatter * (1 / BEFORE + 1 / AFTER))
        expected = t.cdf((late.mean() - kept * early.mean()) / error, BEFORE + AFTER - 2)
        assert float(alone.at(np.array([[kept]])).chance_below()[0, 0]) == pytest.approx(
            expected, abs=0.004
        )


def test_scatter_no_larger_than_the_measurement_error_leaves_little_between_recordings() -> None:
    error = np.array(0.02)
    small, large = (
        float(np.sum(np.prod(between_variance(np.array(scatter), error, np.array(7.0)), axis=0)))
        for scatter in (0.01, 0.06)
    )
    assert small < 0.02 < large


@pytest.mark.parametrize("reduction", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("before", "after"), [(3, 3), (4, 5), (8, 8)])
def test_the_interval_holds_the_truth_as_often_as_it_says(
    reduction: float, before: int, after: int
) -> None:
    noise = TrialNoise(side_sd=0.2, autocorrelation=0.15)
    series = simulated_split_face(noise, before, after, reduction, 1500, np.random.default_rng(8))
    chance = phase_ratios(series).at(np.full((1500, 1), 1.0 - reduction)).chance_below()
    assert 0.93 < np.mean((chance > 0.025) & (chance < 0.975)) < 0.98


def test_daily_looks_at_nothing_exclude_it_in_at_most_a_twentieth() -> None:
    noise = TrialNoise(side_sd=0.2, autocorrelation=0.3)
    series = simulated_split_face(noise, 4, 12, 0.0, 1500, np.random.default_rng(9))
    wrong = np.zeros(1500, dtype=bool)
    for look in range(2, 13):
        present = series.present & (np.arange(16) < 4 + look)
        seen = Series(series.treated, *_rest(series)[:4], present, series.day)
        wrong |= np.abs(phase_ratios(seen).at(np.ones((1500, 1))).always_valid_excess()[:, 0]) > 1.0
    assert wrong.mean() <= 0.05
