"""Before-after: what is taken off, what stays unsure, and what may be claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from rubor.errors import InputError
from rubor.treatments import Prior
from rubor.trials import NO_COURSE, UntreatedCourse, Verdict, analyse, usual_course
from rubor.trials.before_after import expected_course, start_date_p
from rubor.trials.comparison_rules import Window
from rubor.trials.phase_ratios import phase_ratios
from rubor.trials.response_table import check_responses, face_recordings
from rubor.trials.simulated_trials import TrialNoise, simulated_before_after

TREATED_ON = date(2026, 3, 1)


def table(kept: float, before: int = 5, after: int = 6, scatter: float = 0.1) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    early = [pd.Timestamp(TREATED_ON) - pd.Timedelta(days=5 * n + 3) for n in range(before)]
    late = [pd.Timestamp(TREATED_ON) + pd.Timedelta(days=5 * n + 16) for n in range(after)]
    days = [*sorted(early), *late]
    factor = np.repeat([1.0, kept], [before, after])
    return pd.DataFrame(
        {
            "session": [f"s{number}" for number in range(before + after)],
            "date": days,
            "phase": np.repeat(["before", "after"], [before, after]),
            "response": 0.4 * factor * np.exp(scatter * generator.standard_normal(before + after)),
            "response_sd": 0.02,
        }
    )


def verdict(kept: float, course: UntreatedCourse | None = None, **options: object) -> Verdict:
    return analyse(table(kept), "before-after", TREATED_ON, course=course, **options)  # type: ignore[arg-type]


def test_the_claim_is_that_it_changed_and_no_test_is_pretended() -> None:
    result = verdict(0.2)
    assert result.claim == "changed"
    assert result.randomisation_p is None
    assert "Nothing was drawn" in result.randomisation_note


def test_what_would_change_anyway_is_taken_off_named_and_can_be_switched_off() -> None:
    with_course, without = verdict(0.5), verdict(0.5, NO_COURSE)
    assert without.reduction == pytest.approx(0.5, abs=0.08)
    assert with_course.reduction < without.reduction - 0.1
    assert any("improvement without effect 15 ± 15 %" in reason for reason in with_course.reasons)
    assert any("nothing" in reason for reason in without.reasons)


def test_a_fall_of_the_size_that_is_expected_anyway_is_no_effect() -> None:
    course = usual_course()
    assert verdict(0.70).reduction == pytest.approx(0.0, abs=0.15)
    assert verdict(0.70).verdict != "works"
    changed = replace(course, improvement=Prior("normal", 0.05, 0.01))
    assert verdict(0.70, changed).reduction > verdict(0.70).reduction


def test_more_recordings_do_not_shrink_what_is_unsure_for_everyone() -> None:
    few, many = (
        analyse(table(0.5, size, size), "before-after", TREATED_ON, window=Window(14, 28, 400))
        for size in (6, 40)
    )
    widths = [high - low for low, high in (few.interval_95, many.interval_95)]
    assert widths[1] > 0.35
    assert widths[1] > 0.5 * widths[0]


def test_the_expected_course_falls_with_every_recording_and_at_the_treatment() -> None:
    after = np.array([[False, False, True, True]])
    expected, sd = expected_course(after, np.ones_like(after), usual_course())
    np.testing.assert_allclose(
        expected[0], [1.08, 1.08 * 0.97, 0.85 * 0.97**2, 0.85 * 0.97**3], rtol=1e-12
    )
    parts = (0.08 / 1.08, 0.03 / 0.97 * 2.0, 0.15 / 0.85)
    assert float(sd[0]) == pytest.approx(np.sqrt(np.sum(np.square(parts))))


def test_a_baseline_that_already_falls_is_named() -> None:
    rows = table(0.5, scatter=0.0)
    rows.loc[:4, "response"] = [0.6, 0.55, 0.5, 0.45, 0.4]
    result = analyse(rows, "before-after", TREATED_ON)
    assert any("already falling" in reason for reason in result.reasons)


def test_a_start_date_that_was_drawn_gives_a_test_and_the_stronger_claim() -> None:
    candidates = [date(2026, 2, 11), TREATED_ON, date(2026, 3, 21)]
    result = verdict(0.2, start_candidates=candidates)
    assert result.claim == "caused"
    assert result.randomisation_p == pytest.approx(1 / 3)
    of_two = verdict(0.2, start_candidates=candidates[:2])
    assert of_two.claim == "changed"
    assert "does not stand out" in (of_two.randomisation_note or "")
    with pytest.raises(InputError, match="none of the candidate dates"):
        verdict(0.2, start_candidates=candidates[:1])


def test_the_test_of_the_start_date_compares_all_candidates() -> None:
    recordings = face_recordings(check_responses(table(1.0), "before-after").rows)
    candidates = [date(2026, 2, 20), date(2026, 2, 25), TREATED_ON]
    window = Window(2, 28, 56)
    shares = [start_date_p(recordings, day, candidates, window) for day in candidates]
    assert sorted(shares) == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_regression_to_the_mean_habituation_and_improvement_alone_seldom_work() -> None:
    noise = TrialNoise(level_sd=0.35, autocorrelation=0.3)
    series = simulated_before_after(noise, 4, 5, 0.0, 1500, np.random.default_rng(6))
    expected, sd = expected_course(series.after, series.present, usual_course())
    contrast = phase_ratios(replace(series, untreated=expected), sd)
    assert np.mean(contrast.at(np.ones((1500, 1))).always_valid_excess() < -1.0) < 0.025
    chance = contrast.at(np.ones((1500, 1))).chance_below()
    assert 0.93 < np.mean((chance > 0.025) & (chance < 0.975)) < 0.985
