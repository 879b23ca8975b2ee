"""From a table to a verdict: the rules, what is named, and what can be changed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rubor.errors import InputError
from rubor.treatments import Prior
from rubor.trials import analyse, analyse_each
from rubor.trials.comparison_rules import Window

TREATED_ON = pd.Timestamp("2026-02-01")


def table(
    kept: float,
    *,
    before: int = 4,
    after_days: tuple[int, ...] = (16, 22, 28, 34, 40),
    scatter: float = 0.08,
    seed: int = 0,
    **columns: Any,
) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    days = [*(-5 * n - 2 for n in reversed(range(before))), *after_days]
    rows = []
    for number, day in enumerate(days):
        level = 0.4 * np.exp(0.3 * generator.standard_normal())
        for side in ("left", "right"):
            treated = side == "right"
            side_noise = np.exp(scatter * generator.standard_normal()) if treated else 1.0
            rows.append(
                {
                    "session": f"s{number}",
                    "date": TREATED_ON + pd.Timedelta(days=day),
                    "phase": "after" if day > 0 else "before",
                    "side": side,
                    "treated": treated,
                    "response": level * side_noise * (kept if day > 0 and treated else 1.0)
                    + 0.01 * generator.standard_normal(),
                    "response_sd": 0.01,
                    **columns,
                }
            )
    return pd.DataFrame(rows)


def test_a_halved_response_works() -> None:
    verdict = analyse(table(0.5), "split-face", TREATED_ON)
    assert verdict.verdict == "works"
    assert verdict.claim == "caused"
    assert verdict.always_valid_interval_95[0] > 0.0
    assert verdict.probability_meaningful >= 0.9
    assert verdict.interval_95[0] < verdict.reduction < verdict.interval_95[1]
    assert verdict.recordings_needed == 0
    assert verdict.randomisation_p is None
    assert "drawn once" in verdict.randomisation_note


def test_a_response_that_grew_is_worse() -> None:
    verdict = analyse(table(2.2), "split-face", TREATED_ON)
    assert verdict.verdict == "worse"
    assert verdict.always_valid_interval_95[1] < 0.0


def test_many_recordings_of_no_change_are_no_meaningful_effect() -> None:
    days = tuple(range(15, 56, 3))
    verdict = analyse(table(1.0, before=12, after_days=days), "split-face", TREATED_ON)
    assert verdict.verdict == "no meaningful effect"
    assert verdict.always_valid_interval_95[1] < verdict.smallest_meaningful


def test_a_noisy_trial_is_not_enough_yet_and_says_how_many_more() -> None:
    verdict = analyse(table(0.5, scatter=0.28), "split-face", TREATED_ON)
    assert verdict.verdict == "not enough yet"
    assert verdict.recordings_needed is None or verdict.recordings_needed > 0
    assert "more follow-up recordings" in verdict.would_change_it[0]


def test_more_noise_needs_more_recordings() -> None:
    needed = [
        analyse(table(0.65, scatter=scatter, seed=1), "split-face", TREATED_ON).recordings_needed
        for scatter in (0.08, 0.12)
    ]
    assert needed[0] is not None
    assert needed[1] is None or needed[1] >= needed[0]


def test_two_follow_ups_give_no_verdict_however_clear() -> None:
    verdict = analyse(table(0.1, after_days=(20, 30)), "split-face", TREATED_ON)
    assert verdict.verdict == "not enough yet"
    assert any("Fewer than 3" in reason for reason in verdict.reasons)


def test_a_comparison_that_is_broken_is_invalid_whatever_the_numbers() -> None:
    reason = "The side was seen before the last recording."
    verdict = analyse(table(0.3), "split-face", TREATED_ON, broken=[reason])
    assert verdict.verdict == "invalid"
    assert verdict.reasons[0] == reason
    assert np.isfinite(verdict.interval_95).all()


def test_a_face_that_flushes_on_one_side_from_the_start_is_invalid() -> None:
    rows = table(0.5)
    rows.loc[~rows["treated"], "response"] *= 0.2
    verdict = analyse(rows, "split-face", TREATED_ON)
    assert verdict.verdict == "invalid"
    assert "doctor" in verdict.reasons[0]


def test_later_recordings_feed_the_wear_off_and_do_not_hide_the_effect() -> None:
    early = table(0.4)
    late = table(1.0, before=0, after_days=(120, 150, 180), seed=5)
    late["session"] = "late " + late["session"]
    both = analyse(pd.concat([early, late]), "split-face", TREATED_ON)
    alone = analyse(early, "split-face", TREATED_ON)
    assert both.reduction == pytest.approx(alone.reduction)
    assert both.recordings_after == 5
    assert any("late s0" in reason for reason in both.reasons)
    assert both.wear_off is not None
    assert alone.wear_off is not None
    assert both.wear_off.duration_interval_80[1] < alone.wear_off.duration_interval_80[1]


def test_the_window_can_be_another() -> None:
    verdict = analyse(table(0.5), "split-face", TREATED_ON, window=Window(0, 20, 30))
    assert verdict.recordings_after == 3


def test_the_prior_is_shown_can_be_changed_and_switched_off_and_leaves_the_intervals_alone() -> (
    None
):
    rows = table(0.72, scatter=0.15)
    usual, off, hopeless = (
        analyse(rows, "split-face", TREATED_ON, prior=prior)
        for prior in ("usual", "off", Prior("normal", 0.0, 0.05))
    )
    assert "centre 0.43" in usual.prior
    assert off.prior.startswith("off")
    assert hopeless.probability_meaningful < min(
        usual.probability_meaningful, off.probability_meaningful
    )
    assert usual.interval_95 == off.interval_95 == hopeless.interval_95
    with pytest.raises(InputError, match="no prior"):
        analyse(rows, "split-face", TREATED_ON, prior="strong")  # type: ignore[arg-type]


def test_the_thirds_are_chances_with_cut_offs_marked_as_assumed() -> None:
    thirds = analyse(table(0.55), "split-face", TREATED_ON).thirds
    assert thirds.little + thirds.some + thirds.very_pleased == pytest.approx(1.0)
    assert (thirds.some_from, thirds.very_pleased_from) == (0.25, 0.60)
    assert thirds.cut_offs == "assumed"
    assert thirds.some > 0.5


def test_blush_and_flush_get_verdicts_of_their_own() -> None:
    blush, flush = table(0.4, provocation="blush"), table(1.0, provocation="flush", seed=2)
    flush["session"] = "f" + flush["session"]
    both = pd.concat([blush, flush])
    with pytest.raises(InputError, match="several provocations"):
        analyse(both, "split-face", TREATED_ON)
    first, second = analyse_each(both, "split-face", TREATED_ON)
    assert (first.provocation, first.verdict) == ("blush", "works")
    assert (second.provocation, second.verdict == "works") == ("flush", False)
    assert first == analyse(both, "split-face", TREATED_ON, provocation="blush")


def test_each_treatment_is_analysed_by_itself_unless_pooling_is_asked_for() -> None:
    first = table(0.4, cycle=1)
    second = table(0.8, before=0, cycle=2, seed=3)
    second["session"] = "again " + second["session"]
    second["date"] += pd.Timedelta(days=120)
    both = pd.concat([first, second])
    dates = [TREATED_ON, TREATED_ON + pd.Timedelta(days=120)]
    verdicts = analyse_each(both, "split-face", dates)
    assert [verdict.cycle for verdict in verdicts] == [1, 2]
    assert verdicts[0].reduction > verdicts[1].reduction + 0.2
    assert any("no baseline of its own" in reason for reason in verdicts[1].reasons)
    assert analyse(both, "split-face", dates).cycle == 2
    pooled = analyse(both, "split-face", dates, pool_cycles=True)
    assert pooled.cycle is None
    assert verdicts[1].reduction < pooled.reduction < verdicts[0].reduction
    assert pooled.recordings_after == 10
    with pytest.raises(InputError, match="date of treatment 2 is missing"):
        analyse(both, "split-face", TREATED_ON)


def test_non_overlap_statistics_stand_beside_the_verdict_under_their_names() -> None:
    verdict = analyse(table(0.3), "split-face", TREATED_ON)
    assert [one.name for one in verdict.non_overlap] == ["NAP", "Tau", "Tau-BC"]
    assert verdict.non_overlap[0].value == pytest.approx(1.0)
    assert all(one.standard_error is not None for one in verdict.non_overlap)


def test_a_second_draw_or_other_note_is_named() -> None:
    note = "The side was drawn again on 2026-01-07."
    assert note in analyse(table(0.5), "split-face", TREATED_ON, notes=[note]).reasons


def test_a_treatment_of_which_nothing_is_known_has_no_prior_and_no_wear_off() -> None:
    verdict = analyse(table(0.5), "split-face", TREATED_ON, treatment="other")
    assert verdict.prior.startswith("off")
    assert verdict.wear_off is None
    assert any("how long 'other' lasts" in reason for reason in verdict.reasons)


def test_baselines_within_noise_say_so() -> None:
    rows = table(0.5)
    rows.loc[rows["phase"] == "before", "response"] = np.tile([0.001, -0.002], 4)
    with pytest.raises(InputError, match="within noise"):
        analyse(rows, "split-face", TREATED_ON)


def test_the_same_table_gives_the_same_verdict_in_under_a_second() -> None:
    rows = table(0.5, before=8, after_days=tuple(range(15, 56, 5)))
    first = analyse(rows, "split-face", TREATED_ON)
    began = time.perf_counter()
    assert analyse(rows, "split-face", TREATED_ON) == first
    assert time.perf_counter() - began < 1.0
