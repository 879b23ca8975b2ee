"""What must hold of the overlap statistics and effect sizes for any responses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.trials.effect_sizes import (
    log_ratio_of_medians,
    log_response_ratio,
    percent_of_goal_obtained,
    standardised_mean_difference,
)
from rubor.trials.non_overlap import (
    kendall_s,
    non_overlap_of_all_pairs,
    tau,
    tau_baseline_corrected,
)

phases = st.lists(st.integers(-5, 5).map(float), min_size=3, max_size=9)


@given(phases, phases)
def test_nap_of_the_other_direction_is_what_is_left(
    before: list[float], after: list[float]
) -> None:
    up = non_overlap_of_all_pairs(before, after, "increase")
    down = non_overlap_of_all_pairs(before, after, "decrease")
    assert up.value + down.value == pytest.approx(1.0)
    assert up.standard_error == pytest.approx(down.standard_error)


@given(phases, phases)
def test_the_interval_of_nap_holds_nap(before: list[float], after: list[float]) -> None:
    result = non_overlap_of_all_pairs(before, after)
    assert result.interval_95 is not None
    low, high = result.interval_95
    assert 0.0 <= low <= result.value <= high <= 1.0


@given(phases, phases)
def test_tau_is_nap_on_the_scale_from_minus_one_to_one(
    before: list[float], after: list[float]
) -> None:
    nap = non_overlap_of_all_pairs(before, after)
    assert tau(before, after).value == pytest.approx(2.0 * nap.value - 1.0)


@given(phases, phases, st.integers(-3, 3))
def test_a_line_through_all_recordings_does_not_change_the_corrected_tau(
    before: list[float], after: list[float], slope: int
) -> None:
    line = slope * np.arange(len(before) + len(after))
    tilted = np.concatenate([before, after]) + line
    plain = tau_baseline_corrected(before, after).value
    corrected = tau_baseline_corrected(tilted[: len(before)], tilted[len(before) :]).value
    assert corrected == pytest.approx(plain)


@given(phases)
def test_a_series_turned_round_turns_the_sign_of_its_trend(values: list[float]) -> None:
    assert kendall_s(values[::-1]) == -kendall_s(values)


def test_complete_separation_has_a_standard_error() -> None:
    result = non_overlap_of_all_pairs([5.0, 6.0, 7.0], [1.0, 2.0, 3.0])
    assert result.value == 1.0
    assert result.standard_error is not None
    assert result.standard_error > 0.0


def test_complete_separation_of_few_recordings_is_not_certain() -> None:
    apart = [5.0, 6.0, 7.0], [1.0, 2.0, 3.0]
    better = non_overlap_of_all_pairs(*apart).interval_95
    worse = non_overlap_of_all_pairs(*apart, "increase").interval_95
    assert better is not None
    assert worse is not None
    assert better[0] < 0.75
    assert better[1] == 1.0
    assert worse == pytest.approx((0.0, 1.0 - better[0]))


def test_phases_that_cannot_be_compared_are_refused() -> None:
    for before, after in (([1.0], [1.0, 2.0]), ([1.0, np.nan], [1.0, 2.0])):
        with pytest.raises(InputError):
            non_overlap_of_all_pairs(before, after)
        with pytest.raises(InputError):
            log_response_ratio(before, after)
    with pytest.raises(InputError, match="no direction"):
        tau([1.0, 2.0], [3.0, 4.0], "sideways")  # type: ignore[arg-type]


def test_logarithms_of_responses_that_are_gone_are_refused_with_what_to_use_instead() -> None:
    for effect_size in (log_response_ratio, log_ratio_of_medians):
        with pytest.raises(InputError, match="not above 0") as caught:
            effect_size([0.4, 0.5, 0.3], [0.01, -0.02, -0.01])
        assert "reduction" in caught.value.cure


def test_responses_that_do_not_vary_standardise_nothing() -> None:
    with pytest.raises(InputError, match="do not vary"):
        standardised_mean_difference([1.0, 1.0, 1.0], [2.0, 3.0, 4.0])
    with pytest.raises(InputError, match="already at the goal"):
        percent_of_goal_obtained([1.0, 1.0], [0.5, 0.7], goal=1.0)
