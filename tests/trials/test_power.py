"""Planning: power rises with what should raise it, and is what was asked for where it was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rubor.errors import InputError
from rubor.treatments import treatment_priors
from rubor.trials.power import Question, recordings_for_power, trial_power
from rubor.trials.simulated_trials import TrialNoise

PRIOR = treatment_priors("botulinum_toxin").reduction
QUIET = TrialNoise(side_sd=0.12, level_sd=0.325)
PLAN = Question("split-face", 4, 5, 0.5, noise=QUIET, prior=PRIOR)


def test_four_and_five_quiet_recordings_find_a_halving_in_four_of_five() -> None:
    assert trial_power(PLAN, 1500).works >= 0.80


@pytest.mark.parametrize("design", ["split-face", "before-after", "alternating"])
@pytest.mark.parametrize("autocorrelation", [0.0, 0.6])
def test_nothing_works_in_at_most_a_twentieth_at_any_look(
    design: str, autocorrelation: float
) -> None:
    noise = replace(QUIET, side_sd=0.3, autocorrelation=autocorrelation)
    plan = Question(design, 4, 8, 0.0, noise=noise, prior=PRIOR)  # type: ignore[arg-type]
    assert trial_power(plan, 1000).works_at_any_look <= 0.05


def test_power_rises_with_the_effect_and_the_recordings_and_falls_with_noise() -> None:
    usual = trial_power(replace(PLAN, noise=replace(QUIET, side_sd=0.2)), 400).works
    assert trial_power(replace(PLAN, reduction=0.7), 400).works > usual
    assert trial_power(replace(PLAN, before=8, after=8), 400).works > usual
    assert trial_power(replace(PLAN, noise=replace(QUIET, side_sd=0.4)), 400).works < usual


def test_the_shares_of_all_verdicts_are_one() -> None:
    power = trial_power(PLAN, 300)
    total = power.works + power.no_meaningful_effect + power.worse + power.not_enough_yet
    assert total == pytest.approx(1.0)
    assert power.works_at_any_look >= power.works


def test_the_same_seed_gives_the_same_answer() -> None:
    assert trial_power(PLAN, 200, seed=3) == trial_power(PLAN, 200, seed=3)


def test_the_number_of_recordings_is_the_least_that_reaches_the_target() -> None:
    number, reached = recordings_for_power(PLAN, 0.8, 600)
    assert number is not None
    assert 4 <= number <= 6
    assert reached >= 0.8


def test_a_design_that_cannot_reach_the_target_says_so() -> None:
    plan = Question("before-after", 4, 5, 0.3, noise=QUIET, prior=PRIOR)
    number, reached = recordings_for_power(plan, 0.8, 300, candidates=(5, 20))
    assert number is None
    assert reached < 0.8


def test_too_few_recordings_and_unknown_designs_are_refused() -> None:
    with pytest.raises(InputError, match="give no verdict"):
        Question("split-face", 2, 5, 0.5)
    with pytest.raises(InputError, match="no design"):
        Question("crossover", 4, 5, 0.5)  # type: ignore[arg-type]
