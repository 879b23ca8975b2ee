"""Alternating: pairs, blocks of the draw, and the randomisation test itself."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from rubor.errors import InputError
from rubor.trials import analyse
from rubor.trials.alternating import Pairs, alternating_pairs, randomisation_p
from rubor.trials.reduction_limits import reduction_limits
from rubor.trials.response_table import check_responses
from rubor.trials.simulated_trials import TrialNoise, simulated_alternating


def sides(kept: float, left_treated: list[bool], asymmetry: float = 1.0) -> pd.DataFrame:
    generator = np.random.default_rng(1)
    rows = []
    for number, left in enumerate(left_treated):
        level = 0.4 * np.exp(0.3 * generator.standard_normal())
        for side in ("left", "right"):
            treated = (side == "left") == left
            response = level * (asymmetry if side == "left" else 1.0) * (kept if treated else 1.0)
            response *= np.exp(0.08 * generator.standard_normal())
            day = pd.Timestamp("2026-02-01") + pd.Timedelta(days=2 * number)
            rows.append((f"s{number}", day, "after", side, treated, response, 0.02))
    columns = ["session", "date", "phase", "side", "treated", "response", "response_sd"]
    return pd.DataFrame(rows, columns=columns)


def days(kept: float, treated: list[bool]) -> pd.DataFrame:
    generator = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "session": [f"d{number}" for number in range(len(treated))],
            "date": pd.date_range("2026-02-01", periods=len(treated), freq="2D"),
            "phase": "after",
            "treated": treated,
            "response": np.where(treated, 0.4 * kept, 0.4)
            * np.exp(0.1 * generator.standard_normal(len(treated))),
            "response_sd": 0.02,
        }
    )


PAIRED = [True, False, False, True, True, False, False, True]


def test_a_topical_that_works_is_found_with_its_own_randomisation_test() -> None:
    verdict = analyse(sides(0.4, PAIRED), "alternating")
    assert verdict.verdict == "works"
    assert verdict.claim == "caused"
    assert verdict.reduction == pytest.approx(0.6, abs=0.08)
    assert verdict.wear_off is None
    # Two and two were drawn together: 16 draws, of which two are as extreme.
    assert verdict.randomisation_p == pytest.approx(2 / 16)


def test_sides_drawn_each_by_itself_have_more_draws() -> None:
    verdict = analyse(
        sides(0.4, [True, True, False, True, False, False, True, True]), "alternating"
    )
    assert verdict.randomisation_p == pytest.approx(2 / 2**8)


def test_occasions_say_which_recordings_were_drawn_together() -> None:
    rows = sides(0.4, [True, True, False, True])
    rows["occasion"] = np.repeat([1, 3, 2, 4], 2)
    _, block, _ = alternating_pairs(check_responses(rows, "alternating").rows)
    assert block.tolist() == [0, 1, 0, 1]


def test_the_persons_asymmetry_cancels_where_the_sides_alternate() -> None:
    even, uneven = (
        analyse(sides(0.5, PAIRED, asymmetry), "alternating").reduction for asymmetry in (1.0, 1.5)
    )
    assert even == pytest.approx(uneven, abs=0.02)


def test_days_are_compared_two_and_two() -> None:
    verdict = analyse(days(0.4, PAIRED), "alternating")
    assert verdict.recordings_after == 4
    assert verdict.reduction == pytest.approx(0.6, abs=0.1)
    assert verdict.randomisation_p == pytest.approx(2 / 16)


def test_days_that_are_not_one_treated_and_one_untreated_are_refused() -> None:
    with pytest.raises(InputError, match="one treated and one untreated day"):
        analyse(days(0.4, [True, True, False, False]), "alternating")


def test_a_day_without_its_partner_is_left_out_and_named() -> None:
    verdict = analyse(days(0.4, [*PAIRED, True]), "alternating")
    assert verdict.recordings_after == 4
    assert any("d8 is left out" in reason for reason in verdict.reasons)


def test_one_pair_tells_nothing() -> None:
    with pytest.raises(InputError, match="one pair"):
        analyse(sides(0.4, [True]), "alternating")


@pytest.mark.parametrize("count", [3, 5, 6, 8])
def test_the_least_p_of_n_pairs_is_two_in_two_to_the_n(count: int) -> None:
    same = np.full((1, count), 0.1)
    pairs = Pairs(same * 0, same, np.arange(1.0, count + 1)[None], same, same * 0)
    assert randomisation_p(pairs, np.arange(count)) == (2 / 2**count, 2**count)


def test_p_counts_the_draws_that_are_as_extreme() -> None:
    difference = np.array([[0.3, 0.1, -0.05, 0.2, 0.15]])
    same = np.full_like(difference, 0.02)
    p, _ = randomisation_p(Pairs(-difference, same, 0 * difference, same, 0 * same), np.arange(5))
    sums = [abs(np.dot(signs, difference[0])) for signs in itertools.product((1, -1), repeat=5)]
    assert p == pytest.approx(np.mean(np.array(sums) >= 0.7 - 1e-9))


def test_under_no_effect_p_is_small_no_more_often_than_it_says() -> None:
    noise = TrialNoise(side_sd=0.2, autocorrelation=0.6)
    many = simulated_alternating(noise, 12, 0.0, 1000, np.random.default_rng(3))
    block = np.arange(12) // 2
    ps = [randomisation_p(many.chosen(np.arange(1000) == trial), block)[0] for trial in range(1000)]
    assert np.mean(np.array(ps) <= 2 / 64) == pytest.approx(2 / 64, abs=0.018)


@pytest.mark.parametrize("reduction", [0.0, 0.5])
def test_the_interval_holds_the_truth_as_often_as_it_says(reduction: float) -> None:
    noise = TrialNoise(side_sd=0.2)
    pairs = simulated_alternating(noise, 8, reduction, 1500, np.random.default_rng(4))
    chance = pairs.at(np.full((1500, 1), 1.0 - reduction)).chance_below()
    assert 0.93 < np.mean((chance > 0.025) & (chance < 0.975)) < 0.98


def test_a_response_that_is_gone_is_found_gone() -> None:
    pairs = simulated_alternating(TrialNoise(), 8, 1.0, 1, np.random.default_rng(5))
    result = reduction_limits(pairs)
    assert result.interval_95[0] < 1.0 < result.interval_95[1]
    assert result.value == pytest.approx(1.0, abs=0.1)


def test_a_side_that_never_changes_was_not_drawn_anew() -> None:
    with pytest.raises(InputError, match="left one in all 4 sessions") as caught:
        analyse(sides(0.4, [True] * 4), "alternating")
    assert "split-face" in caught.value.cure


def test_recordings_before_a_treatment_are_no_occasions() -> None:
    rows = sides(0.4, PAIRED)
    rows.loc[rows["session"] == "s0", "phase"] = "before"
    with pytest.raises(InputError, match="s0: it is marked as before"):
        analyse(rows, "alternating")
