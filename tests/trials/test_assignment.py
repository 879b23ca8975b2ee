"""A draw can be repeated from its seed, is fair, and cannot be changed by hand."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubor.errors import InputError
from rubor.trials.assignment import SIDES, Draw, draw_pairs, draw_side, draw_start_date

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
seeds = st.integers(0, 2**48 - 1)


@given(seeds)
def test_a_draw_is_the_same_whoever_repeats_it(seed: int) -> None:
    assert draw_side(seed, AT) == draw_side(seed, AT)
    assert draw_pairs("pairs of days", 6, seed, AT) == draw_pairs("pairs of days", 6, seed, AT)


@given(seeds)
def test_the_side_follows_from_the_sha256_sum_of_the_seed(seed: int) -> None:
    number = int(hashlib.sha256(f"rubor/{seed}/0".encode()).hexdigest(), 16)
    assert draw_side(seed, AT).drawn == (SIDES[number % 2],)


def test_both_sides_are_drawn_equally_often() -> None:
    left = sum(draw_side(seed, AT).drawn == ("left",) for seed in range(4000))
    # Binomial: 4 standard deviations are 126.
    assert abs(left - 2000) < 126


def test_every_start_date_is_drawn_equally_often() -> None:
    days = [date(2026, 2, 2) + timedelta(weeks=week) for week in range(5)]
    drawn = [draw_start_date(days, seed, AT).drawn[0] for seed in range(5000)]
    counts = [drawn.count(day.isoformat()) for day in days]
    assert max(abs(count - 1000) for count in counts) < 4 * (5000 * 0.2 * 0.8) ** 0.5


@given(seeds, st.integers(1, 40))
def test_each_pair_holds_both_sides_once(seed: int, pairs: int) -> None:
    drawn = draw_pairs("pairs of sides", pairs, seed, AT).drawn
    assert len(drawn) == 2 * pairs
    assert all(set(drawn[at : at + 2]) == set(SIDES) for at in range(0, len(drawn), 2))


def test_the_order_within_a_pair_is_drawn_for_each_pair() -> None:
    firsts = [draw_pairs("pairs of sides", 50, seed, AT).drawn[::2] for seed in range(40)]
    left = sum(first == "left" for order in firsts for first in order)
    assert abs(left - 1000) < 4 * (2000 * 0.25) ** 0.5
    assert len(set(firsts)) == 40


def test_a_draw_that_was_changed_by_hand_is_refused() -> None:
    drawn = draw_side(7, AT)
    other = "left" if drawn.drawn == ("right",) else "right"
    with pytest.raises(InputError, match="does not follow from its seed 7"):
        replace(drawn, drawn=(other,))


@pytest.mark.parametrize(
    "days", [[], [date(2026, 2, 2)], [date(2026, 2, 2)] * 2, [date(2026, 2, 9), date(2026, 2, 2)]]
)
def test_a_start_needs_two_different_dates_in_order(days: list[date]) -> None:
    with pytest.raises(InputError, match="at least two different dates, in order"):
        draw_start_date(days, 1, AT)


def test_no_pairs_are_refused() -> None:
    with pytest.raises(InputError, match="0 pairs"):
        draw_pairs("pairs of sides", 0, 1, AT)


def test_a_draw_says_when_it_was_made() -> None:
    with pytest.raises(InputError, match="no time zone"):
        Draw("side", SIDES, draw_side(7, AT).drawn, 7, datetime(2026, 1, 5))
