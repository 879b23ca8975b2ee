"""Costs: by hand where it can be done by hand, and wider where less is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.treatments.catalogue import catalogue, sequence, treatment
from rubor.treatments.cost import sequence_cost, treatment_cost
from rubor.treatments.priors import Prior

BY_ID = {entry.id: entry for entry in catalogue()}


def test_the_median_year_is_the_price_over_the_median_duration() -> None:
    """350 a session that lasts a median of 3.3 months: 350 x 12 / 3.3 = 1273."""
    cost = treatment_cost(BY_ID["botulinum_toxin"], price=(350.0, 350.0))
    assert cost is not None and cost.per_year is not None
    assert cost.per_year.median == pytest.approx(350.0 * 12.0 / 3.3, rel=0.01)


def test_sessions_are_not_closer_than_twelve_weeks() -> None:
    """52.18 weeks / 12 weeks x 350 is the most that a year can cost."""
    cost = treatment_cost(BY_ID["botulinum_toxin"], price=(350.0, 350.0))
    assert cost is not None and cost.per_year is not None
    assert cost.per_year.interval_95[1] == pytest.approx(350.0 * 365.25 / 7.0 / 12.0, rel=0.001)


def test_a_month_free_of_blushing_carries_the_share_of_people_who_respond() -> None:
    """Price / (duration x share): all lognormal or beta, so that the mean of its logarithm is exact."""
    toxin = BY_ID["botulinum_toxin"]
    cost = treatment_cost(toxin, price=(350.0, 350.0))
    assert cost is not None
    month = cost.per_blush_free_month
    assert month is not None and month == cost.per_benefit_month
    lasts = toxin.lasts_months
    assert lasts is not None and toxin.benefit is not None
    draw = np.random.default_rng(99)
    share = draw.beta(*toxin.benefit.beta, 200_000)
    length = np.exp(draw.normal(np.log(lasts.centre), lasts.spread, 200_000))
    expected = np.quantile(350.0 / (share * length), (0.025, 0.5, 0.975))
    found = (month.interval_95[0], month.median, month.interval_95[1])
    np.testing.assert_allclose(found, expected, rtol=0.06)


def test_only_a_treatment_of_blushing_has_a_month_free_of_blushing() -> None:
    light = treatment_cost(BY_ID["intense_pulsed_light"])
    assert light is not None
    assert light.per_benefit_month is not None
    assert light.per_blush_free_month is None
    assert light.benefit_target == "resting_redness"


def test_a_monthly_price_is_paid_twelve_times() -> None:
    cost = treatment_cost(BY_ID["brimonidine"], price=(20.0, 20.0))
    assert cost is not None and cost.per_year is not None
    assert cost.per_year.median == pytest.approx(240.0)
    assert cost.per_year.interval_95 == pytest.approx((240.0, 240.0))


def test_an_operation_is_spread_over_the_years_that_were_followed() -> None:
    cost = treatment_cost(BY_ID["sympathectomy"], price=(6000.0, 6000.0))
    assert cost is not None and cost.per_year is not None
    assert cost.per_year.median == pytest.approx(6000.0 * 12.0 / 175.0, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(low=st.floats(1.0, 1e4), factor=st.floats(1.0, 10.0))
def test_a_wider_price_gives_a_wider_cost(low: float, factor: float) -> None:
    light = BY_ID["intense_pulsed_light"]
    narrow = treatment_cost(light, price=(low, low))
    wide = treatment_cost(light, price=(low, low * factor))
    assert narrow is not None and narrow.per_year is not None
    assert wide is not None and wide.per_year is not None
    assert wide.per_year.interval_95[1] >= narrow.per_year.interval_95[1] * 0.999
    assert wide.per_year.median >= narrow.per_year.median * 0.999


def test_equal_seeds_give_equal_costs_and_others_nearly() -> None:
    toxin = BY_ID["botulinum_toxin"]
    assert treatment_cost(toxin, seed=3) == treatment_cost(toxin, seed=3)
    one, two = treatment_cost(toxin, seed=3), treatment_cost(toxin, seed=4)
    assert one is not None and one.per_year is not None
    assert two is not None and two.per_year is not None
    assert one.per_year.median == pytest.approx(two.per_year.median, rel=0.03)


def test_what_is_not_known_is_said() -> None:
    assert treatment_cost(BY_ID["clonidine"]) is None
    make_up = treatment_cost(BY_ID["make_up"])
    assert make_up is not None and make_up.per_year is None
    assert "How long it lasts is not known." in make_up.reasons


def test_the_sources_of_price_duration_and_share_are_named() -> None:
    cost = treatment_cost(BY_ID["botulinum_toxin"])
    assert cost is not None
    assert [source.split(":")[0] for source, _ in cost.sources] == [
        "price",
        "duration",
        "who is helped",
    ]


@pytest.mark.parametrize("price", [(0.0, 10.0), (20.0, 10.0), (float("nan"), 10.0)])
def test_an_impossible_price_is_refused(price: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="cannot be"):
        treatment_cost(BY_ID["botulinum_toxin"], price=price)


def test_a_price_for_what_has_no_unit_is_refused() -> None:
    with pytest.raises(InputError, match="not known what is paid for"):
        treatment_cost(treatment("clonidine"), price=(5.0, 5.0))


def test_a_sequence_costs_the_sum_of_its_first_courses() -> None:
    both = sequence("light_then_toxin")
    total = sequence_cost(both, BY_ID)
    alone = [sequence_cost(replace(both, steps=(step,)), BY_ID) for step in both.steps]
    assert total is not None and all(part is not None for part in alone)
    medians = sum(part.median for part in alone if part is not None)
    assert total.median == pytest.approx(medians, rel=0.05)
    assert total.interval_95[0] > max(part.interval_95[0] for part in alone if part is not None)


def test_a_duration_measured_in_this_person_takes_the_place_of_that_in_people() -> None:
    own = Prior("lognormal", 6.0, 1e-9, "your trial", "own")
    cost = treatment_cost(treatment("botulinum_toxin"), price=(350.0, 350.0), lasts=own)
    assert cost is not None
    assert cost.per_year is not None
    assert cost.per_year.median == pytest.approx(700.0)
    assert ("duration: your trial", "own") in cost.sources
