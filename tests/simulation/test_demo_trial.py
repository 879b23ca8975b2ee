"""The story of the demo: blushes that vary, and an effect on one side that comes and goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.simulation.demo_trial import (
    PEAK_REDUCTION,
    demo_visits,
    true_half_gone,
    true_reduction,
)
from rubor.simulation.scenario_rendering import RenderedScenario
from rubor.simulation.truth import true_regions


def test_three_recordings_before_and_four_over_months_after() -> None:
    visits = demo_visits("left", 1)
    after = [visit for visit in visits if visit.day > visit.treated_on]
    assert (len(visits) - len(after), len(after)) == (3, 4)
    assert after[-1].day - after[-1].treated_on > timedelta(days=90)
    assert all(visit.scenario.duration_s == pytest.approx(30.0) for visit in visits)


def test_half_of_the_effect_is_gone_on_the_day_that_is_said() -> None:
    treated_on = demo_visits("left", 1)[0].treated_on
    half = true_reduction((true_half_gone() - treated_on).days)
    assert half == pytest.approx(PEAK_REDUCTION / 2.0, rel=0.01)


@given(st.integers(0, 99), st.integers(0, 400))
def test_the_effect_never_exceeds_its_peak(seed: int, days: int) -> None:
    assert 0.0 <= true_reduction(days) <= PEAK_REDUCTION
    assert demo_visits("left", seed) == demo_visits("left", seed)


@pytest.mark.parametrize(("treated", "other"), [("left", "right"), ("right", "left")])
def test_only_the_drawn_cheek_is_treated(treated: str, other: str) -> None:
    sides = demo_visits(treated, 1)  # type: ignore[arg-type]
    mirrored = demo_visits(other, 1)  # type: ignore[arg-type]
    for visit, opposite in zip(sides, mirrored, strict=True):
        # The person is the same whichever side is drawn.
        assert visit.scenario.response == opposite.scenario.response
        assert {patch.side for patch in visit.scenario.treated} <= {treated}


def test_the_true_reduction_is_in_the_video() -> None:
    visit = demo_visits("left", 1)[3]
    truth = true_regions(RenderedScenario(visit.scenario))
    peaks = truth.groupby("region")["true_blood_change"].max()
    (response,) = visit.scenario.response
    ratio = peaks["cheek_left"] / peaks["cheek_right"] * response.right / response.left
    assert 1.0 - ratio == pytest.approx(visit.reduction, abs=0.03)
