"""Simulated trials have the scatter they are said to have, and are judged as a person's own are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rubor.treatments import treatment_priors
from rubor.trials import analyse
from rubor.trials.phase_ratios import Series, phase_ratios
from rubor.trials.simulated_trials import (
    TrialNoise,
    simulated_alternating,
    simulated_before_after,
    simulated_split_face,
    until_look,
)
from rubor.trials.verdict_rules import decide

PURE = TrialNoise(side_sd=0.2, level_sd=0.3, response_sd=1e-9, habituation=0.0, habituation_sd=0.0)
TREATED_ON = pd.Timestamp("2026-03-02")


def test_sides_and_levels_scatter_as_stated() -> None:
    series = simulated_split_face(PURE, 4, 5, 0.5, 4000, np.random.default_rng(0))
    log_ratio = np.log(series.treated / series.untreated)
    assert np.std(log_ratio[:, 1:4] - log_ratio[:, :3]) == pytest.approx(0.2 * 2**0.5, rel=0.03)
    assert np.std(log_ratio[:, 0]) == pytest.approx(np.hypot(0.2, 0.15), rel=0.04)
    assert np.std(np.log(series.untreated[:, 0])) == pytest.approx(0.3, rel=0.04)
    kept = np.exp(log_ratio[:, 4:].mean() - log_ratio[:, :4].mean())
    assert kept == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("alike", [0.0, 0.3, 0.6])
def test_neighbouring_recordings_are_alike_as_stated(alike: float) -> None:
    noise = replace(PURE, autocorrelation=alike, asymmetry_sd=0.0)
    series = simulated_split_face(noise, 8, 3, 0.0, 5000, np.random.default_rng(1))
    log_ratio = np.log(series.treated / series.untreated)
    found = np.corrcoef(log_ratio[:, 3], log_ratio[:, 4])[0, 1]
    assert found == pytest.approx(alike, abs=0.04)


def test_people_who_begin_in_a_bad_spell_regress_to_their_mean() -> None:
    noise = replace(PURE, improvement=0.0, improvement_sd=0.0, autocorrelation=0.4)
    series = simulated_before_after(noise, 4, 5, 0.0, 5000, np.random.default_rng(2))
    early, late = np.log(series.treated[:, 0]).mean(), np.log(series.treated[:, 8]).mean()
    assert early - late == pytest.approx(0.3 * (2 / np.pi) ** 0.5, abs=0.03)


def test_the_alternating_side_is_drawn_in_pairs_and_as_often_left_as_right() -> None:
    pairs = simulated_alternating(PURE, 6, 0.5, 4000, np.random.default_rng(3))
    assert (pairs.left[:, ::2] == -pairs.left[:, 1::2]).all()
    assert abs(pairs.left[:, 0].mean()) < 0.05
    kept = np.exp(np.mean(np.log(pairs.treated) - np.log(pairs.untreated)))
    assert kept == pytest.approx(0.5, rel=0.02)


def table_of(series: Series, trial: int) -> pd.DataFrame:
    rows = []
    for index, day in enumerate(series.day[trial]):
        phase = "after" if series.after[trial, index] else "before"
        date = TREATED_ON + pd.Timedelta(days=float(day))
        for side, response in (("left", series.treated), ("right", series.untreated)):
            rows.append(
                (f"s{index}", date, phase, side, side == "left", response[trial, index],
                 series.treated_sd[trial, index])
            )  # fmt: skip
    columns = ["session", "date", "phase", "side", "treated", "response", "response_sd"]
    return pd.DataFrame(rows, columns=columns)


def test_many_trials_at_once_are_judged_as_each_one_by_itself() -> None:
    prior = treatment_priors("botulinum_toxin").reduction
    noise = TrialNoise(side_sd=0.15)
    for reduction in (0.0, 0.5):
        series = simulated_split_face(noise, 4, 5, reduction, 12, np.random.default_rng(4))
        ratios = phase_ratios(series)
        words = decide(ratios, 0.25, prior, np.ones(12, dtype=bool))
        chance = ratios.at(np.full((12, 1), 1.0 - reduction)).chance_below()[:, 0]
        for trial in range(12):
            verdict = analyse(table_of(series, trial), "split-face", TREATED_ON)
            low, high = verdict.interval_95
            assert verdict.verdict == words[trial]
            assert (low < reduction < high) == (0.025 < chance[trial] < 0.975)


def test_an_early_look_sees_the_first_recordings_only() -> None:
    series = simulated_split_face(PURE, 4, 5, 0.5, 3, np.random.default_rng(5))
    seen = until_look(series, 4, 2)
    assert seen.treated.shape == (3, 6)
    np.testing.assert_array_equal(seen.treated, series.treated[:, :6])
