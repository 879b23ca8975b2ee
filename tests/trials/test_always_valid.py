"""Closed forms of the always-valid intervals: exact in known cases, and never wrong too often."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import nct, norm, t

from rubor.errors import InputError
from rubor.trials.always_valid import (
    EFFECT_PRECISION,
    anytime_t_evidence,
    anytime_t_limit,
    best_precision,
    normal_mixture_radius,
)


@given(st.floats(2.0, 60.0), st.floats(0.8, 30.0), st.floats(0.5, 0.99))
def test_at_its_limit_the_evidence_is_one_over_the_error(
    freedom: float, information: float, level: float
) -> None:
    limit = float(anytime_t_limit(freedom, information, level))
    if np.isfinite(limit):
        evidence = float(anytime_t_evidence(limit, freedom, information))
        assert evidence == pytest.approx(1.0 / (1.0 - level), rel=1e-6)


@pytest.mark.parametrize(("value", "freedom", "information"), [(0.5, 5, 2.0), (3.0, 7, 20 / 9)])
def test_the_evidence_is_the_mixture_of_noncentral_t_likelihoods(
    value: float, freedom: int, information: float
) -> None:
    # The right-Haar Bayes factor is the ratio of densities of the t statistic, its noncentrality
    # mixed over the normal prior of the effect.
    spread = 1.0 / np.sqrt(EFFECT_PRECISION)
    mixed, _ = quad(
        lambda effect: (
            nct.pdf(value, freedom, effect * np.sqrt(information)) * norm.pdf(effect, scale=spread)
        ),
        -6 * spread,
        6 * spread,
        limit=200,
    )
    expected = mixed / t.pdf(value, freedom)
    assert float(anytime_t_evidence(value, freedom, information)) == pytest.approx(
        expected, rel=1e-4
    )


def test_with_ever_more_freedom_the_t_limit_becomes_the_one_of_known_variance() -> None:
    known = normal_mixture_radius(5.0) / np.sqrt(5.0)
    assert float(anytime_t_limit(1e7, 5.0)) == pytest.approx(float(known), rel=1e-4)
    assert float(anytime_t_limit(np.inf, 5.0)) == pytest.approx(float(known), rel=1e-12)


def test_an_always_valid_limit_is_wider_than_that_of_one_look() -> None:
    for freedom, information in ((4.0, 1.5), (7.0, 20 / 9), (14.0, 4.0), (100.0, 30.0)):
        assert float(anytime_t_limit(freedom, information)) > t.ppf(0.975, freedom)


def test_very_few_recordings_exclude_nothing() -> None:
    assert np.isinf(anytime_t_limit(1.0, 0.5))


def test_the_best_precision_makes_the_boundary_smallest_where_it_should() -> None:
    found = minimize_scalar(
        lambda log_precision: float(normal_mixture_radius(40.0, 0.9, np.exp(log_precision)))
    )
    assert best_precision(40.0, 0.9) == pytest.approx(np.exp(found.x), rel=1e-3)


@pytest.mark.parametrize("known", [False, True], ids=["unknown variance", "known variance"])
def test_looking_after_every_recording_excludes_the_truth_in_at_most_the_stated_share(
    known: bool,
) -> None:
    trials, before, most = 4000, 4, 60
    values = np.random.default_rng(1).standard_normal((trials, before + most))
    wrong = np.zeros(trials, dtype=bool)
    for after in range(1, most + 1):
        early, late = values[:, :before], values[:, before : before + after]
        information = before * after / (before + after)
        difference = late.mean(axis=1) - early.mean(axis=1)
        freedom = before + after - 2.0
        rest = early.var(axis=1) * before + late.var(axis=1) * after
        variance = np.ones(trials) if known else rest / freedom
        limit = anytime_t_limit(np.inf if known else freedom, information)
        wrong |= np.abs(difference) > limit * np.sqrt(variance / information)
    assert 0.002 < wrong.mean() <= 0.05


def test_an_impossible_level_is_refused() -> None:
    for wrong in (0.0, 1.0, 95.0):
        with pytest.raises(InputError, match="level"):
            anytime_t_limit(5.0, 2.0, wrong)
