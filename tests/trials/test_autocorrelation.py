"""Autocorrelation: correlations fall with time, and are averaged over by likelihood and prior."""

from __future__ import annotations

import numpy as np
import pytest

from rubor.trials.autocorrelation import (
    LAG_ONE,
    LAG_ONE_PRIOR,
    correlation,
    degrees_of_freedom,
    quadratic_form,
    restricted_log_likelihood,
)
from rubor.trials.phase_ratios import phase_ratios
from rubor.trials.simulated_trials import TrialNoise, simulated_split_face


def test_neighbours_at_the_usual_gap_have_the_lag_one_value() -> None:
    matrix = correlation(np.array([0.0, 4.0, 8.0, 30.0]), np.ones(4, dtype=bool))
    np.testing.assert_allclose(matrix[:, 0, 1], LAG_ONE)
    np.testing.assert_allclose(matrix[:, 0, 2], LAG_ONE**2)
    assert (matrix[1:, 2, 3] < 0.1).all()


def test_a_missing_recording_is_correlated_with_nothing() -> None:
    present = np.array([True, False, True, True])
    matrix = correlation(np.array([0.0, 4.0, 8.0, 12.0]), present)
    np.testing.assert_allclose(matrix[:, 1], np.eye(4)[1][None].repeat(len(LAG_ONE), axis=0))


def test_equal_weights_without_correlation_have_n_less_one_degrees_of_freedom() -> None:
    weight = np.full(7, 1 / 7)
    matrix = correlation(np.arange(7.0), np.ones(7, dtype=bool))
    freedom = degrees_of_freedom(weight, matrix)
    assert freedom[0] == pytest.approx(6.0)
    assert (np.diff(freedom) < 0).all()


def test_the_variance_of_a_mean_is_the_quadratic_form_of_its_weights() -> None:
    weight = np.full(3, 1 / 3)
    matrix = correlation(np.arange(3.0), np.ones(3, dtype=bool))
    expected = (3.0 + 4.0 * LAG_ONE + 2.0 * LAG_ONE**2) / 9.0
    np.testing.assert_allclose(quadratic_form(weight, matrix, weight), expected)


def test_the_likelihood_is_that_of_residual_contrasts() -> None:
    # Restricted likelihood: that of any full set of contrasts without the mean, its scale integrated
    # out, up to a constant.
    generator = np.random.default_rng(0)
    values, size = generator.standard_normal(5), 5
    matrix = correlation(np.arange(float(size)), np.ones(size, dtype=bool))
    contrasts = np.eye(size)[1:] - np.eye(size)[:-1]
    expected = []
    for one in matrix:
        covariance = contrasts @ one @ contrasts.T
        rest = contrasts @ values
        square = rest @ np.linalg.solve(covariance, rest)
        expected.append(-0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * (size - 1) * np.log(square))
    found = restricted_log_likelihood(
        values - values.mean(), np.ones((size, 1)), matrix, np.array(size - 1.0)
    )
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], atol=1e-6)


def test_alike_neighbours_move_the_weight_to_higher_values() -> None:
    weights = []
    for alike in (0.0, 0.6):
        noise = TrialNoise(side_sd=0.3, response_sd=0.005, autocorrelation=alike)
        series = simulated_split_face(noise, 10, 10, 0.3, 300, np.random.default_rng(1))
        weights.append(phase_ratios(series).lag_one_weight.mean(axis=0) @ LAG_ONE)
    assert weights[1] > weights[0] + 0.05
    assert float(LAG_ONE_PRIOR.sum()) == pytest.approx(1.0)
