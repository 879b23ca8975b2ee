"""Priors: each with its source, in agreement with what they are said to rest on, and changeable."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from rubor.errors import InputError
from rubor.treatments import Prior, common_priors, treatment_names, treatment_priors

STRENGTHS = {"high", "moderate", "low", "very_low"}


def all_priors() -> list[Prior]:
    holders = [common_priors(), *(treatment_priors(name) for name in treatment_names())]
    values = [getattr(holder, field.name) for holder in holders for field in fields(holder)]
    return [value for value in values if isinstance(value, Prior)]


def test_no_number_of_the_file_stands_without_a_source() -> None:
    path = files("rubor.treatments") / "data" / "priors.toml"

    def walk(table: dict[str, Any], where: str) -> None:
        if any(isinstance(value, int | float) for value in table.values()):
            assert any(name == "source" or name.endswith("_source") for name in table), where
        for name, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{where}.{name}")

    walk(tomllib.loads(path.read_text(encoding="utf-8")), "")


def test_every_prior_names_its_source_and_strength() -> None:
    assert len(all_priors()) >= 8
    for prior in all_priors():
        assert len(prior.source) > 20
        assert prior.strength in STRENGTHS


def test_the_toxins_reduction_prior_gives_each_third_about_a_third() -> None:
    prior, thirds = treatment_priors("botulinum_toxin").reduction, common_priors().thirds
    below = norm.cdf([thirds.little_below, thirds.very_pleased_above], prior.centre, prior.spread)
    np.testing.assert_allclose(np.diff([0.0, *below, 1.0]), 1 / 3, atol=0.015)


def test_the_toxin_lasts_a_median_of_3_3_months_with_sigma_0_6() -> None:
    duration = treatment_priors("botulinum_toxin").duration_months
    assert duration is not None
    assert (duration.distribution, duration.centre, duration.spread) == ("lognormal", 3.3, 0.6)


def test_the_toxin_is_not_repeated_before_week_12() -> None:
    toxin = treatment_priors("botulinum_toxin")
    assert toxin.earliest_retreatment_weeks == 12


def test_densities_are_those_of_their_distributions() -> None:
    at = np.array([0.2, 1.0, 4.0])
    np.testing.assert_allclose(Prior("normal", 1.0, 2.0).log_density(at), norm.logpdf(at, 1.0, 2.0))
    np.testing.assert_allclose(
        Prior("lognormal", 3.3, 0.6).log_density(at), lognorm.logpdf(at, 0.6, scale=3.3)
    )


def test_a_prior_can_be_changed_and_an_impossible_one_is_refused() -> None:
    prior = treatment_priors("botulinum_toxin").reduction
    assert replace(prior, centre=0.2).centre == 0.2
    with pytest.raises(InputError, match="spread"):
        replace(prior, spread=0.0)
    with pytest.raises(InputError, match="median"):
        Prior("lognormal", -1.0, 0.5)
    with pytest.raises(InputError, match="cannot be"):
        Prior("uniform", 0.0, 1.0)  # type: ignore[arg-type]


def test_an_unknown_treatment_is_refused_with_those_known() -> None:
    with pytest.raises(InputError, match="leeches") as caught:
        treatment_priors("leeches")
    assert "botulinum_toxin" in caught.value.cure
