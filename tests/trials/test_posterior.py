"""The posterior: prior times likelihood, checked against cases that are known in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from rubor.treatments import Prior
from rubor.trials.contrast import Contrast, ContrastAt
from rubor.trials.posterior import probability_above, reduction_posterior


@dataclass(frozen=True)
class KnownNormal:
    """A contrast of which the likelihood is normal: reduction `centre`, standard error `sd`."""

    centre: float
    sd: float

    def at(self, kept: npt.NDArray[np.float64]) -> ContrastAt:
        one = np.ones_like(kept)
        return ContrastAt(
            value=(1.0 - self.centre) - kept,
            variance=one[..., None] * self.sd**2,
            weight=one[..., None],
            plain_variance=one * self.sd**2,
            systematic_variance=0.0 * one,
            freedom=one * np.inf,
            information=one,
        )

    def chosen(self, trials: npt.NDArray[np.bool_]) -> Contrast:
        return self


def test_with_the_prior_off_it_is_the_likelihood() -> None:
    posterior = reduction_posterior(KnownNormal(0.4, 0.1), None)
    assert posterior.above(0.25) == pytest.approx(norm.sf(0.25, 0.4, 0.1), abs=1e-4)
    assert posterior.quantile(0.5) == pytest.approx(0.4, abs=1e-3)


def test_a_normal_prior_and_a_normal_likelihood_give_the_normal_between_them() -> None:
    prior, centre, sd = Prior("normal", 0.2, 0.15), 0.5, 0.1
    weight = sd**-2 / (sd**-2 + prior.spread**-2)
    mean = weight * centre + (1.0 - weight) * prior.centre
    spread = (sd**-2 + prior.spread**-2) ** -0.5
    posterior = reduction_posterior(KnownNormal(centre, sd), prior)
    for share in (0.1, 0.5, 0.9):
        expected = norm.ppf(share, mean, spread)
        assert posterior.quantile(share) == pytest.approx(expected, abs=1e-3)


def test_the_thirds_add_up_and_follow_the_reduction() -> None:
    low, high = (reduction_posterior(KnownNormal(centre, 0.05), None) for centre in (0.1, 0.8))
    assert low.thirds().little > 0.99
    assert high.thirds().very_pleased > 0.99


def test_many_trials_at_once_agree_with_one() -> None:
    contrast, prior = KnownNormal(0.33, 0.08), Prior("normal", 0.43, 0.4)
    one = reduction_posterior(contrast, prior).above(0.25)
    many = probability_above(contrast, 0.25, prior, 3)
    np.testing.assert_allclose(many, one, atol=0.005)
